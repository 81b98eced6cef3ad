from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from mtl.data.store import Store
from mtl.errors import MtlError
from mtl.methods import registry
from mtl.methods._stitched_resnet import StitchedResNet
from mtl.methods._stitched_segnet import StitchedSegNet
from mtl.training.network import build, count
from mtl.training.spec import TrainingSpec
from tests.methods.dense import KINDS, OUTPUTS, dense_images, dense_network, dense_spec, reached
from tests.training.fabricate import make_spec, make_trainer

HOSTS = ("segnet", "resnet18_dilated")
SEEDS = (3, 11)


@pytest.mark.parametrize(
    ("outputs", "total"),
    [((13, 1, 3), 74_941_804), ((13, 1), 49_961_376)],  # built 74.942M (printed 75.3M), about 50M
)
def test_it_has_the_size_of_mtans_code(outputs: tuple[int, ...], total: int) -> None:
    found = count(dense_spec("cross_stitch", KINDS[: len(outputs)], 64), outputs, (32, 32))
    assert found.parameters_total == found.parameters_active == total
    assert found.macs == found.macs_all_tasks


def test_there_are_four_and_five_places_that_begin_with_the_sum() -> None:
    scales = [p for n, p in dense_network("cross_stitch").named_parameters() if "stitches" in n]
    assert [tuple(scale.shape) for scale in scales] == [(2, 3)] * 9
    assert all((scale == 1).all() for scale in scales)


def test_a_network_that_is_stitched_to_none_is_alone() -> None:
    """With its own scalars one and all others zero, a task's network is a single-task one."""
    stitched, apart = dense_network("cross_stitch"), dense_network("single_task")
    assert isinstance(stitched.trunk, StitchedSegNet)
    with torch.no_grad():
        for name, parameter in apart.named_parameters():
            parameter.copy_(stitched.get_parameter(name))
        for place in stitched.trunk.stitches:
            place.scale.copy_(torch.tensor([1.0, 0.0, 0.0]))
    found, expected = stitched(dense_images(), None), apart(dense_images(), None)
    torch.testing.assert_close(found[:, :, 0], expected[:, :, 0], rtol=0, atol=1e-9)
    assert not torch.allclose(found[:, :, 1], expected[:, :, 1])


def test_a_task_reaches_all_encoders_and_its_own_last_block() -> None:
    found = reached(dense_network("cross_stitch"), 1)
    assert found["encoder.4.2.conv.weight"] == [True, True, True]
    assert found["decoder.0.0.conv.weight"] == [True, True, True]
    assert found["decoder.4.1.conv.weight"] == [False, True, False]


def test_kernels_are_drawn_by_xaviers_uniform_rule() -> None:
    weight = dense_network("cross_stitch").get_parameter("trunk.decoder.0.0.conv.weight")
    bound = math.sqrt(6 / (9 * 128))
    assert 0.98 * bound < weight.abs().max().item() <= bound
    assert weight.std().item() == pytest.approx(bound / math.sqrt(3), rel=0.02)


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("method", ["cross_stitch", "mtan"])
def test_seeds_do_not_see_each_other(method: str, host: str) -> None:
    both, alone = dense_network(method, host=host), dense_network(method, seeds=(11,), host=host)
    found = both(dense_images(), None)
    expected = alone(dense_images()[:, 3:], None)
    torch.testing.assert_close(found[1], expected[0], rtol=0, atol=1e-9)


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("method", ["cross_stitch", "mtan"])
def test_every_parameter_has_a_finite_gradient(method: str, host: str) -> None:
    network = dense_network(method, host=host)
    logits = network(dense_images(), None)
    assert logits.shape == (2, 2, sum(OUTPUTS), 32, 64)
    (logits - 1).square().mean().backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name
        if not (name.startswith("trunk") and name.endswith("conv.bias")):  # cancelled behind it
            assert parameter.grad.flatten(1).any(1).all(), name


@pytest.mark.parametrize("method", ["cross_stitch", "mtan"])
def test_other_hosts_are_refused(method: str) -> None:
    spec = TrainingSpec.parse(make_spec(method, host="vgg16"))
    message = f"model.host: '{method}' is an architecture of its own for segnet .* found 'vgg16'"
    with pytest.raises(MtlError, match=message):
        build(spec, (0,), (2, 1, 3), (32, 32))


def test_on_residual_networks_it_begins_with_the_trained_single_task_networks(store: Store) -> None:
    """With the identity as mixture, to the bit."""
    settings: dict[str, Any] = {"host": "resnet20", "width": 4, "epochs": 1, "batch_size": 8}
    single = make_trainer(store, make_spec("single_task", **settings), SEEDS)
    single.run(lambda _: None)
    options = {"own": 1.0, "stitch_rate": 1.0}
    stitched = make_trainer(store, make_spec("cross_stitch", options=options, **settings), SEEDS)
    state = single.network.state_dict()
    stitched.start_from([{n: t[k].clone() for n, t in state.items()} for k in range(len(SEEDS))])
    images, _ = stitched.eval_images.gather(torch.arange(8).view(2, 4))
    for one in (single, stitched):
        one.network.eval()
    assert torch.equal(stitched.network(images, None), single.network(images, None))
    with torch.no_grad():
        stitched.adam.values.zero_()
    assert not stitched.network.get_parameter("trunk.stem.conv.weight").any()


def test_on_residual_networks_every_stage_mixes_all_networks() -> None:
    network = dense_network("cross_stitch", host="resnet18_dilated")
    found = reached(network, 1)
    assert found["blocks.5.conv2.conv.weight"] == [True, True, True]
    assert found["blocks.7.conv2.conv.weight"] == [True, True, True]
    assert isinstance(network.trunk, StitchedResNet)
    with torch.no_grad():
        for stitch in network.trunk.stitches:
            stitch.scaled.copy_(torch.eye(3) / stitch.rate)
    assert reached(network, 1)["blocks.7.conv2.conv.weight"] == [False, True, False]


def test_it_starts_from_single_task_learning_on_residual_networks_alone() -> None:
    info = registry.describe("cross_stitch")
    assert info.start_on("segnet") == ""
    assert info.options_on("segnet") == {}
    residual = [host for host in info.hosts if host != "segnet"]
    assert [info.start_on(host) for host in residual] == ["single_task"] * len(residual)
    assert all(set(info.options_on(host)) == {"own", "stitch_rate"} for host in residual)
