from __future__ import annotations

import re

import pytest
import torch
from torch import nn

from mtl.errors import MtlError
from mtl.layers.primitives.average import AveragePooling
from mtl.layers.primitives.convolution import FixedConvolution
from mtl.layers.primitives.maximum import MaxPooling
from mtl.layers.primitives.perturbation import Perturbation
from mtl.layers.primitives.shift import Shift
from mtl.layers.primitives.words import primitives
from mtl.layers.replicas import Replicas
from mtl.methods import registry
from tests.layers.build import ready


def made(text: str, seeds: tuple[int, ...] = (3, 11)) -> nn.ModuleDict:
    return ready(primitives(text, Replicas(len(seeds)), 8, (6, 5)), seeds)


def test_words_become_modules_in_their_order() -> None:
    found = made("perturb0.2+avg9+conv3+shift2+max5")
    assert list(found) == ["perturb", "avg", "conv", "shift", "max"]
    kinds = [Perturbation, AveragePooling, FixedConvolution, Shift, MaxPooling]
    assert [type(module) for module in found.values()] == kinds
    assert (found["avg"].window, found["max"].window) == (9, 5)
    assert found["avg"].box.shape == (16, 1, 9, 9)
    assert found["conv"].weight.shape == (2, 8, 1, 3, 3)
    assert found["shift"].kernel.shape == (2, 8, 1, 5, 5)
    assert found["perturb"].noise.shape == (2, 8, 6, 5)
    assert 0.15 < found["perturb"].noise.abs().max().item() <= 0.2


@pytest.mark.parametrize(
    ("word", "full", "values", "zeros"),
    [
        ("conv5", False, None, False),
        ("conv5-full", True, None, False),
        ("conv5-binary", False, 2, False),
        ("conv5-s0.5", False, None, True),
        ("conv5-full-binary", True, 2, False),
        ("conv5-binary-full", True, 2, False),
        ("conv5-s.5-full-binary", True, 3, True),
    ],
)
def test_suffixes_of_the_fixed_convolution(
    word: str, full: bool, values: int | None, zeros: bool
) -> None:
    weight = made(word)["conv"].weight
    assert weight.shape == (2, 8, 8 if full else 1, 5, 5)
    assert (weight[0] == 0).any().item() == zeros
    distinct = weight[0].unique().numel()
    assert distinct == values if values else distinct > 10


def test_further_words_of_a_kind_are_numbered() -> None:
    found = made("avg3+conv3+avg5+conv3+avg7")
    assert list(found) == ["avg", "conv", "avg2", "conv2", "avg3"]
    assert [found[name].window for name in ("avg", "avg2", "avg3")] == [3, 5, 7]
    assert not torch.equal(found["conv"].weight, found["conv2"].weight)


@pytest.mark.parametrize(
    "text", ["avg3+conv3", "conv3+max3", "conv3+conv5", "shift1+perturb1+conv3"]
)
def test_equal_kinds_in_different_lists_draw_the_same(text: str) -> None:
    assert torch.equal(made(text)["conv"].weight, made("conv3")["conv"].weight)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("agv9", "'agv9': unknown primitive 'agv'; expected one of avg, "
         "conv, max, perturb, shift. Did you mean 'avg'?"),
        ("avg9+cnov3", "unknown primitive 'cnov'; .* Did you mean 'conv'?"),
        ("avg9+shfit1", "Did you mean 'shift'?"),
        ("pertub0.1", "Did you mean 'perturb'?"),
        ("mxa3", "Did you mean 'max'?"),
        ("AVG9", "Did you mean 'avg'?"),
        ("", "unknown primitive ''"),
        ("avg9+", "unknown primitive ''"),
        ("avg9 + conv3", "unknown primitive 'avg9 '"),
        ("avg", "'avg': expected an odd whole number of pixels, found ''"),
        ("avg3+avg4", "'avg4': expected an odd whole number of pixels, found '4'"),
        ("max2", "'max2': expected an odd whole number of pixels, found '2'"),
        ("max3.5", "'max3.5': expected an odd whole number of pixels, found '3.5'"),
        ("conv0", "'conv0': expected an odd whole number of pixels, found '0'"),
        ("avg3-full", "'avg3-full': takes no -full"),
        ("max3-s0.5", "'max3-s0.5': takes no -s0.5"),
        ("shift1-full", "'shift1-full': takes no -full"),
        ("perturb-0.1", "'perturb-0.1': takes no -0.1"),
        ("shift0", "'shift0': expected a whole number of pixels, at least 1, found '0'"),
        ("shift1.5", "'shift1.5': expected a whole number of pixels, at least 1, found '1.5'"),
        ("perturb0", "'perturb0': expected a number above 0, found '0'"),
        ("perturb", "'perturb': expected a number above 0, found ''"),
        ("perturb1.2.3", "'perturb1.2.3': expected a number above 0, found '1.2.3'"),
        ("conv3-ful", "'conv3-ful': unknown suffix 'ful'; expected one of binary, full, s<share>. "
         "Did you mean 'full'?"),
        ("conv3-binray", "Did you mean 'binary'?"),
        ("conv3-s0", "'conv3-s0': expected a number above 0, found '0'"),
        ("conv3-s", "'conv3-s': expected a number above 0, found ''"),
        ("conv3-s1.5", "'conv3-s1.5': expected a share of at most 1, found '1.5'"),
        ("conv3-s0.001", "'conv3-s0.001': a share of 0.001 leaves none of 72 weights"),
        ("conv3-full-full", "'conv3-full-full': expected each suffix once"),
        ("conv3-s0.5-s0.2", "'conv3-s0.5-s0.2': expected each suffix once"),
    ],
)  # fmt: skip
def test_what_names_no_primitive_is_refused(text: str, message: str) -> None:
    pattern = ".*".join(map(re.escape, message.split(".*")))
    with pytest.raises(MtlError, match=rf"method\.options\.primitives.*{pattern}"):
        made(text)


@pytest.mark.parametrize("method", ["nlp", "etr_nlp"])
@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("avg9+conv3+perturb0.1", True),
        ("avg3+avg5+avg7+avg9+conv3-full-binary-s0.5+perturb0.1", True),
        ("shift1", True),
        ("", False),
        ("avg9+", False),
        ("avg9,conv3", False),
        ("avg 9", False),
        ("avg", False),
    ],
)
def test_the_pattern_of_the_option_lets_words_pass(method: str, text: str, fits: bool) -> None:
    option = registry.describe(method).options["primitives"]
    assert (re.fullmatch(option.pattern, text) is not None) == fits
    assert re.fullmatch(option.pattern, str(option.default))
