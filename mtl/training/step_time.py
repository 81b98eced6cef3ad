"""How long a training step takes, of several configurations in turn in one process."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import torch

from mtl.training.batches import epoch_order
from mtl.training.regimes import UPDATE_RULES, look_ahead
from mtl.training.trainer import Trainer

Step = Callable[[], object]

WARM_UP = 2
"""Untimed steps of each: the first ones plan and allocate."""


def step_of(trainer: Trainer) -> Step:
    """A step of a training on the first batch of its images, for all tasks.

    Where each task has an update of its own, the step is all of them. Loading the batch is not part
    of it; what a method does between steps is.
    """
    size = trainer.spec.batch_size
    order = epoch_order(trainer.seeds, 0, len(trainer.train_images)).to(trainer.device)
    images, labels = trainer.train_images.gather(order[:, :size])
    batch = images, trainer.objective.targets(labels)
    run = trainer.network, trainer.method, trainer.losses, trainer.adam
    update, method = UPDATE_RULES[trainer.spec.regime], trainer.method

    def step() -> None:
        method.before_batch(trainer.network, 0, trainer.batches, 0)
        if method.second_batch:
            look_ahead(*run, batch, batch)
        update(*run, *batch, False)
        if trainer.device.type == "cuda":
            torch.cuda.synchronize()

    return step


def in_turns(
    steps: Sequence[Step], rounds: int, clock: Callable[[], float] = time.perf_counter
) -> list[list[float]]:
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
