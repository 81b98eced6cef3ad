"""What the methods with non-learnable primitives share: building the layer from the options."""

from __future__ import annotations

from mtl.errors import MtlError
from mtl.layers.primitives.layer import PrimitivesConv2d
from mtl.methods.info import Value
from mtl.models.unit import Context, UnitSpec


def primitives_layer(
    spec: UnitSpec, context: Context, c_out: int, options: dict[str, Value]
) -> PrimitivesConv2d:
    """The layer of primitives with `c_out` outputs in the place of one convolution.

    Raises:
        MtlError: for a text that names no primitives, or channels that the groups of the
            recombination cannot share.
    """
    layer = PrimitivesConv2d(
        context.replicas,
        spec.c_in,
        c_out,
        spec.size,
        spec.stride,
        str(options["primitives"]),
        context.plain,
        spec.draw,
    )
    if spec.c_in % layer.groups or c_out % layer.groups:
        raise MtlError(
            f"model.width: layer '{spec.name}' has {spec.c_in} and {c_out} channels; the "
            f"primitives '{options['primitives']}' are recombined in {layer.groups} groups, which "
            f"need multiples of {layer.groups}"
        )
    return layer
