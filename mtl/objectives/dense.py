"""Dense tasks: binary segmentation of each class, depth and surface normals, mixed in one run."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from mtl.data.store import DEPTH, NORMALS, SEGMENTATION, VOID
from mtl.metrics.dense import (
    ANGLE_BINS,
    DEPTH_METRICS,
    NORMAL_METRICS,
    SEGMENTATION_METRICS,
    WITHIN,
    depth_scores,
    normal_scores,
    segmentation_scores,
)
from mtl.objectives.base import Counter, Detail, Labels, Objective, Task

OUTPUTS = {SEGMENTATION: 1, DEPTH: 1, NORMALS: 3}
"""The kinds of dense tasks, and the outputs of one."""

RAW_DISPARITY = 65535
"""Divides the raw disparity of Cityscapes (MTAN's release, inferred from its range)."""


class Build(Objective):
    """Each class is a task of its own, and so are depth and normals.

    Losses as in Maximum Roaming's public code [C]:

    * segmentation: binary cross-entropy of the sigmoid, mean over all pixels and images; void
      pixels are negatives of every class and are not masked;
    * depth: mean absolute error over the pixels of the batch whose target is not 0;
    * normals: 1 - the mean cosine between the unit prediction and the target, over the pixels
      with valid depth, or with a normal where there is no depth task. (MTAN masks by the normal.)

    A batch without valid pixels has the loss 0; that code would divide by zero.

    Targets are packed as `[..., C, H, W]`: the planes of the tasks in their order, and one plane
    more that is 1 where the segmentation is void.
    """

    def __init__(self, tasks: Sequence[Task], columns: Sequence[str], classes: Sequence[int]):
        super().__init__(tasks, columns, classes)
        self.outputs = tuple(OUTPUTS[task.kind] for task in tasks)
        starts = [sum(self.outputs[:task]) for task in range(len(tasks))]
        self.slices = [slice(s, s + n) for s, n in zip(starts, self.outputs, strict=True)]
        self.of_kind = {
            kind: [place for place, task in enumerate(tasks) if task.kind == kind]
            for kind in OUTPUTS
        }
        self.metrics = tuple(
            metric
            for kind, metrics in (
                (SEGMENTATION, SEGMENTATION_METRICS),
                (DEPTH, DEPTH_METRICS),
                (NORMALS, NORMAL_METRICS),
            )
            if self.of_kind[kind]
            for metric in metrics
        )

    @property
    def segmentation(self) -> list[int]:
        """The planes of the segmentation tasks."""
        return [self.slices[task].start for task in self.of_kind[SEGMENTATION]]

    def plane(self, kind: str) -> slice | None:
        """The planes of depth or normals, if there is such a task."""
        found = self.of_kind[kind]
        return self.slices[found[0]] if found else None

    def targets(self, labels: Labels) -> Tensor:
        planes: list[Tensor] = []
        for task, column in zip(self.tasks, self.columns, strict=True):
            values = labels[task.kind]
            planes.append((values == int(column)).float() if task.kind == SEGMENTATION else values)
        if self.of_kind[SEGMENTATION]:
            planes.append((labels[SEGMENTATION] == VOID).float())
        return torch.cat(planes, dim=-3)

    def losses(self, logits: Tensor, targets: Tensor) -> Tensor:
        losses = logits.new_zeros(logits.shape[0], len(self.tasks))
        if planes := self.segmentation:
            wanted = targets[..., planes, :, :].to(logits)
            elementwise = F.binary_cross_entropy_with_logits(
                logits[..., planes, :, :], wanted, reduction="none"
            )
            losses[:, self.of_kind[SEGMENTATION]] = elementwise.mean((1, 3, 4))
        for kind in (DEPTH, NORMALS):
            for task in self.of_kind[kind]:
                piece = logits[..., self.slices[task], :, :]
                losses[:, task] = self.task_loss(piece, targets, task)
        return losses

    def task_loss(self, logits: Tensor, targets: Tensor, task: int) -> Tensor:
        wanted = targets[..., self.slices[task], :, :].to(logits)
        kind = self.tasks[task].kind
        if kind == SEGMENTATION:
            elementwise = F.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
            return elementwise.mean((1, 2, 3, 4))
        if kind == DEPTH:
            valid = wanted != 0
            return ((logits - wanted).abs() * valid).sum((1, 2, 3, 4)) / _count(valid)
        depth = self.plane(DEPTH)
        masking = wanted if depth is None else targets[..., depth, :, :]
        valid = (masking != 0).any(dim=-3, keepdim=True)
        cosine = (F.normalize(logits, dim=-3) * wanted).sum(dim=-3, keepdim=True)
        return ((1 - cosine) * valid).sum((1, 2, 3, 4)) / _count(valid)

    def constants(self, labels: Labels) -> Tensor:
        """Every class everywhere, the median depth and the mean direction of the normals.

        No other constant has a higher IoU of any class (none at all has 0) or a lower mean absolute
        error of depth, or loss of the normals, on the labels it is fitted to.
        """
        logits = torch.zeros(sum(self.outputs))
        if (depth := self.plane(DEPTH)) is not None:
            values = labels[DEPTH]
            logits[depth] = values[values != 0].median().cpu()
        if (normals := self.plane(NORMALS)) is not None:
            sums = labels[NORMALS].double().sum((0, 2, 3))
            logits[normals] = F.normalize(sums, dim=0).to(logits)
        return logits

    def counter(self, seeds: int) -> Counter:
        return _DenseCounter(seeds, self)


def _count(valid: Tensor) -> Tensor:
    """`[S]` pixels, at least one."""
    return valid.sum((1, 2, 3, 4)).clamp_min(1)


class _DenseCounter(Counter):
    def __init__(self, seeds: int, objective: Build):
        self.objective = objective
        self.parts: list[_Part] = []
        if objective.segmentation:
            self.parts.append(_SegmentationPart(seeds, objective.segmentation))
        for kind, part in ((DEPTH, _DepthPart), (NORMALS, _NormalsPart)):
            planes = objective.plane(kind)
            if planes is not None:
                self.parts.append(part(seeds, planes))

    def update(self, logits: Tensor, targets: Tensor) -> None:
        for part in self.parts:
            part.update(logits, targets)

    def detail(self, seed: int) -> Detail:
        return {part.name: part.detail(seed) for part in self.parts}

    def scores(self, seed: int) -> dict[str, float]:
        return {name: value for part in self.parts for name, value in part.scores(seed).items()}


class _Part:
    """The sums of one kind of task."""

    name: str

    def update(self, logits: Tensor, targets: Tensor) -> None:
        raise NotImplementedError

    def detail(self, seed: int) -> Detail:
        raise NotImplementedError

    def scores(self, seed: int) -> dict[str, float]:
        raise NotImplementedError


class _SegmentationPart(_Part):
    name = SEGMENTATION

    def __init__(self, seeds: int, planes: list[int]):
        self.planes = planes
        shape = (seeds, len(planes))
        self.batch_iou = torch.zeros(shape, dtype=torch.float64)
        self.counted_batches = torch.zeros(shape, dtype=torch.int64)
        self.image_iou = torch.zeros(seeds, dtype=torch.float64)
        self.counted_images = torch.zeros(seeds, dtype=torch.int64)
        self.intersection = torch.zeros(shape, dtype=torch.int64)
        self.union = torch.zeros(shape, dtype=torch.int64)
        self.union_without_void = torch.zeros(shape, dtype=torch.int64)
        self.right = torch.zeros(seeds, dtype=torch.int64)
        self.batches = self.decisions = 0

    def update(self, logits: Tensor, targets: Tensor) -> None:
        predicted = logits[:, :, self.planes] >= 0  # the threshold 0.5 on the sigmoid
        wanted = targets[:, self.planes].bool()
        void = targets[:, -1:].bool()
        intersection = (predicted & wanted).sum((3, 4)).cpu()  # [S, B, K]
        union = (predicted | wanted).sum((3, 4)).cpu()
        in_void = (predicted & void).sum((3, 4)).cpu()
        counted = union > 0
        iou = torch.where(counted, intersection / union.clamp_min(1).double(), 0.0)
        of_batch, of_image = counted.sum(1), counted.sum(2)
        self.batch_iou += iou.sum(1) / of_batch.clamp_min(1)
        self.counted_batches += of_batch > 0
        self.image_iou += (iou.sum(2) / of_image.clamp_min(1)).sum(1)
        self.counted_images += (of_image > 0).sum(1)
        self.intersection += intersection.sum(1)
        self.union += union.sum(1)
        self.union_without_void += (union - in_void).sum(1)
        self.right += (predicted == wanted).sum((1, 2, 3, 4)).cpu()
        self.batches += 1
        self.decisions += wanted.numel()

    def detail(self, seed: int) -> Detail:
        per_class = ("intersection", "union", "union_without_void", "counted_batches", "batch_iou")
        return {
            **{name: getattr(self, name)[seed].tolist() for name in per_class},
            "image_iou": float(self.image_iou[seed]),
            "counted_images": int(self.counted_images[seed]),
            "right": int(self.right[seed]),
            "decisions": self.decisions,
            "batches": self.batches,
        }

    def scores(self, seed: int) -> dict[str, float]:
        return segmentation_scores(
            batch_iou=self.batch_iou[seed].numpy(),
            counted_batches=self.counted_batches[seed].numpy(),
            batches=self.batches,
            image_iou=float(self.image_iou[seed]),
            counted_images=int(self.counted_images[seed]),
            intersection=self.intersection[seed].numpy(),
            union=self.union[seed].numpy(),
            union_without_void=self.union_without_void[seed].numpy(),
            right=int(self.right[seed]),
            decisions=self.decisions,
        )


class _DepthPart(_Part):
    name = DEPTH

    def __init__(self, seeds: int, plane: slice):
        self.plane = plane
        # Absolute and relative: of batches, of pixels; then relative without raw disparity 1.
        self.sums = torch.zeros(seeds, 5, dtype=torch.float64)
        self.counted_batches = self.valid = self.valid_without_p1 = 0

    def update(self, logits: Tensor, targets: Tensor) -> None:
        wanted = targets[:, self.plane].double()
        valid = wanted != 0
        count = int(valid.sum())
        if not count:
            return
        wanted = wanted[valid]  # [n]
        absolute = (logits[:, :, self.plane].double()[:, valid] - wanted).abs()  # [S, n]
        relative = absolute / wanted
        larger = wanted > 1.5 / RAW_DISPARITY
        sums = [absolute.sum(1), relative.sum(1), relative[:, larger].sum(1)]
        of_pixels = torch.stack(sums, dim=1).cpu()
        self.sums[:, :2] += of_pixels[:, :2] / count
        self.sums[:, 2:] += of_pixels
        self.counted_batches += 1
        self.valid += count
        self.valid_without_p1 += int(larger.sum())

    def detail(self, seed: int) -> Detail:
        names = ("batch_abs", "batch_rel", "absolute", "relative", "relative_without_p1")
        return {
            **dict(zip(names, self.sums[seed].tolist(), strict=True)),
            "counted_batches": self.counted_batches,
            "valid": self.valid,
            "valid_without_p1": self.valid_without_p1,
        }

    def scores(self, seed: int) -> dict[str, float]:
        return depth_scores(**self.detail(seed))


class _NormalsPart(_Part):
    name = NORMALS

    def __init__(self, seeds: int, planes: slice):
        self.planes = planes
        self.batch_sums = torch.zeros(seeds, 2 + len(WITHIN), dtype=torch.float64)
        self.angles = torch.zeros(seeds, dtype=torch.float64)
        self.within = torch.zeros(seeds, len(WITHIN), dtype=torch.int64)
        self.histogram = torch.zeros(seeds, ANGLE_BINS, dtype=torch.int64)
        self.counted_batches = 0

    def update(self, logits: Tensor, targets: Tensor) -> None:
        wanted = targets[:, self.planes].double()
        valid = (wanted != 0).any(dim=1)  # [B, H, W]
        count = int(valid.sum())
        if not count:
            return
        predicted = F.normalize(logits[:, :, self.planes].double(), dim=2)
        cosine = (predicted * wanted).sum(2)[:, valid]  # [S, n]
        angles = torch.rad2deg(cosine.clamp(-1, 1).acos()).cpu()
        inside = torch.stack([(angles < limit).sum(1) for limit in WITHIN.values()], dim=1)
        ordered = angles.sort(dim=1).values
        medians = (ordered[:, (count - 1) // 2] + ordered[:, count // 2]) / 2
        means = torch.stack([angles.mean(1), medians], dim=1)
        self.batch_sums += torch.cat([means, inside.double() / count], dim=1)
        self.angles += angles.sum(1)
        self.within += inside
        bins = (angles * (ANGLE_BINS / 180)).long().clamp_max(ANGLE_BINS - 1)
        for own, places in zip(self.histogram, bins, strict=True):
            own += torch.bincount(places, minlength=ANGLE_BINS)
        self.counted_batches += 1

    def detail(self, seed: int) -> Detail:
        return {
            "batch_sums": self.batch_sums[seed].tolist(),
            "counted_batches": self.counted_batches,
            "angles": float(self.angles[seed]),
            "within": self.within[seed].tolist(),
            "valid": int(self.histogram[seed].sum()),
        }

    def scores(self, seed: int) -> dict[str, float]:
        return normal_scores(
            batch_sums=self.batch_sums[seed].tolist(),
            counted_batches=self.counted_batches,
            angles=float(self.angles[seed]),
            within=self.within[seed].tolist(),
            histogram=self.histogram[seed].numpy(),
        )
