from __future__ import annotations

from fractions import Fraction

import pytest

from mtl.claims.contrasts import Cell, contrast
from mtl.errors import MtlError

A, B = Cell("a", "s", "m"), Cell("b", "s", "m")


def test_terms_of_one_cell_are_added_up() -> None:
    found = contrast("words", ((A, 1), (B, -1), (A, Fraction(1, 2))), 3)
    assert found.terms == ((A, Fraction(3, 2)), (B, Fraction(-1)))
    assert found.cells == (A, B)
    assert found.constant == 3


def test_what_cancels_is_left_out() -> None:
    assert contrast("words", ((A, 1), (B, 1), (A, -1))).cells == (B,)


def test_a_comparison_with_itself_is_refused() -> None:
    with pytest.raises(MtlError, match="'a above a' compares something with itself"):
        contrast("a above a", ((A, 1), (A, -1)))
