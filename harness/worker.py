"""The warm worker: trusted, first process of the cage. It imports the learners once, maps the matrix once, and forks one child a job, the next ahead of time.

It never trains (OpenMP does not survive a fork) and never keeps a payload, a log or a result: they pass through one buffer
that is wiped after each piece, so that the next child inherits nothing of another job.

    worker.py cage                         descriptors: 3 in · 4 out · 7 matrix · 8 seccomp program of a job
    worker.py program                      the same for one program, which brings its data with it: no learner is imported, and what it leaves stays
    worker.py twin SITE_PACKAGES FOLDER    the same without the cage: 3 in · 4 out · 7 matrix
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import gc
import mmap
import os
import select
import shutil
import signal
import struct
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from harden import Level

HOST_IN, HOST_OUT, MATRIX_FILE, JOB_FILTER = 3, 4, 7, 8
# In a job, after everything else is closed.
CONTROL, RESULT, PAYLOAD, CLOCK = 3, 4, 5, 6

LEVEL: Level = "cage" if sys.argv[1] == "cage" else "program" if sys.argv[1] == "program" else "twin"
IS_CAGED = LEVEL != "twin"
SITE_PACKAGES = "/cage/site" if IS_CAGED else sys.argv[2]
SCRATCH = "/scratch" if IS_CAGED else sys.argv[3]
# Where a program leaves what the host then takes.
OUTPUT = "/output"

os.closerange(5, MATRIX_FILE)
os.closerange(JOB_FILTER + 1 if IS_CAGED else MATRIX_FILE + 1, 1 << 16)
# Started without `site`, so that nothing but the standard library, this folder and the environment can be imported.
sys.path += [os.path.dirname(os.path.abspath(__file__)), SITE_PACKAGES]

import harden  # noqa: E402

JOB_PROGRAM = harden.read_filter(JOB_FILTER) if IS_CAGED else None

import wire  # noqa: E402

if LEVEL != "program":
    import fit as _fit  # noqa: F401 — the learners, once for all jobs

if IS_CAGED:
    # In this order: only a dumpable process may write its own score. Before this line no job runs that could look in.
    harden.offer_to_oom_killer(500)
    harden.set_dumpable(False)

PIECE_BYTES = 1 << 18
BUFFER = bytearray(PIECE_BYTES)
VIEW = memoryview(BUFFER)
START = (ctypes.c_char * PIECE_BYTES).from_buffer(BUFFER)
HEAD = bytearray(wire.FRAME.size)
F_SETPIPE_SZ = 1031
# What a waiting child is told first: wall ms · memory bytes · size of the payload.
PAYLOAD_HEAD = struct.Struct("<IQQ")
# How often a child that closed its channels but has not ended is looked at.
REAP_MS = 1


@dataclass(slots=True)
class Slot:
    """One job at work, as the worker sees it."""

    job: int
    pid: int
    folder: str
    control: int
    log: int
    result: int
    deadline: float
    log_left: int
    result_left: int
    clock: int
    lost_log_bytes: int = 0
    cause: int = wire.CAUSE_ITSELF
    open: set[int] = field(default_factory=set)

    def end(self, cause: int) -> None:
        if self.cause == wire.CAUSE_ITSELF:
            self.cause = cause
        os.kill(self.pid, signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class Spare:
    """A forked child that stands behind its walls and waits for its job: forking takes longer than a small fit, and is then over before one comes."""

    pid: int
    folder: str
    payload: int
    control: int
    log: int
    result: int
    clock: int


class HostGone(Exception):
    pass


def write_all(descriptor: int, *parts: bytes | bytearray | memoryview) -> None:
    for part in parts:
        rest = memoryview(part).cast("B")
        while rest:
            rest = rest[os.write(descriptor, rest) :]


def send(kind: int, job: int, payload: bytes | memoryview = b"") -> None:
    head = wire.FRAME.pack(kind, job, len(payload), 0)
    sent = os.writev(HOST_OUT, [head, payload])
    write_all(HOST_OUT, head[sent:], payload[max(0, sent - len(head)) :])


def read_exactly(descriptor: int, into: memoryview) -> None:
    while into:
        count = os.readv(descriptor, [into])
        if count == 0:
            raise HostGone
        into = into[count:]


def read_small(size: int) -> bytes:
    """Facts of a frame; never data of a job."""
    data = bytearray(size)
    read_exactly(HOST_IN, memoryview(data))
    return bytes(data)


class Worker:
    def __init__(self) -> None:
        self.slots: dict[int, Slot] = {}
        self.matrix: wire.Matrix | None = None
        self.spare: Spare | None = None
        self.forked = 0
        self.poll = select.poll()
        self.poll.register(HOST_IN, select.POLLIN)

    def serve(self) -> None:
        send(wire.READY, 0, wire.READY_FACTS.pack(wire.WIRE))
        if LEVEL == "program":
            self.spare = self.fork()
        while True:
            for descriptor, _ in self.poll.poll(self.patience_ms()):
                if descriptor == HOST_IN:
                    self.hear_host()
                else:
                    self.hear_job(descriptor)
            now = time.monotonic()
            for slot in list(self.slots.values()):
                if now >= slot.deadline:
                    slot.end(wire.CAUSE_TIME)
                    slot.deadline = now + 1
                if not slot.open:
                    self.reap(slot)

    def patience_ms(self) -> float | None:
        if not self.slots:
            return None
        if any(not slot.open for slot in self.slots.values()):
            return REAP_MS
        return max(0.0, min(slot.deadline for slot in self.slots.values()) - time.monotonic()) * 1000 + 1

    def hear_host(self) -> None:
        read_exactly(HOST_IN, memoryview(HEAD))
        kind, job, size, _ = wire.FRAME.unpack(HEAD)
        if kind == wire.JOB:
            self.start(job, wire.JOB_LIMITS.unpack(read_small(wire.JOB_LIMITS.size)), size - wire.JOB_LIMITS.size)
        elif kind == wire.MATRIX:
            (length,) = wire.MATRIX_PLACE.unpack(read_small(size))
            self.matrix = wire.read_matrix(memoryview(mmap.mmap(MATRIX_FILE, length, mmap.MAP_SHARED, mmap.PROT_READ)))
            os.close(MATRIX_FILE)
            send(wire.MAPPED, 0)
            self.spare = self.fork()
        elif job in self.slots and kind == wire.CANCEL:
            self.slots[job].end(wire.CAUSE_CANCELLED)
        elif job in self.slots and kind == wire.STOP:
            with contextlib.suppress(BrokenPipeError):  # it has just ended by itself
                os.write(self.slots[job].control, b"s")

    def fork(self) -> Spare:
        self.forked += 1
        folder = f"{SCRATCH}/j{self.forked}"
        os.mkdir(folder, 0o700)
        payload_out, payload_in = os.pipe()
        control_out, control_in = os.pipe()
        log_out, log_in = os.pipe()
        result_out, result_in = os.pipe()
        clock_out, clock_in = os.pipe()
        widen(result_out)
        widen(payload_in)
        pid = os.fork()
        if pid == 0:
            run_job(self.matrix, folder, (log_in, control_out, result_in, payload_out, clock_in))
        for descriptor in (payload_out, control_out, log_in, result_in, clock_in):
            os.close(descriptor)
        return Spare(pid, folder, payload_in, control_in, log_out, result_out, clock_out)

    def start(self, job: int, limits: tuple[int, int, int, int], size: int) -> None:
        wall_ms, log_bytes, memory_bytes, result_bytes = limits
        child = self.spare or self.fork()
        self.spare = None
        deadline = time.monotonic() + wall_ms / 1000
        opened = {child.log, child.result}
        self.slots[job] = Slot(
            job, child.pid, child.folder, child.control, child.log, child.result, deadline, log_bytes, result_bytes, child.clock, open=opened
        )
        for descriptor in opened:
            self.poll.register(descriptor, select.POLLIN)
        send(wire.STARTED, job, wire.STARTED_FACTS.pack(child.pid))
        with contextlib.suppress(BrokenPipeError):  # a wall could not be put up: its end tells
            os.write(child.payload, PAYLOAD_HEAD.pack(wall_ms, memory_bytes, size))
        self.pass_on(size, child.payload)
        if LEVEL != "program":
            self.spare = self.fork()

    def pass_on(self, size: int, payload: int) -> None:
        """The child takes its payload before it runs anything of the job, so this waits for nothing but memory."""
        is_taken = True
        while size > 0:
            piece = VIEW[: min(size, PIECE_BYTES)]
            read_exactly(HOST_IN, piece)
            size -= len(piece)
            try:
                if is_taken:
                    write_all(payload, piece)
            except BrokenPipeError:
                is_taken = False  # the child is dead; the rest must still be read
            wipe(len(piece))
        os.close(payload)

    def hear_job(self, descriptor: int) -> None:
        slot = next(slot for slot in self.slots.values() if descriptor in slot.open)
        count = os.readv(descriptor, [BUFFER])
        if count == 0:
            self.poll.unregister(descriptor)
            slot.open.remove(descriptor)
            os.close(descriptor)
            return
        if descriptor == slot.log:
            kept = min(count, slot.log_left)
            slot.log_left -= kept
            slot.lost_log_bytes += count - kept
            if kept:
                send(wire.LOG, slot.job, VIEW[:kept])
        else:
            kept = min(count, slot.result_left)
            slot.result_left -= kept
            if kept:
                send(wire.RESULT, slot.job, VIEW[:kept])
            if kept < count:
                slot.end(wire.CAUSE_OUTPUT)
        wipe(count)

    def reap(self, slot: Slot) -> None:
        pid, status, usage = os.wait4(slot.pid, os.WNOHANG)
        if pid == 0:
            return
        del self.slots[slot.job]
        os.close(slot.control)
        harden_us = read_clock(slot.clock)
        if LEVEL != "program":
            remove_folder(slot.folder)
        peak_kib = usage.ru_maxrss if sys.platform != "darwin" else usage.ru_maxrss // 1024
        facts = (status & 0xFFFFFFFF, peak_kib, slot.cause, min(slot.lost_log_bytes, 0xFFFFFFFF), harden_us)
        send(wire.DONE, slot.job, wire.DONE_FACTS.pack(*facts))

    def end_all(self) -> None:
        for slot in self.slots.values():
            os.kill(slot.pid, signal.SIGKILL)
            os.waitpid(slot.pid, 0)
            remove_folder(slot.folder)
        if self.spare:
            os.kill(self.spare.pid, signal.SIGKILL)
            os.waitpid(self.spare.pid, 0)


def wipe(count: int) -> None:
    ctypes.memset(START, 0, count)


def remove_folder(folder: str) -> None:
    """Flattens before it removes, so that a tree nested thousands deep costs no recursion."""
    serial = 0
    try:
        while names := os.listdir(folder):
            for name in names:
                path = f"{folder}/{name}"
                if not os.path.isdir(path) or os.path.islink(path):
                    os.unlink(path)
                    continue
                os.chmod(path, 0o700)
                for child in os.listdir(path):
                    serial += 1
                    os.rename(f"{path}/{child}", f"{folder}/.{serial}")
                os.rmdir(path)
        os.rmdir(folder)
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)


def run_job(matrix: wire.Matrix | None, folder: str, pipes: tuple[int, ...]) -> NoReturn:
    code = wire.EXIT_CAGE
    try:
        log, *rest = (move_high(pipe) for pipe in pipes)
        os.dup2(log, 1)
        os.dup2(log, 2)
        for place, descriptor in zip((CONTROL, RESULT, PAYLOAD, CLOCK), rest, strict=True):
            os.dup2(descriptor, place)
        os.closerange(CLOCK + 1, 1 << 16)
        os.set_blocking(CONTROL, False)
        harden.confine(LEVEL, folder, JOB_PROGRAM)
        confined_ns = time.process_time_ns()  # its own work since the fork
        # Behind the walls it waits; what it then learns of itself are limits, which go down only.
        head = bytearray(PAYLOAD_HEAD.size)
        read_exactly(PAYLOAD, memoryview(head))
        wall_ms, memory_bytes, size = PAYLOAD_HEAD.unpack(head)
        payload = bytearray(size)
        read_exactly(PAYLOAD, memoryview(payload))
        os.close(PAYLOAD)
        read_ns = time.process_time_ns()
        harden.limit(memory_bytes, wall_ms, LEVEL)
        spent_ns = confined_ns + (time.process_time_ns() - read_ns)
        # Told and closed before anything of the job runs, so that no job can say it otherwise.
        write_all(CLOCK, wire.HARDEN_US.pack(min(spent_ns // 1000, 0xFFFFFFFF)))
        os.close(CLOCK)
        code = 1
        if LEVEL == "program":
            run_program(payload)
        else:
            run_fit(matrix, payload)
        code = 0
    except BaseException as error:  # whatever it was, the host is told and the process ends
        code = code if code == wire.EXIT_CAGE else code_of(error)
        tell(error)
    finally:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)


def run_fit(matrix: wire.Matrix | None, payload: bytearray) -> None:
    import fit  # noqa: PLC0415 — imported once by the worker, before its first fork

    if matrix is None:
        raise RuntimeError("the job came before its matrix")
    result = fit.fit(wire.read_job(payload), matrix, should_stop_from(CONTROL))
    for part in wire.write_result(result):
        write_all(RESULT, part)


def run_program(payload: bytearray) -> None:
    import program  # noqa: PLC0415 — behind the walls already: nothing of it is needed before

    program.run(payload, OUTPUT)


def read_clock(descriptor: int) -> int:
    """Of a job that has ended: what it said of its walls, or 0 where it never stood behind them."""
    told = os.read(descriptor, wire.HARDEN_US.size)
    os.close(descriptor)
    return wire.HARDEN_US.unpack(told)[0] if len(told) == wire.HARDEN_US.size else 0


def widen(pipe: int) -> None:
    with contextlib.suppress(OSError):  # then it takes fewer bytes at a time
        fcntl.fcntl(pipe, F_SETPIPE_SZ, PIECE_BYTES)


def move_high(descriptor: int) -> int:
    return fcntl.fcntl(descriptor, fcntl.F_DUPFD, 64)


def should_stop_from(descriptor: int) -> Callable[[], bool]:
    stopped = False

    def should_stop() -> bool:
        nonlocal stopped
        if not stopped:
            try:
                os.read(descriptor, 1)  # a byte says stop; the end of the channel says that nobody waits any more
                stopped = True
            except BlockingIOError:
                pass
        return stopped

    return should_stop


def code_of(error: BaseException) -> int:
    text = str(error)
    if isinstance(error, MemoryError) or "bad_alloc" in text or "bad allocation" in text:
        return wire.EXIT_MEMORY
    if isinstance(error, RuntimeError) and "can't start new thread" in text:
        return wire.EXIT_PROCESSES
    return 1


def tell(error: BaseException) -> None:
    """The traceback by file name and line, without the folders of this machine, on the channel that logs cannot flood."""
    lines = [f"{os.path.basename(frame.filename)}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    lines += [line.rstrip() for line in traceback.format_exception_only(error)]
    with contextlib.suppress(OSError):  # the channel is closed or not yet made: the exit code still tells
        write_all(RESULT, "\n".join(lines[-40:]).encode(errors="replace")[-PIECE_BYTES:])


def main() -> None:
    gc.collect()
    gc.freeze()
    worker = Worker()
    try:
        worker.serve()
    except (HostGone, BrokenPipeError):
        worker.end_all()
        if LEVEL == "twin":
            remove_folder(SCRATCH)  # in the cage the folder ends with it


if __name__ == "__main__":
    main()
