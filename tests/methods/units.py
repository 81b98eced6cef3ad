"""What methods with layers of their own make of one convolution of a host."""

from __future__ import annotations

from typing import Any

from torch import nn

from mtl.layers.replicas import Replicas
from mtl.methods import registry
from mtl.models.unit import Context, Role, UnitSpec

OUTPUTS = (2, 1, 3)


def unit(method: str, role: Role = "conv", *, c_out: int = 10, **options: Any) -> nn.Module:
    """What the method makes of one convolution of 8 channels on 6x6 maps, for two seeds.

    Options that are not given have their defaults.
    """
    context = Context((3, 11), Replicas(2), OUTPUTS)
    defaults = {name: o.default for name, o in registry.describe(method).options.items()}
    build = registry.load(method).Build(defaults | options, context)
    kernel = {"stem": 7, "conv": 3, "downsample": 1}[role]
    spec = UnitSpec("layer", role, 8, c_out, kernel, 2, role != "downsample", (6, 6))
    return build.unit(spec, context)
