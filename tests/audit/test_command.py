"""`mtl audit`: what it prints, its exit status, and what it says of files that are wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mtl.cli import main

HEADER = """\
# paper: mine
# table: table_1
# title: A table
# source: a test
# baseline: base
# rows: {base: Base, ours: Ours}
# columns:
#   acc: {label: Acc., unit: percent, digits: 1, direction: higher}
#   delta:
#     label: Δ
#     unit: percent
#     digits: 1
#     direction: higher
#     derived: {kind: delta, of: [acc], stated: metrics}
row,setting,metric,mean,std
"""
RIGHT = """\
base,,acc,80.0,
base,,delta,0.0,
ours,,acc,84.0,
ours,,delta,+5.0,
"""
WRONG = RIGHT.replace("+5.0", "+6.0")

Write = Callable[[str], str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to_file(text: str) -> str:
        path = tmp_path / "table_1.csv"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return to_file


def test_a_right_table(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "--strict", write(HEADER + RIGHT)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Audit of mine",
        "consistent    table_1: delta (delta) by 'metrics'",
        "",
        "1 check: 1 consistent",
    ]


def test_a_wrong_table(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(HEADER + WRONG)
    assert main(["audit", path]) == 0
    printed = capsys.readouterr().out
    assert "inconsistent  table_1: delta (delta)" in printed
    [line] = [line for line in printed.splitlines() if line.strip().startswith("ours")]
    assert line.split() == ["ours", "+6.0", "4.872", "to", "5.128", "4.872", "to", "5.128", "+5.1"]
    assert main(["audit", "--strict", path]) == 1


def test_everything_in_full(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "--verbose", write(HEADER + RIGHT)]) == 0
    printed = capsys.readouterr().out
    assert "Every printed Δ can follow from the printed metrics by 'metrics'" in printed
    assert any(line.split()[:2] == ["base", "0.0"] for line in printed.splitlines() if line)


def test_a_markdown_table(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "--markdown", write(HEADER + WRONG)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["| paper | where | check | finding |", "|---|---|---|---|"]
    assert lines[2].startswith("| mine | table_1 | delta | No convention gives the printed Δ.")
    assert len(lines) == 3


def test_a_lost_cell_is_undecidable(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    lost = RIGHT.replace("base,,acc,80.0,", "base,,acc,,")
    assert main(["audit", "--strict", write(HEADER + lost)]) == 0
    assert "undecidable   table_1: delta (delta)" in capsys.readouterr().out


def test_without_files_it_audits_the_papers(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])
    assert main(["audit"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("Audit of etr_nlp\n")
    assert "\nAudit of interrogate\n" in printed
    assert main(["audit", "--strict"]) == 1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("base,,acc,80.0,", "base,,acc,80.0", "table_1.csv:16: expected 5 fields, found 4"),
        ("base,,acc,80.0,", 'base,,acc,"80.0,', "table_1.csv:19: not valid CSV"),
        ("row,setting,", "line,setting,", "table_1.csv:15: expected the columns row,setting,"),
        ("higher}\n#   delta", "up}\n#   delta", "expected one of higher or lower, found 'up'"),
        ("# baseline: base\n", "", "a delta column needs the key 'baseline'"),
        ("baseline: base", "baseline: bas", "unknown row 'bas'"),
        ("ours,,acc,84.0,", "ours,,acc,NaN,", "table_1.csv:18: 'mean' must be a decimal number"),
        ("ours,,acc,84.0,", "ours,,acc,inf,", "must be a decimal number"),
        ("ours,,acc,84.0,", "ours,,acc,8.4e1,", "must be a decimal number"),
        ("ours,,acc,84.0,", "ours,,acc,84,", "expected 1 decimals, as the header declares"),
        ("ours,,acc,84.0,", "ours,,acc,84.00,", "or declare 'digits: mixed'"),
        ("ours,,acc,84.0,", "our,,acc,84.0,", "Did you mean 'ours'?"),
        ("ours,,acc,84.0,", "ours,,accc,84.0,", "Did you mean 'acc'?"),
        ("ours,,acc,84.0,", "base,,acc,84.0,", "is given twice"),
        ("stated: metrics", "stated: metric", "Did you mean 'metrics'?"),
        ("of: [acc]", "of: [ac]", "unknown column 'ac'"),
        ("kind: delta", "kind: delt", "Did you mean 'delta'?"),
    ],
)  # fmt: skip
def test_files_that_are_wrong(
    write: Write, capsys: pytest.CaptureFixture[str], old: str, new: str, message: str
) -> None:
    text = HEADER + RIGHT
    assert text.count(old) == 1
    assert main(["audit", write(text.replace(old, new))]) == 1
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.out == ""


def test_the_product_is_made_of_the_papers_only(
    write: Write, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["audit", "--write", write(HEADER + RIGHT)]) == 1
    assert "leave out the files" in capsys.readouterr().err
    made = []
    monkeypatch.setattr(
        "mtl.workflow.rendering.make", lambda project, product, planned: made.append(product)
    )
    monkeypatch.chdir(Path(__file__).parents[2])
    assert main(["audit", "--write"]) == 0
    assert [product.kind for product in made] == ["audit"]
    assert capsys.readouterr().out == f"{made[0].stamp}\n"


def test_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "nowhere.csv"]) == 1
    assert "nowhere.csv" in capsys.readouterr().err
