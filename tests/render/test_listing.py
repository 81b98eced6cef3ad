from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtl.render import latex, listing
from tests.render.fabricate import NASTY

COMPLAINTS = ("Warning", "Overfull", "Missing", "undefined", "Undefined")
needs_latex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex not installed")


def made(lines: int = 3, words: str = "some words", **changes) -> listing.Listing:
    """Two parts with as many lines each."""
    parts = tuple(
        listing.Part(
            title,
            tuple(listing.Line((f"{title} {n}", words, str(n))) for n in range(lines)),
        )
        for title in ("First", "Second")
    )
    columns = (
        listing.Column("Name"),
        listing.Column("Words", 0.4),
        listing.Column("Number", align="r"),
    )
    return listing.Listing("made", "Made up.", columns, parts, **{"notes": ("A note.",), **changes})


def order(listings: list[listing.Listing]) -> list[tuple[str, ...]]:
    return [line.cells for one in listings for part in one.parts for line in part.lines]


def test_short_listing_is_one_table() -> None:
    assert listing.pages(made()) == [made()]


@given(st.integers(0, 70), st.integers(1, 400))
@settings(max_examples=40)
def test_pages_keep_every_line_under_its_heading_and_fit(lines: int, length: int) -> None:
    whole = made(lines, "x" * length)
    pages = listing.pages(whole)
    assert order(pages) == order([whole])
    for page in pages:
        for part in page.parts:
            assert part.lines or not lines
            assert all(line.cells[0].startswith(part.title) for line in part.lines)
        heights = [
            listing._height(page.columns, line) for part in page.parts for line in part.lines
        ]
        assert sum(heights) + len(page.parts) <= listing.LINES_A_PAGE
    assert [page.notes for page in pages] == [()] * (len(pages) - 1) + [("A note.",)]
    assert len({page.name for page in pages}) == len(pages)


def test_continued_tables_say_so() -> None:
    first, second, *_ = listing.pages(made(60))
    assert (first.name, first.caption) == ("made", "Made up.")
    assert (second.name, second.caption) == ("made-1", "Made up. (Continued.)")
    assert first.parts[-1].title == second.parts[0].title == "First"


def test_cells() -> None:
    strong = listing.Part("", (listing.Line(("a_b", "c_d", "−1"), strong=True),))
    source = listing.latex([made(1, banner="LOUD")], "x", "abc")
    assert source.splitlines()[0] == "% fingerprint: abc"
    assert r"\bfseries LOUD" in source
    assert r"{}First 0 & \mtlwrap{0.4}{some words} & 0 \\" in source
    bold = listing.latex([listing.Listing("s", "S.", made().columns, (strong,))], "x", "abc")
    assert (
        r"{}\textbf{a\_b} & \mtlwrap{0.4}{\textbf{c\_\allowbreak{}d}} & "
        r"\textbf{\ensuremath{-}1} \\"
    ) in bold
    assert "itshape" not in bold


@needs_latex
@pytest.mark.latex
def test_nothing_to_list_is_a_page_too() -> None:
    empty = made(0)
    assert listing.latex([made(1), empty], "x", "abc") == listing.latex([made(1)], "x", "abc")
    tex = listing.latex([empty, empty], "x", "abc")
    assert tex.count("Nothing to list.") == 1
    pdf, log = listing.compile_pdf(tex)
    assert pdf is not None, log
    assert [line for line in log.splitlines() if any(word in line for word in COMPLAINTS)] == []


@needs_latex
@pytest.mark.latex
def test_a_page_for_each_table_without_a_complaint(tmp_path: Path) -> None:
    tex = listing.latex([made(60, banner="LOUD"), made(2)], "x", "abc")
    pdf, log = listing.compile_pdf(tex)
    assert pdf is not None, log
    assert [line for line in log.splitlines() if any(word in line for word in COMPLAINTS)] == []
    assert f"Output written on document.pdf ({tex.count('begin{table*}')} pages" in log
    assert listing.compile_pdf(tex)[0] == pdf


@needs_latex
@pytest.mark.latex
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext not installed")
def test_nasty_words_are_printed_not_run(tmp_path: Path) -> None:
    parts = tuple(
        listing.Part(NASTY, (listing.Line((start + NASTY, NASTY, NASTY)),))
        for start in ("", "[2pt]", "*")
    )
    tex = listing.latex(
        [made(notes=(NASTY,), banner=NASTY), listing.Listing("n", NASTY, made().columns, parts)],
        "x",
        "abc",
    )
    pdf, log = listing.compile_pdf(tex)
    assert pdf is not None, log
    (tmp_path / "t.pdf").write_bytes(pdf)
    text = subprocess.run(
        ["pdftotext", "-layout", "t.pdf", "-"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "\\input{/etc/passwd}" in text
    assert "[2pt]A & B_1" in text
    assert "root:" not in text


@needs_latex
@pytest.mark.latex
def test_tables_fit_a_page_of_a_paper() -> None:
    words = (
        "As many words as a finding has that needs some room to say what is wrong with a number."
    )
    tex = listing.latex([made(40, words)], "x", "abc")
    paper = (
        r"\documentclass[10pt,twocolumn]{article}\usepackage[T1]{fontenc}"
        r"\usepackage{lmodern,textcomp,booktabs,graphicx}\begin{document}"
        r"\input{tables}Text.\end{document}"
    )
    pdf, log = latex.compile_pdf(paper, {"tables.tex": tex})
    assert pdf is not None
    assert "Overfull" not in log
    assert "Float too large" not in log
