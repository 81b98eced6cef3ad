from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from mtl.layers.replicas import (
    Replicas,
    ReplicatedModule,
    constant,
    initialise,
    kaiming_normal,
    numpy_generator,
    stream,
    uniform,
)


class Layer(ReplicatedModule):
    def __init__(self, replicas: Replicas, names: Sequence[str] = ("weight", "other")):
        super().__init__()
        for name in names:
            self.declare(name, replicas.lead, (3, 2), kaiming_normal(2), trained=True)
        self.declare("fixed", replicas.lead, (4,), uniform(0.5), trained=False)


def built(seeds: Sequence[int], networks: int = 1, names: Sequence[str] = ("weight", "other")):
    model = nn.ModuleDict({"layer": Layer(Replicas(len(seeds), networks), names)})
    initialise(model, seeds)
    return model["layer"]


@given(st.integers(0, 2**40), st.lists(st.integers(0, 9) | st.text(max_size=5), max_size=3))
def test_a_stream_is_a_63_bit_seed(seed: int, key: list[object]) -> None:
    assert 0 <= stream(seed, *key) < 2**63


def test_the_streams_are_those_of_the_stored_runs() -> None:
    assert stream(0, "order", 0) == 1829853113658518448
    assert numpy_generator(0, "order", 0).permutation(8).tolist() == [1, 0, 5, 7, 6, 2, 4, 3]


@pytest.mark.parametrize("other", [(1, "a", 0), (0, "b", 0), (0, "a", 1), (0, "a"), (0, "a", 0, 0)])
def test_every_part_of_the_name_makes_another_stream(other: tuple[int, object]) -> None:
    assert stream(0, "a", 0) != stream(*other)


@pytest.mark.parametrize(("networks", "lead", "total"), [(1, (3,), 3), (4, (3, 4), 12)])
def test_replicas_lead_every_parameter(networks: int, lead: tuple[int, ...], total: int) -> None:
    replicas = Replicas(3, networks)
    assert replicas.lead == lead
    assert replicas.total == total


def test_a_seed_draws_the_same_beside_any_others() -> None:
    together, alone = built([5, 7, 9]), built([7])
    for name in ("weight", "other", "fixed"):
        assert torch.equal(getattr(together, name)[1], getattr(alone, name)[0])


def test_a_tensor_does_not_depend_on_the_order_of_construction() -> None:
    one, other = built([5], names=("weight", "other")), built([5], names=("other", "weight"))
    assert torch.equal(one.weight, other.weight)


def test_replicas_and_tensors_differ() -> None:
    layer = built([5, 7], networks=2)
    flat = [*layer.weight.flatten(0, 1), *layer.other.flatten(0, 1)]
    for position, piece in enumerate(flat):
        assert not any(torch.equal(piece, earlier) for earlier in flat[:position])


def test_a_network_of_a_seed_does_not_depend_on_how_many_there_are() -> None:
    assert torch.equal(built([5], networks=3).weight[:, :2], built([5], networks=2).weight)


def test_float32_is_the_rounded_float64() -> None:
    exact = Layer(Replicas(1)).double()
    initialise(nn.ModuleDict({"layer": exact}), [5])
    assert torch.equal(built([5]).weight, exact.weight.float())


def test_only_what_is_trained_is_a_parameter() -> None:
    layer = built([5])
    assert {name for name, _ in layer.named_parameters()} == {"weight", "other"}
    assert {name for name, _ in layer.named_buffers()} == {"fixed"}


def test_fills_have_their_distributions() -> None:
    generator = torch.Generator().manual_seed(0)
    tensor = torch.empty(20000, dtype=torch.float64)
    kaiming_normal(8)(tensor, generator)
    assert tensor.std().item() == pytest.approx(0.5, rel=0.03)
    uniform(0.25)(tensor, generator)
    assert tensor.abs().max().item() <= 0.25
    assert tensor.std().item() == pytest.approx(0.25 / math.sqrt(3), rel=0.03)
    constant(3.0)(tensor, generator)
    assert (tensor == 3).all()


def test_the_step_of_a_wrapper_does_not_name_a_stream() -> None:
    """A unit starts the same whether a method wraps it or not; other steps do name it."""
    bare = nn.ModuleDict({"stem": nn.ModuleDict({"conv": Layer(Replicas(1))})})
    wrapped = nn.ModuleDict({"stem": nn.ModuleDict({"unit": nn.ModuleDict(dict(bare["stem"]))})})
    other = nn.ModuleDict({"stem": nn.ModuleDict({"step": nn.ModuleDict(dict(bare["stem"]))})})
    drawn = []
    for model in (bare, wrapped, other):
        initialise(model, [5])
        drawn.append(bare["stem"]["conv"].weight.detach().clone())
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])
