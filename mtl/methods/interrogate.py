"""InterroGate: learned gates choose, channel by channel, what each task shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mtl.layers.gates import Gate, sparsity
from mtl.methods.base import HostBuilder, Method
from mtl.methods.info import MethodInfo, Option, Value
from mtl.models.resnet import BasicBlock, ResNet
from mtl.models.unit import Context, ExtendedTrunk, Trunk, UnitFactory

INFO = MethodInfo(
    name="interrogate",
    label=r"InterroGate ($\lambda_s = {sparsity_weight}$)",
    paper="Ehteshami Bejnordi et al., InterroGate, BMVC",
    year=2024,
    summary="One branch a task and a shared one; gates choose between them, and are pruned away.",
    needs="architecture",
    regimes=("joint",),
    options={
        "sparsity_weight": Option(
            0.05,
            low=0.0,
            doc="Weight of the sparsity loss, lambda_s; the paper sweeps 0.01 to 0.1.",
        ),
        "hinge": Option(
            0.1,
            low=0.0,
            high=1.0,
            doc="Mean openness of a task's gates that costs nothing, tau (unspecified); 0 is L1.",
        ),
        "averaging": Option(
            "layers",
            choices=("layers", "channels"),
            doc="The mean openness is that of the layers' means, or of all channels (unspecified).",
        ),
        "first_gate": Option(
            0.5,
            low=-10.0,
            high=10.0,
            doc="The gates' first logit (unspecified); above 0 every task begins with its own.",
        ),
        "gate_rate": Option(
            10.0,
            low=0.001,
            doc="Learning rate of gates and mixtures by that of the weights (unspecified).",
        ),
        "shared_start": Option(
            "mean",
            choices=("mean", "random"),
            doc="First weights of the shared branch (unspecified): the tasks' mean, or drawn.",
        ),
        "granularity": Option(
            "conv",
            choices=("conv", "block"),
            doc="Gates behind every convolution, or behind stem and blocks alone (unspecified).",
        ),
    },
    hosts=("resnet18", "resnet18_dilated", "resnet20", "resnet_small"),
    starts_from="single_task",
)


class GatedResNet(ExtendedTrunk[ResNet]):
    """T + 1 residual networks side by side, with a gate behind every ReLU.

    That is one behind the stem, behind the first unit of a block, and behind its sum: per
    convolution, which the paper does not say. The cost of its cheapest network on PASCAL-Context,
    1.52 encoders for five tasks, needs gates within the blocks.

    Args:
        host: its layers hold the branches of the tasks, then the shared one.
        context: of them.
        first, rate: as of `Gate`.
        gates_inside: whether there are gates within the blocks.

    Attributes:
        gated_units: names of the units behind which the gates stand, in the host; behind the last
            unit of a block, the sum with the shortcut comes first.
    """

    mixes_tasks = True
    joint_only = True

    def __init__(
        self, host: ResNet, context: Context, first: float, rate: float, gates_inside: bool
    ):
        super().__init__(host)
        self.seeds, self.tasks = len(context.seeds), context.n_tasks
        self.gates_inside = gates_inside
        units: list[nn.Module] = [host.stem]
        for block in self.residual_blocks:
            units += [block.conv1, block.conv2] if gates_inside else [block.conv2]
        self.gated_units = [str(unit.unit_name) for unit in units]
        self.gates = nn.ModuleList(
            Gate(self.seeds, self.tasks, _width(unit), first, rate) for unit in units
        )

    @property
    def residual_blocks(self) -> list[BasicBlock]:
        """The host's blocks, in order."""
        return [block for stage in self.host.stages for block in stage]

    @property
    def all_gates(self) -> list[Gate]:
        """The gates, in the order of the forward pass."""
        gates = list(self.gates.children())
        assert all(isinstance(gate, Gate) for gate in gates)
        return gates  # type: ignore[return-value]

    def forward(self, x: Tensor, task: int | None) -> Tensor:
        """`[B, S*3, H, W]` images -> `[B, S*T, F, ...]`, the features of each task."""
        gates = iter(self.all_gates)
        x = next(gates)(F.relu(self.host.stem(x, task)))
        if self.host.stem_pool:
            x = F.max_pool2d(x, 3, 2, 1)
        for block in self.residual_blocks:
            inner = F.relu(block.conv1(x, task))
            if self.gates_inside:
                inner = next(gates)(inner)
            shortcut = x if block.shortcut is None else block.shortcut(x, task)
            x = next(gates)(F.relu(block.conv2(inner, task) + shortcut))
        features = self.host.output(x).unflatten(1, (self.seeds, self.tasks + 1))
        return features[:, :, : self.tasks].flatten(1, 2)


def _width(unit: nn.Module) -> int:
    return int(unit.get_parameter("conv.weight").shape[-4])


class Build(Method):
    """Joint training of the losses and the sparsity loss, from the trained single-task networks.

    No public code exists; the layers follow equations 1 to 5. Starting from the networks of
    single-task learning is stated by the paper's reviews, the shared branch's start, the gates'
    first values, their learning rate and the hinge are unspecified and options here.
    """

    head_for_each_task = True

    def __init__(self, options: dict[str, Value], context: Context):
        super().__init__(options, context)
        self.weight, self.hinge = float(options["sparsity_weight"]), float(options["hinge"])

    @classmethod
    def networks(cls, n_tasks: int) -> int:
        return n_tasks + 1

    def trunk(
        self, build: HostBuilder, unit: UnitFactory, width: int, size: tuple[int, int]
    ) -> Trunk:
        host = build(unit, self.context, width, size)
        assert isinstance(host, ResNet)
        first, rate = float(self.options["first_gate"]), float(self.options["gate_rate"])
        return GatedResNet(host, self.context, first, rate, self.options["granularity"] == "conv")

    @torch.no_grad()
    def start(self, model: nn.Module, weights: Sequence[Mapping[str, Tensor]]) -> None:
        """The tasks' branches and heads are the single-task networks; the gates stay as drawn."""
        tensors = model.state_dict()
        tasks = self.context.n_tasks
        for name in weights[0]:
            given = torch.stack([own[name] for own in weights]).to(tensors[name])
            if name.startswith("heads."):
                tensors[name].copy_(given)
                continue
            tensors[name][:, :tasks].copy_(given)
            if self.options["shared_start"] == "mean":
                tensors[name][:, tasks].copy_(given.mean(1))

    def penalty(self, model: nn.Module) -> Tensor:
        gates = [module for module in model.modules() if isinstance(module, Gate)]
        return self.weight * sparsity(gates, self.hinge, str(self.options["averaging"]))
