"""Stands in for the product's fit.py in tests: what it does is named by the job's setting `do`. Only tests start a worker with this folder.

An attempt prints `reached NAME` before it is made and `NAME refused ERROR` or `NAME done DETAIL` after, so that a test can tell
a wall from a probe that broke early. Every attempt is harmless where no wall stands: bounded, against our own canaries, our own processes.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import wire

MEBIBYTE = 1 << 20


def fit(job: wire.FitJob, matrix: wire.Matrix, should_stop: Callable[[], bool]) -> wire.FitResult:
    return DOINGS[str(job.settings["do"])](job, matrix, should_stop)


# --- what a good job does ---------------------------------------------------------------------------------------------


def stump(job: wire.FitJob, matrix: wire.Matrix, rounds: int = 1) -> wire.FitResult:
    """One split at zero of the first allowed column; each side answers with the mean of its labels."""
    column = int(job.columns[0])
    goes_left = matrix.values[job.train.rows, column] <= 0
    left, right = float(job.train.labels[goes_left].mean()), float(job.train.labels[~goes_left].mean())
    answers = np.where(matrix.values[job.score.rows, column] <= 0, left, right)
    return wire.FitResult(
        fitted=wire.FittedTrees(
            link="none",
            outputs=1,
            comparison="<=",
            base=np.zeros(1),
            tree_start=np.array([0, 3], np.int32),
            tree_output=np.zeros(1, np.int32),
            feature=np.array([column, -1, -1], np.int32),
            threshold=np.zeros(3),
            left=np.array([1, 0, 0], np.int32),
            right=np.array([2, 0, 0], np.int32),
            missing_left=np.zeros(3, np.uint8),
            leaf_width=1,
            leaf_values=np.array([0.0, left, right]),
        ),
        predictions=answers.reshape(-1, 1),
        rounds=rounds,
        settled=wire.Settled(is_whole=False, settings={}),
        probes=wire.Probes(np.zeros((1, matrix.column_count + job.extra_count), np.float32), np.full(1, -1, np.int32), np.array([[left]])),
    )


def good(job: wire.FitJob, matrix: wire.Matrix, should_stop: Callable[[], bool]) -> wire.FitResult:
    return stump(job, matrix)


def until_stopped(job: wire.FitJob, matrix: wire.Matrix, should_stop: Callable[[], bool]) -> wire.FitResult:
    while not should_stop():
        time.sleep(0.01)
    return stump(job, matrix, rounds=7)


# --- what a bad job does ----------------------------------------------------------------------------------------------


class Probed(Exception):
    """The end of a probe: its log is what counts."""


def attempt(name: str, act: Callable[[], Any]) -> None:
    print("reached", name, flush=True)
    try:
        detail = act()
    except OSError as error:
        print(name, "refused", errno.errorcode.get(error.errno or 0, "?"), flush=True)
    except (RuntimeError, MemoryError) as error:
        print(name, "refused", type(error).__name__, flush=True)
    else:
        print(name, "done", str(detail)[:200].replace("\n", " "), flush=True)


def probe(body: Callable[[dict[str, wire.Setting], wire.Matrix], None]) -> Callable[..., wire.FitResult]:
    def run(job: wire.FitJob, matrix: wire.Matrix, should_stop: Callable[[], bool]) -> wire.FitResult:
        body(job.settings, matrix)
        raise Probed

    return run


def read(path: str) -> str:
    with open(path, errors="replace") as file:
        return file.read(4096)


def write(path: str, data: bytes = b"x") -> str:
    with open(path, "wb") as file:
        file.write(data)
    return path


def network(settings: dict[str, wire.Setting], matrix: wire.Matrix) -> None:
    def connect() -> str:
        with socket.create_connection(("127.0.0.1", int(settings["port"])), timeout=1) as connection:
            connection.sendall(b"a row of data")
            return "sent"

    def knock() -> str:
        with socket.socket(socket.AF_UNIX) as door:
            door.connect(str(settings["path"]))
            return "connected"

    attempt("tcp", connect)
    attempt("unix", knock)
    attempt("udp", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"name", ("127.0.0.1", int(settings["port"]))))
    attempt("netlink", lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0))
    attempt("vsock", lambda: socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM))
    attempt("pair", lambda: socket.socketpair()[0].fileno() >= 0)


def files(settings: dict[str, wire.Setting], matrix: wire.Matrix) -> None:
    attempt("canary", lambda: read(str(settings["canary"])))
    attempt("passwd", lambda: read("/etc/passwd"))
    attempt("climb", lambda: read("../../../../../../../../.." + str(settings["canary"])))
    attempt("host-folder", lambda: os.listdir(os.path.dirname(str(settings["canary"]))))
    attempt("home", lambda: os.listdir("/root"))
    attempt("sys", lambda: os.listdir("/sys/class"))
    attempt("write-root", lambda: write("/planted"))
    attempt("write-tmp", lambda: write("/tmp/planted"))
    attempt("write-shm", lambda: write("/dev/shm/planted"))
    attempt("write-usr", lambda: write("/usr/planted"))
    attempt("write-app", lambda: write(os.path.join(os.path.dirname(__file__), "planted.py")))
    attempt("write-site", lambda: write(os.path.join(os.path.dirname(np.__file__), "planted.py")))
    attempt("write-device", lambda: write("/dev/null.planted"))
    attempt("symlink", lambda: os.symlink("/etc/passwd", "link"))
    attempt("fifo", lambda: os.mkfifo("pipe"))
    attempt("write-own", lambda: write("own"))
    attempt("read-own", lambda: read("own"))
    attempt("library", lambda: read(wire.__file__)[:3])


def environment(settings: dict[str, wire.Setting], matrix: wire.Matrix) -> None:
    attempt("variables", lambda: " ".join(sorted(os.environ)))
    attempt("canary-variable", lambda: os.environ.get("MODELWRIGHT_CANARY", "absent"))
    for process in ("1", "self", str(os.getppid())):
        for file in ("environ", "cmdline", "mem", "maps", "mountinfo", "root/etc/hostname"):
            attempt(f"proc-{process}-{file}", lambda path=f"/proc/{process}/{file}": read(path))
    attempt("proc-list", lambda: [name for name in os.listdir("/proc") if name.isdigit()])
    attempt("descriptors", open_descriptors)
    attempt("status", lambda: " ".join(line for line in read("/proc/self/status").split("\n") if line.startswith(("NoNewPrivs", "Seccomp:", "CapEff", "Uid"))))
    attempt("kernel-setting", lambda: write("/proc/sys/kernel/core_pattern"))


def open_descriptors() -> list[int]:
    found = []
    for descriptor in range(1024):
        try:
            fcntl.fcntl(descriptor, fcntl.F_GETFD)
            found.append(descriptor)
        except OSError:
            pass
    return found


def hold_secret(job: wire.FitJob, matrix: wire.Matrix, should_stop: Callable[[], bool]) -> wire.FitResult:
    """A job whose settings, labels, log and folder hold a secret, and which works until it is stopped."""
    print(job.settings["secret"], flush=True)
    write("secret", str(job.settings["secret"]).encode())
    while not should_stop():
        time.sleep(0.01)
    return stump(job, matrix)


def wait_for(path: str) -> None:
    """Until the job beside this one has written its file: what may not be read still tells whether it is there."""
    end = time.monotonic() + 5
    while time.monotonic() < end:
        try:
            read(path)
        except FileNotFoundError:
            time.sleep(0.01)
        except OSError:
            return
        else:
            return


def other_jobs(settings: dict[str, wire.Setting], matrix: wire.Matrix) -> None:
    wait_for("/scratch/j2/secret")
    # In two halves, so that the probe's own copy is no hit.
    attempt("folders", lambda: os.listdir("/scratch"))
    for number in range(1, 4):
        attempt(f"secret-file-{number}", lambda path=f"/scratch/j{number}/secret": read(path))
    attempt("memory-secret", lambda: hits(str(settings["first"]).encode(), str(settings["second"]).encode()))
    attempt("memory-label", lambda: hits(np.uint32(settings["low"]).tobytes(), np.uint32(settings["high"]).tobytes()))
    attempt("memory-feature", lambda: hits(np.uint16(settings["feature-low"]).tobytes(), np.uint16(settings["feature-high"]).tobytes()))
    attempt("signal-worker", lambda: os.kill(os.getppid(), signal.SIGTERM))
    attempt("signal-sibling", lambda: os.kill(int(os.getpid()) - 1, signal.SIGTERM))
    attempt("limits-of-worker", lambda: resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE))
    attempt("lock", lambda: fcntl.flock(os.open(wire.__file__, os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB))
    attempt("matrix-is-writable", lambda: matrix.values.flags.writeable)


def map_of_memory() -> tuple[int, int, int]:
    """Where the heap begins, and where libraries and large blocks lie. Taken while the worker imports this, since a job may not look."""
    with open("/proc/self/maps") as file:
        lines = [line.split() for line in file]
    ranges = [(*(int(end, 16) for end in words[0].split("-")), words[-1]) for words in lines]
    heap = next(start for start, _, name in ranges if name == "[heap]")
    blocks = [(start, end) for start, end, name in ranges if start > heap and not name.startswith("[")]
    return heap, min(start for start, _ in blocks), max(end for _, end in blocks)


HEAP, FIRST_BLOCK, LAST_BLOCK = map_of_memory()
PAGE = resource.getpagesize()


def readable_ranges() -> list[tuple[int, int]]:
    """Every page that this process can read, found by writing a byte of it into a pipe."""
    libc = ctypes.CDLL(None)
    libc.sbrk.restype = ctypes.c_size_t
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    found: list[tuple[int, int]] = []
    for start, end in ((HEAP, libc.sbrk(0)), (FIRST_BLOCK - 256 * MEBIBYTE, LAST_BLOCK)):
        for number, page in enumerate(range(start, end, PAGE)):
            if number % 1024 == 0:
                drain(reading)
            if libc.write(writing, ctypes.c_void_p(page), 1) != 1:
                continue
            if found and found[-1][1] == page:
                found[-1] = (found[-1][0], page + PAGE)
            else:
                found.append((page, page + PAGE))
    os.close(reading)
    os.close(writing)
    return found


def drain(pipe: int) -> None:
    try:
        os.read(pipe, 65536)
    except BlockingIOError:
        pass


def hits(first: bytes, second: bytes) -> int:
    """How often `first` followed by `second` is in memory: what the fork took over from the worker is there too."""
    count = 0
    for start, end in readable_ranges():
        for piece in range(start, end, 8 * MEBIBYTE):
            data = ctypes.string_at(piece, min(end, piece + 8 * MEBIBYTE) - piece)
            at = data.find(first)
            while at >= 0:
                count += data[at + len(first) : at + len(first) + len(second)] == second
                at = data.find(first, at + 1)
    return count


def processes(settings: dict[str, wire.Setting], matrix: wire.Matrix) -> None:
    def fork_once() -> str:
        child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)
        return "forked"

    def some_threads() -> str:
        done = threading.Event()
        started = []
        try:
            for _ in range(100):  # bounded, above the cap of 64
                thread = threading.Thread(target=done.wait, daemon=True)
                thread.start()
                started.append(thread)
        finally:
            done.set()
            print("threads", len(started), flush=True)
        return "all"

    attempt("fork", fork_once)
    attempt("run", lambda: subprocess.run(["/usr/bin/true"], check=True))
    attempt("few-threads", lambda: [thread.start() for thread in [threading.Thread(target=int) for _ in range(4)]])
    if "is-control" in settings:
        return
    attempt("exec", lambda: os.execv("/usr/bin/true", ["true"]))
    attempt("many-threads", some_threads)


def killed_call(settings: dict[str, wire.Setting], matrix: wire.Matrix) -> None:
    """Calls of the kernel with arguments that do nothing: they must not even be refused, but end the process."""
    attempt(str(settings["call"]), lambda: ctypes.CDLL(None, use_errno=True).syscall(int(settings["number"]), 0, 0, 0, 0, 0))


def memory_at_once(settings: dict[str, wire.Setting], matrix: wire.Matrix) -> None:
    print("reached memory", flush=True)
    np.ones(int(settings["mebibytes"]) * MEBIBYTE // 8)
    print("memory done", flush=True)


def memory_by_and_by(settings: dict[str, wire.Setting], matrix: wire.Matrix) -> None:
    print("reached memory", flush=True)
    kept = []
    for _ in range(int(settings["mebibytes"]) // 4):
        kept.append(np.ones(4 * MEBIBYTE // 8))
        time.sleep(0.02)
    print("memory done", flush=True)


def shared_memory(settings: dict[str, wire.Setting], matrix: wire.Matrix) -> None:
    import mmap

    print("reached memory", flush=True)
    area = mmap.mmap(-1, int(settings["mebibytes"]) * MEBIBYTE)
    for start in range(0, len(area), 4 * MEBIBYTE):
        area[start : start + 4 * MEBIBYTE] = b"x" * (4 * MEBIBYTE)
        time.sleep(0.02)
    print("memory done", flush=True)


def disk(settings: dict[str, wire.Setting], matrix: wire.Matrix) -> None:
    def large() -> str:
        write("large", b"x" * (64 * MEBIBYTE))
        return "64 MiB in one file"

    def many_large() -> int:
        piece = b"x" * (8 * MEBIBYTE)
        for number in range(48):
            write(f"piece-{number}", piece)
        return 48 * 8

    attempt("large-file", large)
    os.unlink("large")
    attempt("fill", many_large)
    attempt("small-file", lambda: write("small"))


def inodes(settings: dict[str, wire.Setting], matrix: wire.Matrix) -> None:
    print("reached inodes", flush=True)
    for number in range(6_000):
        write(f"f{number}", b"")
    time.sleep(5)
    print("inodes done", flush=True)


def flood_log(settings: dict[str, wire.Setting], matrix: wire.Matrix) -> None:
    print("reached flood")
    line = "x" * 1023 + "\n"
    for _ in range(int(settings["mebibytes"]) * 1024):
        sys.stdout.write(line)
    sys.stdout.flush()


def flood_result(settings: dict[str, wire.Setting], matrix: wire.Matrix) -> None:
    print("reached flood", flush=True)
    piece = b"x" * MEBIBYTE
    for _ in range(int(settings["mebibytes"])):
        os.write(4, piece)
    print("flood done", flush=True)


def control_characters(settings: dict[str, wire.Setting], matrix: wire.Matrix) -> None:
    print("plain \x1b[31mred\x1b[0m \x1b]0;title\x07bell\x07 \x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\ back\x08 csi\x9b2J \u202eturned \u200bend", flush=True)
    print("é ü 漢字\ttab", flush=True)


def forge(settings: dict[str, wire.Setting], matrix: wire.Matrix) -> None:
    """A perfect-looking frame on every channel that a job has, and an end without a result."""
    frame = wire.FRAME.pack(wire.DONE, 1, wire.DONE_FACTS.size, 0) + wire.DONE_FACTS.pack(0, 1, 0, 0, 0)
    for descriptor in (1, 2, 3, 4):
        attempt(f"forge-{descriptor}", lambda descriptor=descriptor: os.write(descriptor, frame))
    os._exit(0)


def nonsense(settings: dict[str, wire.Setting], matrix: wire.Matrix) -> None:
    os.write(4, b"not a bundle at all")
    os._exit(0)


def close_and_stay(settings: dict[str, wire.Setting], matrix: wire.Matrix) -> None:
    print("reached time", flush=True)
    for descriptor in (0, 1, 2, 3, 4):
        os.close(descriptor)
    while True:
        time.sleep(1)


def sleep(settings: dict[str, wire.Setting], matrix: wire.Matrix) -> None:
    print("reached time", flush=True)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(60)


def stop_itself(settings: dict[str, wire.Setting], matrix: wire.Matrix) -> None:
    print("reached time", flush=True)
    os.kill(os.getpid(), signal.SIGSTOP)


def spin(settings: dict[str, wire.Setting], matrix: wire.Matrix) -> None:
    print("reached time", flush=True)
    while True:
        pass


def leave_behind(settings: dict[str, wire.Setting], matrix: wire.Matrix) -> None:
    attempt("leave-deep", leave_deep)
    attempt("leave-file", lambda: write("left"))
    attempt("leave-unreadable", leave_unreadable)
    attempt("leave-tmp", lambda: write("/tmp/left"))
    attempt("leave-daemon", os.fork)


def leave_control(settings: dict[str, wire.Setting], matrix: wire.Matrix) -> None:
    attempt("leave-file", lambda: write("left"))
    attempt("leave-tmp", lambda: write("/tmp/left"))
    attempt("see-tmp", lambda: os.listdir("/tmp"))


def leave_deep() -> int:
    here = os.open(".", os.O_RDONLY)
    for depth in range(1_500):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    return 1_500


def leave_unreadable() -> str:
    os.mkdir("shut")
    write("shut/file")
    os.chmod("shut", 0)
    return "shut"


def look_for_left_overs(settings: dict[str, wire.Setting], matrix: wire.Matrix) -> None:
    attempt("own-folder", lambda: os.listdir("."))
    attempt("scratch", lambda: os.listdir(".."))
    attempt("tmp", lambda: os.listdir("/tmp"))
    attempt("left-number", lambda: os.listdir(f"/scratch/j{settings['number']}"))


DOINGS: dict[str, Callable[..., wire.FitResult]] = {
    "good": good,
    "until-stopped": until_stopped,
    "hold-secret": hold_secret,
    "raise": probe(lambda settings, matrix: (_ for _ in ()).throw(ValueError("the learner does not like the data"))),
    "network": probe(network),
    "files": probe(files),
    "environment": probe(environment),
    "other-jobs": probe(other_jobs),
    "processes": probe(processes),
    "killed-call": probe(killed_call),
    "memory-at-once": probe(memory_at_once),
    "memory-by-and-by": probe(memory_by_and_by),
    "shared-memory": probe(shared_memory),
    "disk": probe(disk),
    "inodes": probe(inodes),
    "flood-log": probe(flood_log),
    "flood-result": probe(flood_result),
    "control-characters": probe(control_characters),
    "forge": probe(forge),
    "nonsense": probe(nonsense),
    "close-and-stay": probe(close_and_stay),
    "sleep": probe(sleep),
    "stop-itself": probe(stop_itself),
    "spin": probe(spin),
    "leave-behind": probe(leave_behind),
    "leave-control": probe(leave_control),
    "look-for-left-overs": probe(look_for_left_overs),
}
