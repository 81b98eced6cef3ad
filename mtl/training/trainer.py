"""The loop: epochs of batches, an evaluation after each, and the whole of its state."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from typing import Any

import torch
from torch import Tensor

from mtl.data.store import Store
from mtl.diagnostics import registry as diagnostics
from mtl.diagnostics.base import Diagnostic, Subject
from mtl.errors import MtlError
from mtl.layers.replicas import initialise
from mtl.objectives import registry as objectives
from mtl.objectives.base import Counter, Losses
from mtl.objectives.weighted import Weighted
from mtl.training.adam import FlatAdam
from mtl.training.batches import Images, epoch_order
from mtl.training.network import build, predict
from mtl.training.regimes import UPDATE_RULES, look_ahead
from mtl.training.spec import TrainingSpec

BEST = "best_"
LAST = 10
MEAN_OF_LAST = f"mean_of_last_{LAST}"


@dataclass
class Evaluation:
    """One seed's scores after so many epochs; a fraction when an epoch is evaluated in parts."""

    epoch: float
    scores: dict[str, float]
    detail: dict[str, Any]


@dataclass
class SeedLog:
    """What a seed's record is made of.

    Attributes:
        curve: one entry an evaluation, with `epoch`, `train_loss` (the mean since the last one,
            summed over tasks) and the metrics.
        selected: the evaluation that the selection rule picks so far; where the rule is the mean of
            the last ones, their mean scores with the last one's counts.
        final: the last evaluation.
        weights: the selected epoch's parameters and buffers.
    """

    curve: list[dict[str, float]] = field(default_factory=list)
    selected: Evaluation | None = None
    final: Evaluation | None = None
    weights: dict[str, Tensor] = field(default_factory=dict)


def evaluation_points(batches: int, epochs: int, per_epoch: float) -> set[int]:
    """After how many batches to evaluate; the last one is among them.

    Args:
        batches: of an epoch.
        per_epoch: how often in an epoch, at most after every batch; 0.2 is after every fifth epoch.
    """
    total, rate = batches * epochs, Fraction(str(min(per_epoch, batches)))
    points = {math.ceil(part * batches / rate) for part in range(1, math.floor(epochs * rate) + 1)}
    return points | {total}


def _at_evaluation(diagnostic: Diagnostic, epoch: float, share: float) -> None:
    diagnostic.at_evaluation(epoch, share)


def _mean_of(curve: Sequence[Mapping[str, float]], names: Iterable[str]) -> dict[str, float]:
    return {name: math.fsum(entry[name] for entry in curve) / len(curve) for name in names}


def _at_end(diagnostic: Diagnostic) -> None:
    diagnostic.at_end()


class Trainer:
    """Trains the seeds of one configuration together.

    Every random number comes from a stream that seed and purpose name, so the whole state is the
    position, the parameters, the moments and the logs: a training that goes on from `state()`
    gives the bytes of one that never stopped.

    Args:
        spec: the configuration.
        seeds: the run seeds.
        store: the prepared data.
        device: to train on.
        dtype: float32; tests use float64.
        plain: train the layers as the papers print them (oracle of the tests).
    """

    def __init__(
        self,
        spec: TrainingSpec,
        seeds: Sequence[int],
        store: Store,
        device: torch.device,
        dtype: torch.dtype = torch.float32,
        plain: bool = False,
    ):
        self.spec, self.seeds, self.device = spec, tuple(seeds), device
        self.objective = objectives.build(spec.tasks, store.columns, store.classes)
        self.losses = self._weighted()
        self._check_selection()
        size = (store.height, store.width)
        network, self.method = build(spec, seeds, self.objective.outputs, size, plain)
        initialise(network, seeds)
        self.network = network.to(device=device, dtype=dtype)
        own = self.method.parameters()
        for parameter in own:
            parameter.data = parameter.data.to(device=device, dtype=dtype)
        self.adam = FlatAdam([*self.network.parameters(), *own], spec.learning_rate)
        self.train_images = Images(store.split("train"), device, dtype)
        self.eval_images = Images(store.split(spec.split), device, dtype)
        self.method.fit(self.network, self.objective, self.train_images.targets)
        self.batches = -(-len(self.train_images) // spec.batch_size)
        self.evaluation_batches = evaluation_points(
            self.batches, spec.epochs, spec.evaluations_per_epoch
        )
        self.epoch = self.batch = self.loss_batches = 0
        self.loss_sums = torch.zeros(len(self.seeds), dtype=torch.float64)
        self.gap_sum, self.gap_max, self.gap_count = 0.0, 0.0, 0
        self.logs = [SeedLog() for _ in self.seeds]
        subject = Subject(self.network, self.objective, self.eval_images, self.seeds, spec)
        self.diagnostics = {name: diagnostics.build(name, subject) for name in spec.diagnostics}
        self.timings = {"train_s": 0.0, "eval_s": 0.0, "diagnostics_s": 0.0}

    @torch.no_grad()
    def start_from(self, weights: Sequence[Mapping[str, Tensor]]) -> None:
        """Begin with what another method has learned: of each seed, its weights by name."""
        self.method.start(self.network, weights)

    def _weighted(self) -> Losses:
        """The losses to train on: with the weights of the specification, if it has some."""
        weights, tasks = self.spec.loss_weights, self.objective.tasks
        if not weights:
            return self.objective
        if len(weights) != len(tasks):
            raise MtlError(
                f"loss_weights: expected {len(tasks)}, one for each task, found {len(weights)}"
            )
        return Weighted(self.objective, weights)

    def _check_selection(self) -> None:
        rule = self.spec.selection
        metric = rule.removeprefix(BEST)
        if rule not in ("last", MEAN_OF_LAST) and not (
            rule.startswith(BEST) and metric in self.objective.metrics
        ):
            valid = ["last", MEAN_OF_LAST, *(BEST + name for name in self.objective.metrics)]
            raise MtlError(
                f"evaluation.selection: expected one of {', '.join(valid)}; found '{rule}'"
            )

    @property
    def total_batches(self) -> int:
        """Batches of the whole training."""
        return self.batches * self.spec.epochs

    @property
    def done_batches(self) -> int:
        """Batches trained so far."""
        return self.epoch * self.batches + self.batch

    @property
    def finished(self) -> bool:
        """Whether all epochs are trained and evaluated."""
        return self.epoch >= self.spec.epochs

    def run(self, after_batch: Callable[[Trainer], None]) -> None:
        """Train what is left; `after_batch` sees a state that can be stored and resumed.

        Raises:
            MtlError: when a loss, or what a method computes from it, is no longer finite.
        """
        while not self.finished:
            started = time.perf_counter()
            order = self._order("order")
            second = self._order("second_order") if self.method.second_batch else None
            while self.batch < self.batches:
                start = self.batch * self.spec.batch_size
                place = slice(start, start + self.spec.batch_size)
                self._train_batch(order[:, place], None if second is None else second[:, place])
                self.batch += 1
                if self.done_batches in self.evaluation_batches:
                    trained = time.perf_counter()
                    self._evaluate()
                    self.timings["train_s"] += trained - started
                    evaluated = time.perf_counter()
                    self.timings["eval_s"] += evaluated - trained
                    share = self.done_batches / self.total_batches
                    epoch = self._epochs_done()
                    self._diagnose(partial(_at_evaluation, epoch=epoch, share=share))
                    started = time.perf_counter()
                if self.batch < self.batches:
                    after_batch(self)
            self.epoch, self.batch = self.epoch + 1, 0
            after_batch(self)
        self._diagnose(_at_end)

    def _diagnose(self, look: Callable[[Diagnostic], None]) -> None:
        started = time.perf_counter()
        self.network.eval()
        for diagnostic in self.diagnostics.values():
            look(diagnostic)
        self.network.train()
        self.timings["diagnostics_s"] += time.perf_counter() - started

    def diagnostic_metrics(self, position: int) -> dict[str, float]:
        """What the diagnostics add to the metrics of the seed at a position."""
        return {
            name: value
            for diagnostic in self.diagnostics.values()
            for name, value in diagnostic.metrics(position).items()
        }

    def _order(self, purpose: str) -> Tensor:
        """`[S, N]`: an order of the images to train on in this epoch."""
        n = len(self.train_images)
        return epoch_order(self.seeds, self.epoch, n, purpose).to(self.device)

    def _gather(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        images, labels = self.train_images.gather(indices)
        return images, self.objective.targets(labels)

    def _train_batch(self, indices: Tensor, second: Tensor | None) -> None:
        self.method.before_batch(self.network, self.batch, self.batches, self.epoch)
        batch = self._gather(indices)
        run = self.network, self.method, self.losses, self.adam
        update = UPDATE_RULES[self.spec.regime]
        try:
            if second is not None:
                look_ahead(*run, batch, self._gather(second))
            losses = update(*run, *batch, self.batch == 0)
        except FloatingPointError as error:
            raise self._divergence(str(error)) from None
        self.loss_sums += losses.sum(1).double().cpu()
        self.loss_batches += 1
        self._check_finite(self.loss_sums[:, None], "a loss")
        gap = self.method.solver_gap()
        if gap is not None:
            self.gap_sum, self.gap_count = self.gap_sum + gap, self.gap_count + 1
            self.gap_max = max(self.gap_max, gap)

    def _check_finite(self, values: Tensor, what: str) -> None:
        finite = torch.isfinite(values).flatten(1).all(dim=1).tolist()
        bad = [str(seed) for seed, fine in zip(self.seeds, finite, strict=True) if not fine]
        if bad:
            raise self._divergence(f"{what} of seed {', '.join(bad)} is not finite")

    def _divergence(self, what: str) -> MtlError:
        return MtlError(
            f"{what} in epoch {self.epoch + 1}, after {self.batch} of {self.batches} batches; "
            f"lower training.learning_rate ({self.spec.learning_rate})"
        )

    @torch.no_grad()
    def _evaluate(self) -> None:
        counter = self.objective.counter(len(self.seeds))
        self.network.eval()
        for images, labels in self.eval_images.in_order(len(self.seeds), self.spec.eval_batch_size):
            logits = predict(self.network, self.spec, images)
            self._check_finite(logits, "a prediction")
            counter.update(logits, self.objective.targets(labels))
        self.network.train()
        for position, log in enumerate(self.logs):
            self._log(log, position, counter)
        self.loss_sums.zero_()
        self.loss_batches = 0

    def _log(self, log: SeedLog, position: int, counter: Counter) -> None:
        epoch = self._epochs_done()
        scores = counter.scores(position)
        loss = float(self.loss_sums[position]) / self.loss_batches
        log.curve.append({"epoch": epoch, "train_loss": loss, **scores})
        log.final = final = Evaluation(epoch, scores, counter.detail(position))
        rule = self.spec.selection
        metric, best = rule.removeprefix(BEST), log.selected
        if rule.startswith(BEST) and best is not None and scores[metric] <= best.scores[metric]:
            return
        log.selected = final
        if rule == MEAN_OF_LAST:
            log.selected = Evaluation(epoch, _mean_of(log.curve[-LAST:], scores), final.detail)
        log.weights = {
            name: tensor[position].clone() for name, tensor in self.network.state_dict().items()
        }

    def _epochs_done(self) -> float:
        """Epochs trained so far; whole ones as whole numbers."""
        done = self.done_batches
        return done / self.batches if done % self.batches else done // self.batches

    def mean_scores(self) -> dict[str, float]:
        """The mean over seeds of each metric at the last evaluation."""
        finals = [log.final.scores for log in self.logs if log.final is not None]
        return {
            name: sum(scores[name] for scores in finals) / len(finals)
            for name in (finals[0] if finals else {})
        }

    def state(self) -> dict[str, Any]:
        """Everything that going on needs; plain tensors, numbers, texts, lists and dicts."""
        return {
            "epoch": self.epoch,
            "batch": self.batch,
            "adam": self.adam.state(),
            "buffers": dict(self.network.named_buffers()),
            "method": self.method.state(),
            "loss_sums": self.loss_sums,
            "loss_batches": self.loss_batches,
            "gap": [self.gap_sum, self.gap_max, self.gap_count],
            "timings": self.timings,
            "diagnostics": {name: one.state() for name, one in self.diagnostics.items()},
            "logs": [
                {
                    "curve": log.curve,
                    "selected": None if log.selected is None else log.selected.__dict__,
                    "final": None if log.final is None else log.final.__dict__,
                    "weights": log.weights,
                }
                for log in self.logs
            ],
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Go on from what `state` gave."""
        self.epoch, self.batch = state["epoch"], state["batch"]
        self.adam.load_state(state["adam"])
        for name, buffer in self.network.named_buffers():
            buffer.copy_(state["buffers"][name])
        self.method.load_state(state["method"])
        self.loss_sums, self.loss_batches = state["loss_sums"], state["loss_batches"]
        self.gap_sum, self.gap_max, self.gap_count = state["gap"]
        self.timings = state["timings"]
        for name, diagnostic in self.diagnostics.items():
            diagnostic.load_state(state["diagnostics"][name])
        for log, stored in zip(self.logs, state["logs"], strict=True):
            log.curve, log.weights = stored["curve"], stored["weights"]
            log.selected, log.final = (
                None if stored[name] is None else Evaluation(**stored[name])
                for name in ("selected", "final")
            )
