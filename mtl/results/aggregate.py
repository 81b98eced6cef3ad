"""Tables as numbers: everything that is printed of a table, before any format.

Values are in the unit of the records (fractions); deltas are in percent.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from mtl.config import products
from mtl.config.spec import label_in
from mtl.errors import MtlError
from mtl.metrics.catalogue import METRICS
from mtl.published.numbers import Published, in_unit
from mtl.published.table import DELTAS, MEAN_RANK, MULTIPLES, PublishedTable, load_table
from mtl.results import derived, step_times
from mtl.results.comparisons import Comparison, Key, Marks, Values, compare_rows, mark
from mtl.results.costs import Costs, costs_of
from mtl.results.derived import reference_scores
from mtl.results.notes import reference_notes, statistics_notes
from mtl.results.order import ordered
from mtl.results.runs import RunRef, Runs, RunSet, fingerprint_of, require_complete
from mtl.results.statistics import summarise
from mtl.results.step_times import StepTimes

if TYPE_CHECKING:
    from mtl.config.models import Group, Order, Table
    from mtl.config.project import Project

__all__ = [
    "Cell",
    "Comparison",
    "Costs",
    "DeltaCell",
    "Published",
    "Row",
    "RunRef",
    "TableData",
    "build_table",
    "reference_scores",
]


@dataclass(frozen=True)
class Cell:
    """One metric of one row in one setting.

    Attributes:
        values: one for each of `seeds`, fractions.
        mean: over seeds, unrounded; NaN without any value, and `missing` says why.
        std: the sample's, over seeds; None for less than two.
        best, second: by unrounded mean among all rows.
        tied: not distinguishable from the best (the dagger).
        comparison: against the table's baseline; None for the baseline itself.
        published: what the paper prints here.
        runs: where the values come from.
        missing: why there is no value; None if there is one.
        in_paper: whether the paper has this row.
    """

    row: str
    setting: str
    metric: str
    values: tuple[float, ...]
    seeds: tuple[int, ...]
    mean: float
    std: float | None
    n: int
    best: bool
    second: bool
    tied: bool
    comparison: Comparison | None
    published: Published | None
    runs: tuple[RunRef, ...]
    missing: str | None
    in_paper: bool


@dataclass(frozen=True)
class DeltaCell:
    """Average relative improvement of a row over the baseline in a setting, in percent.

    Attributes:
        value: from the seed means, as papers compute it; None when it cannot be.
        values: from the pairs of runs with equal seed; None when it cannot be.
        std: sample standard deviation of `values`; None for less than two.
    """

    setting: str
    convention: str
    value: float | None
    values: tuple[float, ...] | None
    std: float | None
    published: Published | None


@dataclass(frozen=True)
class Row:
    """A row of a table.

    Attributes:
        features: those of the table's columns of check marks that it has.
        costs: by setting.
        cells: by (setting, metric).
        deltas, mean_rank: by setting.
        printed_rank: what the paper prints as mean rank, by setting.
    """

    id: str
    label: str
    label_html: str
    method: str
    in_paper: bool
    note: str | None
    features: tuple[str, ...]
    costs: dict[str, Costs]
    cells: dict[tuple[str, str], Cell]
    deltas: dict[str, DeltaCell]
    mean_rank: dict[str, float | None]
    printed_rank: dict[str, Published | None]


@dataclass(frozen=True)
class TableData:
    """A table.

    Attributes:
        groups: the settings with their headings and metric columns, in order.
        baseline: the row that deltas and comparisons refer to.
        delta_index: how the paper writes its delta.
        mean_rank: whether columns show it.
        step_times: measured, where columns show them; None where they do not, or nothing was.
        with_step_times: whether columns show them.
        rows: those of the paper, then the others, each in the order that the table asks for.
        costs: whether costs stand "once", before all groups, or in "each" group.
        cost_settings: the settings whose costs stand there: one, or each group's.
        features: columns of check marks, name to heading.
        order: the column that orders the rows; None where they stand as listed.
        published_best: by column, the best number of the printed table, also of rows that are not
            shown here; columns with a single printed number are absent.
        source_labels: what data the numbers come from.
        n_seeds: planned for each cell.
        deviations: what is done otherwise than in the paper.
        notes: what a reader must know of the statistics.
        references: by setting, the scores of the predictor that says yes to everything; empty for
            settings where it means nothing.
        fingerprint: that of the product, or of its incomplete version when units are missing.
    """

    paper: str
    name: str
    title: str
    caption: str
    groups: tuple[Group, ...]
    baseline: str
    delta_index: str
    mean_rank: bool
    step_times: StepTimes | None
    with_step_times: bool
    rows: tuple[Row, ...]
    costs: Literal["once", "each"]
    cost_settings: tuple[str, ...]
    features: dict[str, str]
    order: Order | None
    published_best: dict[tuple[str, str], float]
    scale: str
    source_labels: tuple[str, ...]
    n_seeds: int
    deviations: tuple[str, ...]
    notes: tuple[str, ...]
    references: dict[str, dict[str, float]]
    fingerprint: str


def build_table(
    project: Project,
    paper: str,
    table: str,
    allow_missing: bool = False,
    runs: Runs | None = None,
) -> TableData:
    """Aggregate the runs of a table.

    Args:
        project: the working tree at a scale.
        paper, table: which one.
        allow_missing: give cells without runs a reason instead of refusing the table.
        runs: a reader to share between several tables.

    Raises:
        MtlError: for unknown names, missing runs, records that are damaged, or published numbers
            that cannot be read.
    """
    product = products.table(project, paper, table)
    spec = project.paper(paper).tables[table]
    reader = runs or Runs(project)
    ids = (*spec.rows, *spec.extra_rows)
    sets = {(row, g.setting): reader.of(paper, g.setting, row) for row in ids for g in spec.groups}
    if not allow_missing:
        require_complete(sets, f"table {paper}/{table}")
    values = {
        (row, group.setting, metric): by_seed
        for row in ids
        for group in spec.groups
        for metric in group.metrics
        if (by_seed := sets[row, group.setting].values(metric))
    }
    columns = [(group.setting, metric) for group in spec.groups for metric in group.metrics]
    builder = _Builder(
        project=project,
        paper=paper,
        spec=spec,
        sets=sets,
        values=values,
        comparisons=compare_rows(values, dict.fromkeys(columns, spec.baseline)),
        marks=mark(values, {metric.name: metric.direction for metric in METRICS.values()}),
        published=load_table(project.root / spec.published) if spec.published else None,
        problems=[],
    )
    rows = ordered([builder.row(row) for row in ids], spec.order, spec.baseline)
    references = {
        group.setting: reference_scores(
            record for row in ids for record in sets[row, group.setting].records
        )
        for group in spec.groups
    }
    return TableData(
        paper=paper,
        name=table,
        title=spec.title,
        caption=spec.caption,
        groups=spec.groups,
        baseline=spec.baseline,
        delta_index=project.paper(paper).delta_index,
        mean_rank=spec.mean_rank,
        step_times=step_times.load(project, paper, table) if spec.step_time else None,
        with_step_times=spec.step_time is not None,
        rows=rows,
        costs=spec.costs,
        cost_settings=_cost_settings(spec, rows),
        features=dict(spec.features),
        order=spec.order,
        published_best=_published_best(spec, builder.published, project.paper(paper).delta_index),
        scale=project.scale.name,
        source_labels=tuple(dict.fromkeys(unit.data.source_label for unit in product.units)),
        n_seeds=project.scale.seeds,
        deviations=project.deviations(paper, table),
        notes=(
            *statistics_notes(builder.comparisons.values(), builder.marks),
            *reference_notes(spec.groups, references),
            *dict.fromkeys(builder.problems),
        ),
        references=references,
        fingerprint=fingerprint_of(product, sets.values()),
    )


@dataclass
class _Builder:
    """What the rows of one table are built from.

    Attributes:
        sets: (row, setting) to its runs.
        problems: notes on what could not be computed; filled on the way.
    """

    project: Project
    paper: str
    spec: Table
    sets: Mapping[tuple[str, str], RunSet]
    values: Values
    comparisons: Mapping[Key, Comparison]
    marks: Marks
    published: PublishedTable | None
    problems: list[str]

    def row(self, row: str) -> Row:
        paper = self.project.paper(self.paper)
        model = paper.rows[row]
        label = label_in(row, model, [paper.settings[group.setting] for group in self.spec.groups])
        ids = (*self.spec.rows, *self.spec.extra_rows)
        return Row(
            id=row,
            label=label,
            label_html=model.label_html or label,
            method=model.method,
            in_paper=row in self.spec.rows,
            note=model.note,
            features=model.features if self.spec.features else (),
            costs={group.setting: self._costs(row, group.setting) for group in self.spec.groups},
            cells={
                (group.setting, metric): self._cell((row, group.setting, metric))
                for group in self.spec.groups
                for metric in group.metrics
            },
            deltas={
                group.setting: self._delta(row, group, self.spec.delta)
                for group in self.spec.groups
                if self.spec.delta is not None and derived.scored(group.metrics)
            },
            mean_rank={
                group.setting: derived.mean_rank_of_rows(
                    ids, group.setting, group.metrics, self.values
                ).get(row)
                for group in self.spec.groups
            },
            printed_rank={
                group.setting: self._printed(row, group.setting, MEAN_RANK)
                for group in self.spec.groups
            },
        )

    @property
    def _printed_delta(self) -> str:
        return DELTAS[self.project.paper(self.paper).delta_index]

    def _printed(self, row: str, setting: str, metric: str) -> Published | None:
        number = self.published.find(row, setting, metric) if self.published else None
        if number is None or self.published is None:
            return None
        return in_unit(number, _unit_factor(self.published, metric))

    def _cell(self, key: Key) -> Cell:
        row, setting, metric = key
        by_seed = self.values.get(key, {})
        summary = summarise(list(by_seed.values())) if by_seed else None
        runs = self.sets[row, setting]
        return Cell(
            row=row,
            setting=setting,
            metric=metric,
            values=tuple(by_seed.values()),
            seeds=tuple(by_seed),
            mean=summary.mean if summary else math.nan,
            std=summary.std if summary else None,
            n=len(by_seed),
            best=key in self.marks.best,
            second=key in self.marks.second,
            tied=key in self.marks.tied,
            comparison=self.comparisons.get(key),
            published=self._printed(row, setting, metric),
            runs=runs.refs,
            missing=None if by_seed else runs.reason,
            in_paper=row in self.spec.rows,
        )

    def _delta(self, row: str, group: Group, convention: str) -> DeltaCell:
        value, by_seed = None, None
        arguments = (
            convention, row, self.spec.baseline, group.setting, group.metrics, self.values
        )  # fmt: skip
        try:
            value = derived.delta_of_means(*arguments)
            by_seed = derived.delta_by_seed(*arguments)
        except MtlError as error:
            self.problems.append(f"{group.label}: {error}.")
        return DeltaCell(
            setting=group.setting,
            convention=convention,
            value=value,
            values=by_seed,
            std=summarise(by_seed).std if by_seed else None,
            published=self._printed(row, group.setting, self._printed_delta),
        )

    def _costs(self, row: str, setting: str) -> Costs:
        records = self.sets[row, setting].records
        return costs_of(records[0] if records else None, self.published, row, setting)


def _published_best(
    spec: Table, published: PublishedTable | None, delta_index: str
) -> dict[tuple[str, str], float]:
    """The best printed number of each column that has some to compare."""
    if published is None:
        return {}
    return {
        (group.setting, metric): float(Fraction(best) * _unit_factor(published, metric))
        for group in spec.groups
        for metric in (*group.metrics, DELTAS[delta_index], MEAN_RANK)
        if (best := published.best(group.setting, metric)) is not None
    }


def _unit_factor(published: PublishedTable, metric: str) -> Fraction:
    """From the unit in which a paper prints a cost to that of our column; 1 for other metrics."""
    unit = METRICS[metric].unit if metric in METRICS else ""
    if unit not in MULTIPLES:
        return Fraction(1)
    return Fraction(MULTIPLES[published.header.columns[metric].unit], MULTIPLES[unit])


def _cost_settings(spec: Table, rows: Sequence[Row]) -> tuple[str, ...]:
    """The settings whose costs are printed; once, those of the first that has runs."""
    settings = tuple(dict.fromkeys(group.setting for group in spec.groups))
    if spec.costs == "each":
        return settings
    with_runs = (s for s in settings if any(row.costs[s].profile for row in rows))
    return (next(with_runs, settings[0]),)
