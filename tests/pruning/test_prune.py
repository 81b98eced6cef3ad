from __future__ import annotations

import pytest
import torch
from torch import Tensor

from mtl.diagnostics.inference_cost import pruned_cost
from mtl.layers.gates import Gate
from mtl.layers.replicas import initialise
from mtl.pruning.prune import prune
from mtl.training.network import Network, build, inference_cost
from mtl.training.spec import TrainingSpec
from tests.training.fabricate import make_spec

SEEDS, OUTPUTS, SIZE = (3, 11), (2, 1, 2), (16, 24)
DENSE = "resnet18_dilated"
HOSTS = ["resnet20", "resnet18", "resnet_small", DENSE]
GRANULARITIES = ["conv", "block"]


def spec(method: str, host: str, **options: str) -> TrainingSpec:
    plain = make_spec(method, host=host, options=options)
    kind = "segmentation" if host == DENSE else "attributes"
    names = [f"task{number}" for number in range(len(OUTPUTS))]
    plain["tasks"] = [{"name": name, "kind": kind, "columns": [name]} for name in names]
    return TrainingSpec.parse(plain)


def gated(host: str, how: str, granularity: str = "conv") -> tuple[Network, Tensor]:
    """A network with random gates, that has seen some batches, and further images."""
    wanted = spec("interrogate", host, granularity=granularity)
    network, _ = build(wanted, SEEDS, OUTPUTS, SIZE)
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


@pytest.mark.parametrize("how", ["random", "few", "by task", "own", "shared"])
@pytest.mark.parametrize("granularity", GRANULARITIES)
@pytest.mark.parametrize("host", HOSTS)
def test_the_static_network_is_the_gated_one_and_its_cost_between_the_extremes(
    host: str, granularity: str, how: str
) -> None:
    network, images = gated(host, how, granularity)
    lowest, highest = (
        inference_cost(spec(method, host), OUTPUTS, SIZE)
        for method in ("hard_sharing", "single_task")
    )
    with torch.no_grad():
        expected = network(images, None)
    for position in range(len(SEEDS)):
        static = prune(network, position)
        found = static(images[:, 3 * position : 3 * position + 3])
        assert found.shape == expected[position].shape
        assert (found - expected[position]).abs().max() < 1e-12
        cost = pruned_cost(static, SIZE)
        # Without gates within blocks, the shared branch may come on top of all tasks' own there.
        networks = len(OUTPUTS) + (granularity == "block")
        limits = [networks / len(OUTPUTS) * most for most in highest]
        assert all(lowest[k] <= cost[k] <= limits[k] for k in (0, 1))
        if how == "shared":
            assert cost == lowest
        if how == "own":
            assert cost == highest


@pytest.mark.parametrize("granularity", GRANULARITIES)
def test_a_shared_branch_that_ends_early_reads_no_further_mixture(granularity: str) -> None:
    """The last block is every task's own: the shared branch before it is needed, not within it."""
    network, images = gated("resnet_small", "random", granularity)
    gates = [module for module in network.modules() if isinstance(module, Gate)]
    own = gates[-2:] if granularity == "conv" else gates[-1:]
    with torch.no_grad():
        for gate in own:
            gate.alpha_scaled.abs_()
        before = prune(network, 0)
        for gate in gates:  # mixtures that nobody reads may be anything
            if gate in (gates[-1 - len(own)], *own):
                gate.beta_scaled.fill_(float("nan"))
    static = prune(network, 0)
    assert torch.equal(static(images[:, :3]), before(images[:, :3]))
    assert torch.isfinite(static(images[:, :3])).all()


def test_gates_of_blocks_are_fewer_and_stand_behind_the_same_sums() -> None:
    conv, block = (gated("resnet20", "random", granularity)[0] for granularity in GRANULARITIES)
    counts = [sum(isinstance(m, Gate) for m in network.modules()) for network in (conv, block)]
    assert counts == [1 + 18, 1 + 9]


@pytest.mark.parametrize("host", HOSTS)
def test_no_gate_is_left(host: str) -> None:
    static = prune(gated(host, "random")[0], 0)
    assert not any(isinstance(module, Gate) for module in static.modules())
    assert not any(parameter.requires_grad for parameter in static.parameters())


def test_only_gated_networks_are_pruned() -> None:
    network, _ = build(spec("hard_sharing", "resnet20"), SEEDS, OUTPUTS, SIZE)
    with pytest.raises(TypeError, match="only networks of InterroGate"):
        prune(network, 0)
