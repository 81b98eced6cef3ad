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
        "primitives": Option(
            "avg9+conv3+perturb0.1",
            paper=None,
            pattern=r"[a-z]+[0-9.]+[a-z0-9.-]*(\+[a-z]+[0-9.]+[a-z0-9.-]*)*",
            doc="Words joined by +: avg9, max3 (pixels), conv3, conv3-full, conv3-binary, "
            "conv3-s0.5 (fixed; depth-wise, real and dense unless said), shift1 (pixels), "
            "perturb0.1 (bound of the noise). The paper's choice of types; numbers unspecified.",
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
