from __future__ import annotations

import pytest

from mtl.results.figures.primitive_words import in_english


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("avg9", "average pooling 9×9"),
        ("max3", "max pooling 3×3"),
        ("conv3", "fixed convolution 3×3"),
        ("conv5-full-binary", "fixed convolution 5×5, full, binary"),
        ("conv3-binary-s0.5", "fixed convolution 3×3, binary, density 0.5"),
        ("shift2", "shift by at most 2 px"),
        ("perturb0.1", "perturbation of ±0.1"),
        ("median3", "median3"),
        ("average pooling 3x3", "average pooling 3x3"),
    ],
)
def test_words_become_english(word: str, text: str) -> None:
    assert in_english(word) == text
