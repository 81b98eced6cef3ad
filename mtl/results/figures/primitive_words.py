"""The words that name primitives in a method's options, in plain English."""

from __future__ import annotations

import re

_WORD = re.compile(r"([a-z]+)([0-9.]+)((?:-[a-z0-9.]+)*)")
_NAMES = {
    "avg": "average pooling {0}×{0}",
    "max": "max pooling {0}×{0}",
    "conv": "fixed convolution {0}×{0}",
    "shift": "shift by at most {0} px",
    "perturb": "perturbation of ±{0}",
}


def in_english(word: str) -> str:
    """`avg9` as "average pooling 9×9"; a word that is none of the known ones stays as it is.

    A fixed convolution is depth-wise, real-valued and dense unless more is said of it.
    """
    match = _WORD.fullmatch(word)
    if match is None or match[1] not in _NAMES:
        return word
    suffixes = [
        f"density {suffix[1:]}" if suffix.startswith("s") else suffix
        for suffix in match[3].split("-")[1:]
    ]
    return ", ".join([_NAMES[match[1]].format(match[2]), *suffixes])
