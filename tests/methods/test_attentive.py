from __future__ import annotations

import pytest

from mtl.layers.attention import AttentiveConvNorm
from mtl.layers.convolution import ConvNorm
from mtl.models.unit import Role
from tests.methods.units import unit


@pytest.mark.parametrize("role", ["stem", "conv", "downsample"])
def test_a_gate_a_task_follows_every_convolution(role: Role) -> None:
    made = unit("attentive", role, c_out=64)
    assert isinstance(made, AttentiveConvNorm)
    assert isinstance(made.unit, ConvNorm)
    assert (made.unit.norm is None) == (role == "downsample")
    assert made.attention.squeeze_weight.shape == (2, 3, 4, 64)


def test_the_reduction_is_an_option() -> None:
    gate = unit("attentive", c_out=64, reduction=4).attention
    assert gate.squeeze_weight.shape == (2, 3, 16, 64)
