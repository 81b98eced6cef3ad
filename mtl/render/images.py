"""Figures of matplotlib as bytes, without dates and program versions."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from mtl.render.style import MATPLOTLIB

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_NO_METADATA: Any = {
    "pdf": {"CreationDate": None, "ModDate": None, "Creator": None, "Producer": None},
    "png": {"Software": None},
}


def image(figure: Figure, kind: str, dpi: int | None = None) -> bytes:
    """The figure as "pdf" or "png".

    Args:
        dpi: pixels an inch; that of `mtl.render.style` (200) if None.
    """
    from matplotlib import rc_context

    buffer = io.BytesIO()
    with rc_context(MATPLOTLIB):
        figure.savefig(buffer, format=kind, metadata=_NO_METADATA[kind], dpi=dpi)
    return buffer.getvalue()


def pdf_pages(figures: Iterable[Figure]) -> bytes:
    """A PDF with a page for each figure."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_pdf import PdfPages

    buffer = io.BytesIO()
    with rc_context(MATPLOTLIB), PdfPages(buffer, metadata=_NO_METADATA["pdf"]) as pages:
        for figure in figures:
            pages.savefig(figure)
    return buffer.getvalue()
