from __future__ import annotations

import itertools
import math

import pytest
import torch
from torch import Tensor

from mtl.data.store import Store
from mtl.diagnostics.gradient_conflict import MEASUREMENTS, conflict
from mtl.training.trainer import Trainer
from tests.diagnostics.trained import SEEDS, finished, trainer


def gramian(*gradients: list[float]) -> Tensor:
    rows = torch.tensor(gradients, dtype=torch.float64)
    return rows @ rows.T


@pytest.mark.parametrize(
    ("gradients", "cosine", "negative", "variance"),
    [
        # Equal; orthogonal and equally long; opposite; and three by hand.
        ([[1.0, 2.0], [1.0, 2.0]], 1, 0, 0),
        ([[3.0, 0.0], [0.0, 3.0]], 0, 0, 1 / 2),
        ([[1.0, 2.0], [-1.0, -2.0]], -1, 1, 1),
        # Pairs: 45 degrees, 180, 135. Mean (1/3, 1/3): 2/9 of a mean square of 4/3.
        ([[1.0, 0.0], [1.0, 1.0], [-1.0, 0.0]], -1 / 3, 2 / 3, 1 - (2 / 9) / (4 / 3)),
        # A vanished gradient has no direction.
        ([[0.0, 0.0], [1.0, 0.0]], 0, 0, 1 / 2),
    ],
)
def test_a_gramian_says_how_gradients_agree(
    gradients: list[list[float]], cosine: float, negative: float, variance: float
) -> None:
    found = conflict(gramian(*gradients))
    assert found["cosine"] == pytest.approx(cosine, abs=1e-12)
    assert found["negative"] == pytest.approx(negative, abs=1e-12)
    assert found["variance"] == pytest.approx(variance, abs=1e-12)


def test_the_cosines_are_those_of_torch() -> None:
    gradients = torch.randn(4, 7, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    expected = torch.cosine_similarity(gradients[:, None], gradients[None], dim=2)
    found = torch.tensor(conflict(gradients @ gradients.T)["cosines"], dtype=torch.float64)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-12)


def shared(made: Trainer) -> dict[str, Tensor]:
    """The trunk's parameters of one seed's network that no single task owns."""
    own = (".specific.", ".attention.")
    return {
        name: parameter
        for name, parameter in made.network.trunk.named_parameters()
        if not any(part in name for part in own)
    }


@pytest.mark.parametrize("method", ["hard_sharing", "etr", "etr_nlp", "attentive", "task_routing"])
def test_the_gradients_are_autograds_on_one_seed_alone(store: Store, method: str) -> None:
    done = finished(store, method, ["gradient_conflict"])
    images, labels = next(done.eval_images.in_order(1, 9))
    for position, seed in enumerate(SEEDS):
        alone = trainer(store, method, seeds=(seed,))
        with torch.no_grad():
            for name, tensor in alone.network.state_dict().items():
                tensor.copy_(done.network.state_dict()[name][position, None])
        rows = []
        for task in range(3):
            logits = alone.network(images, task)
            loss = alone.objective.task_loss(logits, alone.objective.targets(labels)[None], task)
            leaves = list(shared(alone).values())
            found = torch.autograd.grad(loss.sum(), leaves, allow_unused=True)
            rows.append(torch.cat([g.flatten() for g in found if g is not None]))
        a, b, c = rows
        expected = [float(x @ y / x.norm() / y.norm()) for x, y in ((a, b), (a, c), (b, c))]
        last = done.diagnostics["gradient_conflict"].result(position)["points"][-1]
        cosines = last["cosines"]
        assert [cosines[0][1], cosines[0][2], cosines[1][2]] == pytest.approx(expected, abs=1e-9)
        assert last["cosine"] == pytest.approx(sum(expected) / 3, abs=1e-9)
        assert last["negative"] == pytest.approx(sum(x < 0 for x in expected) / 3)
        mean = (a + b + c) / 3
        squares = sum(float(x @ x) for x in rows) / 3
        assert last["variance"] == pytest.approx(1 - float(mean @ mean) / squares, abs=1e-9)


def test_a_seed_finds_the_same_beside_another(store: Store) -> None:
    both = finished(store, "hard_sharing", ["gradient_conflict"])
    alone = finished(store, "hard_sharing", ["gradient_conflict"], seeds=(11,))
    pairs = zip(
        both.diagnostics["gradient_conflict"].result(1)["points"],
        alone.diagnostics["gradient_conflict"].result(0)["points"],
        strict=True,
    )
    for ours, theirs in pairs:
        assert ours["epoch"] == theirs["epoch"]
        assert ours["cosine"] == pytest.approx(theirs["cosine"], abs=1e-7)


@pytest.mark.parametrize(
    ("epochs", "evaluations", "expected"),
    [
        (1, 1, [1]),
        (2, 2, [2 / 3, 1, 5 / 3, 2]),
        (8, 1, [2, 4, 6, 8]),
        (6, 2, None),
    ],
)
def test_measurements_are_spread_and_the_last_is_at_the_end(
    store: Store, epochs: int, evaluations: int, expected: list[float] | None
) -> None:
    changes = {"epochs": epochs, "evaluations_per_epoch": evaluations, "width": 4}
    done = finished(store, "hard_sharing", ["gradient_conflict"], seeds=(3,), **changes)
    result = done.diagnostics["gradient_conflict"].result(0)
    at = [point["epoch"] for point in result["points"]]
    if expected is None:
        assert len(at) == MEASUREMENTS < epochs * evaluations
        assert at == sorted(set(at))
        assert at[-1] == epochs
        # Evaluations of these three batches an epoch are up to two thirds of it apart.
        assert max(b - a for a, b in itertools.pairwise(at)) <= epochs / MEASUREMENTS + 2 / 3
    else:
        assert at == pytest.approx(expected)
    assert (result["n_images"], result["tasks"]) == (9, ["face", "eyes", "hair"])


def test_the_metrics_are_means_over_the_measurements(store: Store) -> None:
    done = finished(store, "hard_sharing", ["gradient_conflict"])
    for position in range(2):
        points = done.diagnostics["gradient_conflict"].result(position)["points"]
        assert len(points) == 4
        metrics = done.diagnostic_metrics(position)
        assert set(metrics) == {"gradient_cosine", "gradient_negative", "gradient_variance"}
        for name, value in metrics.items():
            key = name.removeprefix("gradient_")
            assert value == pytest.approx(math.fsum(point[key] for point in points) / 4)
