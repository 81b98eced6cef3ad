"""What docs/claims.md shows is accepted, and what it says of the power is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from scipy import stats

from mtl.claims.kinds import KINDS
from mtl.claims.models import ClaimsFile

PAGE = (Path(__file__).parents[2] / "docs/claims.md").read_text(encoding="utf-8")
BLOCKS = [yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```", PAGE, re.M | re.S)]


def test_every_kind_has_one_example_that_is_valid() -> None:
    examples = [test for block in BLOCKS if isinstance(block, list) for test in block]
    assert sorted(example["kind"] for example in examples) == sorted(KINDS)
    for example in examples:
        assert KINDS[example["kind"]].model_validate(example)


def test_the_example_file_is_valid() -> None:
    [example] = [block for block in BLOCKS if isinstance(block, dict)]
    assert list(ClaimsFile.model_validate(example).claims) == ["partitioning_helps"]


def power(size: float, n: int = 5) -> float:
    """Of a paired t-test to find a positive difference of so many standard deviations."""
    return float(stats.nct.sf(stats.t.ppf(0.975, n - 1), n - 1, size * n**0.5))


@pytest.mark.parametrize("size", [1, 2, 3])
def test_the_power_at_five_seeds(size: int) -> None:
    row = "| ".join(f"{power(size) ** many:.2f} " for many in (1, 6, 18))
    assert f"| {size} | {row}|" in PAGE


def test_the_size_that_an_18_fold_claim_needs() -> None:
    assert power(2.55) ** 18 < 0.8 < power(2.65) ** 18
    assert "differences of 2.6 standard deviations" in PAGE
