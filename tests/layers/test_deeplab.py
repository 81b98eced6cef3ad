from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from mtl.layers.deeplab import DeepLabHead, DeepLabHeads
from mtl.layers.replicas import Replicas, initialise

SIZE = (32, 48)


@pytest.mark.oracle
def test_the_head_is_torchvisions() -> None:
    from torchvision.models.segmentation.deeplabv3 import DeepLabHead as Oracle

    ours = DeepLabHead(Replicas(1), 16, 256, 4, SIZE)
    initialise(ours, (0,))
    ours, theirs = ours.double().train(), Oracle(16, 4).double().train()
    pyramid = theirs[0]
    pyramid.project[3].p = 0.0  # the dropout that ours leaves out
    pairs = [
        *((own, pyramid.convs[number][0]) for number, own in enumerate(ours.pyramid)),
        (ours.pooled, pyramid.convs[4][1]),
        (ours.project, pyramid.project[0]),
        (ours.conv, theirs[1]),
    ]
    with torch.no_grad():
        for own, conv in pairs:
            conv.weight.copy_(own.conv.weight[0])
        theirs[4].weight.copy_(ours.out.weight[0])
        theirs[4].bias.copy_(ours.out.bias[0])
    x = torch.randn(2, 16, 4, 6, dtype=torch.float64)
    expected = F.interpolate(theirs(x), SIZE, mode="bilinear", align_corners=False)
    torch.testing.assert_close(ours(x), expected, rtol=1e-9, atol=1e-9)


def test_each_group_of_tasks_has_a_head_of_its_own() -> None:
    heads = DeepLabHeads(Replicas(2), 8, (2, 1, 3), ((0, 1), (2,)), 4, SIZE)
    initialise(heads, (3, 11))
    features = torch.randn(2, 2, 8, 4, 6)
    assert heads(features, None).shape == (2, 2, 6, *SIZE)
    assert len(heads.heads) == 2
    heads.eval()
    together = heads(features, None)
    assert torch.equal(heads(features, 1), together[:, :, 2:3])
    assert torch.equal(heads(features, 2), together[:, :, 3:])
