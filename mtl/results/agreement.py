"""How far our table agrees with the printed one: order of rows and direction of differences.

Only orders and signs are compared, since the level of numbers from other data or a smaller scale
means nothing. Whether a metric is better high or low plays no part: turning both sides round leaves
every statistic here as it is.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mtl.io import sha256
from mtl.published.table import load_table
from mtl.results.aggregate import build_table
from mtl.results.cautions import unequal_training
from mtl.results.runs import Runs

if TYPE_CHECKING:
    from mtl.config.project import Project
    from mtl.results.aggregate import Cell, TableData

LEVEL = 0.95

_DRAWS = 10_000
# The draws are part of the definition of the interval: the same numbers give the same one anywhere.
_SEED = 20240520
_RELATIVE_TIE = 1e-12
"""Means that differ by less than this share of the larger are equal but for rounding."""

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Agreement:
    """Agreement over the rows of a table that both have, in one column or over all of them.

    Attributes:
        setting, metric: the column; "" for the whole table, whose counts are sums over columns and
            whose tau is the mean over columns.
        rows: compared.
        tau: Kendall's tau-b between printed and reproduced means; None when a side is constant.
        low, high: 95 % interval over the spread of both sides; None where it cannot be had.
        signs_equal, signs: rows whose difference to the baseline has the printed sign, of those
            whose printed difference is not zero.
        orders_equal, orders: pairs of rows in the printed order, of those not printed as equal.
    """

    setting: str
    metric: str
    rows: tuple[str, ...]
    tau: float | None
    low: float | None
    high: float | None
    signs_equal: int
    signs: int
    orders_equal: int
    orders: int


@dataclass(frozen=True)
class TableAgreement:
    """The agreement of a table, with what our numbers are made of.

    Attributes:
        columns: one for each column that has printed numbers.
        total: over all of them.
        source_labels, scale, n_seeds: of the reproduced side.
        title: of the table.
        settings: label by setting.
        rows: label of each row of the paper, also of those that could not be compared.
        baseline: the row that signs refer to.
        n_printed: runs behind each printed mean; None when the paper does not say.
        notes: what a reader must know of these numbers, complete sentences.
    """

    paper: str
    table: str
    columns: tuple[Agreement, ...]
    total: Agreement
    source_labels: tuple[str, ...]
    scale: str
    n_seeds: int
    title: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    rows: dict[str, str] = field(default_factory=dict)
    baseline: str = ""
    n_printed: int | None = None
    notes: tuple[str, ...] = ()


def agreements(
    project: Project, runs: Runs | None = None, allow_missing: bool = False
) -> tuple[TableAgreement, ...]:
    """The agreement of every table that has printed numbers, in the order of the configuration.

    Args:
        project: the working tree at a scale.
        runs: a reader to share between several tables.
        allow_missing: compare the rows that have runs, instead of refusing. Tables with less than
            two such rows are left out.

    Raises:
        MtlError: for missing runs, damaged records, or printed numbers that cannot be read.
    """
    reader = runs or Runs(project)
    found = []
    for paper in project.papers.values():
        for name, spec in paper.tables.items():
            if spec.published is not None:
                data = build_table(project, paper.name, name, allow_missing, reader)
                found.append(agreement_of(project, data))
    return tuple(one for one in found if one is not None)


def agreement_of(project: Project, data: TableData) -> TableAgreement | None:
    """The agreement of one of the project's tables.

    Returns:
        None for a table without printed numbers, and where `table_agreement` returns None.

    Raises:
        MtlError: for printed numbers that cannot be read.
    """
    published = project.paper(data.paper).tables[data.name].published
    if published is None:
        return None
    found = table_agreement(data, load_table(project.root / published).header.n)
    if found is None:
        return None
    units = (
        unit
        for group in data.groups
        for row in found.rows
        for unit in project.units_for(data.paper, group.setting, row)
    )
    return replace(found, notes=(*found.notes, *unequal_training(units)))


def table_agreement(data: TableData, n_printed: int | None) -> TableAgreement | None:
    """Compare a table with the printed one, column by column.

    Rows are those of the paper that have both a reproduced and a printed mean in the column; our
    means enter unrounded, the printed ones as printed. Derived columns (delta) and parameters are
    left out, since they follow from the others or from the architecture.

    Intervals are percentiles of tau over draws of both sides' means, each around its own mean with
    its standard error std / sqrt(n). Ours come from resampled seeds, the same for all rows of a
    setting, because runs are paired by seed; their deviations are widened by sqrt(n / (n - 1)), as
    resampling understates the spread of few values (Hesterberg, "What teachers should know about
    the bootstrap", 2015). The printed ones are drawn from normal distributions, independently,
    since papers print no covariances. A printed mean without standard deviation, or of unknown n,
    stays fixed, which makes the interval too narrow; a note names these columns. As draws add
    noise to both sides, intervals lean towards zero and need not be centred on tau.

    Args:
        data: the table, with printed numbers beside ours.
        n_printed: runs behind each printed mean, as the header of the printed table says; None
            when it does not.

    Returns:
        None when no column has two rows with both numbers.
    """
    everywhere = [
        _Column(group.setting, metric, _cells_of(data, group.setting, metric))
        for group in data.groups
        for metric in group.metrics
    ]
    columns = [c for c in everywhere if any(cell.published for cell in c.cells)]
    if not any(len(column.both) > 1 for column in columns):
        return None
    taus = [column.taus(n_printed) for column in columns]
    agreed = tuple(
        column.agreement(data.baseline, draws) for column, draws in zip(columns, taus, strict=True)
    )
    return TableAgreement(
        paper=data.paper,
        table=data.name,
        columns=agreed,
        total=_total(agreed, taus, [row.id for row in data.rows]),
        source_labels=data.source_labels,
        scale=data.scale,
        n_seeds=data.n_seeds,
        title=data.title,
        settings={group.setting: group.label for group in data.groups},
        rows={row.id: row.label for row in data.rows if row.in_paper},
        baseline=data.baseline,
        n_printed=n_printed,
        notes=tuple(_notes(data, columns, n_printed)),
    )


def _cells_of(data: TableData, setting: str, metric: str) -> tuple[Cell, ...]:
    """A column's cells in the rows of the paper."""
    found = (row.cells.get((setting, metric)) for row in data.rows if row.in_paper)
    return tuple(cell for cell in found if cell is not None)


@dataclass(frozen=True)
class _Column:
    """A column of a table: the cells of the paper's rows, in the order of the table."""

    setting: str
    metric: str
    cells: tuple[Cell, ...]

    @property
    def both(self) -> tuple[Cell, ...]:
        """The cells with a number on either side."""
        return tuple(cell for cell in self.cells if cell.n and cell.published is not None)

    @property
    def ours(self) -> Array:
        return np.array([cell.mean for cell in self.both])

    @property
    def printed(self) -> Array:
        return np.array([float(c.published.mean) for c in self.both if c.published])

    @property
    def common_seeds(self) -> list[int]:
        """The seeds that all compared rows have."""
        seeds = [set(cell.seeds) for cell in self.both]
        return sorted(set.intersection(*seeds)) if seeds else []

    def agreement(self, baseline: str, taus: Array | None) -> Agreement:
        rows = tuple(cell.row for cell in self.both)
        ours, printed = _order_signs(self.ours), _order_signs(self.printed)
        with_baseline = [
            baseline in (rows[i], rows[j])
            for i, j in zip(*np.triu_indices(len(rows), 1), strict=True)
        ]
        to_baseline = np.array(with_baseline, dtype=bool)
        tau = float(_tau(ours, printed))
        low, high = _interval(taus) if math.isfinite(tau) else (None, None)
        return Agreement(
            setting=self.setting,
            metric=self.metric,
            rows=rows,
            tau=tau if math.isfinite(tau) else None,
            low=low,
            high=high,
            signs_equal=_equal(ours[to_baseline], printed[to_baseline]),
            signs=int(np.count_nonzero(printed[to_baseline])),
            orders_equal=_equal(ours, printed),
            orders=int(np.count_nonzero(printed)),
        )

    def taus(self, n_printed: int | None) -> Array | None:
        """Tau in every draw, NaN where a side is constant; None when our spread is unknown."""
        if len(self.both) < 2 or len(self.common_seeds) < 2:
            return None
        ours, printed = self._draw_ours(), self._draw_printed(n_printed)
        return _tau(_order_signs(ours), _order_signs(printed))

    def _draw_ours(self) -> Array:
        """(draws, rows)."""
        seeds = self.common_seeds
        n = len(seeds)
        # Columns of a setting with the same seeds get the same draws, whatever the order of rows.
        chosen = _generator("ours", self.setting, *seeds).integers(n, size=(_DRAWS, n))
        values = np.array([[c.values[c.seeds.index(seed)] for seed in seeds] for c in self.both])
        deviations = values - values.mean(axis=1, keepdims=True)
        resampled = deviations[:, chosen].mean(axis=2).T
        return self.ours + math.sqrt(n / (n - 1)) * resampled

    def _draw_printed(self, n_printed: int | None) -> Array:
        """(draws, rows)."""
        columns = [
            np.full(_DRAWS, mean)
            + _printed_error(cell, n_printed)
            * _generator("printed", cell.row, self.setting, self.metric).normal(size=_DRAWS)
            for mean, cell in zip(self.printed, self.both, strict=True)
        ]
        return np.stack(columns, axis=1)


def _printed_error(cell: Cell, n_printed: int | None) -> float:
    """Standard error of a printed mean; 0 when it is unknown."""
    if cell.published is None or cell.published.std is None or n_printed is None:
        return 0.0
    return float(cell.published.std) / math.sqrt(n_printed)


def _generator(*names: object) -> np.random.Generator:
    return np.random.default_rng([_SEED, int(sha256(list(names))[:16], 16)])


def _order_signs(means: Array) -> Array:
    """Signs of the differences of all pairs i < j: (..., rows) to (..., pairs)."""
    i, j = np.triu_indices(means.shape[-1], 1)
    first, second = means[..., i], means[..., j]
    tied = np.abs(first - second) <= _RELATIVE_TIE * np.maximum(np.abs(first), np.abs(second))
    return np.where(tied, 0.0, np.sign(first - second))


def _equal(ours: Array, printed: Array) -> int:
    """Pairs in the printed order; a tie of ours is not the order of two numbers that differ."""
    return int(np.count_nonzero((ours == printed) & (printed != 0)))


def _tau(first: Array, second: Array) -> Array:
    """Kendall's tau-b from signs of pairs, over the last axis; NaN when a side is constant."""
    norm = np.sqrt(np.abs(first).sum(-1) * np.abs(second).sum(-1))
    with np.errstate(invalid="ignore"):
        return np.asarray((first * second).sum(-1) / norm)


def _interval(taus: Array | None) -> tuple[float | None, float | None]:
    """Percentiles over the draws in which tau is defined."""
    if taus is None or not np.isfinite(taus).any():
        return None, None
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(taus[np.isfinite(taus)], [tail, 1 - tail])
    return float(low), float(high)


def _total(
    columns: Sequence[Agreement], taus: Sequence[Array | None], rows: Sequence[str]
) -> Agreement:
    """Over all columns; columns without tau have no part in its mean."""
    defined = [(c.tau, draws) for c, draws in zip(columns, taus, strict=True) if c.tau is not None]
    known = [draws for _, draws in defined if draws is not None]
    low, high = None, None
    if known and len(known) == len(defined):
        low, high = _interval(_mean_of_defined(np.stack(known)))
    compared = {row for column in columns for row in column.rows}
    return Agreement(
        setting="",
        metric="",
        rows=tuple(row for row in rows if row in compared),
        tau=math.fsum(tau for tau, _ in defined) / len(defined) if defined else None,
        low=low,
        high=high,
        signs_equal=sum(column.signs_equal for column in columns),
        signs=sum(column.signs for column in columns),
        orders_equal=sum(column.orders_equal for column in columns),
        orders=sum(column.orders for column in columns),
    )


def _mean_of_defined(taus: Array) -> Array:
    """Mean over the first axis without NaNs; NaN where there is nothing else."""
    defined = np.isfinite(taus)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(defined, taus, 0.0).sum(0) / defined.sum(0))


def _notes(data: TableData, columns: Sequence[_Column], n_printed: int | None) -> Iterable[str]:
    labels = {row.id: row.label for row in data.rows}
    absent = {
        f"{labels[cell.row]} ({cell.missing or 'no runs'})": None
        for column in columns
        for cell in column.cells
        if cell.published is not None and not cell.n
    }
    if absent:
        yield f"Not compared, for want of runs: {'; '.join(absent)}."
    unprinted = {
        labels[cell.row]: None
        for column in columns
        for cell in column.cells
        if cell.published is None
    }
    if unprinted:
        yield f"Without a printed number in some column: {', '.join(unprinted)}."
    fixed = {
        f"{column.setting} {column.metric}": None
        for column in columns
        if n_printed is not None and any(c.published and not c.published.std for c in column.both)
    }
    if n_printed is None:
        yield (
            "The paper does not say how many runs are behind its means, so that they stay fixed "
            "and the intervals are those of our seeds alone."
        )
    elif fixed:
        yield (
            f"Without a printed standard deviation: {', '.join(fixed)}. Such means stay fixed, "
            "which makes the intervals too narrow."
        )
    if any(len(column.both) > 1 and len(column.common_seeds) < 2 for column in columns):
        yield "Rows without two seeds in common have no known spread, so that there is no interval."
    elif any(
        len(column.both) > 1 and len(column.common_seeds) < cell.n
        for column in columns
        for cell in column.both
    ):
        yield "Intervals come from the seeds that all rows of a column have."
