from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor, nn

from mtl.training.adam import FlatAdam
from tests.layers.build import normal

SHAPES = [(3, 4), (5,), (2, 1, 3)]


def parameters(dtype: torch.dtype = torch.float64) -> list[nn.Parameter]:
    return [
        nn.Parameter(normal(*shape, seed=position).to(dtype))
        for position, shape in enumerate(SHAPES)
    ]


def some_gradients(step: int, dtype: torch.dtype = torch.float64) -> list[Tensor]:
    """Of very different sizes; from the fourth step on, the first parameter gets none."""
    found = [
        normal(*shape, seed=100 * step + position).to(dtype) * 10.0 ** (3 * position - 6)
        for position, shape in enumerate(SHAPES)
    ]
    if step >= 3:
        found[0].zero_()
    return found


def put(targets: Sequence[nn.Parameter], gradients: Sequence[Tensor]) -> None:
    for parameter, gradient in zip(targets, gradients, strict=True):
        if parameter.grad is None:
            parameter.grad = gradient.clone()
        else:
            parameter.grad.copy_(gradient)


@pytest.mark.oracle
@pytest.mark.parametrize("public", [False, True])
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-14), (torch.float32, 1e-6)])
def test_it_is_torchs_adam(dtype: torch.dtype, tolerance: float, public: bool) -> None:
    """Zeroed gradients included: they move what an earlier step has moved."""
    mine, theirs = parameters(dtype), parameters(dtype)
    ours = FlatAdam(mine, 1e-2)
    reference = torch.optim.Adam(theirs, lr=1e-2)
    for step in range(8):
        ours.zero_grad()
        reference.zero_grad(set_to_none=False)
        put(mine, some_gradients(step, dtype))
        put(theirs, some_gradients(step, dtype))
        if public:
            ours.steps += 1
            ours.step_in_public_operations()
        else:
            ours.step()
        reference.step()
        for one, other in zip(mine, theirs, strict=True):
            torch.testing.assert_close(one, other, rtol=0, atol=tolerance)


def test_the_fused_step_is_the_one_in_public_operations() -> None:
    fused, public = FlatAdam(parameters(), 1e-2), FlatAdam(parameters(), 1e-2)
    for step in range(8):
        for adam in (fused, public):
            adam.gradients.copy_(torch.cat([g.flatten() for g in some_gradients(step)]))
        fused.step()
        public.steps += 1
        public.step_in_public_operations()
        for name, tensor in fused.state().items():
            torch.testing.assert_close(public.state()[name], tensor, rtol=1e-13, atol=1e-16)


def test_the_fallback_runs_where_torch_has_no_fused_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    fused, public = FlatAdam(parameters(), 1e-2), FlatAdam(parameters(), 1e-2)
    for adam in (fused, public):
        adam.gradients.fill_(0.3)
    fused.step()
    monkeypatch.delattr(torch, "_fused_adam_")
    public.step()
    torch.testing.assert_close(public.values, fused.values, rtol=0, atol=1e-15)
    assert public.steps == 1


def test_what_has_no_gradient_moves_by_its_moments() -> None:
    (parameter,) = [nn.Parameter(torch.ones(1, dtype=torch.float64))]
    adam = FlatAdam([parameter], 1e-2)
    parameter.grad.fill_(1.0)
    adam.step()
    first = 1 - parameter.item()
    adam.zero_grad()
    adam.step()
    second = 1 - first - parameter.item()
    # The moments: 0.09 / (1 - 0.81) over the root of 0.000999 / (1 - 0.998001).
    assert first == pytest.approx(1e-2, rel=1e-6)
    assert second == pytest.approx(1e-2 * (0.09 / 0.19) / (0.000999 / 0.001999) ** 0.5, rel=1e-6)


def test_what_never_had_a_gradient_stays() -> None:
    adam = FlatAdam(parameters(), 1e-2)
    before = adam.values.clone()
    adam.step()
    assert torch.equal(adam.values, before)


def test_parameters_and_gradients_are_views() -> None:
    mine = parameters()
    originals = [parameter.detach().clone() for parameter in mine]
    adam = FlatAdam(mine, 1e-2)
    for parameter, original in zip(mine, originals, strict=True):
        assert torch.equal(parameter, original)
    sum(parameter.sum() for parameter in mine).backward()
    assert (adam.gradients == 1).all()
    adam.zero_grad()
    assert not any(parameter.grad.any() for parameter in mine)
    adam.values.fill_(7.0)
    assert all((parameter == 7).all() for parameter in mine)


def test_the_state_goes_on_to_the_same_bits() -> None:
    first, second = FlatAdam(parameters(), 1e-2), FlatAdam(parameters(), 1e-2)
    for step in range(3):
        put_flat(first, step)
    second.load_state({name: tensor.clone() for name, tensor in first.state().items()})
    for step in range(3, 6):
        put_flat(first, step)
        put_flat(second, step)
    assert torch.equal(first.values, second.values)


def put_flat(adam: FlatAdam, step: int) -> None:
    adam.gradients.copy_(torch.cat([g.flatten() for g in some_gradients(step)]))
    adam.step()
