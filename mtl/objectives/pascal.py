"""PASCAL-Context's tasks: classes, parts of people, saliency, edges and normals, in one run."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from mtl.data.store import VOID
from mtl.metrics.scenes import (
    EDGE_THRESHOLDS,
    SALIENCY_THRESHOLDS,
    edge_odsf,
    edge_tolerance,
    mean_iou,
    saliency_score,
)
from mtl.objectives.base import Counter, Detail, Labels, Objective, Task

EDGE_WEIGHT = 0.95
"""Of edge pixels in the loss; others have the rest [C]."""

_NORMALS = 3


class Build(Objective):
    """Any of the five tasks, each on the maps that its column names.

    Losses without weights of the tasks, as in Vandenhende et al.'s public code [C], whose reading
    InterroGate's numbers fit (inferred):

    * semseg, human_parts: cross-entropy, mean over the pixels that are not void;
    * saliency: binary cross-entropy, salient pixels weighted by the share of the others in the
      batch, and the others by the share of the salient; mean over all pixels;
    * edges: binary cross-entropy with the weights 0.95 and 0.05; mean over all pixels;
    * normals_l1: absolute difference of the unit prediction, mean over the components of the pixels
      that have a normal.

    A batch without any such pixel has the loss 0; that code would divide by zero.

    Targets are packed as `[..., C, H, W]`: one plane a task, three for normals.
    """

    def __init__(self, tasks: Sequence[Task], columns: Sequence[str], classes: Sequence[int]):
        super().__init__(tasks, columns, classes)
        count = dict(zip(columns, classes, strict=True))
        self.kinds = [_KINDS[task.kind] for task in tasks]
        self.outputs = tuple(
            kind.outputs or count[task.columns[0]]
            for kind, task in zip(self.kinds, tasks, strict=True)
        )
        self.slices = _slices(self.outputs)
        self.planes = _slices([kind.planes for kind in self.kinds])
        self.metrics = tuple(metric for kind in self.kinds for metric in kind.metrics)

    def targets(self, labels: Labels) -> Tensor:
        return torch.cat([labels[name].float() for name in self.column_names], dim=-3)

    def losses(self, logits: Tensor, targets: Tensor) -> Tensor:
        found = [
            self.task_loss(logits[..., outputs, :, :], targets, task)
            for task, outputs in enumerate(self.slices)
        ]
        return torch.stack(found, dim=1)

    def task_loss(self, logits: Tensor, targets: Tensor, task: int) -> Tensor:
        return self.kinds[task].loss(logits, targets[..., self.planes[task], :, :])

    def constants(self, labels: Labels) -> Tensor:
        """The frequencies of classes, the best constants of the binary losses, the mean normal."""
        found = [
            kind.constants(labels[name], outputs)
            for kind, name, outputs in zip(self.kinds, self.column_names, self.outputs, strict=True)
        ]
        return torch.cat(found).float()

    def counter(self, seeds: int) -> Counter:
        return _Counter(seeds, self)


def _slices(sizes: Sequence[int]) -> list[slice]:
    starts = [sum(sizes[:place]) for place in range(len(sizes))]
    return [slice(start, start + size) for start, size in zip(starts, sizes, strict=True)]


class _Counter(Counter):
    def __init__(self, seeds: int, objective: Build):
        self.objective = objective
        self.sums = [
            kind.sums(seeds, outputs)
            for kind, outputs in zip(objective.kinds, objective.outputs, strict=True)
        ]

    def update(self, logits: Tensor, targets: Tensor) -> None:
        pieces = zip(self.sums, self.objective.slices, self.objective.planes, strict=True)
        for sums, outputs, planes in pieces:
            sums.update(logits[:, :, outputs], targets[:, planes])

    def detail(self, seed: int) -> Detail:
        names = (task.name for task in self.objective.tasks)
        return {name: sums.detail(seed) for name, sums in zip(names, self.sums, strict=True)}

    def scores(self, seed: int) -> dict[str, float]:
        return {name: value for sums in self.sums for name, value in sums.scores(seed).items()}


class _Sums:
    """What one task's evaluation adds up, and the scores that follow."""

    def __init__(self, seeds: int, outputs: int):
        raise NotImplementedError

    def update(self, logits: Tensor, targets: Tensor) -> None:
        """Add `[S, B, n, H, W]` logits and `[B, planes, H, W]` targets."""
        raise NotImplementedError

    def detail(self, seed: int) -> Detail:
        raise NotImplementedError

    def scores(self, seed: int) -> dict[str, float]:
        raise NotImplementedError


class _Confusion(_Sums):
    metric: str

    def __init__(self, seeds: int, outputs: int):
        self.pixels = torch.zeros(seeds, outputs, outputs, dtype=torch.int64)

    def update(self, logits: Tensor, targets: Tensor) -> None:
        wanted = targets[:, 0].long()
        valid = wanted != VOID
        count = logits.shape[2]
        predicted = logits.argmax(2)[:, valid]
        places = (wanted[valid] * count + predicted).cpu()
        for own, of_seed in zip(self.pixels, places, strict=True):
            own += torch.bincount(of_seed, minlength=count**2).view(count, count)

    def detail(self, seed: int) -> Detail:
        return {"confusion": self.pixels[seed].tolist()}

    def scores(self, seed: int) -> dict[str, float]:
        return {self.metric: mean_iou(self.pixels[seed].numpy())}


class _SemsegSums(_Confusion):
    metric = "semseg"


class _PartsSums(_Confusion):
    metric = "human"


class _SaliencySums(_Sums):
    def __init__(self, seeds: int, outputs: int):
        self.iou = torch.zeros(seeds, len(SALIENCY_THRESHOLDS), dtype=torch.float64)
        self.images = 0

    def update(self, logits: Tensor, targets: Tensor) -> None:
        wanted = targets[:, 0].bool()
        probability = torch.sigmoid(logits[:, :, 0].double())
        for place, threshold in enumerate(SALIENCY_THRESHOLDS):
            predicted = probability > threshold
            union = (predicted | wanted).sum((2, 3))
            inside = (predicted & wanted).sum((2, 3))
            iou = torch.where(union > 0, inside / union.clamp_min(1).double(), 1.0)
            self.iou[:, place] += iou.sum(1).cpu()
        self.images += len(wanted)

    def detail(self, seed: int) -> Detail:
        return {"iou": self.iou[seed].tolist(), "images": self.images}

    def scores(self, seed: int) -> dict[str, float]:
        return {"saliency": saliency_score(self.iou[seed].numpy(), self.images)}


class _EdgeSums(_Sums):
    def __init__(self, seeds: int, outputs: int):
        self.loss = torch.zeros(seeds, dtype=torch.float64)
        shape = (seeds, len(EDGE_THRESHOLDS))
        self.precise, self.predicted, self.recalled = (
            torch.zeros(shape, dtype=torch.int64) for _ in range(3)
        )
        self.pixels = self.true = 0

    def update(self, logits: Tensor, targets: Tensor) -> None:
        wanted = targets[:, 0]
        logits = logits[:, :, 0].double()
        self.loss += _edge_losses(logits, wanted.expand_as(logits)).sum((1, 2, 3)).cpu()
        self.pixels += wanted.numel()
        self.true += int(wanted.sum())
        reach = edge_tolerance(*wanted.shape[1:])
        near_truth = _spread(wanted[None], reach).bool()
        probability = torch.sigmoid(logits)
        near = _spread(probability, reach)  # spreading and comparing may be exchanged
        for place, threshold in enumerate(EDGE_THRESHOLDS):
            predicted = probability > threshold
            self.predicted[:, place] += predicted.sum((1, 2, 3)).cpu()
            self.precise[:, place] += (predicted & near_truth).sum((1, 2, 3)).cpu()
            found = (near > threshold) & wanted.bool()
            self.recalled[:, place] += found.sum((1, 2, 3)).cpu()

    def detail(self, seed: int) -> Detail:
        return {
            "loss": float(self.loss[seed]),
            "pixels": self.pixels,
            "true": self.true,
            **{
                name: getattr(self, name)[seed].tolist()
                for name in ("precise", "predicted", "recalled")
            },
        }

    def scores(self, seed: int) -> dict[str, float]:
        counts = (self.precise, self.predicted, self.recalled)
        precise, predicted, recalled = (count[seed].numpy() for count in counts)
        return {
            "edge": float(self.loss[seed]) / self.pixels,
            "edge_odsf": edge_odsf(precise, predicted, recalled, self.true),
        }


class _NormalsSums(_Sums):
    def __init__(self, seeds: int, outputs: int):
        self.angles = torch.zeros(seeds, dtype=torch.float64)
        self.valid = 0

    def update(self, logits: Tensor, targets: Tensor) -> None:
        wanted = targets.double()
        valid = (wanted != 0).any(1)
        predicted = F.normalize(logits.double(), dim=2)
        cosine = (predicted * wanted).sum(2)[:, valid]
        self.angles += torch.rad2deg(cosine.clamp(-1, 1).acos()).sum(1).cpu()
        self.valid += int(valid.sum())

    def detail(self, seed: int) -> Detail:
        return {"angles": float(self.angles[seed]), "valid": self.valid}

    def scores(self, seed: int) -> dict[str, float]:
        return {"normals": float(self.angles[seed]) / self.valid if self.valid else math.nan}


def _spread(maps: Tensor, reach: int) -> Tensor:
    """The largest value within `reach` pixels of each axis, of `[..., H, W]`."""
    return F.max_pool2d(maps, 2 * reach + 1, 1, reach)


class _Kind:
    """What one kind of task is.

    Attributes:
        outputs: of each pixel; 0 for as many as its column has classes.
        planes: of the targets.
        metrics: that its evaluation gives.
        sums: adds them up.
    """

    outputs = 0
    planes = 1
    metrics: tuple[str, ...]
    sums: Callable[[int, int], _Sums]

    def loss(self, logits: Tensor, targets: Tensor) -> Tensor:
        """`[S]` from `[S, B, n, H, W]` and `[S, B, planes, H, W]`."""
        raise NotImplementedError

    def constants(self, maps: Tensor, outputs: int) -> Tensor:
        """`[n]` from the store's target of all images, `[N, planes, H, W]`."""
        raise NotImplementedError


class _ClassesKind(_Kind):
    def loss(self, logits: Tensor, targets: Tensor) -> Tensor:
        wanted = targets[:, :, 0].long()
        elementwise = F.cross_entropy(
            logits.flatten(0, 1), wanted.flatten(0, 1), ignore_index=VOID, reduction="none"
        )
        sums = elementwise.view(len(logits), -1).sum(1)
        return sums / (wanted != VOID).sum((1, 2, 3)).clamp_min(1)

    def constants(self, maps: Tensor, outputs: int) -> Tensor:
        counts = torch.bincount(maps[maps != VOID].long(), minlength=outputs).double()
        # Classes that are not there need a finite logarithm.
        return (counts.clamp_min(1e-6) / counts.sum().clamp_min(1)).log().cpu()


class _Semseg(_ClassesKind):
    metrics = ("semseg",)
    sums = _SemsegSums


class _Parts(_ClassesKind):
    metrics = ("human",)
    sums = _PartsSums


class _Saliency(_Kind):
    outputs = 1
    metrics = ("saliency",)
    sums = _SaliencySums

    def loss(self, logits: Tensor, targets: Tensor) -> Tensor:
        wanted = targets.to(logits)
        salient = wanted.mean((1, 2, 3, 4), keepdim=True)
        weights = torch.where(wanted > 0, 1 - salient, salient)
        return F.binary_cross_entropy_with_logits(
            logits, wanted, weights, reduction="none"
        ).mean((1, 2, 3, 4))  # fmt: skip

    def constants(self, maps: Tensor, outputs: int) -> Tensor:
        """A half: both classes weigh the same. At lower thresholds everything is salient."""
        return torch.zeros(1, dtype=torch.float64)


class _Edges(_Kind):
    outputs = 1
    metrics = ("edge", "edge_odsf")
    sums = _EdgeSums

    def loss(self, logits: Tensor, targets: Tensor) -> Tensor:
        return _edge_losses(logits, targets.to(logits)).mean((1, 2, 3, 4))

    def constants(self, maps: Tensor, outputs: int) -> Tensor:
        # Maps of nothing but edges, or none, need finite odds.
        share = maps.double().mean().clamp(1e-6, 1 - 1e-6).cpu()
        odds = EDGE_WEIGHT * share / ((1 - EDGE_WEIGHT) * (1 - share))
        return odds.log()[None]


def _edge_losses(logits: Tensor, wanted: Tensor) -> Tensor:
    weights = torch.where(wanted > 0, EDGE_WEIGHT, 1 - EDGE_WEIGHT).to(logits)
    return F.binary_cross_entropy_with_logits(
        logits, wanted.to(logits), weights, reduction="none"
    )  # fmt: skip


class _Normals(_Kind):
    outputs = planes = _NORMALS
    metrics = ("normals",)
    sums = _NormalsSums

    def loss(self, logits: Tensor, targets: Tensor) -> Tensor:
        wanted = targets.to(logits)
        valid = (wanted != 0).any(2, keepdim=True)
        differences = (F.normalize(logits, dim=2) - wanted).abs() * valid
        count = _NORMALS * valid.sum((1, 2, 3, 4))
        return differences.sum((1, 2, 3, 4)) / count.clamp_min(1)

    def constants(self, maps: Tensor, outputs: int) -> Tensor:
        return F.normalize(maps.double().sum((0, 2, 3)), dim=0).cpu()


_KINDS: dict[str, _Kind] = {
    "semseg": _Semseg(),
    "human_parts": _Parts(),
    "saliency": _Saliency(),
    "edges": _Edges(),
    "normals_l1": _Normals(),
}
