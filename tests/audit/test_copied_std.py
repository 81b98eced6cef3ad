from __future__ import annotations

import numpy as np
import pytest

from mtl.audit.copied_std import THRESHOLD, check_copied_std, collision
from mtl.audit.findings import Finding
from tests.audit.tables import make_table


def audited(rows: dict[str, list[str]], n: int | None = 5) -> Finding:
    names = [f"m{i}" for i in range(len(next(iter(rows.values()))))]
    cells = {row: dict(zip(names, texts, strict=True)) for row, texts in rows.items()}
    [finding] = check_copied_std(make_table({name: {} for name in names}, cells, n=n))
    return finding


def test_copied_columns_are_found() -> None:
    finding = audited(
        {
            "one": ["10.00 ± 0.23", "20.00 ± 0.52", "30.00 ± 0.81"],
            "two": ["11.00 ± 0.23", "21.00 ± 0.52", "31.00 ± 0.81"],
            "three": ["12.00 ± 0.31", "22.00 ± 0.77", "32.00 ± 0.64"],
        }
    )
    assert finding.verdict == "inconsistent"
    assert {cell.row for cell in finding.cells} == {"one", "two"}
    assert finding.cells[0].printed == "± 0.23"
    assert finding.cells[0].words == "the standard deviation is equal to that of two"
    # 3 pairs of rows, 1 set of 3 columns, 1 / (23 * 52 * 81).
    assert f"{int(23 * 52 * 81 / 3 / 1000) * 1000:,}" in finding.words


def test_a_repeated_result_is_no_copy() -> None:
    finding = audited(
        {
            "one": ["10.00 ± 0.23", "20.00 ± 0.52", "30.00 ± 0.81"],
            "two": ["10.00 ± 0.23", "20.00 ± 0.52", "30.00 ± 0.81"],
        }
    )
    assert finding.verdict == "consistent"
    assert finding.cells == ()


def test_coarse_stds_coincide_by_chance() -> None:
    finding = audited(
        {
            "one": ["10.0 ± 0.2", "20.0 ± 0.5", "30.0 ± 0.3"],
            "two": ["11.0 ± 0.2", "21.0 ± 0.5", "31.0 ± 0.3"],
        }
    )
    assert finding.verdict == "consistent"


def test_copies_within_a_row() -> None:
    plain = [f"{i}.00 ± 0.{40 + 7 * i}" for i in range(4)]
    copied = [f"{i}.00 ± 0.80" for i in range(4)]
    finding = audited({"one": plain, "two": copied})
    assert finding.verdict == "inconsistent"
    assert {cell.row for cell in finding.cells} == {"two"}
    assert finding.cells[0].words == "the standard deviation is equal to others of its row"
    assert "two has the standard deviation 0.80 in m0, m1, m2 and m3" in finding.words


def test_tables_without_spread_are_left_alone() -> None:
    table = make_table({"m": {}}, {"one": {"m": "1.0"}, "two": {"m": "2.0 ± 0.1"}})
    assert check_copied_std(table) == []


@pytest.mark.parametrize(
    ("std", "n", "chance"),
    [
        ("0.23", None, 1 / 23),
        ("0.0034", 5, 1 / 34),
        ("0.80", 3, 1 / 80),
        ("0.0", 5, 1),
        ("0.50", 1001, (1000 / (2 * np.pi)) ** 0.5 / 50),
        ("0.2", 1001, 1),
    ],
)
def test_the_chance_of_a_coincidence(std: str, n: int | None, chance: float) -> None:
    assert collision(std, n) == pytest.approx(chance)


@pytest.mark.parametrize("n", [3, 5, 30])
def test_simulated_stds_coincide_about_as_often(n: int) -> None:
    """Of two runs' stds from the same distribution, the worst case of the bound."""
    rng = np.random.default_rng(n)
    stds = rng.normal(scale=0.5, size=(2, 200_000, n)).std(axis=2, ddof=1)
    printed = np.round(stds * 100)
    equal = printed[0] == printed[1]
    bound = np.mean([collision(f"{u / 100:.2f}", n) for u in printed[0][:5000] if u])
    assert equal.mean() <= 1.3 * bound


def test_true_tables_are_hardly_ever_flagged() -> None:
    """Independent stds of very different scales, some columns coarse, in 300 tables."""
    rng = np.random.default_rng(0)
    flagged = 0
    for _ in range(300):
        n_rows, n_columns = int(rng.integers(2, 12)), int(rng.integers(2, 9))
        scales = 10 ** rng.uniform(-1.5, 1.5, n_columns)
        stds = scales * rng.chisquare(4, (n_rows, n_columns)) ** 0.5 / 2
        means = rng.uniform(10, 99, (n_rows, n_columns))
        rows = {
            f"r{i}": [f"{m:.2f} ± {s:.2f}" for m, s in zip(means[i], stds[i], strict=True)]
            for i in range(n_rows)
        }
        flagged += audited(rows).verdict == "inconsistent"
    assert flagged <= 300 * 10 * THRESHOLD
