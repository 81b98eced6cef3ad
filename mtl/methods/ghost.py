"""Ghost module: a quarter of each convolution's outputs, the rest by cheap depth-wise maps."""

from __future__ import annotations

from torch import nn

from mtl.errors import MtlError
from mtl.layers.convolution import ConvNorm
from mtl.layers.ghost import GhostConv2d
from mtl.methods.base import Method
from mtl.methods.info import MethodInfo, Option
from mtl.models.unit import Context, UnitSpec, norm_of, plain_unit

INFO = MethodInfo(
    name="ghost",
    label="Ghost module",
    paper="Han et al., GhostNet: More Features from Cheap Operations, CVPR",
    year=2020,
    summary="Hard sharing whose 3x3 convolutions make most maps from others by depth-wise filters.",
    needs="architecture",
    regimes=("joint",),
    options={
        "ratio": Option(
            4, paper=None, low=2, doc="Outputs for each output of the convolution (inferred: 4)."
        )
    },
)


class Build(Method):
    """Replaces every 3x3 convolution, VGG16's first included, as the printed counts need."""

    def unit(self, spec: UnitSpec, context: Context) -> nn.Module:
        if spec.kernel != 3:
            return plain_unit(spec, context)
        ratio = int(self.options["ratio"])
        if spec.c_out % ratio:
            raise MtlError(
                f"model.width: layer '{spec.name}' has {spec.c_out} channels; Ghost modules of "
                f"ratio {ratio} need multiples of {ratio}"
            )
        conv = GhostConv2d(context.replicas, spec.c_in, spec.c_out, spec.kernel, spec.stride, ratio)
        return ConvNorm(conv, norm_of(spec, context))
