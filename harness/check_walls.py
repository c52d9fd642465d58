"""Looks at the walls from inside, for `doctor` and before a sandbox is opened: what the worker can do, and what a hardened job can.

Every attempt is harmless where it succeeds. The findings go to the host as one JSON object; then it waits to be ended.

    check_walls.py cage        descriptors as for worker.py
"""

from __future__ import annotations

import ctypes
import json
import os
import socket
import sys
from collections.abc import Callable

HOST_IN, HOST_OUT, JOB_FILTER = 3, 4, 8
SITE_PACKAGES = "/cage/site"
sys.path += [os.path.dirname(os.path.abspath(__file__))]

import harden  # noqa: E402

OTHER_FOLDER = "/tmp/planted"  # noqa: S108 — the very folder that must be shut
MEMORY_BYTES, WALL_MS = 64 << 20, 1000


def is_refused(act: Callable[[], object]) -> bool:
    try:
        act()
    except OSError:
        return True
    return False


def status() -> dict[str, str]:
    with open("/proc/self/status") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


def make(path: str) -> Callable[[], None]:
    return lambda: os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL))


def opened(path: str) -> Callable[[], None]:
    return lambda: os.close(os.open(path, os.O_RDONLY))


def from_job(job_filter: harden.Filter) -> dict[str, bool]:
    """What a job finds after it has put up its own walls; empty where it could not."""
    os.mkdir("/scratch/check", 0o700)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            harden.harden("cage", "/scratch/check", MEMORY_BYTES, WALL_MS, job_filter)
            findings = {
                "isFiltered": status()["Seccomp"] == "2" and is_refused(os.fork),
                "seesNoOther": is_refused(opened("/proc/1/environ")) and is_refused(lambda: os.listdir("/proc")),
                "writesOwnFolderOnly": is_refused(make("/scratch/planted")) and is_refused(make(OTHER_FOLDER)) and not is_refused(make("own")),
            }
            os.write(writing, json.dumps(findings).encode())
        except BaseException as error:  # whatever failed, the host reads what it was
            os.write(writing, json.dumps({"failed": str(error)[:200]}).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading, "rb") as file:
        text = file.read()
    os.waitpid(child, 0)
    return json.loads(text)


def main() -> None:
    job_filter = harden.read_filter(JOB_FILTER)
    mine = status()
    with open("/proc/net/dev") as file:
        interfaces = [line.split(":")[0].strip() for line in file if ":" in line]
    harden.set_dumpable(False)
    findings = {
        "hasNoPrivileges": mine["NoNewPrivs"] == "1" and int(mine["CapEff"], 16) == 0 and int(mine["CapBnd"], 16) == 0,
        "isFiltered": mine["Seccomp"] == "2",
        "hasNoNetwork": interfaces == ["lo"] and is_refused(lambda: socket.socket(socket.AF_INET)),
        "isRootClosed": is_refused(make("/planted")) and is_refused(make("/usr/planted")) and is_refused(make("/cage/app/planted")),
        "landlockAbi": harden.landlock_abi(),
        "hasLibraries": not is_refused(lambda: os.listdir(f"{SITE_PACKAGES}/numpy")),
        "hasOpenMp": not is_refused(lambda: ctypes.CDLL("libgomp.so.1")),
        "job": from_job(job_filter),
    }
    os.write(HOST_OUT, json.dumps(findings).encode() + b"\n")
    os.read(HOST_IN, 1)


if __name__ == "__main__":
    main()
