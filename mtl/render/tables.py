"""Write a table in every format, and its stamp."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mtl.provenance.stamp import Stamp
from mtl.render import html, latex, tidy
from mtl.render.files import write_product
from mtl.render.sheet import build_sheet

if TYPE_CHECKING:
    from mtl.results.aggregate import TableData


def made_from(data: TableData) -> dict[str, list[str]]:
    """The runs of every row, for the stamp: row id to sorted run paths."""
    return {
        row.id: sorted({run.path for cell in row.cells.values() for run in cell.runs})
        for row in data.rows
    }


def write_table(data: TableData, directory: Path | str, fingerprint: str) -> Stamp:
    """Write `<name>.tex`, `.html`, `.csv`, `.pdf` and, last, the stamp `<name>.json`.

    Equal data give equal bytes, the PDF included where the TeX installation is the same. Without
    pdflatex the stamp says why there is no PDF, and a PDF of older numbers is removed.

    Args:
        data: the aggregate.
        directory: for example `results/tables/etr_nlp`.
        fingerprint: what the table was made from, for its files' first lines and the stamp.

    Raises:
        MtlError: when a file cannot be written or LaTeX refuses the table; no stamp is written
            then, so the table stays due.
    """
    sheet = build_sheet(data)
    source = latex.table(sheet, data.paper, data.name, fingerprint)
    contents: dict[str, str | bytes] = {
        f"{data.name}.tex": source,
        f"{data.name}.html": html.document(sheet, data.paper, data.name, fingerprint),
        f"{data.name}.csv": tidy.table(data, fingerprint),
    }
    pdf = latex.compile_pdf(latex.page(sheet, "table.tex"), {"table.tex": source})
    return write_product(
        directory, data.name, fingerprint, contents, pdf, {"runs": made_from(data)}
    )
