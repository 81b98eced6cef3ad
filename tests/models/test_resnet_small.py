from __future__ import annotations

from tests.models.build import host, specs


def test_three_stages_of_one_block_without_pooling() -> None:
    asked = specs("resnet_small", width=8, size=(28, 28))
    assert [(s.name, s.c_out, s.size, s.stride) for s in asked if s.role != "downsample"] == [
        ("stem", 8, (28, 28), 1),
        ("stage1.block1.conv1", 8, (28, 28), 1),
        ("stage1.block1.conv2", 8, (28, 28), 1),
        ("stage2.block1.conv1", 16, (28, 28), 2),
        ("stage2.block1.conv2", 16, (14, 14), 1),
        ("stage3.block1.conv1", 32, (14, 14), 2),
        ("stage3.block1.conv2", 32, (7, 7), 1),
    ]
    assert host("resnet_small", width=8).features == 32
