"""The resolved specification of a run, as the training reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from mtl.errors import MtlError, unknown
from mtl.methods.info import Regime, Value
from mtl.objectives.base import Task

REGIMES: tuple[Regime, ...] = ("joint", "steady_state", "synchronized", "closed_form")
ALL_TASKS: tuple[Regime, ...] = ("joint", "closed_form")
"""The regimes whose one forward pass gives the outputs of all tasks."""


@dataclass(frozen=True)
class Profile:
    """The network that the full scale trains, which tables count.

    Attributes:
        width: the host's first stage's channels.
        options: of the method.
        size: `(H, W)` of the images that the papers' counts hold for.
    """

    width: int
    options: dict[str, Value]
    size: tuple[int, int]


@dataclass(frozen=True)
class TrainingSpec:
    """What `RunSpec.parse` makes of the plain specification that the fingerprint hashes.

    Attributes:
        tasks: in training order.
        loss_weights: of each task's loss, in that order; empty for ones.
        host: name of the host network.
        width: its first stage's channels.
        method: name.
        options: every option of the method, with its value.
        regime: "joint" (one step for all tasks), "steady_state" (an optimiser step after every
            task), "synchronized" (the gradients of all tasks, then one step) or "closed_form" (no
            step: the method has fitted itself to the data).
        epochs, batch_size, eval_batch_size: as named.
        evaluations_per_epoch: evenly spread, the last one at the end; below one, after several
            epochs each.
        learning_rate: of Adam, constant.
        split: on which the evaluations are made.
        selection: "best_<metric>", the evaluation with the best value on `split`; "last"; or
            "mean_of_last_10", the mean over the last ten evaluations with the last one's weights.
        diagnostics: modules of `mtl.diagnostics` that look at the training.
        profile: None to count the trained network at its own images' size.
    """

    tasks: tuple[Task, ...]
    loss_weights: tuple[float, ...]
    host: str
    width: int
    method: str
    options: dict[str, Value]
    regime: Regime
    epochs: int
    batch_size: int
    eval_batch_size: int
    evaluations_per_epoch: float
    learning_rate: float
    split: str
    selection: str
    diagnostics: tuple[str, ...]
    profile: Profile | None

    @classmethod
    def parse(cls, spec: Mapping[str, Any]) -> TrainingSpec:
        """Read the plain form.

        Raises:
            MtlError: for a missing field or an unknown regime.
        """
        try:
            training, evaluation = spec["training"], spec["evaluation"]
            profile = spec["profile"]
            parsed = cls(
                tasks=tuple(
                    Task(task["name"], task["kind"], tuple(task["columns"]))
                    for task in spec["tasks"]
                ),
                loss_weights=tuple(spec.get("loss_weights", ())),
                host=spec["model"]["host"],
                width=spec["model"]["width"],
                method=spec["method"]["name"],
                options=dict(spec["method"]["options"]),
                regime=cast(Regime, spec["regime"]),
                epochs=training["epochs"],
                batch_size=training["batch_size"],
                eval_batch_size=training["eval_batch_size"],
                evaluations_per_epoch=training["evaluations_per_epoch"],
                learning_rate=training["learning_rate"],
                split=evaluation["split"],
                selection=evaluation["selection"],
                diagnostics=tuple(spec["diagnostics"]),
                profile=None
                if profile is None
                else Profile(profile["width"], dict(profile["options"]), tuple(profile["size"])),
            )
        except KeyError as error:
            raise MtlError(f"run specification: the field {error} is missing") from None
        if parsed.regime not in REGIMES:
            raise unknown("regime", parsed.regime, REGIMES, "run specification")
        return parsed
