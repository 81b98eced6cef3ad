"""Writes figures of every kind: PDF, PNG, CSV and the stamp."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from mtl.io import atomic_write
from mtl.provenance.stamp import Stamp, write_stamp
from mtl.render.figures.kind import Kind
from mtl.render.images import image
from mtl.results.figures.source import FigureData


def table(kind: Kind[Any], data: FigureData, fingerprint: str) -> str:
    """The figure's numbers as tidy CSV in record units and full precision."""
    buffer = io.StringIO()
    buffer.write(f"# fingerprint: {fingerprint}\n")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(kind.fields)
    writer.writerows(kind.rows(data))
    return buffer.getvalue()


def write_figure(
    kind: Kind[Any], data: FigureData, directory: Path | str, fingerprint: str
) -> Stamp:
    """Write `<name>.pdf`, `.png` (200 dpi), `.csv` and, last, the stamp `<name>.json`.

    Equal data give equal bytes where the version of matplotlib is the same.

    Args:
        kind: of the figure.
        data: what the kind has aggregated.
        directory: for example `results/figures/etr_nlp`.
        fingerprint: what the figure was made from.

    Raises:
        MtlError: when a file cannot be written.
    """
    directory, name = Path(directory), data.heading.name
    figure = kind.draw(data)
    for suffix in ("pdf", "png"):
        atomic_write(directory / f"{name}.{suffix}", image(figure, suffix))
    atomic_write(directory / f"{name}.csv", table(kind, data, fingerprint))
    runs: dict[str, dict[str, list[str]]] = {}
    for shown in data.heading.shown:
        paths = sorted({run.path for run in shown.runs})
        runs.setdefault(shown.setting, {})[shown.row] = paths
    return write_stamp(
        directory / f"{name}.json",
        fingerprint,
        [f"{name}.{suffix}" for suffix in ("pdf", "png", "csv")],
        made_from={"runs": runs},
    )
