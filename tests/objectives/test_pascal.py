from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import distance_transform_cdt
from sklearn.metrics import jaccard_score
from torch import Tensor

from mtl.config.datasets import metrics
from mtl.data import registry
from mtl.data.pascal import CLASSES, COLUMNS
from mtl.metrics.catalogue import METRICS
from mtl.objectives.base import Objective, Task
from mtl.objectives.registry import build
from tests.layers.build import normal

SEEDS, BATCH, HEIGHT, WIDTH = 2, 5, 6, 7
TASKS = tuple(
    Task(task["name"], task["kind"], tuple(task["columns"]))
    for task in registry.tasks("pascal", "tasks5")
)
OUTPUTS = (21, 7, 1, 1, 3)


def maps(n: int, seed: int = 0) -> dict[str, Tensor]:
    """Random maps; every third image says nothing of parts, and some pixels have no normal."""
    rng = np.random.default_rng(seed)
    shape = (n, 1, HEIGHT, WIDTH)
    parts = rng.choice([0, 1, 4, 6, 255], shape)
    parts[::3] = 255
    normals = rng.standard_normal((n, 3, HEIGHT, WIDTH))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    normals *= rng.random(shape) < 0.7
    found = {
        "segmentation": rng.choice([0, 3, 15, 20, 255], shape).astype(np.uint8),
        "parts": parts.astype(np.uint8),
        "saliency": (rng.random(shape) < 0.3).astype(np.uint8),
        "edges": (rng.random(shape) < 0.2).astype(np.uint8),
        "normals": normals.astype(np.float32),
    }
    return {name: torch.from_numpy(values) for name, values in found.items()}


def objective(*names: str) -> Objective:
    tasks = [task for task in TASKS if not names or task.name in names]
    return build(tasks, COLUMNS, CLASSES)


def scores(made: Objective, logits: Tensor, targets: Tensor, sizes=(BATCH,)) -> list[dict]:
    counter = made.counter(len(logits))
    start = 0
    for size in sizes:
        piece = slice(start, start + size)
        counter.update(logits[:, piece], targets[piece])
        start += size
    return [counter.scores(seed) for seed in range(len(logits))]


@pytest.fixture
def logits() -> Tensor:
    return normal(SEEDS, BATCH, sum(OUTPUTS), HEIGHT, WIDTH)


def test_losses_pixel_by_pixel(logits: Tensor) -> None:
    made, given = objective(), maps(BATCH)
    assert made.outputs == OUTPUTS
    targets = made.targets(given).expand(SEEDS, -1, -1, -1, -1)
    found = made.losses(logits, targets)
    for seed in range(SEEDS):
        pieces = logits[seed].split(OUTPUTS, dim=1)
        for place, name in ((0, "segmentation"), (1, "parts")):
            wanted = given[name][:, 0].long()
            expected = F.cross_entropy(pieces[place], wanted, ignore_index=255)
            torch.testing.assert_close(found[seed, place], expected)
        salient = given["saliency"].double()
        share = salient.mean()
        plain = F.binary_cross_entropy(pieces[2].sigmoid(), salient, reduction="none")
        weighted = plain * torch.where(salient == 1, 1 - share, share)
        torch.testing.assert_close(found[seed, 2], weighted.mean())
        edge = given["edges"].double()
        # Their own argument: a weight of the positive ones, 19 to 1.
        balanced = F.binary_cross_entropy_with_logits(
            pieces[3], edge, pos_weight=torch.tensor(19.0, dtype=torch.float64)
        )
        torch.testing.assert_close(found[seed, 3], balanced / 20)
        unit = pieces[4] / pieces[4].norm(dim=1, keepdim=True)
        valid = (given["normals"] != 0).any(1)
        differences = (unit - given["normals"]).abs().transpose(0, 1)[:, valid]
        torch.testing.assert_close(found[seed, 4], differences.mean())


@given(st.permutations(range(len(TASKS))), st.integers(1, len(TASKS)))
def test_any_of_the_tasks_in_any_order_have_the_losses_of_all(order: list[int], n: int) -> None:
    labels, everything = maps(BATCH), normal(SEEDS, BATCH, sum(OUTPUTS), HEIGHT, WIDTH)
    whole, pieces = objective(), everything.split(OUTPUTS, dim=2)
    targets = whole.targets(labels)
    losses = whole.losses(everything, targets.expand(SEEDS, -1, -1, -1, -1))
    counted = scores(whole, everything, targets)
    chosen = order[:n]
    made = build([TASKS[place] for place in chosen], COLUMNS, CLASSES)
    own, own_targets = torch.cat([pieces[place] for place in chosen], dim=2), made.targets(labels)
    of_seeds = own_targets.expand(SEEDS, -1, -1, -1, -1)
    torch.testing.assert_close(made.losses(own, of_seeds), losses[:, chosen])
    for task, place in enumerate(chosen):
        alone = made.task_loss(pieces[place], of_seeds, task)
        torch.testing.assert_close(alone, losses[:, place])
    for one, all_tasks in zip(scores(made, own, own_targets), counted, strict=True):
        assert one == {name: all_tasks[name] for name in made.metrics}


def test_what_is_predicted_where_nothing_is_known_does_not_matter(logits: Tensor) -> None:
    made, labels = objective("semseg", "human", "normals"), maps(BATCH)
    targets = made.targets(labels)
    pieces = torch.cat([logits[:, :, :28], logits[:, :, 30:]], dim=2)
    unknown = [labels["segmentation"] == 255] * 21 + [labels["parts"] == 255] * 7
    unknown += [~labels["normals"].any(dim=1, keepdim=True)] * 3
    others = torch.where(torch.cat(unknown, dim=1), -3 * pieces - 1, pieces)
    assert not torch.equal(others, pieces)
    of_seeds = targets.expand(SEEDS, -1, -1, -1, -1)
    torch.testing.assert_close(made.losses(others, of_seeds), made.losses(pieces, of_seeds))
    assert scores(made, others, targets) == scores(made, pieces, targets)


def test_a_batch_without_valid_pixels_has_no_loss_and_a_finite_gradient(logits: Tensor) -> None:
    made, given = objective(), maps(BATCH)
    given["segmentation"][:], given["parts"][:], given["normals"][:] = 255, 255, 0
    logits.requires_grad_()
    found = made.losses(logits, made.targets(given).expand(SEEDS, -1, -1, -1, -1))
    assert (found[:, [0, 1, 4]] == 0).all()
    found.sum().backward()
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()


def test_mean_iou_is_that_of_scikit_learn(logits: Tensor) -> None:
    made, given = objective("semseg", "human"), maps(BATCH)
    targets = made.targets(given)
    pieces = logits[:, :, :28]
    found = scores(made, pieces, targets, (2, 2, 1))
    for seed in range(SEEDS):
        for name, metric, outputs in (
            ("segmentation", "semseg", slice(0, 21)),
            ("parts", "human", slice(21, 28)),
        ):
            wanted = given[name][:, 0].flatten()
            predicted = pieces[seed, :, outputs].argmax(1).flatten()
            valid = wanted != 255
            expected = jaccard_score(wanted[valid], predicted[valid], average="macro")
            assert found[seed][metric] == pytest.approx(expected)


def test_saliency_edges_and_normals_by_hand(logits: Tensor) -> None:
    made, given = objective("saliency", "edge", "normals"), maps(BATCH)
    pieces = logits[:, :, 28:]
    found = scores(made, pieces, made.targets(given), (3, 2))
    for seed in range(SEEDS):
        salient = given["saliency"][:, 0].bool()
        by_threshold = []
        for k in range(15):
            predicted = pieces[seed, :, 0].sigmoid() > 0.2 + 0.05 * k
            pairs = list(zip(predicted, salient, strict=True))
            both = [int((p & s).sum()) / max(1, int((p | s).sum())) for p, s in pairs]
            by_threshold.append(np.mean(both))
        assert found[seed]["saliency"] == pytest.approx(max(by_threshold), abs=1e-12)
        edges = given["edges"].expand(1, -1, -1, -1, -1)
        loss = objective("edge").losses(pieces[seed : seed + 1, :, 1:2], edges.float())
        assert found[seed]["edge"] == pytest.approx(float(loss), abs=1e-12)
        unit = F.normalize(pieces[seed, :, 2:], dim=1)
        valid = (given["normals"] != 0).any(1)
        cosine = (unit * given["normals"]).sum(1)[valid].clamp(-1, 1)
        assert found[seed]["normals"] == pytest.approx(float(cosine.acos().rad2deg().mean()))


def test_an_image_without_anything_salient_is_right_where_nothing_is_predicted() -> None:
    made = objective("saliency")
    targets = torch.zeros(1, 1, 2, 2)
    assert scores(made, torch.full((1, 1, 1, 2, 2), -9.0), targets)[0]["saliency"] == 1
    assert scores(made, torch.full((1, 1, 1, 2, 2), 9.0), targets)[0]["saliency"] == 0


def test_edges_within_the_tolerance_match() -> None:
    """One true pixel in a row of seven; two predictions, one of them two pixels away."""
    made = objective("edge")
    targets = torch.zeros(1, 1, 1, 7)
    targets[0, 0, 0, 2] = 1
    logits = torch.full((1, 1, 1, 1, 7), -9.0)
    logits[0, 0, 0, 0, [1, 4]] = 9.0
    # Of two predicted pixels one is right, and the true one is found.
    assert scores(made, logits, targets)[0]["edge_odsf"] == pytest.approx(2 / 3)
    logits[0, 0, 0, 0, 4] = 0.2  # above the thresholds up to 0.5 alone
    assert scores(made, logits, targets)[0]["edge_odsf"] == 1


@pytest.mark.oracle
def test_edges_match_by_the_chessboard_distance_of_scipy() -> None:
    """On maps so large that the tolerance is of two pixels."""
    made, rng = objective("edge"), np.random.default_rng(0)
    wanted = rng.random((2, 200, 210)) < 0.02
    logits = torch.from_numpy(rng.normal(-2, 2, wanted.shape))
    probability = torch.sigmoid(logits).numpy()

    def near(mask: np.ndarray) -> np.ndarray:
        return np.stack([distance_transform_cdt(~one, "chessboard") <= 2 for one in mask])

    best = 0.0
    for threshold in np.arange(1, 20) / 20:
        predicted = probability > threshold
        precision = (predicted & near(wanted)).sum() / predicted.sum()
        recall = (wanted & near(predicted)).sum() / wanted.sum()
        best = max(best, 2 * precision * recall / (precision + recall))
    targets = torch.from_numpy(wanted).float()[:, None]
    found = scores(made, logits[None, :, None], targets, (1, 1))[0]["edge_odsf"]
    assert found == pytest.approx(best, abs=1e-12)


def test_scores_do_not_depend_on_the_batches_or_the_order(logits: Tensor) -> None:
    made, targets = objective(), objective().targets(maps(BATCH))
    whole = scores(made, logits, targets)
    order = torch.tensor([3, 0, 4, 2, 1])
    again = scores(made, logits[:, order], targets[order], (1, 3, 1))
    for one, other in zip(whole, again, strict=True):
        assert other == pytest.approx(one, abs=1e-12)
    assert list(whole[0]) == list(made.metrics)
    assert whole[0] != whole[1]


def test_seeds_do_not_see_each_other(logits: Tensor) -> None:
    made, targets = objective(), objective().targets(maps(BATCH))
    both = made.losses(logits, targets.expand(SEEDS, -1, -1, -1, -1))
    alone = made.losses(logits[1:], targets[None])
    torch.testing.assert_close(both[1:], alone)


def test_no_constant_near_the_fitted_ones_has_a_lower_loss_of_classes_or_edges() -> None:
    made, given = objective("semseg", "human", "saliency", "edge"), maps(12)
    targets = made.targets(given)[None]

    def losses(constants: Tensor) -> Tensor:
        return made.losses(constants[None, None, :, None, None].expand(1, 12, -1, HEIGHT, WIDTH),
                           targets)[0]  # fmt: skip

    fitted = made.constants(given).double()
    least = losses(fitted)
    for change in normal(20, len(fitted)):
        assert (losses(fitted + 0.1 * change) >= least - 1e-9).all()


@pytest.mark.parametrize("value", [0, 1])
def test_constants_are_finite_where_nothing_or_everything_is_an_edge(value: int) -> None:
    made = objective("edge")
    found = made.constants({"edges": torch.full((2, 1, 4, 4), value, dtype=torch.uint8)})
    assert torch.isfinite(found).all()
    assert (found > 0).item() == bool(value)


def test_planning_knows_the_metrics() -> None:
    names = metrics(registry.tasks("pascal", "tasks5"))
    assert names == objective().metrics
    primary = {METRICS[name].task for name in names if METRICS[name].primary}
    assert primary == {task.name for task in TASKS}
