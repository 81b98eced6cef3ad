from __future__ import annotations

from pathlib import Path

import pytest

from mtl.errors import MtlError
from mtl.published.lost import KINDS, Gap, disagreements, load_lost, open_gaps
from tests.published.files import MARKS, PUBLISHED, TABLE, changed, write

LIST = """\
# title: What is lost
paper,table,kind,row,setting,items,file,note
etr_nlp,table_9,cell,etr,celeba8,recall,etr_nlp/table_9.csv,
etr_nlp,table_9,marks,r_2,,avg conv,etr_nlp/marks_table_9.csv,
etr_nlp,table_9,marks,r_3,,types avg conv,etr_nlp/marks_table_9.csv,
etr_nlp,table_9,part,,,nyu,etr_nlp/table_9.csv,lower half
etr_nlp,table_8,table,,,,etr_nlp/table_8.csv,another table
etr_nlp,figure_6,figure,,,,etr_nlp/figure_6.csv,curves
etr_nlp,appendix_a,text,,,,etr_nlp/text.csv,an appendix
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder whose files the list describes."""
    write(tmp_path, "etr_nlp/table_9.csv", TABLE)
    write(tmp_path, "etr_nlp/marks_table_9.csv", MARKS)
    write(tmp_path, "etr_nlp/text.csv", "")
    return tmp_path


def wrong(root: Path, text: str = LIST) -> list[str]:
    path = write(root, "lost.csv", text)
    return [line.removeprefix(str(path)) for line in disagreements(load_lost(path))]


def test_the_list_of_the_project_names_exactly_what_is_open() -> None:
    assert disagreements(load_lost(PUBLISHED / "lost.csv")) == ()


def test_lines_are_read_in_order(root: Path) -> None:
    lost = load_lost(write(root, "lost.csv", LIST))
    assert [entry.kind for entry in lost.entries] == [
        "cell", "marks", "marks", "part", "table", "figure", "text",
    ]  # fmt: skip
    assert set(KINDS) == {entry.kind for entry in lost.entries}
    assert lost.entries[0].gaps == (Gap("etr_nlp/table_9.csv", "etr", "celeba8", "recall"),)
    assert lost.entries[2].items == ("types", "avg", "conv")
    assert [entry.gaps for entry in lost.entries[3:]] == [()] * 4
    assert lost.entries[6].line == 9


def test_open_gaps_are_empty_cells_and_unknown_marks(root: Path) -> None:
    marks = "etr_nlp/marks_table_9.csv"
    assert open_gaps(root) == (
        Gap("etr_nlp/table_9.csv", "etr", "celeba8", "recall"),
        Gap(marks, "r_2", "", "avg"),
        Gap(marks, "r_2", "", "conv"),
        Gap(marks, "r_3", "", "types"),
        Gap(marks, "r_3", "", "avg"),
        Gap(marks, "r_3", "", "conv"),
    )


def test_a_right_list_agrees(root: Path) -> None:
    assert wrong(root) == []


def test_what_is_filled_in_must_leave_the_list(root: Path) -> None:
    filled = changed(TABLE, "etr,celeba8,recall,,", "etr,celeba8,recall,63.6,0.2")
    write(root, "etr_nlp/table_9.csv", filled)
    write(root, "etr_nlp/marks_table_9.csv", changed(MARKS, "r_3,?,?,?,", "r_3,2,?,?,page"))
    assert wrong(root) == [
        ":3: etr/celeba8/recall is not open in etr_nlp/table_9.csv; remove it from the list",
        ":5: r_3/types is not open in etr_nlp/marks_table_9.csv; remove it from the list",
    ]


def test_what_is_lost_anew_must_enter_the_list(root: Path) -> None:
    text = changed(TABLE, "precision,72.0,0.4", "precision,,")
    write(root, "etr_nlp/table_9.csv", changed(text, "etr,,parameters,8,", "etr,,parameters,,"))
    write(root, "etr_nlp/marks_table_9.csv", changed(MARKS, "nlp_avg,1,yes,no", "nlp_avg,1,?,no"))
    assert wrong(root) == [
        ": etr/parameters is open in etr_nlp/table_9.csv, but not listed",
        ": etr/celeba8/precision is open in etr_nlp/table_9.csv, but not listed",
        ": nlp_avg/avg is open in etr_nlp/marks_table_9.csv, but not listed",
    ]


def test_tables_and_parts_that_appear_must_leave_the_list(root: Path) -> None:
    write(root, "etr_nlp/table_8.csv", changed(TABLE, "table: table_9", "table: table_8"))
    write(root, "etr_nlp/figure_6.csv", "")
    write(root, "etr_nlp/table_9.csv", changed(TABLE, "celeba40: 40", "nyu: NYU, celeba40: 40"))
    assert wrong(root) == [
        ":6: etr_nlp/table_9.csv declares nyu; remove from the list",
        ":7: etr_nlp/table_8.csv exists; remove the line",
        ":8: etr_nlp/figure_6.csv exists; remove the line",
        ": etr/celeba8/recall is open in etr_nlp/table_8.csv, but not listed",
    ]


def test_files_that_the_list_needs(root: Path) -> None:
    for name in ("table_9", "marks_table_9", "text"):
        (root / f"etr_nlp/{name}.csv").unlink()
    absent = [f"etr_nlp/{name}.csv does not exist" for name in ("table_9", "marks_table_9", "text")]
    assert wrong(root) == [
        f":3: {absent[0]}",
        f":4: {absent[1]}",
        f":5: {absent[1]}",
        f":6: {absent[0]}",
        f":9: {absent[2]}",
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("table_8,table,", "table_8,tabel,", r":7: unknown kind of loss 'tabel'.*mean 'table'"),
        ("cell,etr,celeba8,recall", "cell,etr,celeba8,", r":3: items must not be empty"),
        ("marks,r_2,,", "marks,,,", r":4: row must not be empty"),
        ("etr_nlp,table_9,cell", ",,cell", r":3: paper, table must not be empty"),
        ("another table", "", r":7: note must not be empty"),
        ("table_8,table,,,,", "table_8,table,etr,,recall,", r":7: .*'table' has no items, row"),
        ("marks,r_2,,", "marks,r_2,celeba8,", r":4: a line of kind 'marks' has no setting"),
        ("part,,,nyu", "part,,nyu,nyu", r":6: a line of kind 'part' has no setting"),
        ("etr_nlp/table_8.csv", "table_8.csv", r":7: 'file' must be etr_nlp/table_8\.csv, found"),
        ("etr_nlp/marks_table_9.csv", "etr_nlp/table_9.csv", r":4: 'file' must be etr_nlp/marks_"),
        ("r_3,,types", "r_2,,types", r":5: table_9 r_2 avg is named twice, first in line 4"),
        ("table_8,table,,,,etr_nlp/table_8", "figure_6,table,,,,etr_nlp/figure_6", r":8: .*twice"),
        ("recall", "recall recall", r":3: table_9 etr celeba8 recall is named twice"),
        ("row,setting,items", "row,items,setting", r":2: expected the columns paper,table,kind"),
        ("# title: What is lost", "# name: What is lost", r":1: .*"),
    ],
)
def test_errors_name_the_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(MtlError, match=r"lost\.csv" + message):
        load_lost(write(tmp_path, "lost.csv", changed(LIST, old, new)))
