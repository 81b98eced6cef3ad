"""Write a product's files, its PDF where there is LaTeX, and its stamp last."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mtl.io import atomic_write
from mtl.provenance.stamp import Stamp, write_stamp


def write_product(
    directory: Path | str,
    name: str,
    fingerprint: str,
    contents: Mapping[str, str | bytes],
    pdf: tuple[bytes | None, str],
    made_from: Mapping[str, Any],
) -> Stamp:
    """Write `contents`, `<name>.pdf` and, last, the stamp `<name>.json`.

    Without pdflatex the stamp says why there is no PDF, and a PDF of older numbers is removed.

    Args:
        directory: for example `results/tables/etr_nlp`.
        name: of the product.
        fingerprint: what it was made from.
        contents: file name to what it holds.
        pdf: what `mtl.render.latex.compile_pdf` returned.
        made_from: for the stamp.

    Raises:
        MtlError: when a file cannot be written; no stamp is written then.
    """
    directory = Path(directory)
    for file, content in contents.items():
        atomic_write(directory / file, content)
    files, missing = list(contents), {}
    pdf_file = directory / f"{name}.pdf"
    data, reason = pdf
    if data is None:
        pdf_file.unlink(missing_ok=True)
        missing["pdf"] = reason
        print(f"{pdf_file}: not made: {reason}")
    else:
        atomic_write(pdf_file, data)
        files.append(pdf_file.name)
    return write_stamp(directory / f"{name}.json", fingerprint, files, missing, made_from)
