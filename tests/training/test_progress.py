from __future__ import annotations

import io

import pytest

from mtl.training import progress
from mtl.training.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    return clock


def test_a_log_gets_a_line_now_and_then(clock: Clock) -> None:
    stream = io.StringIO()
    report = Progress("celeba etr", 400, stream)
    for second in range(1, 41):
        clock.now = 100.0 + second
        report.batch(2 * second)
    assert stream.getvalue().splitlines() == [
        "celeba etr  batch 30/400  2.0/s  3:05 left",
        "celeba etr  batch 60/400  2.0/s  2:50 left",
    ]


def test_a_terminal_gets_one_line_that_changes(clock: Clock) -> None:
    stream = Terminal()
    report = Progress("celeba etr", 10, stream)
    clock.now += 1
    report.batch(5)
    report.epoch(1, 2, {"recall": 0.25})
    assert stream.getvalue() == (
        "\r\x1b[Kceleba etr  batch 5/10  5.0/s  0:01 left"
        "\r\x1b[Kceleba etr  epoch 1/2  recall 0.250\n"
    )


def test_scores_stay_in_view(clock: Clock) -> None:
    stream = io.StringIO()
    report = Progress("t", 10, stream)
    report.epoch(1, 2, {"precision": 0.5, "recall": 0.25})
    clock.now += 20
    report.batch(10)
    assert stream.getvalue().splitlines()[1].endswith("precision 0.500  recall 0.250")


def test_the_rate_after_a_resumption_is_that_of_this_attempt(clock: Clock) -> None:
    stream = io.StringIO()
    report = Progress("t", 100, stream)
    report.resume(40)
    clock.now += 20
    report.batch(60)
    assert stream.getvalue().splitlines() == [
        "t  resumed at batch 40 of 100",
        "t  batch 60/100  1.0/s  0:40 left",
    ]
