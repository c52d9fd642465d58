"""When a learner has to end by itself. The host also kills from outside; a learner that ends in time keeps its work."""

from __future__ import annotations

import time
from collections.abc import Callable


class Stopwatch:
    def __init__(self, stop_after_ms: float, should_stop: Callable[[], bool]) -> None:
        self._start = self._round_start = time.monotonic()
        self._deadline = self._round_start + stop_after_ms / 1000
        self._should_stop = should_stop

    def part(self, share: float) -> Stopwatch:
        """A stopwatch for this share of the time that is left."""
        return Stopwatch(self.left_seconds() * share * 1000, self._should_stop)

    def left_seconds(self) -> float:
        return self._deadline - time.monotonic()

    def elapsed_seconds(self) -> float:
        return time.monotonic() - self._start

    def is_over(self) -> bool:
        return time.monotonic() >= self._deadline or self._should_stop()

    def start_rounds(self) -> None:
        """Preparing was not a round: the first round begins now."""
        self._round_start = time.monotonic()

    def is_last_round(self, finish_seconds: float = 0.0) -> bool:
        """Asked after each round: whether another one as long as this, and then `finish_seconds` of answering, would end too late."""
        now = time.monotonic()
        round_seconds, self._round_start = now - self._round_start, now
        return now + round_seconds + finish_seconds >= self._deadline or self._should_stop()
