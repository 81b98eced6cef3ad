"""Write a table in every format, and its stamp."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mtl.io import atomic_write
from mtl.provenance.stamp import Stamp, write_stamp
from mtl.render import html, latex, tidy
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
    directory = Path(directory)
    sheet = build_sheet(data)
    source = latex.table(sheet, data.paper, data.name, fingerprint)
    texts = {
        f"{data.name}.tex": source,
        f"{data.name}.html": html.document(sheet, data.paper, data.name, fingerprint),
        f"{data.name}.csv": tidy.table(data, fingerprint),
    }
    pdf, reason = latex.compile_pdf(latex.page(sheet, "table.tex"), {"table.tex": source})
    files: list[str] = []
    for name, text in texts.items():
        atomic_write(directory / name, text)
        files.append(name)
    missing = {}
    pdf_file = directory / f"{data.name}.pdf"
    if pdf is None:
        pdf_file.unlink(missing_ok=True)
        missing["pdf"] = reason
        print(f"{pdf_file}: not made: {reason}")
    else:
        atomic_write(pdf_file, pdf)
        files.append(pdf_file.name)
    return write_stamp(
        directory / f"{data.name}.json", fingerprint, files, missing, {"runs": made_from(data)}
    )
