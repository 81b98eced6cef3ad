"""Depth-wise convolution: two separable units in place of each 3x3 convolution."""

from __future__ import annotations

from torch import nn

from mtl.layers.convolution import ConvNorm
from mtl.layers.separable import TwoSeparableConv2d
from mtl.methods.base import Method
from mtl.methods.info import MethodInfo
from mtl.models.unit import Context, UnitSpec, norm_of, plain_unit

INFO = MethodInfo(
    name="depthwise",
    label="Depth-wise Conv",
    paper="Howard et al., MobileNets, arXiv 1704.04861",
    year=2017,
    summary="Hard sharing whose 3x3 convolutions are two depth-wise separable units each.",
    needs="architecture",
    regimes=("joint",),
)


class Build(Method):
    """Replaces every 3x3 convolution, VGG16's first included, as the printed counts need."""

    def unit(self, spec: UnitSpec, context: Context) -> nn.Module:
        if spec.kernel != 3:
            return plain_unit(spec, context)
        conv = TwoSeparableConv2d(context.replicas, spec.c_in, spec.c_out, spec.kernel, spec.stride)
        return ConvNorm(conv, norm_of(spec, context))
