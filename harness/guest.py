"""Puts up the inner walls of a guest and becomes it: a Node process that holds native code and a stranger's bytes. Trusted; reads none of them.

    guest.py MEMORY_BYTES FILE_BYTES read|write|none NODE WORDS...     descriptors: 0 in · 4 out · 7 its one file · 8 seccomp program

Node cannot limit itself, and what bubblewrap can do (name spaces, mounts, a filter that still lets programs start) is done before.
"""

from __future__ import annotations

import os
import resource
import signal
import sys

FILE, GUEST_FILTER = 7, 8
os.closerange(3, 4)
os.closerange(5, FILE)
os.closerange(GUEST_FILTER + 1, 1 << 16)
sys.path += [os.path.dirname(os.path.abspath(__file__))]

import harden  # noqa: E402

MAX_OPEN_FILES = 256
MAX_TASKS = 64  # threads: those of V8, of DuckDB or ONNX Runtime, and of files
# V8 reserves far more addresses than it uses; they bound shared mappings, which the limit on data does not count.
RESERVED_BYTES = 24 << 30

LOADERS = ("/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1")
LIBRARIES = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/cage/runtime", "/cage/guest")
READABLE_FILES = ("/proc/stat", "/proc/meminfo", "/proc/cpuinfo", "/proc/self/statm", "/proc/self/status", "/proc/self/cgroup", "/dev/urandom", "/dev/null")


def limit(memory_bytes: int, file_bytes: int) -> None:
    limits = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: file_bytes,
        resource.RLIMIT_NOFILE: MAX_OPEN_FILES,
        resource.RLIMIT_NPROC: MAX_TASKS,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_DATA: memory_bytes,
        resource.RLIMIT_AS: memory_bytes + RESERVED_BYTES,
    }
    for which, most in limits.items():
        ceiling = resource.getrlimit(which)[1]
        value = most if ceiling == resource.RLIM_INFINITY else min(most, ceiling)
        resource.setrlimit(which, (value, value))


def main() -> None:
    memory_bytes, file_bytes = int(sys.argv[1]), int(sys.argv[2])
    use, node = sys.argv[3], sys.argv[4]
    program = harden.read_filter(GUEST_FILTER)
    if use == "none":
        os.closerange(FILE, FILE + 1)  # whatever stands there was not meant for it
    os.umask(0o077)
    harden.offer_to_oom_killer(800)
    limit(memory_bytes, file_bytes)
    harden.check(harden.LIBC.prctl(harden.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges")
    harden.check(harden.LIBC.prctl(harden.PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "parent death signal")
    harden.restrict_to(
        [
            # Flat: with no folders in it, its size and its end are a matter of one listing.
            ("/scratch", harden.WRITE_FILE | harden.READ_FILE | harden.READ_DIR | harden.REMOVE_FILE | harden.MAKE_REG | harden.TRUNCATE),
            (node, harden.EXECUTE | harden.READ_FILE),
            *((loader, harden.EXECUTE | harden.READ_FILE) for loader in LOADERS),
            *((folder, harden.READ_FILE | harden.READ_DIR) for folder in LIBRARIES),
            *((file, harden.READ_FILE) for file in READABLE_FILES),
            # A rule on the open file itself: there is no path to it in here. What is to be written is open already and is not opened again.
            *([(FILE, harden.READ_FILE)] if use == "read" else []),
        ]
    )
    harden.install(program)
    os.execv(node, sys.argv[4:])  # noqa: S606 — the words are the host's own


if __name__ == "__main__":
    main()
