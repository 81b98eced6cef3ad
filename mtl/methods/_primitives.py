"""What the methods with non-learnable primitives share: building the layer from the options."""

from __future__ import annotations

from mtl.errors import MtlError
from mtl.layers.primitives import PrimitivesConv2d
from mtl.methods.info import Value
from mtl.models.unit import Context, UnitSpec


def primitives_layer(
    spec: UnitSpec, context: Context, c_out: int, options: dict[str, Value]
) -> PrimitivesConv2d:
    """The layer of primitives with `c_out` outputs in the place of one convolution.

    Raises:
        MtlError: for an even pooling size, whose maps would be larger than the input, or an odd
            number of channels, which two groups cannot share.
    """
    pool_size = int(options["pool_size"])
    if pool_size % 2 == 0:
        raise MtlError(f"method.options.pool_size: expected an odd number, found {pool_size}")
    if spec.c_in % 2 or c_out % 2:
        raise MtlError(
            f"model.width: layer '{spec.name}' has {spec.c_in} and {c_out} channels; the layers of "
            "primitives need even numbers"
        )
    return PrimitivesConv2d(
        context.replicas,
        spec.c_in,
        c_out,
        spec.size,
        spec.stride,
        pool_size,
        float(options["perturbation"]),
        context.plain,
    )
