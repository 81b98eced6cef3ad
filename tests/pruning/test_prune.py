from __future__ import annotations

import pytest
import torch
from torch import Tensor

from mtl.layers.gates import Gate
from mtl.layers.replicas import initialise
from mtl.pruning.prune import prune
from mtl.pruning.static import StaticResNet
from mtl.training.macs import MacCounter
from mtl.training.network import Network, build, count
from mtl.training.spec import TrainingSpec
from tests.training.fabricate import make_spec

SEEDS, OUTPUTS, SIZE = (3, 11), (2, 1, 2), (16, 24)
HOSTS = ["resnet20", "resnet18", "resnet_small"]


def spec(method: str, host: str) -> TrainingSpec:
    return TrainingSpec.parse(make_spec(method, host=host))


def gated(host: str, how: str) -> tuple[Network, Tensor]:
    """A network with random gates, that has seen some batches, and further images."""
    network, _ = build(spec("interrogate", host), SEEDS, OUTPUTS, SIZE)
    initialise(network, SEEDS)
    network = network.double()
    generator = torch.Generator().manual_seed(0)
    for gate in network.modules():
        if not isinstance(gate, Gate):
            continue
        logits = torch.randn(gate.alpha_scaled.shape, generator=generator, dtype=torch.float64)
        if how == "shared":
            logits = -logits.abs() - 0.1
        elif how == "own":
            logits = logits.abs() + 0.1
        elif how == "by task":  # one task has all of its own, another none
            logits[:, 0], logits[:, 1] = logits[:, 0].abs() + 0.1, -logits[:, 1].abs() - 0.1
        elif how == "few":
            logits -= 1.5
        with torch.no_grad():
            gate.alpha_scaled.copy_(logits)
            gate.beta_scaled.copy_(torch.randn(logits.shape, generator=generator) / 10)
    images = torch.rand(9, 6, *SIZE, generator=generator, dtype=torch.float64)
    network(images[:6], None)
    return network.eval(), images[6:]


def macs(static: StaticResNet) -> int:
    with MacCounter() as counter:
        static(torch.zeros(2, 3, *SIZE, dtype=torch.float64))
    return counter.macs // 2


@pytest.mark.parametrize("how", ["random", "few", "by task", "own", "shared"])
@pytest.mark.parametrize("host", HOSTS)
def test_the_static_network_is_the_gated_one_and_never_dearer_than_a_network_a_task(
    host: str, how: str
) -> None:
    network, images = gated(host, how)
    lowest, highest = (
        count(spec(method, host), OUTPUTS, SIZE).macs_all_tasks
        for method in ("hard_sharing", "single_task")
    )
    with torch.no_grad():
        expected = network(images, None)
        for position in range(len(SEEDS)):
            static = prune(network, position)
            found = static(images[:, 3 * position : 3 * position + 3])
            assert (found - expected[position]).abs().max() < 1e-12
            cost = macs(static)
            assert lowest <= cost <= highest
            if how == "shared":
                assert cost == lowest
            if how == "own":
                assert cost == highest


def test_no_gate_is_left() -> None:
    network, _ = gated("resnet20", "random")
    static = prune(network, 0)
    assert not any(isinstance(module, Gate) for module in static.modules())
    kept = sum(parameter.numel() for parameter in static.parameters())
    whole = count(spec("single_task", "resnet20"), OUTPUTS, SIZE).parameters_total
    assert kept < whole


def test_only_gated_networks_are_pruned() -> None:
    network, _ = build(spec("hard_sharing", "resnet20"), SEEDS, OUTPUTS, SIZE)
    with pytest.raises(TypeError, match="only networks of InterroGate"):
        prune(network, 0)
