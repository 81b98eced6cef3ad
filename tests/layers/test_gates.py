from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from mtl.layers.gates import Gate, sparsity

S, T, C = 2, 3, 4


def gate(seed: int = 0, rate: float = 10.0) -> Gate:
    made = Gate(S, T, C, 0.5, rate).double()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) / rate)
    return made


def maps(seed: int = 1) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(5, S * (T + 1) * C, 2, 3, generator=generator, dtype=torch.float64)


def test_every_channel_is_chosen_and_mixed_by_the_equations() -> None:
    made, x = gate(), maps()
    out = made(x).unflatten(1, (S, T + 1, C))
    branches = x.unflatten(1, (S, T + 1, C))
    alpha, beta = (made.rate * p.detach() for p in (made.alpha_scaled, made.beta_scaled))
    for seed in range(S):
        for channel in range(C):
            shared = branches[:, seed, T, channel]
            weights = torch.exp(beta[seed, :, channel])
            mixture = torch.zeros_like(shared)
            for task in range(T):
                own = branches[:, seed, task, channel]
                wanted = own if torch.sigmoid(alpha[seed, task, channel]) > 0.5 else shared
                torch.testing.assert_close(out[:, seed, task, channel], wanted)
                mixture = mixture + weights[task] / weights.sum() * wanted
            torch.testing.assert_close(out[:, seed, T, channel], mixture)


def test_the_threshold_passes_the_sigmoids_gradient_through() -> None:
    """dL/dalpha = sum over batch and place of (phi - psi) dL/dphi' s (1 - s)."""
    made, x = gate(rate=1.0), maps()
    at_out = torch.randn(5, S * (T + 1) * C, 2, 3, dtype=torch.float64)
    branches = at_out.unflatten(1, (S, T + 1, C))
    branches[:, :, T] = 0  # of the tasks' features alone
    (made(x) * at_out).sum().backward()
    own, shared = x.unflatten(1, (S, T + 1, C)).split([T, 1], dim=2)
    soft = torch.sigmoid(made.alpha_scaled.detach())
    expected = ((own - shared) * branches[:, :, :T]).sum((0, 4, 5)) * soft * (1 - soft)
    torch.testing.assert_close(made.alpha_scaled.grad, expected)


def test_a_gate_of_exactly_one_half_takes_the_shared_feature() -> None:
    made, x = gate(), maps()
    with torch.no_grad():
        made.alpha_scaled.zero_()
    branches = made(x).unflatten(1, (S, T + 1, C))
    shared = x.unflatten(1, (S, T + 1, C))[:, :, T:]
    torch.testing.assert_close(branches, shared.expand_as(branches))


@given(st.lists(st.floats(-4, 4), min_size=T * C, max_size=T * C), st.floats(0, 1))
def test_the_sparsity_loss_is_a_mean_of_means_above_the_hinge(
    logits: list[float], hinge: float
) -> None:
    first, second = Gate(1, T, C, 0.5, 1.0).double(), Gate(1, T, 2, 0.5, 1.0).double()
    with torch.no_grad():
        first.alpha_scaled.copy_(torch.tensor(logits).view(1, T, C))
        second.alpha_scaled.fill_(1.0)
    soft = torch.sigmoid(first.alpha_scaled.detach()[0])
    one = torch.sigmoid(torch.tensor(1.0, dtype=torch.float64))
    by_task = [max(0.0, float((soft[task].mean() + one) / 2) - hinge) for task in range(T)]
    found = sparsity([first, second], hinge)
    assert found.tolist() == pytest.approx([sum(by_task) / T])
    pooled = [max(0.0, float((soft[task].sum() + 2 * one) / (C + 2)) - hinge) for task in range(T)]
    found = sparsity([first, second], hinge, "channels")
    assert found.tolist() == pytest.approx([sum(pooled) / T])


def test_the_rate_scales_steps_and_not_values() -> None:
    slow, fast = Gate(1, T, C, 0.5, 1.0), Gate(1, T, C, 0.5, 8.0)
    for one in (slow, fast):
        for name, (_, fill) in one.declared.items():
            fill(getattr(one, name).data, torch.Generator())
    assert torch.equal(slow.openness, fast.openness)
    with torch.no_grad():
        for one in (slow, fast):
            one.alpha_scaled.sub_(0.01)
    logits = [torch.logit(one.openness.detach().double()) for one in (slow, fast)]
    torch.testing.assert_close(logits[1] - 0.5, 8 * (logits[0] - 0.5), rtol=1e-4, atol=1e-6)
