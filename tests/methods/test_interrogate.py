from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import nn

from mtl.data.store import Store
from mtl.errors import MtlError
from mtl.layers.gates import Gate
from mtl.layers.replicas import initialise
from mtl.training.network import build, count
from mtl.training.spec import TrainingSpec
from mtl.training.trainer import Trainer
from tests.methods.dense import OUTPUTS, SIZE, dense_images, dense_network, dense_spec
from tests.training.fabricate import make_spec, make_trainer

SEEDS = (3, 11)
DENSE = "resnet18_dilated"


def trained(store: Store, method: str, **changes: Any) -> Trainer:
    spec = make_spec(method, host="resnet_small", width=4, epochs=1, batch_size=7, **changes)
    return make_trainer(store, spec, SEEDS, dtype=torch.float64)


def weights(trainer: Trainer) -> list[dict[str, torch.Tensor]]:
    state = trainer.network.state_dict()
    return [{n: t[k].clone() for n, t in state.items()} for k in range(len(SEEDS))]


def gates_of(network: nn.Module) -> list[Gate]:
    return [module for module in network.modules() if isinstance(module, Gate)]


def gates(trainer: Trainer) -> list[Gate]:
    return gates_of(trainer.network)


@pytest.mark.parametrize("how", ["mean", "random"])
def test_it_begins_as_the_single_task_networks(store: Store, how: str) -> None:
    single = trained(store, "single_task")
    single.run(lambda _: None)
    gated = trained(store, "interrogate", options={"shared_start": how})
    drawn = gated.network.get_parameter("trunk.stem.conv.weight").clone()
    gated.start_from(weights(single))
    images, _ = gated.eval_images.gather(torch.arange(8).view(2, 4))
    torch.testing.assert_close(
        gated.network(images, None), single.network(images, None), rtol=0, atol=1e-12
    )
    stem = gated.network.get_parameter("trunk.stem.conv.weight")
    wanted = stem[:, :3].mean(1) if how == "mean" else drawn[:, 3]
    torch.testing.assert_close(stem[:, 3], wanted)
    with torch.no_grad():
        gated.adam.values.zero_()
    assert not stem.any(), "the weights are still the optimiser's"


def test_its_tasks_are_drawn_as_single_task_learning_draws_them(store: Store) -> None:
    single, gated = trained(store, "single_task"), trained(store, "interrogate")
    for name, parameter in single.network.named_parameters():
        own = gated.network.get_parameter(name)
        assert torch.equal(parameter, own if name.startswith("heads") else own[:, :3]), name


def test_the_sparsity_loss_closes_gates_and_no_other_parameter_feels_it(store: Store) -> None:
    free = trained(store, "interrogate", options={"sparsity_weight": 0.0, "gate_rate": 1.0})
    pressed = trained(store, "interrogate", options={"sparsity_weight": 1e3, "gate_rate": 1.0})
    penalty = pressed.method.penalty(pressed.network)
    assert penalty.shape == (2,)
    penalty.sum().backward()
    for name, parameter in pressed.network.named_parameters():
        assert bool(parameter.grad.any()) == name.endswith("alpha_scaled"), name
    for one in (free, pressed):
        one.run(lambda _: None)
    closed = [sum(g.openness.detach().mean().item() for g in gates(one)) for one in (free, pressed)]
    assert closed[1] < closed[0]


def test_below_the_hinge_nothing_presses(store: Store) -> None:
    gated = trained(store, "interrogate", options={"hinge": 0.9})
    assert gated.method.penalty(gated.network).tolist() == [0.0, 0.0]
    l1 = trained(store, "interrogate", options={"hinge": 0.0, "sparsity_weight": 2.0})
    openness = torch.sigmoid(torch.tensor(0.5, dtype=torch.float64)).item()
    assert l1.method.penalty(l1.network).tolist() == pytest.approx([2 * openness] * 2)


def test_wide_layers_weigh_more_where_all_channels_are_averaged(store: Store) -> None:
    penalties = []
    for averaging in ("layers", "channels"):
        gated = trained(store, "interrogate", options={"averaging": averaging, "hinge": 0.0})
        with torch.no_grad():
            gates(gated)[-1].alpha_scaled.fill_(100.0)
        penalties.append(gated.method.penalty(gated.network).tolist())
    assert all(few < many for few, many in zip(*penalties, strict=True))


def test_seeds_train_together_as_alone(store: Store) -> None:
    together = trained(store, "interrogate")
    together.run(lambda _: None)
    for position, seed in enumerate(SEEDS):
        spec = make_spec("interrogate", host="resnet_small", width=4, epochs=1, batch_size=7)
        alone = make_trainer(store, spec, (seed,), dtype=torch.float64)
        alone.run(lambda _: None)
        for name, tensor in alone.network.state_dict().items():
            torch.testing.assert_close(together.network.state_dict()[name][position], tensor[0])


def test_it_trains_one_branch_more_than_tasks_and_two_numbers_a_gate() -> None:
    plain = make_spec("interrogate", host="resnet20", width=16)
    outputs = (1, 1, 4)
    found = count(TrainingSpec.parse(plain), outputs, (32, 32))
    single = count(
        TrainingSpec.parse(make_spec("single_task", host="resnet20", width=16)), outputs, (32, 32)
    )
    heads = 64 * 6 + 6
    channels = 16 + 6 * (16 + 32 + 64)
    branch = (single.parameters_total - heads) // 3
    assert found.parameters_total == 4 * branch + heads + 2 * 3 * channels
    assert found.macs == found.macs_all_tasks


def test_gates_of_blocks_alone_are_fewer() -> None:
    plain = make_spec("interrogate", host="resnet20", width=16, options={"granularity": "block"})
    network, _ = build(TrainingSpec.parse(plain), SEEDS, (1, 1, 4), (32, 32))
    widths = [gate.openness.shape[2] for gate in gates_of(network)]
    assert widths == [16] * 4 + [32] * 3 + [64] * 3


@pytest.mark.parametrize("granularity", ["conv", "block"])
def test_on_dense_tasks_it_begins_as_the_single_task_networks(granularity: str) -> None:
    plain = dense_spec("interrogate", host=DENSE)
    spec = replace(plain, options={**plain.options, "granularity": granularity})
    gated, method = build(spec, SEEDS, OUTPUTS, SIZE)
    initialise(gated, SEEDS)
    gated.double()
    single = dense_network("single_task", host=DENSE)
    for parameter in single.parameters():
        parameter.data.mul_(1.01)
    state = single.state_dict()
    method.start(gated, [{n: t[k] for n, t in state.items()} for k in range(len(SEEDS))])
    found, expected = (one(dense_images(), None) for one in (gated, single))
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-9)
    found.square().mean().backward()
    for gate in gates_of(gated):
        assert gate.alpha_scaled.grad is not None
        assert gate.alpha_scaled.grad.any(2).all()


def test_hosts_without_a_gated_form_are_refused() -> None:
    spec = TrainingSpec.parse(make_spec("interrogate", host="vgg16"))
    with pytest.raises(MtlError, match=r"model\.host: 'interrogate' .* found 'vgg16'"):
        build(spec, SEEDS, (1, 1), (32, 32))
