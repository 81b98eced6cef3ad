"""How long a training step takes, of several configurations in turn in one process."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence

import torch

from mtl.errors import MtlError, unknown
from mtl.training.batches import epoch_order
from mtl.training.regimes import UPDATE_RULES, look_ahead
from mtl.training.trainer import Trainer

Step = Callable[[], object]
Clock = Callable[[], float]

WARM_UP = 2
"""Untimed steps of each: the first ones plan and allocate."""


def clock_of(device: torch.device) -> tuple[str, Clock]:
    """The clock for a device: what it measures, in words, and a function that gives seconds.

    On the CPU that is the time of this process, which trains in one thread: other processes make it
    wait, which does not count. On a card it is the wall time, up to the end of what is queued.

    Raises:
        MtlError: for a device of another kind.
    """

    def after_queue() -> float:
        torch.cuda.synchronize(device)
        return time.perf_counter()

    clocks: dict[str, tuple[str, Clock]] = {
        "cpu": ("CPU time", time.process_time),
        "cuda": ("wall time", after_queue),
    }
    if device.type not in clocks:
        raise unknown("device to measure on", device.type, clocks, "--device")
    return clocks[device.type]


def step_of(trainer: Trainer) -> Step:
    """A step of a training on the first batch of its images, for all tasks.

    Where each task has an update of its own, the step is all of them. Loading the batch is not part
    of it; what a method does between steps is, as if each step had the next batch. The trainer
    itself, with all of its images, is not kept.

    Raises:
        MtlError: by the step, when a loss or what a method computes from it is not finite.
    """
    spec = trainer.spec
    order = epoch_order(trainer.seeds, 0, len(trainer.train_images)).to(trainer.device)
    images, labels = trainer.train_images.gather(order[:, : spec.batch_size])
    batch = images, trainer.objective.targets(labels)
    run = trainer.network, trainer.method, trainer.losses, trainer.adam
    update, network, method = UPDATE_RULES[spec.regime], trainer.network, trainer.method
    batches, numbers = trainer.batches, itertools.count()

    def step() -> None:
        epoch, number = divmod(next(numbers), batches)
        method.before_batch(network, number, batches, epoch)
        try:
            if method.second_batch:
                look_ahead(*run, batch, batch)
            losses = update(*run, *batch, number == 0)
        except FloatingPointError as error:
            raise MtlError(f"a step of '{spec.method}': {error}") from None
        if not torch.isfinite(losses).all():
            raise MtlError(f"a step of '{spec.method}': a loss is not finite")

    return step


def in_turns(steps: Sequence[Step], rounds: int, clock: Clock) -> list[list[float]]:
    """Seconds of each step in each round; every round takes all of them one after another.

    A slower moment of the machine therefore meets all of them, and ratios within a round stay.

    Args:
        steps: of each configuration.
        rounds: timed ones.
        clock: in seconds.

    Returns:
        One list of `rounds` times for each step.
    """
    for step in steps:
        for _ in range(WARM_UP):
            step()
    times: list[list[float]] = [[] for _ in steps]
    for _ in range(rounds):
        for own, step in zip(times, steps, strict=True):
            started = clock()
            step()
            own.append(clock() - started)
    return times
