"""LBConv: hard sharing with local binary convolutions in place of the 3x3 convolutions."""

from __future__ import annotations

from torch import nn

from mtl.layers.convolution import ConvNorm
from mtl.layers.lbconv import LocalBinaryConv2d
from mtl.methods.base import Method
from mtl.methods.info import MethodInfo, Option
from mtl.models.unit import Context, UnitSpec, norm_of, plain_unit

INFO = MethodInfo(
    name="lbconv",
    label="LBConv",
    paper="Juefei-Xu et al., Local Binary Convolutional Neural Networks, CVPR",
    year=2017,
    summary="Hard sharing whose 3x3 convolutions are fixed and ternary, each with a learned 1x1.",
    needs="architecture",
    regimes=("joint",),
    options={
        "density": Option(
            0.1,
            paper=None,
            low=0.0,
            high=1.0,
            doc="Share of the fixed weights drawn as +-1 (the lab's port: 0.1; the original's "
            "scripts: 0.001 to 0.9).",
        )
    },
)


class Build(Method):
    """Replaces every 3x3 convolution, VGG16's first included, as the printed counts need."""

    def unit(self, spec: UnitSpec, context: Context) -> nn.Module:
        if spec.kernel != 3:
            return plain_unit(spec, context)
        conv = LocalBinaryConv2d(
            context.replicas,
            spec.c_in,
            spec.c_out,
            spec.kernel,
            spec.stride,
            float(self.options["density"]),
        )
        return ConvNorm(conv, norm_of(spec, context))
