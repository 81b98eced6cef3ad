from __future__ import annotations

from pathlib import Path

import pytest

from mtl.claims.load import load_claims
from mtl.errors import MtlError
from mtl.io import atomic_write
from tests.claims import small

FILE = "workflow/config/claims/faces.yaml"


def write(root: Path, claims: str) -> None:
    atomic_write(root / FILE, claims)
    atomic_write(root / "data/published/faces/table_4.csv", small.TABLE)


def test_claims_in_the_order_of_the_file(tmp_path: Path) -> None:
    write(tmp_path, small.CLAIMS)
    best, cheap = load_claims(tmp_path)
    assert (best.paper, best.id, cheap.id) == ("faces", "best", "cheap")
    assert [c.words for c in best.contrasts] == [
        "ETR above Hard sharing, F-score, 8 tasks",
        "ETR above GradNorm, F-score, 8 tasks",
    ]
    assert best.printed_contrasts == best.contrasts
    assert [table.header.table for table in best.tables] == ["table_4"]
    assert best.holds_for == "all"


def test_printed_tests_stand_beside_the_others(tmp_path: Path) -> None:
    extra = """\
    printed_tests:
      - {kind: beyond, rows: [etr], columns: {celeba8: [parameters]}, value: 9}
"""
    write(tmp_path, small.CLAIMS + extra)
    cheap = load_claims(tmp_path)[1]
    assert [c.words for c in cheap.contrasts] == ["ETR below GradNorm, parameters, 8 tasks"]
    assert [c.words for c in cheap.printed_contrasts] == ["ETR below 9, parameters, 8 tasks"]


def test_a_project_without_claims(tmp_path: Path) -> None:
    assert load_claims(tmp_path) == ()


BEST, CHEAP = "claims.best.", "claims.cheap."


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "words"),
    [
        ("paper: faces", "paper: face", 1, "paper", "expected 'faces', as the file is called"),
        (
            "kind: better", "kind: bettr", 20, BEST + "tests.0.kind",
            "unknown kind of test 'bettr'",
        ),
        ("kind: better", "kind: bettr", 20, BEST + "tests.0.kind", "Did you mean 'better'?"),
        ("- kind: better\n        rows", "- rows", 20, BEST + "tests.0.kind", "unknown kind"),
        ("rows: [etr]", "row: [etr]", 21, BEST + "tests.0.row", "unknown key 'row'"),
        ("rows: [etr]", "rows: []", 21, BEST + "tests.0.rows", "expected at least 1 item"),
        ("rows: [etr]", "rows: 5", 21, BEST + "tests.0.rows", "expected a list, found 5"),
        ("rows: [etr]", "rows: [ert]", 21, BEST + "tests.0.rows.0", "Did you mean 'etr'?"),
        (
            "{celeba8: [f_score]}", "{celeba9: [f_score]}", 23, BEST + "tests.0.columns.celeba9",
            "unknown setting 'celeba9'",
        ),
        (
            "{celeba8: [f_score]}", "{celeba8: [f_scor]}", 23, BEST + "tests.0.columns.celeba8.0",
            "unknown metric 'f_scor'",
        ),
        ("than: [gradnorm]", "than: [etr]", 30, CHEAP + "tests.0", "something with itself"),
        ("[table_4]", "[table_5]", 18, BEST + "tables.0", "unknown printed table 'table_5'"),
        ("    quote: at lower cost\n", "", 24, CHEAP + "quote", "this key is required"),
        ("quote: at lower cost", "quote: ''", 26, CHEAP + "quote", "found ''"),
        (
            "quote: at lower cost", "quote: q\n    holds_for: few", 27, CHEAP + "holds_for",
            "expected one of all or most",
        ),
        ("source: section 1", "sauce: section 1", 17, BEST + "sauce", "unknown key 'sauce'"),
        ("source: section 1", "sauce: section 1", 14, BEST + "source", "this key is required"),
    ],
)  # fmt: skip
def test_mistakes_are_told_with_their_place(
    tmp_path: Path, old: str, new: str, line: int, field: str, words: str
) -> None:
    assert old in small.CLAIMS
    write(tmp_path, small.CLAIMS.replace(old, new, 1))
    with pytest.raises(MtlError) as error:
        load_claims(tmp_path)
    told = [text for text in str(error.value).splitlines() if words in text]
    assert [text.split(": ")[:2] for text in told] == [[f"{FILE}:{line}", field]]


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    broken = small.CLAIMS.replace("[hard_sharing, gradnorm]", "[hard_sharin]")
    write(tmp_path, broken.replace("{celeba8: [parameters]}", "{celeba8: [parameter]}"))
    with pytest.raises(MtlError) as error:
        load_claims(tmp_path)
    first, second = str(error.value).splitlines()
    assert "unknown row 'hard_sharin'" in first
    assert "unknown metric 'parameter'" in second


def test_mistakes_of_form_are_told_together_with_those_of_tests(tmp_path: Path) -> None:
    broken = small.CLAIMS.replace("source: section 1", "sauce: section 1")
    write(tmp_path, broken.replace("than: [gradnorm]", "then: [gradnorm]"))
    with pytest.raises(MtlError) as error:
        load_claims(tmp_path)
    assert "unknown key 'sauce'" in str(error.value)
    assert "unknown key 'then'" in str(error.value)


def test_a_name_in_a_printed_test_is_found_there(tmp_path: Path) -> None:
    extra = """\
    printed_tests:
      - {kind: beyond, rows: [ghost], columns: {celeba8: [parameters]}, value: 9}
"""
    write(tmp_path, small.CLAIMS + extra)
    with pytest.raises(MtlError, match=r"claims\.cheap\.printed_tests\.0\.rows\.0: unknown row"):
        load_claims(tmp_path)
