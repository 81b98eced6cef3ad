"""The counts that reproduce InterroGate's printed GFLOPs, at 512 x 512 without computing them."""

from __future__ import annotations

import pytest
import torch

from mtl.errors import MtlError
from mtl.layers.replicas import initialise
from mtl.training.macs import MacCounter
from mtl.training.network import Network, build, parameter_counts
from mtl.training.spec import TrainingSpec
from tests.training.fabricate import make_spec

PASCAL = {"semseg": 21, "parts": 7, "saliency": 1, "normals": 3, "edges": 1}
"""Outputs of the five tasks."""


def network(
    method: str, outputs: tuple[int, ...], width: int, size: tuple[int, int], seeds=(0,)
) -> Network:
    plain = make_spec(method, host="resnet18_dilated", width=width)
    plain["tasks"] = [
        {"name": name, "kind": "segmentation", "columns": [name]}
        for name in list(PASCAL)[: len(outputs)]
    ]
    made, _ = build(TrainingSpec.parse(plain), seeds, outputs, size)
    return made


def giga_flops(made: Network) -> float:
    with MacCounter() as counter, torch.no_grad():
        made.to("meta")(torch.zeros(2, 3, 512, 512, device="meta"), None)
    return counter.flops / 2e9


@pytest.mark.parametrize(
    ("method", "flops", "parameters"),
    [
        ("hard_sharing", 284.35, 34.80),
        ("single_task", 669.60, 79.50),
        ("mtan", 318.60, 36.61),
        # 25 weights for each channel of the four stages, and as many products a pixel.
        ("cross_stitch", 669.60 + 0.24, 79.50 + 25 * 960e-6),
    ],
)
def test_the_printed_gigaflops_and_the_parameters_of_the_code_base(
    method: str, flops: float, parameters: float
) -> None:
    made = network(method, tuple(PASCAL.values()), 64, (512, 512))
    assert parameter_counts(made, len(PASCAL))[0] / 1e6 == pytest.approx(parameters, abs=5e-3)
    assert giga_flops(made) == pytest.approx(flops, abs=5e-3)


def test_stages_three_and_four_dilate_instead_of_striding() -> None:
    """A pixel far away, that a stride would not reach, and the size of the maps."""
    made = network("hard_sharing", (1,), 8, (64, 96))
    convolutions = {
        module.unit_name: (module.conv.stride, module.conv.dilation)
        for module in made.trunk.modules()
        if hasattr(module, "unit_name")
    }
    assert convolutions["stage2.block1.conv1"] == (2, 1)
    assert convolutions["stage3.block1.conv1"] == (1, 1)
    assert convolutions["stage3.block1.conv2"] == (1, 2)
    assert convolutions["stage4.block1.conv1"] == (1, 2)
    assert convolutions["stage4.block2.conv1"] == (1, 4)
    assert made.trunk.out_size == (8, 12)


def test_seeds_do_not_see_each_other() -> None:
    both, alone = (
        network("hard_sharing", (2, 1), 8, (32, 48), seeds) for seeds in ((3, 11), (11,))
    )
    for made, seeds in ((both, (3, 11)), (alone, (11,))):
        initialise(made, seeds)
        made.double()
    images = torch.rand(2, 6, 32, 48, dtype=torch.float64)
    found, expected = both(images, None), alone(images[:, 3:], None)
    assert found.shape == (2, 2, 3, 32, 48)
    torch.testing.assert_close(found[1], expected[0], rtol=0, atol=1e-9)


@pytest.mark.parametrize("method", ["etr", "nlp", "lbconv"])
def test_methods_without_dilated_layers_are_refused(method: str) -> None:
    with pytest.raises(MtlError, match=f"'resnet18_dilated' has dilated .* '{method}' has no"):
        network(method, (1, 1), 8, (32, 48))
