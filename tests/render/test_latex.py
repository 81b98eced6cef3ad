from __future__ import annotations

import dataclasses
import shutil
import subprocess
from pathlib import Path

import pytest

from mtl.errors import MtlError
from mtl.render import latex
from mtl.render.sheet import Sheet, build_sheet
from mtl.results.aggregate import TableData
from tests.render import fabricate

COMPLAINTS = ("Warning", "Overfull", "Missing", "undefined", "Undefined")
needs_latex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex not installed")


def compiled(data: TableData) -> tuple[Sheet, bytes]:
    """The PDF, after a look into the log."""
    sheet = build_sheet(data)
    source = latex.table(sheet, data.paper, data.name, "abc123")
    pdf, log = latex.compile_pdf(latex.page(sheet, "table.tex"), {"table.tex": source})
    assert pdf is not None, log
    assert [line for line in log.splitlines() if any(word in line for word in COMPLAINTS)] == []
    return sheet, pdf


def source_of(data: TableData) -> str:
    return latex.table(build_sheet(data), data.paper, data.name, "abc123")


def body_line(source: str, start: str) -> list[str]:
    """The cells of the first body line that starts so."""
    line = next(line for line in source.splitlines() if line.startswith(start))
    return [part.strip() for part in line.removesuffix(r"\\").split(" & ")]


def test_first_line_names_the_fingerprint() -> None:
    assert source_of(fabricate.table()).splitlines()[0] == "% fingerprint: abc123"


def test_marks_stand_in_the_right_cells() -> None:
    source = source_of(fabricate.table())
    _, all_, active, macs, precision, recall, delta = body_line(source, "ETR")
    assert (all_, active, macs) == ("11.2", "11.2", "148")
    assert precision == r"\textbf{72.0}\mtlstd{1.1}"
    assert recall == r"\underline{41.1}\mtlstd{16.4}\mtlmark{\textdagger}"
    assert delta == r"\textbf{+6.3}"
    missing, short = body_line(source, "MGDA-UB")[4:6]
    assert missing == r"\textemdash{}\mtlmark{a}"
    assert short == r"\textbf{60.5}\mtlstd{0.7}\mtlmark{b}"
    assert (
        body_line(source, "Single-task")[0] == r"Single-task\,\textsuperscript{\ensuremath{\star}}"
    )
    assert body_line(source, "Single-task")[-1] == "$-$1.3"


def test_printed_numbers_stand_below_without_extra_rows() -> None:
    source = source_of(fabricate.table())
    ours, printed = source.split("Printed in the paper")
    assert r"\multicolumn{2}{c}{11.2}" in printed
    assert r"\textbf{72.0}\mtlstd{0.4} & \textbf{63.6}\mtlstd{0.2} & \textbf{+6.4}" in printed
    assert "Single-task" in ours
    assert "Single-task" not in printed.split(r"\bottomrule")[0]


def test_no_printed_block_without_printed_numbers() -> None:
    costs = {"celeba8": fabricate.costs(None)}
    bare = fabricate.row("nlp", "NLP", [fabricate.cell("nlp", "recall", (0.5, 0.6))], costs=costs)
    assert "Printed" not in source_of(fabricate.table(rows=(bare,)))


def test_costs_in_each_group_stand_before_its_metrics() -> None:
    source = source_of(fabricate.two_groups())
    assert body_line(source, "Method")[1:] == [
        r"\#P (M)", "MACs (M)", r"Recall\,$\uparrow$", r"\#P (M)", "MACs (G)",
        r"Recall\,$\uparrow$",
    ]  # fmt: skip
    assert r"\multicolumn{3}{c}{VGG16}" in source
    assert r"\cmidrule(lr){2-4} \cmidrule(l){5-7}" in source
    ours, printed = source.split("Printed in the paper")
    assert body_line(ours, "Ghost")[1:] == [
        "2.99", "46.3", r"54.0\mtlstd{5.3}", "3.74", "0.321", r"54.0\mtlstd{5.3}"
    ]  # fmt: skip
    assert body_line(printed, "Ghost")[1:] == [
        "5.77", "46", r"57.9\mtlstd{0.6}", "7.45", "0.32", r"61.6\mtlstd{0.4}"
    ]  # fmt: skip


def test_check_marks_stand_below_their_headings() -> None:
    source = source_of(fabricate.all_subsets())
    assert body_line(source, "Method")[1:8] == [
        "Avg. pool", "Max pool", "Conv", "Shift", "Noise", r"\#P (M)", "MACs (M)"
    ]  # fmt: skip
    check = r"\mtlcheck"
    assert body_line(source, "avg + conv + perturb")[1:6] == [check, "", check, "", check]
    assert body_line(source, "Standard convolution")[1:6] == [""] * 5
    assert "amssymb" in source
    assert "amssymb" not in source_of(fabricate.two_groups())


def test_only_rows_with_printed_numbers_stand_below() -> None:
    printed = source_of(fabricate.all_subsets()).split("Printed in the paper")[1]
    body = printed.split(r"\bottomrule")[0]
    assert body.count(r"66.40\mtlstd{0.32}") == 9
    assert body.count(r" \\") == 1 + 3


@needs_latex
@pytest.mark.latex
@pytest.mark.parametrize("data", [fabricate.two_groups(), fabricate.all_subsets()])
def test_costs_in_groups_and_many_rows_compile(data: TableData) -> None:
    _, pdf = compiled(data)
    assert pdf.startswith(b"%PDF")


@needs_latex
@pytest.mark.latex
@pytest.mark.parametrize("options", ["twocolumn", "onecolumn"])
def test_32_rows_fit_one_page_of_a_paper(options: str) -> None:
    paper = (
        rf"\documentclass[10pt,{options}]{{article}}\usepackage[T1]{{fontenc}}"
        r"\usepackage{lmodern,textcomp,booktabs,graphicx,amssymb}\begin{document}"
        r"\input{long}Text.\end{document}"
    )
    pdf, log = latex.compile_pdf(paper, {"long.tex": source_of(fabricate.all_subsets())})
    assert pdf is not None
    assert "too large" not in log
    assert "Overfull" not in log


def test_width_decides_the_environment() -> None:
    [group] = fabricate.table().groups
    wide = tuple(group.model_copy(update={"setting": f"celeba{k}"}) for k in range(4))
    assert r"\begin{table}[t]" in source_of(fabricate.table())
    assert r"\begin{table*}[t]" in source_of(fabricate.table(groups=wide))


def in_bands() -> TableData:
    """Costs and 7 columns; then 6 columns, and 4."""
    [group] = fabricate.table().groups
    groups = tuple(
        group.model_copy(update={"setting": name, "label": name, "metrics": metrics})
        for name, metrics in (
            ("celeba8", ["precision", "recall"] * 3),
            ("celeba9", ["precision", "recall"] * 3),
            ("celeba10", ["precision", "recall"] * 2),
        )
    )
    return fabricate.table(groups=groups)


def test_groups_without_room_stand_below_each_other() -> None:
    source = source_of(in_bands())
    first, second = source.split(r"\begin{tabular}")[1:]
    assert len(body_line(first, "ETR")) == 1 + 3 + 6 + 1
    assert len(body_line(second, "ETR")) == 1 + 6 + 4
    assert body_line(first, "ETR")[4:6] == [
        r"\textbf{72.0}\mtlstd{1.1}", r"\underline{41.1}\mtlstd{16.4}\mtlmark{\textdagger}"
    ]  # fmt: skip
    assert r"\multicolumn{7}{c}{celeba8} \\" in first
    assert r"& \multicolumn{6}{c}{celeba9} & \multicolumn{4}{c}{celeba10} \\" in second
    assert r"\cmidrule(lr){2-7} \cmidrule(l){8-11}" in second
    for part in (first, second):
        assert part.count(r"\toprule") == part.count(r"\bottomrule") == 1
    assert source.count("SYNTHETIC DATA") == 1


def test_a_table_with_room_is_one_block() -> None:
    data = in_bands()
    assert source_of(dataclasses.replace(data, groups=data.groups[:2])).count(r"\toprule") == 1


@needs_latex
@pytest.mark.latex
def test_a_table_in_bands_compiles() -> None:
    _, pdf = compiled(in_bands())
    assert pdf.startswith(b"%PDF")


def test_banner_only_for_synthetic_data() -> None:
    assert "SYNTHETIC DATA" in source_of(fabricate.table())
    assert "SYNTHETIC" not in source_of(fabricate.table(source_labels=(fabricate.REAL,)))


@needs_latex
@pytest.mark.latex
def test_compiles_without_a_complaint_to_the_same_bytes() -> None:
    _, first = compiled(fabricate.table())
    _, again = compiled(fabricate.table())
    assert first == again
    assert b"/CreationDate" not in first


@needs_latex
@pytest.mark.latex
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext not installed")
def test_nasty_labels_are_printed_not_run(tmp_path: Path) -> None:
    _, pdf = compiled(fabricate.with_labels(fabricate.table(), fabricate.NASTY))
    (tmp_path / "t.pdf").write_bytes(pdf)
    text = subprocess.run(
        ["pdftotext", "-layout", "t.pdf", "-"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "A & B_1 {50%} #2 $x \\input{/etc/passwd} ~^ <script>" in text
    assert "root:" not in text


@needs_latex
@pytest.mark.latex
@pytest.mark.parametrize("options", ["twocolumn", "onecolumn"])
def test_input_in_a_paper_stays_inside_its_columns(options: str) -> None:
    [group] = fabricate.table().groups
    wide = tuple(group.model_copy(update={"setting": f"celeba{k}"}) for k in range(4))
    inputs = {
        "narrow.tex": source_of(fabricate.table()),
        "wide.tex": source_of(fabricate.table(groups=wide)),
    }
    paper = (
        rf"\documentclass[10pt,{options}]{{article}}\usepackage[T1]{{fontenc}}"
        r"\usepackage{lmodern,textcomp,booktabs,graphicx}\begin{document}"
        r"\input{narrow}\input{wide}Text.\end{document}"
    )
    pdf, log = latex.compile_pdf(paper, inputs)
    assert pdf is not None
    assert "Overfull" not in log


def test_without_pdflatex(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert latex.compile_pdf("", {}) == (None, latex.NO_LATEX)


@needs_latex
@pytest.mark.latex
def test_absent_package_is_a_reason_not_an_error() -> None:
    pdf, reason = latex.compile_pdf(
        r"\documentclass{article}\usepackage{nosuchpackage}\begin{document}x\end{document}", {}
    )
    assert pdf is None
    assert reason.startswith("pdflatex lacks nosuchpackage.sty; install texlive")


@needs_latex
@pytest.mark.latex
def test_refused_document_names_the_error() -> None:
    with pytest.raises(MtlError, match=r"Undefined control sequence.*nosuchcommand"):
        latex.compile_pdf(
            "\\documentclass{article}\\begin{document}\n\\nosuchcommand\n\\end{document}", {}
        )
