from __future__ import annotations

import gc
import time
import weakref
from pathlib import Path

import pytest
import torch

from mtl.errors import MtlError
from mtl.training.step_time import WARM_UP, clock_of, in_turns, step_of
from tests.training.fabricate import make_spec, make_store, make_trainer


def test_steps_take_turns_and_warm_up_untimed() -> None:
    order: list[str] = []
    now = 0.0

    def step(name: str, seconds: float):
        def run() -> None:
            nonlocal now
            order.append(name)
            now += seconds

        return run

    times = in_turns([step("a", 1.0), step("b", 2.5)], 3, lambda: now)
    assert times == [[1.0] * 3, [2.5] * 3]
    assert order == ["a"] * WARM_UP + ["b"] * WARM_UP + ["a", "b"] * 3


@pytest.mark.parametrize(
    ("method", "regime"),
    [("hard_sharing", "joint"), ("task_routing", "steady_state"), ("etr", "synchronized"),
     ("pcgrad", "joint"), ("auto_lambda", "joint"), ("maximum_roaming", "steady_state")],
)  # fmt: skip
def test_a_step_is_that_of_the_training(tmp_path: Path, method: str, regime: str) -> None:
    """The first one moves the parameters as the trainer's first batch does."""
    store = make_store(tmp_path)
    spec = make_spec(method, regime=regime, host="resnet_small")
    timed, trained = make_trainer(store, spec, (3, 11)), make_trainer(store, spec, (3, 11))
    step_of(timed)()
    order = trained._order("order")[:, : trained.spec.batch_size]
    trained._train_batch(order, order if trained.method.second_batch else None)
    assert torch.equal(timed.adam.values, trained.adam.values)


def test_what_is_timed_keeps_no_images(tmp_path: Path) -> None:
    """Many rows are timed side by side, whose own images would not all fit into memory."""
    trainer = make_trainer(make_store(tmp_path), make_spec(host="resnet_small"))
    images = weakref.ref(trainer.train_images), weakref.ref(trainer.eval_images)
    step = step_of(trainer)
    del trainer
    gc.collect()
    assert [one() for one in images] == [None, None]
    step()


def test_a_step_that_diverges_is_told(tmp_path: Path) -> None:
    trainer = make_trainer(make_store(tmp_path), make_spec(host="resnet_small"))
    step = step_of(trainer)
    trainer.adam.values.fill_(torch.nan)
    with pytest.raises(MtlError, match="a step of 'hard_sharing': a loss is not finite"):
        step()


def test_on_the_cpu_waiting_is_not_counted() -> None:
    what, clock = clock_of(torch.device("cpu"))
    started = clock()
    time.sleep(0.2)
    assert what == "CPU time"
    assert clock() - started < 0.1


def test_a_device_without_a_clock() -> None:
    with pytest.raises(MtlError, match="unknown device to measure on 'meta'"):
        clock_of(torch.device("meta"))
