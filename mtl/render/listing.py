"""Tables of words in LaTeX: parts with a heading, wrapped cells, several pages where they must."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from mtl.render import latex as render_latex
from mtl.render import markup
from mtl.render.environment import latex_environment
from mtl.render.latex import WIDE

LINES_A_PAGE = 44
"""Lines of print after which a listing goes on in another table, so that each fits a page."""

# Of the small print across a page with two columns, the narrowest that the tables are made for.
_CHARACTERS_A_LINE = 112


@dataclass(frozen=True)
class Column:
    """A column.

    Attributes:
        heading: in the notation of `mtl.render.markup`, as all text here.
        width: share of the line, for text that wraps; None for a cell that is one line.
        align: "l", "c" or "r", of a cell that is one line.
    """

    heading: str
    width: float | None = None
    align: str = "l"


@dataclass(frozen=True)
class Line:
    """One line of cells; `strong` prints it bold."""

    cells: tuple[str, ...]
    strong: bool = False


@dataclass(frozen=True)
class Part:
    """Lines under a heading."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Listing:
    """A table of words.

    Attributes:
        name: for the label that a paper refers to, `tab:<name>`.
        banner: the loud line for synthetic data, or None.
        notes: below the table.
    """

    name: str
    caption: str
    columns: tuple[Column, ...]
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()
    banner: str | None = None


def latex(listings: Iterable[Listing], comment: str, fingerprint: str) -> str:
    r"""The tables' environments, for `\input` in a paper; the first line names the fingerprint.

    Listings without lines are left out; where no other is left, the first one's caption stands over
    the words that there is nothing to list.
    """
    every = list(listings)
    return (
        latex_environment()
        .get_template("listing.tex.j2")
        .render(
            fingerprint=fingerprint,
            comment=comment,
            caption=markup.latex(every[0].caption),
            tables=[
                _table(page)
                for listing in every
                if any(part.lines for part in listing.parts)
                for page in pages(listing)
            ],
        )
    )


def document(file: str) -> str:
    """A document with the tables of a file alone, each on a page of its size."""
    return (
        latex_environment()
        .get_template("pages.tex.j2")
        .render(width=WIDE, heading="Table", file=file)
    )


def compile_pdf(tex: str) -> tuple[bytes | None, str]:
    """The PDF of what `latex` returned; see `mtl.render.latex.compile_pdf`."""
    return render_latex.compile_pdf(document("tables.tex"), {"tables.tex": tex})


def pages(listing: Listing) -> list[Listing]:
    """The listing, cut between lines where it is longer than a page; the last has the notes."""
    chunks: list[list[Part]] = [[]]
    room = LINES_A_PAGE
    for part in listing.parts:
        for position, line in enumerate(part.lines):
            height, first = _height(listing.columns, line), position == 0
            if chunks[-1] and height + first > room:
                chunks.append([])
                room = LINES_A_PAGE
            if first or not chunks[-1]:
                chunks[-1].append(Part(part.title, ()))
                room -= 1
            last = chunks[-1][-1]
            chunks[-1][-1] = replace(last, lines=(*last.lines, line))
            room -= height
    return [
        replace(
            listing,
            name=listing.name + (f"-{number}" if number else ""),
            caption=listing.caption + (" (Continued.)" if number else ""),
            parts=tuple(parts),
            notes=listing.notes if number == len(chunks) - 1 else (),
        )
        for number, parts in enumerate(chunks)
    ]


def _height(columns: Sequence[Column], line: Line) -> int:
    """Lines of print that a line takes, about."""
    return max(
        math.ceil(len(cell) / (column.width * _CHARACTERS_A_LINE)) if column.width and cell else 1
        for column, cell in zip(columns, line.cells, strict=True)
    )


def _cell(column: Column, text: str, strong: bool) -> str:
    body = markup.latex(text)
    if strong:
        body = rf"\textbf{{{body}}}"
    if column.width is None:
        return body
    # Identifiers are long words.
    body = body.replace(r"\_", r"\_\allowbreak{}")
    return rf"\mtlwrap{{{column.width:g}}}{{{body}}}"


def _table(listing: Listing) -> dict[str, object]:
    return {
        "name": listing.name,
        "caption": markup.latex(listing.caption),
        "banner": listing.banner and markup.latex(listing.banner),
        "alignment": " ".join("l" if c.width else c.align for c in listing.columns),
        "headings": [markup.latex(column.heading) for column in listing.columns],
        "width": len(listing.columns),
        "parts": [
            {
                "title": part.title and markup.latex(part.title),
                "lines": [
                    [
                        _cell(column, text, line.strong)
                        for column, text in zip(listing.columns, line.cells, strict=True)
                    ]
                    for line in part.lines
                ],
            }
            for part in listing.parts
        ],
        "notes": [markup.latex(note) for note in listing.notes],
    }
