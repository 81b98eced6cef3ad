"""The records of runs as evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from mtl.claims.contrasts import Cell, Contrast
from mtl.claims.verdicts import ContrastResult, absent
from mtl.claims.vocabulary import COSTS, COUNTS, Vocabulary
from mtl.config.diagnostics import reportable, required_diagnostics
from mtl.errors import MtlError
from mtl.metrics.catalogue import METRICS
from mtl.metrics.ranks import mean_ranks
from mtl.published.table import MULTIPLES
from mtl.render.labels import unit_scale
from mtl.results import derived
from mtl.results.statistics import bootstrap_interval, compare, summarise

if TYPE_CHECKING:
    from mtl.config.models import Table
    from mtl.config.project import Project
    from mtl.config.units import RunUnit
    from mtl.published.table import PublishedTable
    from mtl.results.runs import Runs, RunSet


def paired_result(
    contrast: Contrast, values: Mapping[Cell, Mapping[int, Fraction]], digits: int
) -> ContrastResult:
    """What values by seed say of a contrast: its own value for each seed that all cells have.

    Args:
        contrast: what is claimed to be positive.
        values: of each of its cells, by seed and in printed units.
        digits: decimals that make sense of the difference.
    """
    seeds = sorted(set.intersection(*(set(values[cell]) for cell in contrast.cells)))
    if not seeds:
        return absent(contrast.words, "the rows have no seed in common")
    # In exact arithmetic, so that equal numbers cancel and leave no rounding noise to be tested.
    differences = [
        float(contrast.constant + sum(c * values[cell][seed] for cell, c in contrast.terms))
        for seed in seeds
    ]
    mean = summarise(differences).mean
    # Seeds differ in a cost only where each has its own network: there it is a sample to be tested.
    if all(cell.metric in COSTS for cell in contrast.cells) and len(set(differences)) == 1:
        return ContrastResult(contrast.words, mean, None, None, None, None, "exact", None, digits)
    test = compare(differences)
    low, high = bootstrap_interval(differences) or (None, None)
    return ContrastResult(
        words=contrast.words,
        difference=mean,
        low=low,
        high=high,
        p_value=test.p_value,
        p_holm=None,
        test=test.test,
        n=test.n,
        digits=digits,
        sign_flip_p=test.sign_flip_p,
    )


class NotThereError(Exception):
    """A cell that the runs do not give; the text says why."""


class RecordEvidence:
    """The runs of one claim's cells.

    Args:
        project: the working tree at a scale.
        paper: whose rows and settings are meant.
        tables: the printed tables; ours of the same names say what derived columns follow from.
            Where there are none, since what was printed is lost, those of ours that show the row.
        vocabulary: what is known of the columns.
        runs: a reader, which several claims may share.
    """

    def __init__(
        self,
        project: Project,
        paper: str,
        tables: Sequence[PublishedTable],
        vocabulary: Vocabulary,
        runs: Runs,
    ) -> None:
        self._project, self._paper, self._tables = project, paper, tuple(tables)
        self._vocabulary, self._runs = vocabulary, runs
        self.used: dict[str, RunUnit] = {}

    @property
    def sources(self) -> tuple[str, ...]:
        """What data the runs that were used come from."""
        return tuple(dict.fromkeys(unit.data.source_label for unit in self.used.values()))

    def result(self, contrast: Contrast) -> ContrastResult:
        """What the runs say of a contrast.

        Raises:
            MtlError: for records that are damaged.
        """
        try:
            values = {cell: self._values(cell) for cell in contrast.cells}
        except NotThereError as reason:
            return absent(contrast.words, str(reason))
        # Runs are not rounded: a decimal more than is printed.
        digits = 1 + max(self._vocabulary.quantity(cell.metric).digits for cell in values)
        return paired_result(contrast, values, digits)

    def _values(self, cell: Cell) -> dict[int, Fraction]:
        """Seed to value, exactly and in printed units."""
        self._check_configured(cell.row, cell.setting)
        kind = (
            "count" if cell.metric in COUNTS
            else "metric" if cell.metric in METRICS
            else self._vocabulary.quantity(cell.metric).derived or "unknown"
        )  # fmt: skip
        return _READERS[kind](self, cell)

    def _check_configured(self, row: str, setting: str) -> None:
        papers = self._project.papers
        if self._paper not in papers:
            raise NotThereError(f"paper '{self._paper}' is not configured")
        paper = papers[self._paper]
        for kind, name, known in (("setting", setting, paper.settings), ("row", row, paper.rows)):
            if name not in known:
                raise NotThereError(f"{kind} '{name}' is not configured")

    def _runs_of(self, row: str, setting: str) -> RunSet:
        """All runs of a row, each of which a table or figure plans."""
        planned = {unit.fingerprint for unit in self._project.units(self._paper)}
        if any(
            unit.fingerprint not in planned
            for unit in self._project.units_for(self._paper, setting, row)
        ):
            raise NotThereError(f"no table or figure runs '{row}' in '{setting}'")
        runs = self._runs.of(self._paper, setting, row)
        if runs.missing:
            raise NotThereError(f"'{row}' in '{setting}': {runs.reason}")
        self.used |= {unit.fingerprint: unit for unit, _ in runs.found}
        return runs

    def _metric_values(self, row: str, setting: str, metric: str) -> dict[int, float]:
        runs = self._runs_of(row, setting)
        if metric not in reportable(self._project.papers[self._paper].settings[setting]):
            raise NotThereError(f"setting '{setting}' does not report '{metric}'")
        diagnostic = METRICS[metric].diagnostic
        made = required_diagnostics(self._project.papers[self._paper]).get((setting, row), ())
        if diagnostic is not None and diagnostic not in made:
            raise NotThereError(f"the runs of '{row}' in '{setting}' do not make '{diagnostic}'")
        return runs.values(metric)

    def _layout(self, cell: Cell) -> tuple[Table, tuple[str, ...]]:
        """The configured table that a derived column belongs to, and its metrics in a setting."""
        tables = self._project.papers[self._paper].tables
        printed = [table.header.table for table in self._tables]
        shown = [n for n, t in tables.items() if cell.row in (*t.rows, *t.extra_rows)]
        for name in printed or shown:
            for group in tables[name].groups if name in tables else ():
                if group.setting == cell.setting:
                    return tables[name], group.metrics
        raise NotThereError(
            f"'{cell.metric}' follows from the columns of {' or '.join(printed) or 'a table'}, "
            f"which is not configured with setting '{cell.setting}'"
        )

    def _unit(self, cell: Cell) -> int:
        """What one unit of a count is, in the first table that prints it in the cell's setting.

        What no table prints is counted in millions.
        """
        for table in self._tables:
            if cell.metric in table.header.columns and cell.setting in table.settings:
                return MULTIPLES[table.header.columns[cell.metric].unit]
        return MULTIPLES["million"]

    def metric(self, cell: Cell) -> dict[int, Fraction]:
        """A metric of the records."""
        scale = Fraction(unit_scale(METRICS[cell.metric]))
        values = self._metric_values(*cell)
        return {seed: Fraction(value) * scale for seed, value in values.items()}

    def count(self, cell: Cell) -> dict[int, Fraction]:
        """A cost of the network that the full scale trains; the same for all seeds."""
        runs = self._runs_of(cell.row, cell.setting)
        name = COUNTS[cell.metric].record
        unit = self._unit(cell)
        return {r.seed: Fraction(r.profile[name]) / unit for r in runs.records}

    def delta(self, cell: Cell) -> dict[int, Fraction]:
        """The table's delta column: of each seed's runs, by the convention of our table."""
        table, metrics = self._layout(cell)
        if table.delta is None:
            raise NotThereError("our table has no delta column")
        metrics = derived.scored(metrics)
        if not metrics:
            raise NotThereError("our table has no column that a delta follows from")
        values = {
            (row, cell.setting, metric): self._metric_values(row, cell.setting, metric)
            for row in dict.fromkeys((cell.row, table.baseline))
            for metric in metrics
        }
        try:
            by_seed = derived.delta_by_seed(
                table.delta, cell.row, table.baseline, cell.setting, metrics, values
            )
        except MtlError as error:
            raise NotThereError(str(error)) from None
        seeds = sorted(set.intersection(*(set(found) for found in values.values())))
        return {s: Fraction(d) for s, d in zip(seeds, by_seed or (), strict=True)}

    def mean_rank(self, cell: Cell) -> dict[int, Fraction]:
        """The mean rank among all rows of the table, of each seed's runs."""
        table, metrics = self._layout(cell)
        rows = (*table.rows, *table.extra_rows)
        ranked = derived.ranked(metrics)
        if not ranked:
            raise NotThereError("our table has no column to rank rows by")
        values = {
            row: {m: self._metric_values(row, cell.setting, m) for m in ranked} for row in rows
        }
        if cell.row not in values:
            raise NotThereError(f"row '{cell.row}' is not in our table")
        columns = [METRICS[metric] for metric in ranked]
        common = set.intersection(
            *(set(by_seed) for row in values.values() for by_seed in row.values())
        )
        return {
            seed: Fraction(
                mean_ranks(
                    {row: {m: v[seed] for m, v in own.items()} for row, own in values.items()},
                    columns,
                )[cell.row]
            )
            for seed in sorted(common)
        }

    def unknown(self, cell: Cell) -> dict[int, Fraction]:
        """A column that nothing measures yet."""
        raise NotThereError(f"'{cell.metric}' is not measured")


_READERS: Mapping[str, Callable[[RecordEvidence, Cell], dict[int, Fraction]]] = {
    "metric": RecordEvidence.metric,
    "count": RecordEvidence.count,
    "delta": RecordEvidence.delta,
    "mean_rank": RecordEvidence.mean_rank,
    "mean": RecordEvidence.unknown,
    "unknown": RecordEvidence.unknown,
}
