from __future__ import annotations

import re
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mtl.layers.mtan import AttentionMask
from mtl.layers.replicas import initialise
from mtl.training.network import build, count
from mtl.training.spec import TrainingSpec
from tests.methods.dense import KINDS, dense_images, dense_network, dense_spec, reached
from tests.training.fabricate import make_spec

HOSTS = ("segnet", "resnet18_dilated")


@pytest.mark.parametrize(
    ("outputs", "total"),
    [((13, 1, 3), 44_229_073), ((13, 1), 41_207_374)],  # built 44.229M (printed 44.4M), 41.2M
)
def test_it_has_the_size_of_mtans_code(outputs: tuple[int, ...], total: int) -> None:
    found = count(dense_spec("mtan", KINDS[: len(outputs)], 64), outputs, (32, 32))
    assert found.parameters_total == total
    assert found.macs == found.macs_all_tasks


@pytest.mark.parametrize("host", HOSTS)
def test_open_masks_pass_the_shared_features(host: str) -> None:
    """A mask of one everywhere leaves each task the last maps of the shared network."""
    network, shared = (dense_network(name, host=host) for name in ("mtan", "hard_sharing"))
    with torch.no_grad():
        for module in network.trunk.modules():
            if isinstance(module, AttentionMask):
                module.second.norm.weight.zero_()
                module.second.norm.bias.fill_(100.0)
    found, expected = (one.trunk(dense_images(), None) for one in (network, shared))
    assert found.shape == (2, 6, *expected.shape[2:])
    each = expected.repeat_interleave(3, dim=1)
    torch.testing.assert_close(found, each, rtol=0, atol=1e-9)


@pytest.mark.parametrize(("host", "convolutions"), [("segnet", 20), ("resnet18_dilated", 8)])
def test_a_task_reaches_its_own_masks_alone(host: str, convolutions: int) -> None:
    found = reached(dense_network("mtan", host=host), 1)
    assert len(found) == convolutions
    assert set(map(tuple, found.values())) == {(False, True, False)}


@pytest.mark.parametrize("host", HOSTS)
def test_the_attention_grows_with_the_tasks_and_not_the_rest(host: str) -> None:
    two, three = (
        dense_network("mtan", ("segmentation",) * tasks, (1,) * tasks, host=host).trunk
        for tasks in (2, 3)
    )
    sizes = {name: p.numel() for name, p in two.named_parameters()}
    grown = {name for name, p in three.named_parameters() if sizes[name] != p.numel()}
    assert grown == {name for name in sizes if "masks." in name}


@pytest.mark.parametrize("host", HOSTS)
def test_one_task_s_logits_are_those_of_the_joint_pass(host: str) -> None:
    network = dense_network("mtan", host=host)
    found = network(dense_images(), 1)
    assert torch.equal(found, network(dense_images(), None)[:, :, 1:2])


@pytest.mark.parametrize("host", ["resnet18", "resnet18_dilated"])
def test_a_stage_of_a_residual_network_follows_the_equations(host: str) -> None:
    """What every layer reads and gives, put together by hand."""
    trunk = dense_network("mtan", host=host).trunk
    read: dict[str, Tensor] = {}
    given: dict[str, Tensor] = {}

    def note(name: str, module: nn.Module, inputs: tuple[Tensor, ...], out: Tensor) -> None:
        read[name], given[name] = inputs[0], out

    for name, module in trunk.named_modules():
        if re.fullmatch(r"(blocks|masks|refinements)\.\d", name):
            module.register_forward_hook(partial(note, name))
    found = trunk(dense_images(), None)
    by_task = {
        name: maps.unflatten(1, (2, 3, -1)) for name, maps in given.items() if name[0] != "b"
    }
    for stage in range(4):
        u, v = (given[f"blocks.{block}"] for block in (2 * stage, 2 * stage + 1))
        wanted = u.unflatten(1, (2, -1))
        if stage > 0:
            previous = given[f"refinements.{stage - 1}"]
            if previous.shape[2] > u.shape[2]:
                previous = F.max_pool2d(previous, 2)
            own = previous.unflatten(1, (2, 3, -1))
            wanted = torch.cat([wanted[:, :, None].expand_as(own), own], dim=3).flatten(2, 3)
        assert torch.equal(read[f"masks.{stage}"], wanted.flatten(1, 2))
        feature = by_task[f"masks.{stage}"] * v.unflatten(1, (2, 1, -1))
        if stage < 3:
            assert torch.equal(read[f"refinements.{stage}"], feature.flatten(1, 3))
    features = feature.flatten(1, 2)
    assert torch.equal(found, features.mean((3, 4)) if host == "resnet18" else features)


@pytest.mark.parametrize("host", ["resnet18", "resnet20"])
def test_hosts_that_pool_their_features_serve_tasks_of_attributes(host: str) -> None:
    """On maps of odd sizes too."""
    spec = TrainingSpec.parse(make_spec("mtan", host=host, width=4))
    network, _ = build(spec, (3, 11), (2, 1, 3), (31, 45))
    initialise(network, (3, 11))
    images = torch.rand(2, 6, 31, 45)
    assert network.trunk(images, None).shape == (2, 6, network.trunk.features)
    assert network(images, None).shape == (2, 2, 6)
