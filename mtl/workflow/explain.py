"""From a table's cell back to its runs: values, configuration, data, code, commit, versions."""

from __future__ import annotations

import json
from typing import Any

from mtl.config import Project, RunUnit
from mtl.errors import MtlError, unknown
from mtl.metrics.catalogue import METRICS
from mtl.render.labels import unit_scale
from mtl.results.records import Unit


def find_table(project: Project, name: str) -> tuple[str, str]:
    """The paper and the table that `table_4` or `etr_nlp/table_4` names.

    Raises:
        MtlError: when no table or several papers' tables have this name.
    """
    every = [
        f"{paper}/{table}" for paper, model in project.papers.items() for table in model.tables
    ]
    found = [full for full in every if name in (full, full.partition("/")[2])]
    if len(found) > 1:
        raise MtlError(f"table '{name}': say which of {', '.join(found)}")
    if not found:
        raise unknown("table", name, every)
    paper, _, table = found[0].partition("/")
    return paper, table


def find_column(project: Project, paper: str, table: str, name: str) -> tuple[str, str]:
    """The setting and the metric that `f_score` or `celeba8/f_score` names.

    Raises:
        MtlError: when no column or several settings' columns have this name.
    """
    every = [
        f"{group.setting}/{metric}"
        for group in project.paper(paper).tables[table].groups
        for metric in group.metrics
    ]
    found = [full for full in every if name in (full, full.partition("/")[2])]
    if len(found) > 1:
        raise MtlError(f"column '{name}': say which of {', '.join(found)}")
    if not found:
        raise unknown("column", name, every, f"table {paper}/{table}")
    setting, _, metric = found[0].partition("/")
    return setting, metric


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _made(unit: Unit) -> list[str]:
    facts = unit.provenance
    dirty = " with uncommitted changes" if facts.get("dirty") else ""
    lines = [
        f"  made {facts.get('created')} at commit {facts.get('commit')}{dirty}",
        f"  versions {_compact(facts.get('versions'))}",
        f"  platform {_compact(facts.get('platform'))}",
        f"  timings {_compact(facts.get('timings'))}, resumed {facts.get('resumed')} times",
    ]
    if carried := facts.get("carried_over"):
        lines.append(f"  carried over {_compact(carried)}")
    return lines


def _unit_lines(project: Project, planned: RunUnit, unit: Unit, metric: str) -> list[str]:
    scale = unit_scale(METRICS[metric])
    lines = [f"unit {planned.name}, seeds {', '.join(map(str, planned.seeds))} trained together"]
    for record in unit.records:
        path = planned.path / f"seed{record.seed}" / "metrics.json"
        lines.append(
            f"  seed {record.seed}: {scale * record.metrics[metric]:.4f}"
            f" (epoch {record.selection['epoch']}) {path}"
        )
    identity = unit.records[0].identity
    data, spec = identity["data"], identity["spec"]
    lines.append(f"  data {data['source_label']}, {planned.data.path}")
    lines += [
        f"  {key} {_compact(spec[key])}"
        for key in ("model", "method", "regime", "training", "evaluation")
    ]
    lines.append(f"  tasks {', '.join(task['name'] for task in spec['tasks'])}")
    lines += _made(unit)
    lines.append("  code")
    lines += [f"    {digest} {path}" for path, digest in identity["code"].items()]
    return lines


def explain(project: Project, table: str, row: str, column: str) -> list[str]:
    """All that a cell of a table goes back to, as lines to print.

    Args:
        project: the working tree at a scale.
        table: `table_4`, or `etr_nlp/table_4` where papers share a name.
        row: the row's id.
        column: `f_score`, or `celeba8/f_score` where settings share a metric.

    Raises:
        MtlError: for unknown or ambiguous names, and damaged records.
    """
    from mtl.results.aggregate import build_table
    from mtl.results.runs import Runs

    paper, name = find_table(project, table)
    setting, metric = find_column(project, paper, name, column)
    runs = Runs(project)
    data = build_table(project, paper, name, allow_missing=True, runs=runs)
    rows = {item.id: item for item in data.rows}
    if row not in rows:
        raise unknown("row", row, rows, f"table {paper}/{name}")
    cell = rows[row].cells[setting, metric]
    found = runs.of(paper, setting, row)
    info = METRICS[metric]
    scale = unit_scale(info)
    title = f"{paper}/{name}, row {row}, {setting}/{metric} ({info.unit}), scale {data.scale}"
    if cell.missing:
        lines = [title, f"missing: {cell.missing}"]
    else:
        spread = f" ± {scale * cell.std:.4f}" if cell.std is not None else ""
        lines = [title, f"mean {scale * cell.mean:.4f}{spread} over {cell.n} seeds"]
    if cell.published:
        printed = f" ± {cell.published.std}" if cell.published.std else ""
        lines.append(f"the paper prints {cell.published.mean}{printed}")
    for planned, unit in found.found:
        lines += _unit_lines(project, planned, unit, metric)
    lines += [f"unit {planned.name}: {reason}" for planned, reason in found.missing]
    return lines
