"""What the methods with non-learnable primitives share: building the layer from the options."""

from __future__ import annotations

from mtl.layers.primitives import PrimitivesConv2d
from mtl.methods.info import Value
from mtl.models.unit import Context, UnitSpec


def primitives_layer(
    spec: UnitSpec, context: Context, c_out: int, options: dict[str, Value]
) -> PrimitivesConv2d:
    """The layer of primitives with `c_out` outputs in the place of one convolution."""
    return PrimitivesConv2d(
        context.replicas,
        spec.c_in,
        c_out,
        spec.size,
        spec.stride,
        int(options["pool_size"]),
        float(options["perturbation"]),
        context.plain,
    )
