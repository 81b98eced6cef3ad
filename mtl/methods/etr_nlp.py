"""ETR-NLP: explicit task routing whose shared branch recombines non-learnable primitives."""

from __future__ import annotations

from torch import nn

from mtl.errors import MtlError
from mtl.layers.etr import ETRNLPConv2d, TaskConv2d, TaskConvNorm, grouped_shared_channels
from mtl.layers.primitives.layer import recombination_groups
from mtl.layers.primitives.words import words
from mtl.methods._primitives import primitives_layer
from mtl.methods.base import Method
from mtl.methods.info import MethodInfo, Option
from mtl.models.unit import Context, UnitSpec, norm_of, plain_unit

INFO = MethodInfo(
    name="etr_nlp",
    label="ETR-NLP",
    paper="Ding et al., Mitigating Task Interference with Explicit Task Routing, CVPR",
    year=2023,
    summary="A shared branch of non-learnable primitives and a small convolution for each task.",
    needs="architecture",
    regimes=("steady_state", "synchronized"),
    options={
        "gamma": Option(
            0.9, paper=0.9, low=0.1, high=0.99, doc="Share of a layer's channels that tasks share."
        ),
        "primitives": Option(
            "avg9+conv3+perturb0.1",
            paper=None,
            pattern=r"[a-z]+[0-9.]+[a-z0-9.-]*(\+[a-z]+[0-9.]+[a-z0-9.-]*)*",
            doc="The shared branch's primitives, in the words of the method nlp.",
        ),
        "specific_kernel": Option(
            3, paper=3, low=1, high=3, doc="Kernel of the tasks' branches (supplement A says 1)."
        ),
        "width_multiplier": Option(
            1, paper=None, low=1, doc="Factor on the host's widths (2 fits the printed MACs)."
        ),
    },
)


class Build(Method):
    """Algorithm 1, with C_shared rounded to what the grouped 1x1 needs (inferred: two groups).

    The specific branch takes the stride of the convolution that the layer replaces; the printed
    algorithm has stride 1 everywhere. Stem, shortcuts and normalisations stay shared (inferred).
    The printed 8.0M parameters come out of no reading that was tried; total and active counts
    are in every record.
    """

    head_for_each_task = True
    running_statistics = False

    def width(self, width: int) -> int:
        return width * int(self.options["width_multiplier"])

    def unit(self, spec: UnitSpec, context: Context) -> nn.Module:
        if spec.role != "conv":
            return plain_unit(spec, context)
        kernel = int(self.options["specific_kernel"])
        if kernel % 2 == 0:
            raise MtlError(f"method.options.specific_kernel: expected 1 or 3, found {kernel}")
        groups = recombination_groups(len(words(str(self.options["primitives"]))))
        if spec.c_out < 2 * groups:
            raise MtlError(
                f"model.width: layer '{spec.name}' has {spec.c_out} channels; a shared branch in "
                f"{groups} groups beside the tasks' needs at least {2 * groups}"
            )
        shared = grouped_shared_channels(float(self.options["gamma"]), spec.c_out, groups)
        conv = ETRNLPConv2d(
            context.replicas,
            primitives_layer(spec, context, shared, self.options),
            TaskConv2d(
                context.replicas,
                context.n_tasks,
                spec.c_in,
                spec.c_out - shared,
                kernel,
                spec.stride,
                spec.draw,
            ),
        )
        return TaskConvNorm(conv, norm_of(spec, context))
