"""NLP: hard sharing with non-learnable primitives in place of the 3x3 convolutions."""

from __future__ import annotations

from torch import nn

from mtl.layers.convolution import ConvNorm
from mtl.methods._primitives import primitives_layer
from mtl.methods.base import Method
from mtl.methods.info import MethodInfo, Option
from mtl.models.unit import Context, UnitSpec, norm_of, plain_unit

INFO = MethodInfo(
    name="nlp",
    label="NLP",
    paper="Ding et al., Mitigating Task Interference with Explicit Task Routing, CVPR",
    year=2023,
    summary="Hard sharing whose convolutions only recombine fixed primitives.",
    needs="architecture",
    regimes=("joint",),
    options={
        "pool_size": Option(9, paper=9, low=3, doc="Pixels of the average pooling (section 5)."),
        "perturbation": Option(
            0.1, paper=None, low=0.0, doc="Bound of the uniform noise (PNN's default)."
        ),
        "width_multiplier": Option(
            1, paper=2, low=1, doc="Factor on the host's widths (inferred: NLPs (2x) has 2)."
        ),
    },
)


class Build(Method):
    """Replaces the 3x3 convolutions; stem and shortcuts stay ordinary (inferred, Table 2)."""

    def width(self, width: int) -> int:
        return width * int(self.options["width_multiplier"])

    def unit(self, spec: UnitSpec, context: Context) -> nn.Module:
        if spec.role != "conv":
            return plain_unit(spec, context)
        layer = primitives_layer(spec, context, spec.c_out, self.options)
        return ConvNorm(layer, norm_of(spec, context))
