"""Shift: moved channels and 1x1 convolutions in place of the 3x3 convolutions."""

from __future__ import annotations

from torch import nn

from mtl.layers.convolution import ConvNorm
from mtl.layers.grid_shift import ConvShiftConv2d, ShiftConv2d
from mtl.methods.base import Method
from mtl.methods.info import MethodInfo, Option
from mtl.models.unit import Context, UnitSpec, norm_of, plain_unit

INFO = MethodInfo(
    name="shift",
    label="Shift",
    paper="Wu et al., Shift: A Zero FLOP, Zero Parameter Alternative to Convolutions, CVPR",
    year=2018,
    summary="Hard sharing whose 3x3 convolutions are a fixed shift of channels and 1x1s.",
    needs="architecture",
    regimes=("joint",),
    options={
        "pointwise": Option(
            2,
            paper=None,
            low=1,
            high=2,
            doc="1x1 convolutions in the place of one convolution: printed counts of ResNet18 fit "
            "2, those of VGG16 fit 1 (inferred).",
        )
    },
)


class Build(Method):
    """Both readings of the paper's row, with grid shift.

    Table 2 cites "All you need is a few shifts" (learned shifts), the text cites grid shift.
    Stem, shortcuts and VGG16's first convolution stay ordinary, as the printed counts need.
    """

    def unit(self, spec: UnitSpec, context: Context) -> nn.Module:
        if spec.role != "conv":
            return plain_unit(spec, context)
        layer = ShiftConv2d if int(self.options["pointwise"]) == 1 else ConvShiftConv2d
        conv = layer(context.replicas, spec.c_in, spec.c_out, spec.stride, context.plain)
        return ConvNorm(conv, norm_of(spec, context))
