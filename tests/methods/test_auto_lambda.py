from __future__ import annotations

import copy
import io
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call

from mtl.data.store import Store
from mtl.layers.replicas import Replicas
from mtl.methods import auto_lambda, registry
from mtl.methods.auto_lambda import Build
from mtl.methods.base import LookAhead
from mtl.models.unit import Context
from mtl.training.batches import epoch_order
from mtl.training.regimes import look_ahead
from mtl.training.trainer import Trainer
from tests.layers.build import normal
from tests.methods.steps import batch, joint_step
from tests.training.fabricate import make_spec, make_trainer, train_batches

SEEDS, RATE = (3, 11), 0.05
Losses = Callable[[], Tensor]


def made(**options: Any) -> Build:
    defaults = {name: o.default for name, o in registry.describe("auto_lambda").options.items()}
    method: Build = registry.load("auto_lambda").Build(
        defaults | options, Context(SEEDS, Replicas(2), (1, 1, 1))
    )
    return method


def parabolas(parameters: list[nn.Parameter], seed: int, scale: Tensor | float = 1.0) -> Losses:
    """L_t = scale / 2 ||theta - a_t||^2 of random centres, for both seeds and three tasks."""
    centres = [normal(3, *p.shape, seed=seed + k) for k, p in enumerate(parameters)]
    parts = list(zip(parameters, centres, strict=True))

    def losses() -> Tensor:
        distances = [(p - c).square().flatten(2).sum(2) for p, c in parts]
        return scale * torch.stack(distances).sum(0).t() / 2

    return losses


def parameters() -> list[nn.Parameter]:
    return [nn.Parameter(normal(2, 4, seed=90)), nn.Parameter(normal(2, 3, 5, seed=91))]


def by_autograd(ahead: LookAhead, weights: Tensor) -> Tensor:
    """The gradient of lambda through the virtual step, in which the parameters are replaced."""
    weights = weights.clone().requires_grad_()
    total = (weights * ahead.losses()).sum()
    gradients = torch.autograd.grad(total, ahead.parameters, create_graph=True)
    start = [p.detach().clone() for p in ahead.parameters]
    moved = [s - RATE * g for s, g in zip(start, gradients, strict=True)]
    with torch.no_grad():
        for parameter, value in zip(ahead.parameters, moved, strict=True):
            parameter.copy_(value)
    at_moved = torch.autograd.grad(ahead.second_losses().sum(), ahead.parameters)
    with torch.no_grad():
        for parameter, value in zip(ahead.parameters, start, strict=True):
            parameter.copy_(value)
    product = sum((m * d).sum() for m, d in zip(moved, at_moved, strict=True))
    return torch.autograd.grad(product, weights)[0]


@pytest.mark.parametrize("weights", [[0.1, 0.1, 0.1], [2.0, -0.5, 0.0]])
def test_on_parabolas_it_is_the_gradient_through_the_virtual_step(weights: list[float]) -> None:
    """There the central difference is exact: -r <theta - a_t, sum_k (theta' - b_k)>."""
    method, theta = made(), parameters()
    ahead = LookAhead(parabolas(theta, 0), parabolas(theta, 10), tuple(theta), RATE)
    with torch.no_grad():
        method.weights.copy_(torch.tensor(weights))
    expected = by_autograd(ahead, method.weights.detach())
    before = [p.detach().clone() for p in theta]
    method.look_ahead(ahead)
    torch.testing.assert_close(method.weights.grad, expected, rtol=1e-9, atol=0)
    assert all(torch.equal(p, was) for p, was in zip(theta, before, strict=True))


def test_the_weights_take_a_step_of_adam() -> None:
    method, theta = made(weight_rate=0.03, first_weight=0.4), parameters()
    reference = nn.Parameter(torch.full((2, 3), 0.4, dtype=torch.float64))
    adam = torch.optim.Adam([reference], lr=0.03)
    for step in range(3):
        ahead = LookAhead(parabolas(theta, step), parabolas(theta, 10 + step), tuple(theta), RATE)
        method.look_ahead(ahead)
        reference.grad = method.weights.grad.clone()
        adam.step()
        torch.testing.assert_close(method.weights, reference, rtol=1e-12, atol=0)


def test_seeds_do_not_see_each_other() -> None:
    """What the other seed's losses are changes no bit; nor does a seed without a gradient."""
    found = []
    for other in (1.0, 1e6, 0.0):
        method, theta = made(), parameters()
        scale = torch.tensor([[1.0], [other]], dtype=torch.float64)
        ahead = LookAhead(parabolas(theta, 0), parabolas(theta, 10, scale), tuple(theta), RATE)
        method.look_ahead(ahead)
        found.append(method.weights.grad.clone())
    assert all(torch.equal(gradient[0], found[0][0]) for gradient in found)
    torch.testing.assert_close(found[1][1], 1e6 * found[0][1], rtol=1e-6, atol=0)
    assert found[2][1].tolist() == [0.0, 0.0, 0.0]


def trainer(store: Store, **changes: Any) -> Trainer:
    settings = {"host": "resnet20", "width": 4, "batch_size": 8, "learning_rate": RATE}
    return make_trainer(store, make_spec("auto_lambda", **(settings | changes)), SEEDS)


def test_on_a_network_short_differences_are_the_gradient_through_the_virtual_step(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auto_lambda, "STEP", 1e-6)
    one = trainer(store)
    first, second = batch(one), batch(one, start=8)
    names = [name for name, _ in one.network.named_parameters()]
    weights = one.method.weights.detach().clone().requires_grad_()

    def losses(values: list[Tensor], images: Tensor, targets: Tensor) -> Tensor:
        network = copy.deepcopy(one.network)  # its running statistics move
        logits = functional_call(network, dict(zip(names, values, strict=True)), (images, None))
        return one.objective.losses(logits, targets)

    start = [p.detach().clone().requires_grad_() for p in one.network.parameters()]
    total = (weights * losses(start, *first)).sum()
    gradients = torch.autograd.grad(total, start, create_graph=True)
    moved = [s - RATE * g for s, g in zip(start, gradients, strict=True)]
    (expected,) = torch.autograd.grad(losses(moved, *second).sum(), weights)
    before = {name: tensor.clone() for name, tensor in one.network.state_dict().items()}
    look_ahead(one.network, one.method, one.objective, one.adam, first, second)
    torch.testing.assert_close(one.method.weights.grad, expected, rtol=1e-4, atol=0)
    for name, tensor in one.network.state_dict().items():
        assert torch.equal(tensor, before[name]), name
    assert any(name.endswith("running_mean") for name in before)


def test_the_step_follows_the_new_weights(store: Store) -> None:
    one = trainer(store, options={"weight_rate": 0.5})
    train_batches(one, 1)
    found = one.method.task_weights(joint_step(one, *batch(one)))
    assert torch.equal(found, one.method.weights)
    assert (found - 0.1).abs().min() > 0.4, "Adam's first step is as long as its rate"
    plain = make_trainer(
        store,
        make_spec("hard_sharing", host="resnet20", width=4, batch_size=8, learning_rate=RATE),
        SEEDS,
    )
    images, targets = batch(plain)
    losses = plain.objective.losses(plain.network(images, None), targets)
    (found * losses).sum().backward()
    plain.adam.step()
    torch.testing.assert_close(one.adam.values, plain.adam.values, rtol=0, atol=1e-10)


def test_the_second_batches_come_from_an_order_of_their_own(store: Store) -> None:
    one = trainer(store)
    gather, picked = one.train_images.gather, []

    def note(indices: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        picked.append(indices)
        return gather(indices)

    one.train_images.gather = note
    train_batches(one, 5)
    for start, purpose in enumerate(("order", "second_order")):
        expected = [epoch_order(SEEDS, epoch, 24, purpose) for epoch in (0, 1)]
        found = torch.cat(picked[start::2], dim=1)
        assert torch.equal(found, torch.cat(expected, dim=1)[:, :40])


def test_a_resumed_training_is_the_uninterrupted_one_to_the_bit(store: Store) -> None:
    whole, part, rest = (trainer(store) for _ in range(3))
    train_batches(whole, 5)
    train_batches(part, 2)
    buffer = io.BytesIO()
    torch.save(part.state(), buffer)
    buffer.seek(0)
    rest.load_state(torch.load(buffer, weights_only=True))
    train_batches(rest, 5)
    assert torch.equal(rest.adam.values, whole.adam.values)
    found, expected = rest.method.state(), whole.method.state()
    assert found.keys() == {"values", "first_moment", "second_moment", "steps"}
    for name, tensor in found.items():
        assert torch.equal(tensor, expected[name]), name
    assert found["steps"].tolist() == [5.0, 5.0]
