"""Primitives in writing: `avg9+conv3+perturb0.1`, from words to modules.

avg<k>, max<k>                      pooling of k x k pixels, k odd
conv<k>[-full][-binary][-s<share>]  fixed convolution; depth-wise and real-valued unless said
shift<r>                            shift by at most r pixels
perturb<level>                      perturbation by noise of at most +-level
"""

from __future__ import annotations

import re
from collections.abc import Callable

from torch import nn

from mtl.errors import MtlError, unknown
from mtl.layers.primitives.average import AveragePooling
from mtl.layers.primitives.base import Primitive
from mtl.layers.primitives.convolution import FixedConvolution
from mtl.layers.primitives.maximum import MaxPooling
from mtl.layers.primitives.perturbation import Perturbation
from mtl.layers.primitives.shift import Shift
from mtl.layers.replicas import Replicas

Size = tuple[int, int]
Maker = Callable[[str, list[str], Replicas, int, Size], Primitive]

_WORD = re.compile(r"([a-z]+)([0-9.]*)((?:-[a-z0-9.]+)*)")


def _odd(text: str) -> int:
    if not text.isdigit() or int(text) % 2 == 0:
        raise ValueError(f"expected an odd whole number of pixels, found '{text}'")
    return int(text)


def _positive(text: str) -> float:
    if re.fullmatch(r"\d+\.?\d*|\.\d+", text) is None or float(text) == 0:
        raise ValueError(f"expected a number above 0, found '{text}'")
    return float(text)


def _plain(suffixes: list[str]) -> None:
    if suffixes:
        raise ValueError(f"takes no -{suffixes[0]}")


def _average(
    number: str, suffixes: list[str], replicas: Replicas, channels: int, size: Size
) -> Primitive:
    _plain(suffixes)
    return AveragePooling(replicas.total * channels, _odd(number))


def _maximum(
    number: str, suffixes: list[str], replicas: Replicas, channels: int, size: Size
) -> Primitive:
    _plain(suffixes)
    return MaxPooling(_odd(number))


def _convolution(
    number: str, suffixes: list[str], replicas: Replicas, channels: int, size: Size
) -> Primitive:
    density = None
    for suffix in suffixes:
        if suffix.startswith("s"):
            density = _positive(suffix[1:])
            if density > 1:
                raise ValueError(f"expected a share of at most 1, found '{suffix[1:]}'")
        elif suffix not in ("full", "binary"):
            raise ValueError(unknown("suffix", suffix, ("full", "binary", "s<share>")))
    if len({suffix[:1] for suffix in suffixes}) < len(suffixes):
        raise ValueError("expected each suffix once")
    full, binary = "full" in suffixes, "binary" in suffixes
    return FixedConvolution(replicas, channels, _odd(number), full, binary, density)


def _shift(
    number: str, suffixes: list[str], replicas: Replicas, channels: int, size: Size
) -> Primitive:
    _plain(suffixes)
    if not number.isdigit() or int(number) < 1:
        raise ValueError(f"expected a whole number of pixels, at least 1, found '{number}'")
    return Shift(replicas, channels, int(number))


def _perturbation(
    number: str, suffixes: list[str], replicas: Replicas, channels: int, size: Size
) -> Primitive:
    _plain(suffixes)
    return Perturbation(replicas, channels, size, _positive(number))


_KINDS: dict[str, Maker] = {
    "avg": _average,
    "max": _maximum,
    "conv": _convolution,
    "shift": _shift,
    "perturb": _perturbation,
}


def words(text: str) -> list[str]:
    """The words of a list of primitives, `avg9+conv3` -> `["avg9", "conv3"]`."""
    return text.split("+")


def primitives(text: str, replicas: Replicas, channels: int, size: Size) -> nn.ModuleDict:
    """The primitives that a text names, in its order.

    Args:
        text: words joined by `+`.
        replicas: seeds side by side.
        channels: C of one replica.
        size: `(H, W)` of the maps.

    Returns:
        Modules by kind; a kind's second word is `<kind>2`, and so on. What a primitive draws
        depends on that name, so that equal kinds in different lists are paired.

    Raises:
        MtlError: for a word that names no primitive or gives it a number that it cannot have.
    """
    found: dict[str, Primitive] = {}
    for word in words(text):
        match = _WORD.fullmatch(word)
        if match is None or match[1] not in _KINDS:
            kind = match[1] if match else word
            raise unknown("primitive", kind, _KINDS, f"method.options.primitives '{text}'")
        kind, number, suffixes = match[1], match[2], match[3].split("-")[1:]
        position = 1 + sum(name.rstrip("0123456789") == kind for name in found)
        try:
            made = _KINDS[kind](number, suffixes, replicas, channels, size)
        except ValueError as error:
            raise MtlError(f"method.options.primitives: '{word}': {error}") from None
        found[kind if position == 1 else f"{kind}{position}"] = made
    return nn.ModuleDict(found)
