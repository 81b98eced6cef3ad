from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mtl.data.store import Store
from mtl.errors import MtlError
from mtl.methods import registry
from mtl.models.segnet import unpool
from mtl.training.network import count
from mtl.training.spec import TrainingSpec
from tests.models.dense import HEIGHT, WIDTH, spec, store, tasks, trainer

CITYSCAPES = (*(["flat", "construction", "object", "nature", "sky", "human", "vehicle"]), "depth")
__all__ = ["store"]
ON_SEGNET = [
    (name, regime)
    for name in registry.available()
    if "segnet" in (registry.describe(name).hosts or ["segnet"])
    for regime in registry.describe(name).regimes
]


def parameters(method: str, chosen: list[dict[str, Any]], **changes: Any) -> Any:
    parsed = TrainingSpec.parse(spec(method, chosen, width=64, **changes))
    outputs = [3 if task["kind"] == "normals" else 1 for task in chosen]
    return count(parsed, outputs, (32, 32))


@pytest.mark.parametrize(
    ("method", "classes", "normals", "expected"),
    [
        ("hard_sharing", 7, False, 25_017_672),
        ("hard_sharing", 13, True, 25_055_185),
        ("gradnorm", 7, False, 25_017_672),
        ("task_routing", 7, False, 25_239_240),
        ("maximum_roaming", 7, False, 25_239_240),
        ("mgda_ub", 7, False, 25_239_240),
        ("task_routing", 13, True, 25_498_321),
        ("attentive", 7, False, None),
    ],
)
def test_parameters_are_those_of_the_check_sheet(
    method: str, classes: int, normals: bool, expected: int | None
) -> None:
    found = parameters(method, tasks(classes, normals))
    if method == "attentive":
        assert found.parameters_total == 25_239_240 + _attention(8) == 28_159_176
    else:
        assert found.parameters_total == expected


def _attention(n_tasks: int) -> int:
    """Squeeze and excitation after each of the 26 convolutions, with biases."""
    widths = [64] * 2 + [128] * 2 + [256] * 3 + [512] * 6
    widths += [512] * 3 + [256] * 3 + [128] * 3 + [64] * 4
    return n_tasks * sum(2 * c * (c // 16) + c // 16 + c for c in widths)


def test_unpooling_is_torchs() -> None:
    x = torch.randn(2, 3, 4, 6, dtype=torch.float64, requires_grad=True)
    pooled, places = F.max_pool2d(x, 2, return_indices=True)
    ours, theirs = unpool(pooled, places, (4, 6)), F.max_unpool2d(pooled, places, 2)
    assert torch.equal(ours, theirs)
    weights = torch.randn_like(ours)
    gradients = [
        torch.autograd.grad((one * weights).sum(), x, retain_graph=True)[0]
        for one in (ours, theirs)
    ]
    assert torch.equal(*gradients)


@pytest.mark.parametrize(("method", "regime"), ON_SEGNET)
def test_every_method_trains_on_segnet(store: Store, method: str, regime: str) -> None:
    together = trainer(store, method, regime=regime)
    before = together.adam.values.clone()
    together.run(lambda _: None)
    assert torch.isfinite(together.adam.values).all()
    assert (together.adam.values != before).any() == (regime != "closed_form")
    for log in together.logs:
        assert set(log.selected.scores) == set(together.objective.metrics)
        assert all(np.isfinite(value) for value in log.selected.scores.values())


@pytest.mark.parametrize("method", ["hard_sharing", "single_task", "etr", "attentive", "mgda_ub"])
def test_seeds_train_together_as_alone(store: Store, method: str) -> None:
    together = trainer(store, method)
    together.run(lambda _: None)
    for position, seed in enumerate(together.seeds):
        alone = trainer(store, method, (seed,))
        alone.run(lambda _: None)
        for name, tensor in alone.network.state_dict().items():
            ours = together.network.state_dict()[name][position]
            torch.testing.assert_close(ours, tensor[0], rtol=1e-6, atol=1e-7)
        assert together.logs[position].final.scores == pytest.approx(
            alone.logs[0].final.scores, rel=1e-5
        )


def test_running_statistics_are_those_of_the_batches(store: Store) -> None:
    """Where tasks share a pass they move while training, serve when testing, and stay there."""
    shared = trainer(store, "hard_sharing")
    buffers = {n: b.clone() for n, b in shared.network.named_buffers() if "running" in n}
    assert len(buffers) == 2 * 26
    shared.loss_batches = 1
    shared._evaluate()
    for name, buffer in buffers.items():
        assert torch.equal(shared.network.get_buffer(name), buffer)
    images, _ = shared.train_images.gather(torch.tensor([[0, 1, 2, 3]] * 2))
    shared.network(images, None)
    conv = shared.network.trunk.encoder[0][0].conv(images)
    mean = conv.mean((0, 2, 3)).view(2, -1)
    variance = conv.var((0, 2, 3), unbiased=True).view(2, -1)
    norm = shared.network.trunk.encoder[0][0].norm
    torch.testing.assert_close(norm.running_mean, 0.1 * mean)
    torch.testing.assert_close(norm.running_var, 0.9 + 0.1 * variance)
    routed = trainer(store, "task_routing")
    assert not any("running" in name for name, _ in routed.network.named_buffers())


def test_heads_are_shared_by_the_tasks_of_a_kind_or_not(store: Store) -> None:
    assert [len(h) for h in trainer(store, "hard_sharing").network.heads.groups] == [3, 1, 1]
    assert [len(h) for h in trainer(store, "etr").network.heads.groups] == [1] * 5
    shared = trainer(store, "hard_sharing").network
    images = torch.rand(2, 6, HEIGHT, WIDTH, dtype=torch.float64)
    shared.eval()
    together = shared(images, None)
    assert together.shape == (2, 2, 7, HEIGHT, WIDTH)
    alone = torch.cat([shared(images, task) for task in range(5)], dim=2)
    torch.testing.assert_close(alone, together)


def test_feature_gradients_are_autograds_task_by_task(store: Store) -> None:
    from tests.methods.steps import batch, joint_step

    made = trainer(store, "hard_sharing")
    step = joint_step(made, *batch(made, size=4))
    found = step.feature_gradients()
    assert found.shape == (5, *step.trunk.shape)
    for task in range(5):
        (expected,) = torch.autograd.grad(
            step.losses[:, task].sum(), step.features, retain_graph=True
        )
        torch.testing.assert_close(found[task], expected, rtol=0, atol=1e-15)


@pytest.mark.parametrize("size", [(32, 48), (30, 64)])
def test_sides_that_cannot_be_halved_five_times_are_refused(size: tuple[int, int]) -> None:
    parsed = TrainingSpec.parse(spec("hard_sharing", tasks(2)))
    with pytest.raises(MtlError, match="multiples of 32 pixels, found"):
        count(parsed, [1, 1, 1], size)
