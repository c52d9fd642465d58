"""Tries every wall from inside, for `doctor` and before a sandbox is opened: as the worker, and as a job behind its own walls.

It reports what it met, as one JSON object, and judges nothing: which answer means that a wall stands is decided by the host
(`judge-walls.ts`). Every attempt is harmless where it succeeds. Then it waits to be ended.

    check_walls.py cage|program        descriptors as for worker.py; which walls a job puts up
"""

from __future__ import annotations

import ctypes
import json
import mmap
import os
import resource
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harden import Level

HOST_IN, HOST_OUT, MATRIX_FILE, JOB_FILTER = 3, 4, 7, 8
SITE_PACKAGES = "/cage/site"
LEVEL: Level = "program" if sys.argv[1] == "program" else "cage"

# As worker.py does before anything else.
os.closerange(5, MATRIX_FILE)
os.closerange(JOB_FILTER + 1, 1 << 16)
sys.path += [os.path.dirname(os.path.abspath(__file__))]

import harden  # noqa: E402

MEMORY_BYTES, WALL_MS = 64 << 20, 1000
# More than such a job may have; mapped and never touched.
TOO_MUCH_BYTES = 512 << 20
MAX_THREADS = 80
CLONE_NEWUSER = 0x10000000
UNKNOWN_CALL = 9999
ATTACK_CALLS = {"x86_64": 101, "aarch64": 117}  # ptrace
LOCK_SHARED = 1
PR_GET_DUMPABLE = 3
# Those that every kernel has built in come first: asking for another can make a machine without a filter load a module.
BUILT_IN_FAMILIES = (1, 2, 10, 16)
ALL_FAMILIES = range(46)
WRITTEN_SETTINGS = ("kernel/core_pattern", "kernel/modprobe", "vm/overcommit_memory", "fs/suid_dumpable", "net/ipv4/ip_forward")
LIMITS = ("CORE", "FSIZE", "NOFILE", "NPROC", "MEMLOCK", "MSGQUEUE", "DATA", "AS", "CPU")


def answer_to(act: Callable[[], object]) -> str:
    """`done`, or the number with which the kernel refused."""
    try:
        act()
    except OSError as error:
        return f"refused {error.errno}"
    return "done"


def answer_to_call(number: int, *arguments: int | None) -> str:
    return answer_to(lambda: harden.check(harden.LIBC.syscall(number, *arguments), "call"))


def ending_of(act: Callable[[], str]) -> str:
    """What a child of its own answers, or the signal that ended it."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writing, act().encode())
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading, "rb") as file:
        answer = file.read().decode()
    status = os.waitpid(child, 0)[1]
    return f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else answer


def status() -> dict[str, str]:
    with open("/proc/self/status") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


def make(path: str) -> Callable[[], None]:
    return lambda: os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL))


def opened(path: str) -> Callable[[], None]:
    return lambda: os.close(os.open(path, os.O_RDONLY))


def places_to_write(*folders: str) -> list[str]:
    """Those in which a file could be made; all are in the memory of this cage, or handed in read-only."""
    return [folder for folder in folders if answer_to(make(f"{folder.rstrip('/')}/planted")) == "done"]


def descriptors() -> list[int]:
    return sorted(descriptor for descriptor in range(1024) if answer_to(lambda descriptor=descriptor: os.fstat(descriptor)) == "done")


def socket_families() -> list[int]:
    def opens(family: int) -> bool:
        descriptor = harden.LIBC.socket(family, 1 if family == 1 else 2, 0)
        if descriptor < 0:
            return False
        os.close(descriptor)
        return True

    return [family for family in BUILT_IN_FAMILIES if opens(family)] or [family for family in ALL_FAMILIES if opens(family)]


def threads_until_refused() -> int:
    """How many threads can be had beside this one, at most MAX_THREADS; they end with the process."""
    threading.stack_size(64 << 10)
    lock = threading.Lock()
    lock.acquire()
    for count in range(MAX_THREADS):
        try:
            threading.Thread(target=lock.acquire, daemon=True).start()
        except RuntimeError:
            return count
    return MAX_THREADS


def seen_by_worker() -> dict[str, object]:
    mine = status()
    with open("/proc/net/dev") as file:
        interfaces = [line.split(":")[0].strip() for line in file if ":" in line]
    sizes = {folder: os.statvfs(folder) for folder in ("/scratch", "/output", "/tmp", "/dev/shm") if os.path.isdir(folder)}  # noqa: S108 — the folders of the cage
    attack = ATTACK_CALLS[os.uname().machine]
    return {
        "descriptors": descriptors(),
        "capabilities": [mine[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")],
        "noNewPrivileges": mine["NoNewPrivs"],
        "filterMode": mine["Seccomp"],
        "namespaces": {name: os.readlink(f"/proc/self/ns/{name}") for name in ("user", "mnt", "pid", "net", "ipc", "uts", "cgroup")},
        "processes": [int(name) for name in os.listdir("/proc") if name.isdigit()][:64],
        "writable": places_to_write("/", "/usr", "/dev", "/cage", "/cage/app", "/cage/site"),
        "devices": sorted(os.listdir("/dev")),
        "folderBytes": {folder: size.f_blocks * size.f_frsize for folder, size in sizes.items()},
        "interfaces": interfaces,
        "socketFamilies": socket_families(),
        "areSettingsReadOnly": bool(os.statvfs("/proc/sys").f_flag & os.ST_RDONLY),
        "writableSettings": [name for name in WRITTEN_SETTINGS if os.access(f"/proc/sys/{name}", os.W_OK)],
        "variables": sorted(os.environ),
        # The file is the host's own and was handed in open for reading: whoever is somebody else may not open it again.
        "reopened": answer_to(opened(f"/proc/self/fd/{MATRIX_FILE}")),
        "nestedNamespace": ending_of(lambda: answer_to(lambda: harden.check(harden.LIBC.unshare(CLONE_NEWUSER), "unshare"))),
        "attackCall": ending_of(lambda: answer_to_call(attack, 0, 0, None, None)),
        "unknownCall": answer_to_call(UNKNOWN_CALL),
        "landlockAbi": harden.landlock_abi(),
        "hasLibraries": answer_to(lambda: os.listdir(f"{SITE_PACKAGES}/numpy")) == "done",
        "hasOpenMp": answer_to(lambda: ctypes.CDLL("libgomp.so.1")) == "done",
    }


def seen_by_job() -> dict[str, object]:
    mine = status()
    return {
        "filterMode": mine["Seccomp"],
        "filterCount": mine.get("Seccomp_filters"),
        "fork": answer_to(fork_and_end),
        "exec": answer_to(lambda: harden.check(harden.LIBC.execve(None, None, None), "exec")),
        "lock": answer_to(lambda: harden.check(harden.LIBC.flock(-1, LOCK_SHARED), "lock")),
        "listProcesses": answer_to(lambda: os.listdir("/proc")),
        "readProcess": answer_to(opened("/proc/1/environ")),
        "signal": answer_to(lambda: os.kill(1, 0)),
        "writable": places_to_write("/scratch", "/tmp", "/dev/shm"),  # noqa: S108 — the folders that must be shut
        "link": answer_to(lambda: os.symlink("own", "link")),
        "ownFile": answer_to(make("own")),
        "isDumpable": harden.LIBC.prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0,
        "limits": {name: list(resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))) for name in LIMITS},
        "memory": answer_to(lambda: mmap.mmap(-1, TOO_MUCH_BYTES, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS).close()),
        "threads": threads_until_refused(),
    }


def fork_and_end() -> None:
    if os.fork() == 0:
        os._exit(0)


def from_job(job_filter: harden.Filter) -> dict[str, object]:
    """What a job meets after it has put up its own walls, or why it could not. Its last act is a call that must end it."""
    os.mkdir("/scratch/check", 0o700)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            harden.harden(LEVEL, "/scratch/check", MEMORY_BYTES, WALL_MS, job_filter)
            os.write(writing, json.dumps(seen_by_job()).encode())
            answer_to_call(ATTACK_CALLS[os.uname().machine], 0, 0, None, None)
        except BaseException as error:  # whatever failed, the host reads what it was
            os.write(writing, json.dumps({"failed": f"{type(error).__name__}: {error}"[:200]}).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading, "rb") as file:
        text = file.read()
    ended = os.waitpid(child, 0)[1]
    return {**json.loads(text), "endedBySignal": os.WTERMSIG(ended) if os.WIFSIGNALED(ended) else 0}


def main() -> None:
    job_filter = harden.read_filter(JOB_FILTER)
    worker = seen_by_worker()
    harden.set_dumpable(False)
    findings = {"worker": worker, "job": from_job(job_filter)}
    os.write(HOST_OUT, json.dumps(findings).encode() + b"\n")
    os.read(HOST_IN, 1)


if __name__ == "__main__":
    main()
