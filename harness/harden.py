"""The walls that a job puts up around itself after the fork and before a learner runs. Any that fails ends the job: nothing of it is run.

`cage` is the full set; `program` is the same with less room, for code that nobody has read. `twin` is for machines without a cage, where only
limits and no_new_privs can be had; the host says so on every page.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import struct
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Level = Literal["cage", "program", "twin"]

LIBC = ctypes.CDLL(None, use_errno=True)
ON_LINUX = sys.platform == "linux"

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38
LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446
SECCOMP_CALLS = {"x86_64": 317, "aarch64": 277}
SECCOMP_SET_MODE_FILTER = 1

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Room:
    file_bytes: int
    open_files: int
    tasks: int  # of one cage: the worker, its jobs and their threads


ROOMS: dict[Level, Room] = {
    "cage": Room(32 * MEBIBYTE, 256, 64),
    "program": Room(16 * MEBIBYTE, 64, 24),
    "twin": Room(32 * MEBIBYTE, 256, 64),
}

# Where a job of a level may write beside its own folder.
OUTPUT_FOLDERS: dict[Level, tuple[str, ...]] = {"cage": (), "program": ("/output",), "twin": ()}

# Learners read these and nothing else of /proc; a path below /proc/self stands for this very process, so it is opened after the fork.
READABLE_FILES = (
    "/proc/stat",
    "/proc/meminfo",
    "/proc/cpuinfo",
    "/proc/self/statm",
    "/proc/self/status",
    "/proc/sys/vm/overcommit_memory",
    "/dev/urandom",
    "/dev/null",
)


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]


@dataclass(frozen=True, slots=True)
class Filter:
    """A seccomp program, read once by the worker and kept alive for its children."""

    buffer: ctypes.Array[ctypes.c_char]
    program: _Program


def read_filter(descriptor: int) -> Filter:
    with open(descriptor, "rb") as file:
        instructions = file.read()
    buffer = ctypes.create_string_buffer(instructions, len(instructions))
    return Filter(buffer, _Program(len(instructions) // 8, ctypes.addressof(buffer)))


def check(answer: int, what: str) -> int:
    if answer < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return answer


def set_dumpable(is_dumpable: bool) -> None:
    """A process that is not dumpable cannot be looked into through /proc by others of its user."""
    if ON_LINUX:
        check(LIBC.prctl(PR_SET_DUMPABLE, int(is_dumpable), 0, 0, 0), "dumpable")


def offer_to_oom_killer(score: int) -> None:
    """When memory runs out the kernel takes the highest score first: jobs before the worker, the worker before anything of the host."""
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write(str(score))
    except OSError:
        pass  # a wish, not a wall: the memory limits hold without it


def landlock_abi() -> int:
    return LIBC.syscall(LANDLOCK_CREATE_RULESET, None, 0, 1)


EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, REMOVE_DIR, REMOVE_FILE, MAKE_DIR, MAKE_REG, TRUNCATE = 1, 2, 4, 8, 0x10, 0x20, 0x80, 0x100, 0x4000


def restrict_to(places: Iterable[tuple[str | int, int]]) -> None:
    """Landlock: these rights below these places (a path, or an open file), and nothing else; no TCP, no signals to others."""
    abi = check(landlock_abi(), "landlock")
    handled = 0x1FFF | (0x2000 if abi >= 2 else 0) | (TRUNCATE if abi >= 3 else 0) | (0x8000 if abi >= 5 else 0)
    bind_and_connect_tcp = 3 if abi >= 4 else 0
    abstract_sockets_and_signals = 3 if abi >= 6 else 0
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    attributes = struct.pack("<QQQ", handled, bind_and_connect_tcp, abstract_sockets_and_signals)
    rules = check(LIBC.syscall(LANDLOCK_CREATE_RULESET, attributes, size, 0), "landlock rules")
    for place, rights in places:
        try:
            opened = os.open(place, os.O_PATH | os.O_CLOEXEC) if isinstance(place, str) else place
        except FileNotFoundError:
            continue
        check(LIBC.syscall(LANDLOCK_ADD_RULE, rules, 1, struct.pack("=Qi", rights & handled, opened), 0), f"landlock {place}")
        if isinstance(place, str):
            os.close(opened)
    check(LIBC.syscall(LANDLOCK_RESTRICT_SELF, rules, 0), "landlock restrict")
    os.close(rules)


WRITE_BELOW = WRITE_FILE | READ_FILE | READ_DIR | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | TRUNCATE


def restrict_files(own_folders: Sequence[str]) -> None:
    """Of a job: write below the own folders, read programs and libraries and a few files."""
    restrict_to(
        [
            *((folder, WRITE_BELOW) for folder in own_folders),
            *((folder, EXECUTE | READ_FILE | READ_DIR) for folder in ("/usr", "/lib", "/lib64", "/cage")),
            *((file, READ_FILE) for file in READABLE_FILES),
        ]
    )


def install(program: Filter) -> None:
    check(LIBC.syscall(SECCOMP_CALLS[os.uname().machine], SECCOMP_SET_MODE_FILTER, 0, ctypes.byref(program.program)), "seccomp")


def limit(memory_bytes: int, wall_ms: int, level: Level) -> None:
    def at_most(which: int, soft: int, hard: int | None = None) -> None:
        ceiling = resource.getrlimit(which)[1]
        soft, hard = (value if ceiling == resource.RLIM_INFINITY else min(value, ceiling) for value in (soft, hard if hard is not None else soft))
        resource.setrlimit(which, (soft, hard))

    at_most(resource.RLIMIT_CORE, 0)
    at_most(resource.RLIMIT_FSIZE, ROOMS[level].file_bytes)
    at_most(resource.RLIMIT_NOFILE, ROOMS[level].open_files)
    # A job has one thread at work, so the wall clock is stricter; this one holds when the wall clock is not looked at.
    cpu_seconds = 2 * (wall_ms // 1000 + 2)
    at_most(resource.RLIMIT_CPU, cpu_seconds, cpu_seconds + 1)
    if not ON_LINUX:
        return
    at_most(resource.RLIMIT_MEMLOCK, 0)
    at_most(resource.RLIMIT_MSGQUEUE, 0)
    # No priority above that of others.
    at_most(resource.RLIMIT_NICE, 0)
    at_most(resource.RLIMIT_RTPRIO, 0)
    at_most(resource.RLIMIT_STACK, 8 * MEBIBYTE, 64 * MEBIBYTE)
    if level != "twin":
        at_most(resource.RLIMIT_NPROC, ROOMS[level].tasks)
    # What the fork took over from the worker is not the job's: the libraries alone map 770 MiB.
    with open("/proc/self/statm") as file:
        pages = [int(word) for word in file.read().split()]
    page = resource.getpagesize()
    at_most(resource.RLIMIT_DATA, pages[5] * page + memory_bytes + 128 * MEBIBYTE)
    # Address space is reserved far beyond what is used (thread pools, allocator arenas); it bounds shared mappings, which DATA does not count.
    at_most(resource.RLIMIT_AS, pages[0] * page + memory_bytes + 1536 * MEBIBYTE)


def confine(level: Level, folder: str, job_filter: Filter | None) -> None:
    """Called by the forked job, once; there is no way back. `limit` follows as soon as the limits are known, before anything of the job runs."""
    os.umask(0o077)
    os.chdir(folder)
    os.environ.update(HOME=folder, TMPDIR=folder)
    if level != "twin":
        # Only a dumpable process may write its own score.
        set_dumpable(True)
        offer_to_oom_killer(900)
        set_dumpable(False)
    if level == "program":
        # One processor, whatever threads it starts, also where no control group can hold it; the job's filter refuses to widen it again.
        processors = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {processors[time.monotonic_ns() % len(processors)]})
    if ON_LINUX:
        check(LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges")
        check(LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "parent death signal")
    if level == "twin":
        return
    restrict_files((folder, *OUTPUT_FOLDERS[level]))
    if job_filter is None:
        raise OSError("there is no seccomp program for the job")
    check(LIBC.syscall(SECCOMP_CALLS[os.uname().machine], SECCOMP_SET_MODE_FILTER, 0, ctypes.byref(job_filter.program)), "seccomp")


def harden(level: Level, folder: str, memory_bytes: int, wall_ms: int, job_filter: Filter | None) -> None:
    """All walls at once, where the limits are known from the start."""
    confine(level, folder, job_filter)
    limit(memory_bytes, wall_ms, level)
