from __future__ import annotations

import pytest
import torch

from mtl.methods.mtan import AttendedSegNet
from mtl.training.network import count
from tests.methods.dense import KINDS, dense_images, dense_network, dense_spec, reached


@pytest.mark.parametrize(
    ("outputs", "total"),
    [((13, 1, 3), 44_229_073), ((13, 1), 41_207_374)],  # built 44.229M (printed 44.4M), 41.2M
)
def test_it_has_the_size_of_mtans_code(outputs: tuple[int, ...], total: int) -> None:
    found = count(dense_spec("mtan", KINDS[: len(outputs)], 64), outputs, (32, 32))
    assert found.parameters_total == total
    assert found.macs == found.macs_all_tasks


def test_open_masks_pass_the_shared_features() -> None:
    """A mask of one everywhere leaves each task the shared decoder's maps."""
    network, shared = dense_network("mtan"), dense_network("hard_sharing")
    trunk = network.trunk
    assert isinstance(trunk, AttendedSegNet)
    with torch.no_grad():
        for mask in (*trunk.encoder_masks, *trunk.decoder_masks):
            mask.second.norm.weight.zero_()
            mask.second.norm.bias.fill_(100.0)
    found, expected = trunk(dense_images(), None), shared.trunk(dense_images(), None)
    assert found.shape == (2, 6, 8, 32, 64)
    each = expected.repeat_interleave(3, dim=1)
    torch.testing.assert_close(found, each, rtol=0, atol=1e-9)


def test_a_task_reaches_its_own_masks_alone() -> None:
    found = reached(dense_network("mtan"), 1)
    assert len(found) == 20
    assert set(map(tuple, found.values())) == {(False, True, False)}


def test_the_attention_grows_with_the_tasks_and_not_the_rest() -> None:
    two = dense_network("mtan", ("segmentation",) * 2, (1,) * 2).trunk
    three = dense_network("mtan", ("segmentation",) * 3, (1,) * 3).trunk
    sizes = {name: p.numel() for name, p in two.named_parameters()}
    grown = {name for name, p in three.named_parameters() if sizes[name] != p.numel()}
    assert grown == {name for name in sizes if "_masks" in name}


def test_one_task_s_logits_are_those_of_the_joint_pass() -> None:
    network = dense_network("mtan")
    found = network(dense_images(), 1)
    assert torch.equal(found, network(dense_images(), None)[:, :, 1:2])
