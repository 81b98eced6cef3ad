"""One pass for all tasks with maps of their own, against a pass for each task."""

from __future__ import annotations

import pytest
import torch

from mtl.layers.replicas import initialise
from mtl.training.network import Network, build
from mtl.training.spec import TrainingSpec
from tests.training.fabricate import make_spec

KINDS = ["segmentation", "segmentation", "depth", "normals"]
METHODS = ["etr", "etr_nlp", "attentive", "task_routing", "maximum_roaming"]
SEEDS = (3, 11)


def network(method: str, host: str, options: dict[str, object]) -> Network:
    plain = make_spec(method, host=host, width=8, selection="last", options=options)
    if host == "segnet":
        plain["tasks"] = [
            {"name": f"task{place}", "kind": kind, "columns": [f"column{place}"]}
            for place, kind in enumerate(KINDS)
        ]
    spec = TrainingSpec.parse(plain)
    outputs = (1, 1, 1, 3) if host == "segnet" else (2, 1, 3)
    made, _ = build(spec, SEEDS, outputs, (32, 64))
    initialise(made, SEEDS)
    return made.double()


@pytest.mark.parametrize("host", ["segnet", "resnet18", "vgg16"])
@pytest.mark.parametrize(
    ("method", "options"),
    [
        *((method, {}) for method in METHODS),
        ("etr", {"gamma": 0.0}),
        ("etr", {"gamma": 1.0}),
        ("etr_nlp", {"primitives": "max3+shift1+conv3"}),
    ],
)
def test_logits_and_gradients_are_those_of_a_pass_for_each_task(
    method: str, options: dict[str, object], host: str
) -> None:
    """The sum of the passes' gradients, in float64."""
    folded, looped = network(method, host, options), network(method, host, options)
    images = torch.rand(3, 6, 32, 64, dtype=torch.float64)
    found = folded(images, None)
    pieces = [looped(images, task) for task in range(len(looped.heads.slices))]
    expected = torch.cat(pieces, dim=2)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-10)
    weight = torch.rand_like(expected)
    (found.square() * weight).sum().backward()
    for piece, share in zip(pieces, weight.split([p.shape[2] for p in pieces], 2), strict=True):
        (piece.square() * share).sum().backward()
    gradients = [p.grad for p in looped.parameters() if p.grad is not None]
    scale = max(float(gradient.abs().max()) for gradient in gradients)
    for name, parameter in looped.named_parameters():
        assert parameter.grad is not None, name
        got = folded.get_parameter(name).grad
        assert got is not None, name
        torch.testing.assert_close(got / scale, parameter.grad / scale, rtol=0, atol=1e-10)
