from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
import torch

from mtl.data.store import Store
from mtl.layers.convolution import ConvNorm
from mtl.layers.etr import TaskConvNorm
from mtl.models.unit import Role
from mtl.training.batches import epoch_order
from mtl.training.trainer import Trainer
from tests.methods.steps import batch
from tests.methods.units import unit
from tests.training.fabricate import make_spec, make_trainer, train_batches


def make(store: Store, method: str = "etr", **options: float) -> Trainer:
    spec = make_spec(method, host="resnet_small", batch_size=8, learning_rate=1e-3, options=options)
    return make_trainer(store, spec, (3, 11))


@pytest.mark.parametrize("role", ["stem", "downsample"])
def test_stem_and_shortcuts_stay_shared(role: Role) -> None:
    assert isinstance(unit("etr", role), ConvNorm)


def test_the_3x3_convolutions_branch() -> None:
    made = unit("etr", gamma=0.7)
    assert isinstance(made, TaskConvNorm)
    assert made.get_parameter("conv.shared.weight").shape == (2, 7, 8, 3, 3)
    assert made.get_parameter("conv.specific.weight").shape == (2, 3, 3, 8, 3, 3)
    assert made.get_parameter("norm.weight").shape == (2, 10)


def test_gamma_1_is_hard_sharing_trained_task_by_task(store: Store) -> None:
    routed, shared = make(store, gamma=1.0), make(store, "hard_sharing")
    shared.spec = dataclasses.replace(shared.spec, regime="steady_state")
    with torch.no_grad():
        for name, parameter in routed.network.named_parameters():
            parameter.copy_(shared.network.get_parameter(name.replace(".shared.", ".")))
    for trainer in (routed, shared):
        train_batches(trainer, 5)
    for name, parameter in routed.network.named_parameters():
        other = shared.network.get_parameter(name.replace(".shared.", "."))
        torch.testing.assert_close(parameter, other, rtol=0, atol=1e-10)
    torch.testing.assert_close(routed.loss_sums, shared.loss_sums, rtol=0, atol=1e-10)


def test_gamma_1_is_a_plain_loop_over_the_tasks(store: Store) -> None:
    """Ten batches, against torch's Adam, whose gradients are zeroed as PyTorch 1.2 did."""
    spec = make_spec("etr", host="resnet_small", batch_size=8, learning_rate=1e-3, epochs=4)
    spec["method"]["options"] = {"gamma": 1.0}
    routed, shared = make_trainer(store, spec, (3, 11)), make(store, "hard_sharing")
    network, objective, images = shared.network, shared.objective, shared.train_images
    with torch.no_grad():
        for name, parameter in routed.network.named_parameters():
            network.get_parameter(name.replace(".shared.", ".")).copy_(parameter)
    train_batches(routed, 10)
    adam = torch.optim.Adam(network.parameters(), lr=1e-3)
    for number in range(10):
        epoch, start = number // 3, number % 3 * 8
        order = epoch_order((3, 11), epoch, len(images))
        pixels, labels = images.gather(order[:, start : start + 8])
        for task in range(3):
            adam.zero_grad(set_to_none=False)
            logits = network(pixels, task)
            objective.task_loss(logits, objective.targets(labels), task).sum().backward()
            adam.step()
    for name, parameter in routed.network.named_parameters():
        other = network.get_parameter(name.replace(".shared.", "."))
        torch.testing.assert_close(parameter, other, rtol=0, atol=1e-9)


def test_gamma_0_is_a_network_for_each_task(store: Store) -> None:
    """Whose 3x3 convolutions of the blocks are the task's own.

    In our reading stem, shortcuts and normalisations are shared even then, so these have the same
    weights in all networks here: "independent" holds for what the method replaces.
    """
    routed, alone = make(store, gamma=0.0), make(store, "hard_sharing")
    images, targets = batch(routed)
    own = ".conv.specific.weight"
    for task in range(3):
        with torch.no_grad():
            for name, parameter in routed.network.named_parameters():
                ours = parameter[:, task] if name.endswith(own) else parameter
                alone.network.get_parameter(name.replace(".specific.", ".")).copy_(ours)
        logits = []
        for trainer in (routed, alone):
            trainer.adam.zero_grad()
            logits.append(trainer.network(images, task))
            trainer.objective.task_loss(logits[-1], targets, task).sum().backward()
        torch.testing.assert_close(*logits, rtol=0, atol=1e-12)
        branches = 0
        for name, parameter in routed.network.named_parameters():
            expected = alone.network.get_parameter(name.replace(".specific.", ".")).grad
            found = parameter.grad
            if name.endswith(own):
                branches += 1
                others = [other for other in range(3) if other != task]
                assert not found[:, others].any(), name
                found = found[:, task]
                assert found.any(), name
            torch.testing.assert_close(found, expected, rtol=0, atol=1e-12)
        assert branches == 6


def test_gamma_0_shares_no_3x3_convolution_of_the_blocks(store: Store) -> None:
    network = make(store, gamma=0.0).network
    shared = [
        name
        for name, parameter in network.named_parameters()
        if parameter.shape[-1] == 3 and parameter.dim() == 5
    ]
    assert shared == ["trunk.stem.conv.weight"]
    assert sum(".specific." in name for name, _ in network.named_parameters()) == 6


@pytest.mark.parametrize(
    "built",
    [
        lambda store: make(store, gamma=0.0),
        lambda store: make(store, gamma=0.9),
        lambda store: make(store, "etr_nlp"),
    ],
)
def test_the_step_of_a_task_leaves_the_branches_of_the_others(
    store: Store, built: Callable[[Store], Trainer]
) -> None:
    trainer = built(store)
    images, targets = batch(trainer)
    for task in range(3):
        trainer.adam.zero_grad()
        loss = trainer.objective.task_loss(trainer.network(images, task), targets, task)
        loss.sum().backward()
        others = [other for other in range(3) if other != task]
        branches = [p for n, p in trainer.network.named_parameters() if ".specific." in n]
        assert branches
        for branch in branches:
            assert branch.grad is not None
            assert branch.grad[:, task].any()
            assert not branch.grad[:, others].any()
        heads = trainer.network.heads
        for other in others:
            assert not heads.weight.grad[:, heads.slices[other]].any()
