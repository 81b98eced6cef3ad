"""Progress of a training: a live line on a terminal, plain lines in a log."""

from __future__ import annotations

import sys
import time
from typing import TextIO

LOG_INTERVAL_S = 15.0
TERMINAL_INTERVAL_S = 0.5


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(int(seconds), 60)
    return f"{minutes}:{seconds:02d}"


class Progress:
    """Prints how far a configuration is, how fast, and when it will end.

    Args:
        title: names the configuration.
        total: number of batches of the whole training.
        stream: where to print; a terminal gets one line that is rewritten.
    """

    def __init__(self, title: str, total: int, stream: TextIO | None = None):
        self.title, self.total = title, total
        self.stream = sys.stderr if stream is None else stream
        self.live = self.stream.isatty()
        self.started = self.printed = time.monotonic()
        self.first = 0
        self.scores = ""

    def resume(self, done: int) -> None:
        """Say that a killed training goes on after this many batches."""
        self.first = done
        self._print(f"resumed at batch {done} of {self.total}", keep=True)

    def batch(self, done: int) -> None:
        """Report that this many batches are done; prints now and then."""
        now = time.monotonic()
        if now - self.printed < (TERMINAL_INTERVAL_S if self.live else LOG_INTERVAL_S):
            return
        self.printed = now
        rate = (done - self.first) / (now - self.started)
        left = (self.total - done) / rate if rate > 0 else 0.0
        self._print(f"batch {done}/{self.total}  {rate:.1f}/s  {_clock(left)} left  {self.scores}")

    def epoch(self, epoch: int, epochs: int, scores: dict[str, float]) -> None:
        """Report an evaluation: the mean of each metric over the seeds."""
        self.scores = "  ".join(f"{name} {value:.3f}" for name, value in scores.items())
        self._print(f"epoch {epoch}/{epochs}  {self.scores}", keep=True)

    def _print(self, text: str, keep: bool = False) -> None:
        line = f"{self.title}  {text}".rstrip()
        if self.live:
            print(f"\r\x1b[K{line}", end="\n" if keep else "", file=self.stream, flush=True)
        else:
            print(line, file=self.stream, flush=True)
