"""DeepLabV3's head: atrous spatial pyramid pooling, and its outputs at the size of the image."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mtl.layers.convolution import Conv2d, ConvNorm, RunningBatchNorm2d
from mtl.layers.heads import DenseHeads
from mtl.layers.replicas import Replicas

RATES = (12, 24, 36)


class DeepLabHeads(DenseHeads):
    """A DeepLabV3 head for every group of tasks (Chen et al., 2017), without a skip.

    Args:
        replicas, features, outputs, groups: as of `DenseHeads`.
        width: channels within a head (256 in the paper).
        size: `(H, W)` of the images, to which the outputs are scaled.
    """

    def __init__(
        self,
        replicas: Replicas,
        features: int,
        outputs: Sequence[int],
        groups: Sequence[Sequence[int]],
        width: int,
        size: tuple[int, int],
    ):
        self.width, self.size = width, size
        super().__init__(replicas, features, outputs, groups)

    def head(self, replicas: Replicas, features: int, outputs: int) -> nn.Module:
        return DeepLabHead(replicas, features, self.width, outputs, self.size)


def _unit(replicas: Replicas, c_in: int, c_out: int, kernel: int, dilation: int = 1) -> ConvNorm:
    conv = Conv2d(replicas, c_in, c_out, kernel, dilation=dilation)
    return ConvNorm(conv, RunningBatchNorm2d(replicas, c_out))


class DeepLabHead(nn.Module):
    """Pyramid, projection, one more convolution, and the outputs.

    As torchvision's, but for the dropout of one half behind the projection, which is left out: it
    would need random numbers of its own in every step.
    """

    def __init__(
        self, replicas: Replicas, features: int, width: int, outputs: int, size: tuple[int, int]
    ):
        super().__init__()
        self.replicas, self.size = replicas, size
        self.pyramid = nn.ModuleList(
            [
                _unit(replicas, features, width, 1),
                *(_unit(replicas, features, width, 3, rate) for rate in RATES),
            ]
        )
        self.pooled = _unit(replicas, features, width, 1)
        self.project = _unit(replicas, width * (2 + len(RATES)), width, 1)
        self.conv = _unit(replicas, width, width, 3)
        self.out = Conv2d(replicas, width, outputs, 1, bias=True)

    def forward(self, x: Tensor) -> Tensor:
        """`[B, S*F, h, w]` -> `[B, S*n, H, W]`."""
        size = (x.shape[2], x.shape[3])
        parts = [F.relu(unit(x, None)) for unit in self.pyramid]
        whole = F.relu(self.pooled(x.mean((2, 3), keepdim=True), None))
        parts.append(whole.expand(-1, -1, *size))
        by_seed = [part.unflatten(1, (self.replicas.total, -1)) for part in parts]
        x = F.relu(self.project(torch.cat(by_seed, dim=2).flatten(1, 2), None))
        out: Tensor = self.out(F.relu(self.conv(x, None)))
        return F.interpolate(out, self.size, mode="bilinear", align_corners=False)
