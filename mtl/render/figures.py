"""Figures in print: learning curves as PDF, PNG and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mtl.io import atomic_write
from mtl.metrics.catalogue import METRICS
from mtl.provenance.stamp import Stamp, write_stamp
from mtl.render import markup
from mtl.render.labels import REFERENCE, axis_label, unit_scale
from mtl.render.sheet import banner
from mtl.render.style import MATPLOTLIB, REFERENCE_COLOUR, stroke

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from mtl.results.curves import CurveData

SIZE_INCHES = (4.8, 3.2)
_MARKERS_PER_CURVE = 8
_CSV_FIELDS = ("row", "label", "setting", "metric", "epoch", "mean", "std", "n", "fingerprints")


def _mathtext(label: str) -> str:
    """A label for matplotlib, which reads the same `$...$`; other dollars are literal."""
    return markup.plain(label).replace("$", r"\$")


def _counts_of_seeds(curves: CurveData) -> set[int]:
    return {curve.n for curve in curves.rows if curve.missing is None}


def _gaps(curves: CurveData) -> str:
    """The rows without a curve, each with its reason, one a line."""
    return "\n".join(
        f"{_mathtext(curve.label)}: {_mathtext(curve.missing)}"
        for curve in curves.rows
        if curve.missing is not None
    )


def _caption(curves: CurveData) -> str:
    seeds = _counts_of_seeds(curves)
    if not seeds:
        return "No runs"
    n = f"n = {seeds.pop()}" if len(seeds) == 1 else "n as in the legend"
    band = "" if n == "n = 1" else "; bands: ± sample standard deviation"
    return f"Mean over seeds, {n}{band}"


def draw(curves: CurveData) -> Figure:
    """The figure, without a window system; close over nothing, so it can be saved many times."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    metric = METRICS[curves.metric]
    scale = unit_scale(metric)
    with rc_context(MATPLOTLIB):
        figure = Figure(figsize=SIZE_INCHES, layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        same_n = len(_counts_of_seeds(curves)) == 1
        for position, curve in enumerate(curves.rows):
            if curve.missing is not None:
                continue
            look = stroke(position)
            mean = [scale * value for value in curve.mean]
            label = _mathtext(curve.label) + ("" if same_n else f" (n = {curve.n})")
            dashes: Any = (0, look.dashes) if look.dashes else "solid"
            axes.plot(
                curve.epochs,
                mean,
                color=look.colour,
                linestyle=dashes,
                marker=look.marker,
                # Staggered, so that the markers of curves that coincide do not.
                markevery=(position, max(1, len(mean) // _MARKERS_PER_CURVE)),
                label=label,
                zorder=3,
            )
            if curve.n > 1:
                std = [scale * value for value in curve.std]
                axes.fill_between(
                    curve.epochs,
                    [m - s for m, s in zip(mean, std, strict=True)],
                    [m + s for m, s in zip(mean, std, strict=True)],
                    color=look.colour,
                    alpha=0.16,
                    linewidth=0,
                    zorder=2,
                )
        if curves.reference is not None:
            level = scale * curves.reference
            axes.axhline(
                level, color=REFERENCE_COLOUR, linestyle=(0, (1, 2)), linewidth=1.2, zorder=1
            )
            axes.annotate(
                f"{REFERENCE}: {level:.{metric.digits}f}",
                (0.0, level),
                xycoords=("axes fraction", "data"),
                xytext=(3, 2.5),
                textcoords="offset points",
                color=REFERENCE_COLOUR,
                fontsize=7,
            )
        axes.set_xlabel("Epoch")
        axes.set_ylabel(axis_label(metric))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.margins(x=0.02, y=0.06)
        if _counts_of_seeds(curves):
            figure.legend(loc="outside lower center", ncols=len(curves.rows), handlelength=3.4)
        if gaps := _gaps(curves):
            figure.supxlabel(gaps, x=0.01, ha="left", fontsize=6.5, color="#b34700")
        axes.set_title(_caption(curves), loc="left", color="#555555", fontsize=7.5)
        if warning := banner(curves.source_labels, curves.scale):
            figure.suptitle(
                warning.replace(": ", ":\n", 1), color="#b34700", fontsize=7, fontweight="bold"
            )
    return figure


_NO_METADATA: Any = {
    "pdf": {"CreationDate": None, "ModDate": None, "Creator": None, "Producer": None},
    "png": {"Software": None},
}


def image(figure: Figure, kind: str) -> bytes:
    """The figure as "pdf" or "png" (200 dpi), without dates and program versions."""
    from matplotlib import rc_context

    buffer = io.BytesIO()
    with rc_context(MATPLOTLIB):
        figure.savefig(buffer, format=kind, metadata=_NO_METADATA[kind])
    return buffer.getvalue()


def pdf_pages(figures: Iterable[Figure]) -> bytes:
    """A PDF with a page for each figure, without dates and program versions."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_pdf import PdfPages

    buffer = io.BytesIO()
    with rc_context(MATPLOTLIB), PdfPages(buffer, metadata=_NO_METADATA["pdf"]) as pages:
        for figure in figures:
            pages.savefig(figure)
    return buffer.getvalue()


def table(curves: CurveData, fingerprint: str) -> str:
    """The curves as tidy CSV in record units and full precision."""
    buffer = io.StringIO()
    buffer.write(f"# fingerprint: {fingerprint}\n")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(_CSV_FIELDS)
    for curve in curves.rows:
        marks = " ".join(dict.fromkeys(run.fingerprint for run in curve.runs))
        for epoch, mean, std in zip(curve.epochs, curve.mean, curve.std, strict=True):
            writer.writerow(
                [curve.row, curve.label, curves.setting, curves.metric, epoch, mean,
                 std if curve.n > 1 else "", curve.n, marks]
            )  # fmt: skip
    if curves.reference is not None:
        writer.writerow(
            ["", REFERENCE, curves.setting, curves.metric, "", curves.reference,
             "", "", ""]
        )  # fmt: skip
    return buffer.getvalue()


def write_figure(curves: CurveData, directory: Path | str, fingerprint: str) -> Stamp:
    """Write `<name>.pdf`, `.png` (200 dpi), `.csv` and, last, the stamp `<name>.json`.

    Equal curves give equal bytes where the version of matplotlib is the same.

    Args:
        curves: the aggregate.
        directory: for example `results/figures/etr_nlp`.
        fingerprint: what the figure was made from.

    Raises:
        MtlError: when a file cannot be written.
    """
    directory = Path(directory)
    figure = draw(curves)
    for kind in ("pdf", "png"):
        atomic_write(directory / f"{curves.name}.{kind}", image(figure, kind))
    atomic_write(directory / f"{curves.name}.csv", table(curves, fingerprint))
    runs = {curve.row: sorted({run.path for run in curve.runs}) for curve in curves.rows}
    return write_stamp(
        directory / f"{curves.name}.json",
        fingerprint,
        [f"{curves.name}.{kind}" for kind in ("pdf", "png", "csv")],
        made_from={"runs": runs},
    )
