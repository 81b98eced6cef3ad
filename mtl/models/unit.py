"""What a host network asks of a method: one unit, a convolution with its normalisation."""

from __future__ import annotations

import abc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from torch import nn

from mtl.layers.convolution import BatchNorm2d, Conv2d, ConvNorm, RunningBatchNorm2d
from mtl.layers.heads import Heads, LinearHeads
from mtl.layers.replicas import Draw, Replicas, kaiming_fan_out, xavier_normal

Role = Literal["stem", "conv", "downsample"]


@dataclass(frozen=True)
class UnitSpec:
    """One convolution of a host network.

    Attributes:
        name: of the layer in the host, for example "stage3.block1.conv2".
        role: "stem", "conv" (the ones that methods of primitives and ETR replace) or "downsample".
        c_in, c_out: channels of one network.
        kernel: odd size.
        stride: 1 or 2.
        norm: whether batch normalisation follows.
        size: `(H, W)` of the input maps.
        xavier: whether the host draws its weights by Xavier's rule and adds biases (SegNet), or by
            Kaiming's rule without. Convolutions that methods put in its place follow the rule, but
            have no biases, which the normalisation behind them would cancel.
        running_statistics: whether the normalisation keeps them for evaluation.
        dilation: pixels between the kernel's taps.
    """

    name: str
    role: Role
    c_in: int
    c_out: int
    kernel: int
    stride: int
    norm: bool
    size: tuple[int, int]
    xavier: bool = False
    running_statistics: bool = False
    dilation: int = 1

    @property
    def draw(self) -> Draw:
        """The host's rule for the weights of convolutions that learn."""
        return xavier_normal if self.xavier else kaiming_fan_out

    @property
    def out_size(self) -> tuple[int, int]:
        """`(H, W)` of the output maps."""
        height, width = self.size
        return -(-height // self.stride), -(-width // self.stride)


@dataclass(frozen=True)
class Context:
    """What every part of one training knows.

    Attributes:
        seeds: the run seeds that train together.
        replicas: their networks side by side.
        outputs: number of outputs of each task.
        heads: of which tasks each head of a dense host predicts the outputs.
        running_statistics: whether a dense host normalises by running statistics in evaluation.
        plain: build the layers as the papers print them (oracle, MAC count), not the fast forms.
    """

    seeds: tuple[int, ...]
    replicas: Replicas
    outputs: tuple[int, ...]
    heads: tuple[tuple[int, ...], ...] = ()
    running_statistics: bool = False
    plain: bool = False

    @property
    def n_tasks(self) -> int:
        """Number of tasks T."""
        return len(self.outputs)


class Trunk(nn.Module, abc.ABC):
    """What every host network is: images `[B, S*3, H, W]`, active task -> features `[B, R, F]`.

    The features of a dense host are maps, `[B, R, F, H, W]`.

    Attributes:
        features: F, channels of the features.
        mixes_tasks: whether each task's features depend on the parts of all tasks.
        tasks_together: whether one pass serves all tasks, with maps of each side by side, where
            nothing is updated between them.
        joint_only: whether one pass computes all tasks' features, whatever the active task.
        predicts_maps: whether the features are maps.
    """

    features: int
    mixes_tasks = False
    tasks_together = False
    joint_only = False
    predicts_maps = False

    def make_heads(self, context: Context) -> Heads:
        """What turns the features into the outputs of the tasks: a linear map each."""
        return LinearHeads(context.replicas, self.features, context.outputs)

    @abc.abstractmethod
    def last_shared_weight(self) -> nn.Parameter:
        """The weight of the last shared convolution, whose gradients GradNorm balances [C]."""


Host = TypeVar("Host", bound=Trunk)


class ExtendedTrunk(Trunk, Generic[Host]):
    """A trunk of a method's own, made of a host's layers under the host's names.

    So they start from the same weights as the host's.

    Attributes:
        host: the host itself, for its parts of the forward pass.
    """

    def __init__(self, host: Host):
        super().__init__()
        for name, child in host.named_children():
            self.add_module(name, child)
        self.features, self.tasks_together = host.features, host.tasks_together
        self._host = (host,)  # not as a module, which would name every layer twice

    @property
    def host(self) -> Host:
        return self._host[0]

    def make_heads(self, context: Context) -> Heads:
        return self.host.make_heads(context)

    def last_shared_weight(self) -> nn.Parameter:
        return self.host.last_shared_weight()


UnitFactory = Callable[[UnitSpec, Context], nn.Module]


def plain_unit(spec: UnitSpec, context: Context) -> nn.Module:
    """The host's own unit: an ordinary convolution, then batch normalisation where it has one."""
    area = spec.kernel**2
    conv = Conv2d(
        context.replicas,
        spec.c_in,
        spec.c_out,
        spec.kernel,
        spec.stride,
        fill=spec.draw(spec.c_in * area, spec.c_out * area),
        bias=spec.xavier,
        dilation=spec.dilation,
    )
    return ConvNorm(conv, norm_of(spec, context))


def norm_of(spec: UnitSpec, context: Context) -> nn.Module | None:
    """The batch normalisation of a unit, or None where the host has none."""
    if not spec.norm:
        return None
    kind = RunningBatchNorm2d if spec.running_statistics else BatchNorm2d
    return kind(context.replicas, spec.c_out)


def pooled_size(size: Sequence[int], kernel: int, stride: int, padding: int) -> tuple[int, int]:
    """`(H, W)` after pooling."""
    height, width = ((side + 2 * padding - kernel) // stride + 1 for side in size)
    return height, width
