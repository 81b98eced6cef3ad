from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from mtl.objectives.base import Counter, Task
from mtl.objectives.dense import Build as DenseObjective
from mtl.objectives.registry import build

CLASSES = ("flat", "sky", "human")
COLUMNS = (*CLASSES, "depth", "normals")
TASKS = (
    Task("sky", "segmentation", ("sky",)),
    Task("depth", "depth", ("depth",)),
    Task("flat", "segmentation", ("flat",)),
    Task("normals", "normals", ("normals",)),
)
SEEDS, HEIGHT, WIDTH = 2, 4, 5


def objective(tasks: tuple[Task, ...] = TASKS) -> DenseObjective:
    made = build(tasks, COLUMNS, (2, 2, 2, 0, 0))
    assert isinstance(made, DenseObjective)
    return made


def maps(*lead: int, seed: int = 0) -> dict[str, Tensor]:
    """Random maps with void, invalid depth and invalid normals, not at the same pixels."""
    generator = np.random.default_rng(seed)
    classes = generator.choice([0, 1, 2, 255], (*lead, 1, HEIGHT, WIDTH)).astype(np.uint8)
    depth = generator.uniform(0.5, 3, (*lead, 1, HEIGHT, WIDTH)).astype(np.float32)
    depth[generator.random(depth.shape) < 0.3] = 0
    normals = generator.normal(size=(*lead, 3, HEIGHT, WIDTH))
    normals /= np.linalg.norm(normals, axis=-3, keepdims=True)
    normals *= generator.random((*lead, 1, HEIGHT, WIDTH)) > 0.2
    return {
        "segmentation": torch.from_numpy(classes),
        "depth": torch.from_numpy(depth),
        "normals": torch.from_numpy(normals).float(),
    }


def logits(batch: int, seed: int = 1, outputs: int = 6) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    shape = (SEEDS, batch, outputs, HEIGHT, WIDTH)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def counted(
    made: DenseObjective, predictions: Tensor, labels: Mapping[str, Tensor], size: int
) -> Counter:
    counter = made.counter(len(predictions))
    for start in range(0, predictions.shape[1], size):
        piece = slice(start, start + size)
        targets = made.targets({name: values[piece] for name, values in labels.items()})
        counter.update(predictions[:, piece], targets)
    return counter


def test_targets_are_planes_in_the_order_of_the_tasks() -> None:
    labels = maps(SEEDS, 3)
    targets = objective().targets(labels)
    assert targets.shape == (SEEDS, 3, 7, HEIGHT, WIDTH)
    classes = labels["segmentation"][..., 0, :, :]
    assert torch.equal(targets[..., 0, :, :].bool(), classes == 1)
    assert torch.equal(targets[..., 1, :, :], labels["depth"][..., 0, :, :])
    assert torch.equal(targets[..., 2, :, :].bool(), classes == 0)
    assert torch.equal(targets[..., 3:6, :, :], labels["normals"])
    assert torch.equal(targets[..., 6, :, :].bool(), classes == 255)


def by_hand(made: DenseObjective, predictions: Tensor, targets: Tensor, task: int) -> Tensor:
    """The loss of one seed and task, pixel by pixel in plain numbers."""
    kind, planes = made.tasks[task].kind, made.slices[task]
    depth = made.plane("depth")
    total, count = torch.zeros((), dtype=torch.float64), 0
    for image, wanted in zip(predictions[:, planes], targets, strict=True):
        for row in range(HEIGHT):
            for column in range(WIDTH):
                value, want = image[:, row, column], wanted[planes, row, column].double()
                if kind == "segmentation":
                    p = torch.sigmoid(value[0])
                    total = total - torch.log(p if want[0] == 1 else 1 - p)
                    count += 1
                elif kind == "depth" and want[0] != 0:
                    total, count = total + (value[0] - want[0]).abs(), count + 1
                elif kind == "normals":
                    mask = wanted[planes if depth is None else depth, row, column]
                    if mask.any():
                        cosine = (value / value.norm()) @ want
                        total, count = total + 1 - cosine, count + 1
    return total / count if count else total


ALONE = (Task("normals", "normals", ("normals",)),)


@pytest.mark.parametrize("tasks", [TASKS, ALONE])
def test_losses_and_gradients_are_those_of_plain_loops(tasks: tuple[Task, ...]) -> None:
    made = objective(tasks)
    predictions = logits(2, outputs=sum(made.outputs)).requires_grad_()
    targets = made.targets(maps(SEEDS, 2))
    found = made.losses(predictions, targets)
    assert found.shape == (SEEDS, len(tasks))
    for seed in range(SEEDS):
        for task in range(len(tasks)):
            expected = by_hand(made, predictions[seed], targets[seed], task)
            torch.testing.assert_close(found[seed, task], expected)
            (ours,) = torch.autograd.grad(found[seed, task], predictions, retain_graph=True)
            (theirs,) = torch.autograd.grad(expected, predictions)
            torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-12)


def test_one_tasks_loss_is_that_of_all_together() -> None:
    made, predictions = objective(), logits(3)
    targets = made.targets(maps(SEEDS, 3))
    together = made.losses(predictions, targets)
    for task, planes in enumerate(made.slices):
        alone = made.task_loss(predictions[:, :, planes], targets, task)
        torch.testing.assert_close(alone, together[:, task], rtol=1e-12, atol=0)


def test_without_valid_pixels_the_loss_is_zero() -> None:
    made = objective()
    labels = maps(SEEDS, 2)
    labels["depth"].zero_()
    losses = made.losses(logits(2).requires_grad_(), made.targets(labels))
    assert losses[:, [1, 3]].tolist() == [[0, 0], [0, 0]]
    losses.sum().backward()


def test_hand_computed_scores_of_segmentation() -> None:
    """Two images of 1 x 2 pixels in batches of one; the class is absent from the second."""
    made = build([Task("sky", "segmentation", ("sky",))], COLUMNS, (2, 2, 2, 0, 0))
    labels = {"segmentation": torch.tensor([[[[1, 1]]], [[[0, 255]]]], dtype=torch.uint8)}
    predictions = torch.tensor([[[[[1.0, -1.0]]], [[[-1.0, -1.0]]]]])
    scores = counted(made, predictions, labels, 1).scores(0)
    assert scores == {
        "miou": 0.5,
        "miou_empty_zero": 0.25,
        "miou_per_image": 0.5,
        "miou_dataset": 0.5,
        "miou_dataset_void_ignored": 0.5,
        "pixel_accuracy": 0.75,
    }
    predictions[0, 1, 0, 0, 1] = 1.0  # in the void: a false positive, unless void is ignored
    scores = counted(made, predictions, labels, 1).scores(0)
    assert scores["miou"] == 0.25
    assert scores["miou_dataset"] == pytest.approx(1 / 3)
    assert scores["miou_dataset_void_ignored"] == 0.5


def test_hand_computed_errors_of_depth() -> None:
    """Batches of one: errors 1 at depth 2; 1 at depth 1 and 3 at raw disparity 1."""
    made = build([Task("depth", "depth", ("depth",))], COLUMNS, (2, 2, 2, 0, 0))
    tiny = 1 / 65535
    labels = {"depth": torch.tensor([[[[2.0, 0.0]]], [[[1.0, tiny]]]])}
    predictions = torch.tensor([[[[[3.0, 9.0]]], [[[2.0, 3.0 + tiny]]]]], dtype=torch.float64)
    scores = counted(made, predictions, labels, 1).scores(0)
    assert scores["abs_err"] == pytest.approx((1 + 2) / 2)
    assert scores["rel_err"] == pytest.approx((0.5 + (1 + 3 * 65535) / 2) / 2)
    assert scores["abs_err_pooled"] == pytest.approx(5 / 3)
    assert scores["rel_err_pooled"] == pytest.approx((0.5 + 1 + 3 * 65535) / 3)
    assert scores["rel_err_without_p1"] == pytest.approx((0.5 + 1) / 2)


def test_hand_computed_angles() -> None:
    """Angles 0, 20 and 90 degrees in one batch, 40 in another; one pixel has no normal."""
    made = build([Task("normals", "normals", ("normals",))], COLUMNS, (2, 2, 2, 0, 0))
    up = torch.zeros(2, 3, 1, 4)
    up[:, 1] = 1
    up[0, :, 0, 3] = 0
    up[1, :, 0, 1:] = 0
    angles = torch.tensor([[0.0, 20.0, 90.0, 0.0], [40.0, 0.0, 0.0, 0.0]]).deg2rad()
    predictions = 7 * torch.stack([angles.sin(), angles.cos(), torch.zeros(2, 4)], dim=1)
    scores = counted(made, predictions[None, :, :, None].double(), {"normals": up}, 1).scores(0)
    expected = {
        "normal_mean": (110 / 3 + 40) / 2,
        "normal_median": (20 + 40) / 2,
        "normal_11": 1 / 6,
        "normal_22": 1 / 3,
        "normal_30": 1 / 3,
        "normal_mean_pooled": 150 / 4,
        "normal_median_pooled": 20,
        "normal_11_pooled": 1 / 4,
        "normal_22_pooled": 1 / 2,
        "normal_30_pooled": 1 / 2,
    }
    assert scores == pytest.approx(expected, abs=0.006)


@pytest.mark.parametrize("size", [1, 3, 8])
def test_scores_are_those_of_an_independent_count(size: int) -> None:
    sklearn = pytest.importorskip("sklearn.metrics")
    made, predictions, labels = objective(), logits(8), maps(8)
    scores = counted(made, predictions, labels, size).scores(1)
    classes = labels["segmentation"][:, 0].numpy()
    ious = []
    for plane, number in ((0, 1), (2, 0)):
        found, wanted = predictions[1, :, plane].numpy() >= 0, classes == number
        ious.append(sklearn.jaccard_score(wanted.ravel(), found.ravel()))
        kept = classes.ravel() != 255
        assert sklearn.jaccard_score(wanted.ravel()[kept], found.ravel()[kept]) > ious[-1]
    assert scores["miou_dataset"] == pytest.approx(np.mean(ious))
    depth, valid = labels["depth"].double(), labels["depth"] > 0
    errors = (predictions[1, :, 1:2] - depth).abs()
    assert scores["abs_err_pooled"] == pytest.approx(float(errors[valid].mean()))
    assert scores["rel_err_pooled"] == pytest.approx(float((errors / depth)[valid].mean()))
    batches = [
        float(one[mask].mean())
        for one, mask in zip(errors.split(size), valid.split(size), strict=True)
    ]
    assert scores["abs_err"] == pytest.approx(np.mean(batches))
    normals = labels["normals"].double()
    cosine = F.cosine_similarity(predictions[1, :, 3:], normals, dim=1)[normals.any(dim=1)]
    angles = np.degrees(np.arccos(cosine.clamp(-1, 1).numpy()))
    assert scores["normal_mean_pooled"] == pytest.approx(angles.mean())
    assert scores["normal_median_pooled"] == pytest.approx(np.median(angles), abs=2)
    assert scores["normal_30_pooled"] == pytest.approx(np.mean(angles < 30))


def test_perfect_predictions_have_perfect_scores() -> None:
    made, labels = objective(), maps(4)
    targets = made.targets(labels)
    predictions = targets[:, :6].double()
    predictions[:, [0, 2]] = 2 * predictions[:, [0, 2]] - 1
    scores = counted(made, predictions[None], labels, 2).scores(0)
    for name, value in scores.items():
        if name.startswith(("normal_mean", "normal_median")):
            assert value == pytest.approx(0, abs=0.02), name  # degrees, of float32 vectors
        elif "err" in name:
            assert value == pytest.approx(0, abs=1e-6), name
        else:
            assert value == 1, name


@given(st.permutations(range(6)), st.integers(0, 99))
def test_the_order_within_a_batch_does_not_matter(order: list[int], seed: int) -> None:
    made, predictions, labels = objective(), logits(6, seed), maps(6, seed=seed)
    shuffled = {name: values[order] for name, values in labels.items()}
    straight = counted(made, predictions, labels, 6).scores(0)
    assert counted(made, predictions[:, order], shuffled, 6).scores(0) == pytest.approx(straight)


@given(st.permutations(range(4)))
def test_the_order_of_the_batches_does_not_matter(order: list[int]) -> None:
    made, predictions, labels = objective(), logits(8), maps(8)
    places = [2 * batch + one for batch in order for one in (0, 1)]
    shuffled = {name: values[places] for name, values in labels.items()}
    straight = counted(made, predictions, labels, 2).scores(0)
    assert counted(made, predictions[:, places], shuffled, 2).scores(0) == pytest.approx(straight)


def test_seeds_are_counted_apart() -> None:
    made, predictions, labels = objective(), logits(5), maps(5)
    together = counted(made, predictions, labels, 2)
    for seed in range(SEEDS):
        alone = counted(made, predictions[seed : seed + 1], labels, 2)
        assert alone.scores(0) == together.scores(seed)
        assert alone.detail(0) == together.detail(seed)


@pytest.mark.parametrize("scale", [1e-4, 1e4])
def test_the_unit_of_depth_scales_the_absolute_error_alone(scale: float) -> None:
    made, predictions, labels = objective(), logits(4), maps(4)
    before = counted(made, predictions, labels, 2).scores(0)
    scaled = {**labels, "depth": labels["depth"].double() * scale}
    predictions[:, :, 1] *= scale
    after = counted(made, predictions, scaled, 2).scores(0)
    assert after["abs_err"] == pytest.approx(scale * before["abs_err"])
    assert after["rel_err"] == pytest.approx(before["rel_err"])
    assert after["miou"] == before["miou"]


def test_what_never_occurs_is_not_a_number() -> None:
    made, predictions, labels = objective(), logits(2), maps(2)
    labels = {name: torch.zeros_like(values) for name, values in labels.items()}
    labels["segmentation"] += 2
    predictions[:, :, [0, 2]] = -1.0
    scores = counted(made, predictions, labels, 1).scores(0)
    for name in ("miou", "miou_per_image", "miou_dataset", "abs_err", "normal_mean"):
        assert math.isnan(scores[name]), name
    assert (scores["miou_empty_zero"], scores["pixel_accuracy"]) == (0.0, 1.0)


def test_the_scores_are_the_metrics() -> None:
    made = objective()
    assert set(counted(made, logits(2), maps(2), 2).scores(0)) == set(made.metrics)
    assert "abs_err" not in objective(ALONE).metrics


@pytest.mark.parametrize("seed", range(3))
def test_no_other_constant_is_better_on_the_labels_it_is_fitted_to(seed: int) -> None:
    """Against many others: other levels of depth, other directions, and every set of classes."""
    made, labels = objective(), maps(12, seed=seed)
    best = made.constants(labels)

    def scores(constants: Tensor) -> dict[str, float]:
        everywhere = constants.double()[:, None, None].expand(1, 12, -1, HEIGHT, WIDTH)
        return counted(made, everywhere, labels, 12).scores(0)

    def loss(constants: Tensor) -> Tensor:
        everywhere = constants.double()[:, None, None].expand(1, 12, -1, HEIGHT, WIDTH)
        return made.losses(everywhere, made.targets(labels)[None])[0]

    found, lost = scores(best), loss(best)
    generator = torch.Generator().manual_seed(seed)
    valid = labels["depth"][labels["depth"] != 0]
    assert best[1] in valid
    for level in torch.quantile(valid, torch.linspace(0, 1, 41)):
        other = best.clone()
        other[1] = level
        assert scores(other)["abs_err_pooled"] >= found["abs_err_pooled"] - 1e-12
    # The loss of the normals is over the pixels with valid depth; without depth, over its own.
    alone = objective((Task("normals", "normals", ("normals",)),))
    own = alone.constants(labels)
    targets = alone.targets(labels)[None]
    for _ in range(40):
        other = torch.randn(3, generator=generator)
        losses = [
            alone.losses(one.double()[:, None, None].expand(1, 12, -1, HEIGHT, WIDTH), targets)
            for one in (own, other)
        ]
        assert float(losses[0][0, 0]) <= float(losses[1][0, 0]) + 1e-12
    for signs in ((1, -1), (-1, 1), (-1, -1)):
        other = best.clone()
        other[0], other[2] = signs
        assert scores(other)["miou_dataset"] <= found["miou_dataset"]
    assert lost.shape == (4,)
