from __future__ import annotations

import pytest
import torch
from torch import nn

from tests.models.build import conv_shapes, host, images, specs

SIZE = (64, 64)


def torchvision_without_its_differences() -> nn.Module:
    """torchvision's network with batch statistics and without the shortcuts' normalisation."""
    from torchvision.models import resnet18

    def norm(channels: int) -> nn.BatchNorm2d:
        return nn.BatchNorm2d(channels, track_running_stats=False)

    model = resnet18(weights=None, norm_layer=norm)
    for stage in (model.layer2, model.layer3, model.layer4):
        stage[0].downsample = stage[0].downsample[0]
    model.fc = nn.Identity()
    return model.double()


def test_the_stages_halve_and_double() -> None:
    convolutions = [spec for spec in specs("resnet18", size=SIZE) if spec.role == "conv"]
    assert [spec.size[0] for spec in convolutions] == [16] * 5 + [8] * 4 + [4] * 4 + [2] * 3
    assert [spec.c_out // 8 for spec in convolutions] == [1] * 4 + [2] * 4 + [4] * 4 + [8] * 4


@pytest.mark.oracle
def test_the_convolutions_are_torchvisions() -> None:
    from torchvision.models import resnet18

    reference = resnet18(weights=None)
    ours = conv_shapes(host("resnet18", width=64, size=SIZE))
    assert sorted(ours) == sorted(conv_shapes(reference))
    theirs = sum(p.numel() for name, p in reference.named_parameters() if not name.startswith("fc"))
    shortcut_norms = 2 * (128 + 256 + 512)
    mine = sum(p.numel() for p in host("resnet18", width=64, size=SIZE).parameters())
    assert mine == theirs - shortcut_norms == 11_174_720


@pytest.mark.oracle
@pytest.mark.parametrize("size", [SIZE, (32, 39)])
def test_the_features_are_torchvisions(size: tuple[int, int]) -> None:
    ours, reference = host("resnet18", width=64, size=size), torchvision_without_its_differences()
    theirs = reference.state_dict()
    names = {"stem.conv.weight": "conv1.weight"}
    names |= {f"stem.norm.{part}": f"bn1.{part}" for part in ("weight", "bias")}
    for block in range(8):
        prefix = f"layer{block // 2 + 1}.{block % 2}"
        names[f"blocks.{block}.shortcut.conv.weight"] = f"{prefix}.downsample.weight"
        for unit in (1, 2):
            mine = f"blocks.{block}.conv{unit}"
            names[f"{mine}.conv.weight"] = f"{prefix}.conv{unit}.weight"
            for part in ("weight", "bias"):
                names[f"{mine}.norm.{part}"] = f"{prefix}.bn{unit}.{part}"
    copied = {name: tensor[0] for name, tensor in ours.state_dict().items()}
    assert {names[name] for name in copied} == set(theirs)
    reference.load_state_dict({names[name]: tensor for name, tensor in copied.items()})
    x = images(size)
    torch.testing.assert_close(ours(x, None)[:, 0], reference(x), rtol=0, atol=1e-10)
