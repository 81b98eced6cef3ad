"""The prediction heads: from the features of the trunk to the outputs of the tasks."""

from __future__ import annotations

import abc
import itertools
import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mtl.layers.convolution import Conv2d
from mtl.layers.replicas import Replicas, ReplicatedModule, uniform, xavier_normal


class Heads(nn.Module, abc.ABC):
    """What every kind of heads is.

    Attributes:
        networks: independent networks a seed; with more than one, network t feeds task t alone.
        slices: the outputs of each task among all.
    """

    networks: int
    slices: list[slice]

    @abc.abstractmethod
    def forward(self, features: Tensor, task: int | None) -> Tensor:
        """Logits.

        Args:
            features: `[B, R, F, ...]`, or those of each task, `[B, S*T, F, ...]`, from which each
                head takes its own task's.
            task: the active task, or None for all tasks.

        Returns:
            `[S, B, n, ...]` with n the outputs of the task, or all.
        """

    @abc.abstractmethod
    def feature_gradients(self, losses: Tensor, logits: Tensor, features: Tensor) -> Tensor:
        """`[T, B, S, F, ...]`: the gradient of each task's loss at the features, without the trunk.

        Args:
            losses: `[S, T]`, differentiable with respect to `logits`.
            logits: of all tasks; each output belongs to exactly one of them.
            features: from which they were computed.
        """


def slices_of(outputs: Sequence[int]) -> list[slice]:
    """The place of each task's outputs among all."""
    bounds = [sum(outputs[:task]) for task in range(len(outputs) + 1)]
    return [slice(*pair) for pair in itertools.pairwise(bounds)]


class LinearHeads(Heads, ReplicatedModule):
    """Linear heads of all tasks in one tensor, task after task in the output dimension.

    Args:
        replicas: with `networks` > 1, network t feeds the head of task t alone.
        features: F, channels of the pooled features.
        outputs: number of outputs of each task; their sum is O.

    Each head is drawn as `torch.nn.Linear` draws it by default: uniform on +-1/sqrt(F).
    """

    weight: nn.Parameter
    bias: nn.Parameter
    task_of_output: Tensor

    def __init__(self, replicas: Replicas, features: int, outputs: Sequence[int]):
        super().__init__()
        self.networks = replicas.networks
        self.slices = slices_of(outputs)
        total = sum(outputs)
        fill = uniform(1.0 / math.sqrt(features))
        self.declare("weight", (replicas.seeds,), (total, features), fill, trained=True)
        self.declare("bias", (replicas.seeds,), (total,), fill, trained=True)
        task_of_output = [task for task, count in enumerate(outputs) for _ in range(count)]
        self.register_buffer("task_of_output", torch.tensor(task_of_output), persistent=False)

    def forward(self, features: Tensor, task: int | None) -> Tensor:
        networks = features.shape[1] // len(self.weight)
        if networks > 1:
            by_network = features.unflatten(1, (-1, networks))
            by_output = by_network.index_select(2, self.task_of_output).permute(1, 2, 0, 3)
            logits = torch.matmul(by_output, self.weight[..., None])[..., 0]  # [S, O, B]
            return logits.transpose(1, 2) + self.bias[:, None]
        chosen = slice(None) if task is None else self.slices[task]
        weight, bias = self.weight[:, chosen], self.bias[:, None, chosen]
        return torch.baddbmm(bias, features.transpose(0, 1), weight.transpose(1, 2))

    @torch.no_grad()
    def feature_gradients(self, losses: Tensor, logits: Tensor, features: Tensor) -> Tensor:
        """One backward pass to the logits serves all tasks: no logit has a part in two losses.

        Each task's head takes its own share from there to the features.
        """
        with torch.enable_grad():
            total = losses.sum()
        (at_logits,) = torch.autograd.grad(total, logits, retain_graph=True)
        gradients = [
            torch.bmm(at_logits[..., outputs], self.weight[:, outputs]) for outputs in self.slices
        ]
        return torch.stack(gradients).transpose(1, 2)


class DenseHeads(Heads):
    """Heads on maps: a 3x3 and a 1x1 convolution each, with biases, nothing between [C].

    As Maximum Roaming's public code has them on SegNet: one head for all classes and one each for
    depth and normals where all tasks share a forward pass, one for every task elsewhere.

    Args:
        replicas: with `networks` > 1, network t feeds the head of task t alone.
        features: F, channels of the maps.
        outputs: number of outputs of each task.
        groups: the tasks of each head, in their order.
    """

    def __init__(
        self,
        replicas: Replicas,
        features: int,
        outputs: Sequence[int],
        groups: Sequence[Sequence[int]],
    ):
        super().__init__()
        self.networks, self.seeds = replicas.networks, replicas.seeds
        self.slices = slices_of(outputs)
        self.groups = [list(tasks) for tasks in groups]
        # One network each, on the seeds side by side: the networks of single-task learning are
        # told apart by `forward`.
        alone = Replicas(replicas.seeds)
        self.heads = nn.ModuleList(
            self.head(alone, features, sum(outputs[task] for task in tasks))
            for tasks in self.groups
        )

    def head(self, replicas: Replicas, features: int, outputs: int) -> nn.Module:
        """One head, from maps `[B, S*F, h, w]` to outputs `[B, S*n, H, W]`."""
        return _DenseHead(replicas, features, outputs)

    def forward(self, features: Tensor, task: int | None) -> Tensor:
        if task is None:
            pieces = [self._head(number, features) for number in range(len(self.groups))]
            return torch.cat(pieces, dim=2)
        number = next(number for number, tasks in enumerate(self.groups) if task in tasks)
        start = self.slices[self.groups[number][0]].start
        own = self.slices[task]
        return self._head(number, features)[:, :, own.start - start : own.stop - start]

    def _head(self, number: int, features: Tensor) -> Tensor:
        """`[S, B, n, H, W]` of one head."""
        networks = features.shape[1] // self.seeds
        if networks > 1:
            features = features.unflatten(1, (-1, networks))[:, :, number]
        logits: Tensor = self.heads[number](features.flatten(1, 2))
        return logits.unflatten(1, (features.shape[1], -1)).transpose(0, 1)

    def feature_gradients(self, losses: Tensor, logits: Tensor, features: Tensor) -> Tensor:
        """A backward pass through the heads for each task."""
        gradients = [
            torch.autograd.grad(losses[:, task].sum(), features, retain_graph=True)[0]
            for task in range(losses.shape[1])
        ]
        return torch.stack(gradients)


class _DenseHead(nn.Module):
    """3x3 then 1x1 convolution, Xavier-normal."""

    def __init__(self, replicas: Replicas, features: int, outputs: int):
        super().__init__()
        wide = xavier_normal(9 * features, 9 * features)
        self.conv1 = Conv2d(replicas, features, features, 3, fill=wide, bias=True)
        narrow = xavier_normal(features, outputs)
        self.conv2 = Conv2d(replicas, features, outputs, 1, fill=narrow, bias=True)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.conv2(self.conv1(x))
        return out
