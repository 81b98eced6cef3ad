from __future__ import annotations

from pathlib import Path

import pytest

from mtl.errors import MtlError
from mtl.published.numbers import Published
from mtl.published.table import PublishedTable, load_table, load_tables
from tests.published.files import TABLE, changed, write


def load(folder: Path, text: str = TABLE) -> PublishedTable:
    return load_table(write(folder, "table_9.csv", text))


def test_numbers_stay_as_printed(tmp_path: Path) -> None:
    table = load(tmp_path)
    assert table.find("hard_sharing", "celeba8", "precision") == Published("67.7", "0.8")
    assert table.find("etr", "celeba8", "delta_p") == Published("+6.4", None)
    assert table.find("hard_sharing", "celeba40", "precision") is None
    assert list(table.numbers)[:2] == [
        ("hard_sharing", "", "parameters"),
        ("hard_sharing", "celeba8", "precision"),
    ]


def test_a_number_printed_once_is_found_in_every_setting(tmp_path: Path) -> None:
    table = load(tmp_path)
    for setting in ("celeba8", "celeba40", ""):
        assert table.find("etr", setting, "parameters") == Published("8", None)


def test_an_empty_mean_is_lost_not_absent(tmp_path: Path) -> None:
    table = load(tmp_path)
    assert table.lost == {("etr", "celeba8", "recall")}
    assert table.is_lost("etr", "celeba8", "recall")
    assert table.find("etr", "celeba8", "recall") is None
    assert not table.is_lost("etr", "celeba40", "recall")
    everywhere = load(tmp_path, changed(TABLE, "etr,,parameters,8,", "etr,,parameters,,"))
    assert everywhere.is_lost("etr", "celeba40", "parameters")


def test_a_table_without_settings(tmp_path: Path) -> None:
    text = changed(TABLE, "# settings: {celeba8: 8 tasks, celeba40: 40 tasks}\n", "")
    text = changed(text.replace(",celeba8,", ",,"), "setting: celeba8, name", 'setting: "", name')
    table = load(tmp_path, text)
    assert table.settings == ("",)
    assert table.find("etr", "", "precision") == Published("72.0", "0.4")


def test_signs_of_directions(tmp_path: Path) -> None:
    columns = load(tmp_path).header.columns
    assert (columns["precision"].sign, columns["parameters"].sign) == (1, -1)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("row,setting,metric", "line,setting,metric", r":25: expected the columns row,setting"),
        ("67.7,0.8", "67.7", r":27: expected 5 fields, found 4"),
        ("67.7,0.8", "67.O,0.8", r":27: 'mean' must be a decimal number .* found '67\.O'"),
        ("67.7,0.8", "nan,0.8", r":27: 'mean' must be a decimal number .* found 'nan'"),
        ("67.7,0.8", "67.7,x", r":27: 'std' must be a decimal number .* found 'x'"),
        ("67.7,0.8", "67.70,0.8", r":27: 'mean': expected 1 decimals.* found '67\.70'.*mixed"),
        ("67.7,0.8", "67.7,0.80", r":27: 'std': expected 1 decimals"),
        ("67.7,0.8", "67.7,-0.8", r":27: 'std' must not have a sign, found '-0\.8'"),
        ("67.7,0.8", ",0.8", r":27: 'mean' is empty, though 'std' is given"),
        ("celeba8,precision", "celeba8,precison", r":27: unknown metric.*mean 'precision'"),
        ("celeba8,precision", "celebA8,precision", r":27: unknown setting.*mean 'celeba8'"),
        ("etr,celeba8,precision", "ert,celeba8,precision", r":31: unknown row 'ert'.*mean 'etr'"),
        (
            "etr,celeba8,delta_p,+6.4,",
            "etr,celeba8,precision,72.0,",
            r":33: etr, celeba8, precision is given twice, first in line 31",
        ),
    ],
)
def test_errors_name_the_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(MtlError, match=r"table_9\.csv" + message):
        load(tmp_path, changed(TABLE, old, new))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("# source: Table 9\n", "", r":1: source: this key is required, but missing"),
        ("# n: 5", "# n: 0", r":5: n: expected at least 1, found 0"),
        ("# n: 5", "# n: five", r":5: n: expected a whole number, found 'five'"),
        ("# table: table_9", "# table: Table 9", r":2: table: expected a lower-case name"),
        ("direction: lower}", "direction: down}", r":12: columns\.parameters\.direction: .*'down'"),
        ("digits: mixed,", "digits: mixd,", r":12: columns\.parameters\.digits.*'mixd'"),
        ("label: P, ", "", r":13: columns\.precision\.label: this key is required"),
        ("digits: 1, direction: higher", "digits: -1, direction: higher", r":13: .* 0 or more"),
        ("# baseline: hard_sharing", "# baseline: hard", r":6: baseline: unknown row 'hard'"),
        ("# baseline: hard_sharing\n", "", r":14: columns\.delta_p: .*needs the key 'baseline'"),
        ("of: [precision, recall]", "of: [precision, recal]", r":20: .*unknown column 'recal'"),
        ("of: [precision, recall]", "of: [precision, delta_p]", r":20: .*'delta_p' is itself"),
        ("of: [precision, recall]", "of: []", r":20: .*expected at least 1 item"),
        ("stated: tasks", "stated: mean", r":20: .*stated.*found 'mean'"),
        ("kind: delta", "kind: median", r":20: .*kind.*found 'median'"),
        ("sorted_by: precision", "sorted_by: F", r":22: checks\.sorted_by: expected a lower-case"),
        ("sorted_by: precision", "sorted_by: f_score", r":22: checks\.sorted_by: unknown column"),
        ("sorted_by: precision", "sort_by: precision", r":22: .*Did you mean 'sorted_by'"),
        ("{row: etr, setting", "{row: ert, setting", r":24: repeats\.0\.row: unknown row 'ert'"),
        (
            "setting: celeba8, name",
            "setting: celeba, name",
            r":24: repeats\.0\.setting: unknown setting 'celeba'",
        ),
    ],
)
def test_errors_of_the_header(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(MtlError, match=r"table_9\.csv" + message):
        load(tmp_path, changed(TABLE, old, new))


@pytest.mark.parametrize(
    ("check", "message"),
    [
        (
            "{f_score: {f_score: f, precision: precision, recall: recall}}",
            r":21: checks\.f_score\.f_score: unknown column 'f'",
        ),
        (
            "{median: {median: med, shares: {precision: 5.0}}}",
            r":21: checks\.median\.median: unknown column 'med'",
        ),
        (
            "{median: {median: recall, shares: {prec: 5.0}}}",
            r":21: checks\.median\.shares\.prec: unknown column 'prec'",
        ),
        (
            "{median: {median: recall, shares: {}}}",
            r":21: checks\.median\.shares: expected at least 1 item",
        ),
        (
            "{multiples: [{column: cost, row: etr, of: hard_sharing, factor: 3, why: w}]}",
            r":21: checks\.multiples\.0\.column: unknown column 'cost'",
        ),
        (
            "{multiples: [{column: recall, row: stl, of: hard_sharing, factor: 3, why: w}]}",
            r":21: checks\.multiples\.0\.row: unknown row 'stl'",
        ),
        (
            "{multiples: [{column: recall, row: etr, of: mtl, factor: 3, why: w}]}",
            r":21: checks\.multiples\.0\.of: unknown row 'mtl'",
        ),
        (
            "{multiples: [{column: recall, row: etr, of: etr, factor: 1.5, why: w}]}",
            r":21: checks\.multiples\.0\.factor: expected a whole number",
        ),
    ],
)
def test_errors_of_checks(tmp_path: Path, check: str, message: str) -> None:
    text = changed(TABLE, "# checks:\n#   sorted_by: precision\n", f"# checks: {check}\n")
    with pytest.raises(MtlError, match=r"table_9\.csv" + message):
        load(tmp_path, text)


def test_tables_are_found_by_folder_and_name(tmp_path: Path) -> None:
    write(tmp_path, "etr_nlp/table_9.csv", TABLE)
    write(tmp_path, "etr_nlp/notes.csv", "no table")
    assert list(load_tables(tmp_path)) == [("etr_nlp", "table_9")]


@pytest.mark.parametrize("name", ["etr_nlp/table_8.csv", "interrogate/table_9.csv"])
def test_a_table_in_the_wrong_place(tmp_path: Path, name: str) -> None:
    write(tmp_path, name, TABLE)
    with pytest.raises(MtlError, match=rf"{name}: expected paper .* found 'etr_nlp' and 'table_9'"):
        load_tables(tmp_path)


def test_the_best_printed_mean_of_a_column(tmp_path: Path) -> None:
    table = load(tmp_path)
    assert table.best("celeba8", "precision") == 72.0
    assert table.best("celeba8", "parameters") == 8.0
    assert table.best("celeba8", "recall") is None
    assert table.best("celeba40", "no_column") is None
