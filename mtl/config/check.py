"""Cross-references of the configuration: every name must exist, every option be in its range.

All problems are collected, so that one run of any command shows them all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from mtl.config import datasets, hosts
from mtl.config.check_figures import check_figures, check_setting
from mtl.config.models import DatasetScale, Paper, Row, Scale, Setting, Table
from mtl.config.spec import starting_row
from mtl.config.yaml_file import Document, FieldPath
from mtl.data import registry as data_registry
from mtl.errors import MtlError, unknown
from mtl.methods import registry
from mtl.methods.info import MethodInfo, Option
from mtl.metrics.catalogue import METRICS
from mtl.objectives.kinds import PIXELWISE


class Problems:
    """Collects messages; `raise_all` reports them together."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, document: Document, field: FieldPath, message: str) -> None:
        """Note a problem of a field."""
        self.lines.append(f"{document.where(field)}: {message}")

    def name(
        self, document: Document, field: FieldPath, kind: str, name: str, valid: Iterable[str]
    ) -> bool:
        """Note an unknown name; tells whether it is known."""
        valid = list(valid)
        if name in valid:
            return True
        self.lines.append(str(unknown(kind, name, valid, document.where(field))))
        return False

    def attempt(self, action: Callable[[], object]) -> None:
        """Note the message of an action that fails."""
        try:
            action()
        except MtlError as error:
            self.lines.append(str(error))

    def raise_all(self) -> None:
        """Raise one error with every message, if there are any."""
        if self.lines:
            raise MtlError("\n".join(dict.fromkeys(self.lines)))


def _bounds(option: Option) -> str:
    if option.low is not None and option.high is not None:
        return f"from {option.low:g} to {option.high:g}"
    return f"at least {option.low:g}" if option.low is not None else f"at most {option.high:g}"


def option_problem(option: Option, value: object) -> str | None:
    """What is wrong with a method's option value, or None."""
    default = option.default
    if isinstance(default, bool):
        return None if isinstance(value, bool) else f"expected true or false, found {value!r}"
    if isinstance(default, str):
        if not isinstance(value, str):
            return f"expected text, found {value!r}"
        if option.choices and value not in option.choices:
            return str(unknown("choice", value, option.choices))
        if option.pattern and not re.fullmatch(option.pattern, value):
            return f"expected a text like '{option.default}', found {value!r}"
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"expected a number, found {value!r}"
    if isinstance(default, int) and not isinstance(value, int):
        return f"expected a whole number, found {value!r}"
    below = option.low is not None and value < option.low
    above = option.high is not None and value > option.high
    return f"expected a number {_bounds(option)}, found {value!r}" if below or above else None


def _check_method(
    problems: Problems, document: Document, field: FieldPath, row: Row, info: MethodInfo
) -> None:
    for name, value in row.options.items():
        place = (*field, "options", name)
        if problems.name(document, place, f"option of {info.name}", name, info.options):
            problem = option_problem(info.options[name], value)
            if problem:
                problems.add(document, place, problem)
    if row.regime is not None and row.regime not in info.regimes:
        problems.name(
            document, (*field, "regime"), f"regime of {info.name}", row.regime, info.regimes
        )


def _check_setting(
    problems: Problems, document: Document, field: FieldPath, setting: Setting
) -> None:
    problems.name(document, (*field, "host"), "host", setting.host, hosts.available())
    if not problems.name(
        document, (*field, "dataset"), "dataset", setting.dataset, data_registry.available()
    ):
        return
    partitions = data_registry.describe(setting.dataset).partitions
    known = problems.name(document, (*field, "tasks"), "partition", setting.tasks, partitions)
    if not known:
        return
    tasks = partitions[setting.tasks]()
    dense = tasks[0]["kind"] in PIXELWISE
    if setting.host in hosts.available() and hosts.is_dense(setting.host) != dense:
        wanted = "predicts maps" if dense else "pools its features"
        problems.add(
            document,
            (*field, "host"),
            f"the tasks '{setting.tasks}' need a host that {wanted}, found '{setting.host}'",
        )
    _check_loss_weights(problems, document, (*field, "loss_weights"), setting, tasks)
    measured = datasets.metrics(tasks)
    reported = (*measured, *datasets.diagnosed_metrics(tasks))
    for position, metric in enumerate(setting.metrics):
        place = (*field, "metrics", position)
        if problems.name(document, place, "metric", metric, METRICS):
            problems.name(document, place, f"metric of {setting.tasks}", metric, reported)
    if set(setting.metrics) <= set(reported) - set(measured):
        problems.add(
            document,
            (*field, "metrics"),
            f"expected one of {', '.join(measured)} besides what diagnostics find",
        )
    selection = setting.evaluation.selection
    if selection.startswith("best_") and selection.removeprefix("best_") not in measured:
        problems.add(
            document,
            (*field, "evaluation", "selection"),
            f"'{selection}' needs a metric that the tasks '{setting.tasks}' do not have; "
            f"expected last or best_ and one of {', '.join(measured)}",
        )


def _check_loss_weights(
    problems: Problems,
    document: Document,
    field: FieldPath,
    setting: Setting,
    tasks: Sequence[Mapping[str, Any]],
) -> None:
    """Weights are of all tasks, or of none."""
    names = [task["name"] for task in tasks]
    for name in setting.loss_weights:
        problems.name(document, (*field, name), f"task of {setting.tasks}", name, names)
    missing = [name for name in names if name not in setting.loss_weights]
    if setting.loss_weights and missing:
        problems.add(document, field, f"expected a weight for each task; none for {missing}")


def _check_tables(problems: Problems, document: Document, paper: Paper, root: Path) -> None:
    for name, table in paper.tables.items():
        field: FieldPath = ("tables", name)
        for key, rows in (("rows", table.rows), ("extra_rows", table.extra_rows)):
            for position, row in enumerate(rows):
                problems.name(document, (*field, key, position), "row", row, paper.rows)
        everything = (*table.rows, *table.extra_rows)
        for row in sorted({row for row in everything if everything.count(row) > 1}):
            problems.add(document, (*field, "rows"), f"row '{row}' appears more than once")
        problems.name(document, (*field, "baseline"), "row", table.baseline, everything)
        if table.step_time is not None:
            problems.name(document, (*field, "step_time"), "row", table.step_time, everything)
        for position, group in enumerate(table.groups):
            place = (*field, "groups", position)
            metrics = {
                (*place, "metrics", index): metric for index, metric in enumerate(group.metrics)
            }
            check_setting(problems, document, paper, (*place, "setting"), group.setting, metrics)
        _check_order(problems, document, (*field, "order"), table)
        _check_features(problems, document, (*field, "rows"), paper, table)
        if table.published is not None and not (root / table.published).is_file():
            problems.add(
                document,
                (*field, "published"),
                f"expected a CSV file of printed numbers, found no file '{table.published}'",
            )


def _check_order(problems: Problems, document: Document, field: FieldPath, table: Table) -> None:
    if table.order is None:
        return
    metrics = {group.setting: group.metrics for group in table.groups}
    setting, metric = table.order.setting, table.order.metric
    if problems.name(document, (*field, "setting"), "setting of this table", setting, metrics):
        kind = f"metric of this table in {setting}"
        problems.name(document, (*field, "metric"), kind, metric, metrics[setting])


def _check_features(
    problems: Problems, document: Document, field: FieldPath, paper: Paper, table: Table
) -> None:
    """A table with columns of check marks has one for each feature of its rows."""
    if not table.features:
        return
    for position, row in enumerate((*table.rows, *table.extra_rows)):
        place = (*field, position) if position < len(table.rows) else field
        for feature in paper.rows[row].features if row in paper.rows else ():
            kind = f"feature of row {row} in this table"
            problems.name(document, place, kind, feature, table.features)


def _check_row_features(
    problems: Problems, document: Document, field: FieldPath, paper: Paper, row: Row
) -> None:
    known = {feature for table in paper.tables.values() for feature in table.features}
    for position, feature in enumerate(row.features):
        place = (*field, "features", position)
        problems.name(document, place, "feature of a table", feature, known)
        if feature in row.features[:position]:
            problems.add(document, place, f"'{feature}' appears more than once")


def _check_setting_rows(
    problems: Problems, document: Document, field: FieldPath, paper: Paper, setting: Setting
) -> None:
    """The options that rows have in one setting."""
    for row, options in setting.rows.items():
        place = (*field, row)
        if problems.name(document, place, "row", row, paper.rows):
            method = paper.rows[row].method
            if method in registry.available():
                changed = paper.rows[row].model_copy(update={"options": options})
                _check_method(problems, document, place, changed, registry.describe(method))


def _check_start(
    problems: Problems, document: Document, field: FieldPath, paper: Paper, info: MethodInfo
) -> None:
    """A method whose runs start from another's needs a row of that one in the paper."""
    try:
        starting_row(paper, info)
    except MtlError as error:
        problems.add(document, field, str(error))


def check_paper(problems: Problems, paper: Paper, document: Document, root: Path) -> None:
    """Check all names and options of one paper."""
    for name, setting in paper.settings.items():
        _check_setting(problems, document, ("settings", name), setting)
    for name, row in paper.rows.items():
        field: FieldPath = ("rows", name)
        if problems.name(document, (*field, "method"), "method", row.method, registry.available()):
            try:
                info = registry.describe(row.method)
            except MtlError as error:
                problems.add(document, field, str(error))
                continue
            _check_method(problems, document, field, row, info)
            if any(info.start_on(setting.host) for setting in paper.settings.values()):
                _check_start(problems, document, (*field, "method"), paper, info)
    for name, setting in paper.settings.items():
        _check_setting_rows(problems, document, ("settings", name, "rows"), paper, setting)
    for name, row in paper.rows.items():
        _check_row_features(problems, document, ("rows", name), paper, row)
    _check_tables(problems, document, paper, root)
    check_figures(problems, document, paper)


def _check_dataset_scale(
    problems: Problems, document: Document, name: str, scale: DatasetScale, settings: list[Setting]
) -> None:
    """Check where a dataset comes from; `settings` are those that use it."""
    field: FieldPath = ("datasets", name)
    if not problems.name(document, field, "dataset", name, data_registry.available()):
        return
    info = data_registry.describe(name)
    where = document.where(field)
    problems.attempt(lambda: datasets.check_options(name, scale.options, where))
    if scale.source not in info.source_labels:
        lacking, other = (
            ("synthetic twin", "real") if scale.source == "twin" else ("real data", "twin")
        )
        problems.add(document, (*field, "source"), f"'{name}' has no {lacking}; expected {other}")
    elif scale.source == "twin":
        place = (*field, "twin")
        if scale.twin is None:
            problems.add(document, field, "source 'twin' needs the key 'twin', which is missing")
        elif not settings or any(not setting.twin for setting in settings):
            dials = scale.twin
            problems.attempt(lambda: datasets.check_twin(name, dials, document.where(place)))
    elif info.needs_root and scale.root is None:
        problems.add(document, field, "source 'real' needs the key 'root', which is missing")
    elif not info.needs_root and scale.root is not None:
        problems.add(document, (*field, "root"), f"'{name}' needs no folder; remove this key")


def _check_dials(
    problems: Problems,
    document: Document,
    scale: Scale,
    paper_document: Document,
    name: str,
    setting: Setting,
) -> None:
    """Check the dials that a setting gives the twin of its dataset, beside those of the scale."""
    dataset = scale.datasets[setting.dataset]
    field: FieldPath = ("settings", name, "twin")
    if dataset.source == "real":
        problems.add(
            paper_document,
            field,
            f"sets dials of a twin, but scale '{scale.name}' uses real data of "
            f"'{setting.dataset}' ({document.where(('datasets', setting.dataset, 'source'))})",
        )
        return
    if dataset.twin is None or data_registry.describe(setting.dataset).twin is None:
        return  # told of the scale
    place: FieldPath = ("datasets", setting.dataset, "twin")
    twice = [dial for dial in setting.twin if dial in dataset.twin]
    for dial in twice:
        problems.add(
            paper_document,
            (*field, dial),
            f"scale '{scale.name}' sets the dial '{dial}' too "
            f"({document.where((*place, dial))}); expected it in one of them",
        )
    if not twice:
        dials = {**dataset.twin, **setting.twin}
        where = f"{paper_document.where(field)} (with {document.where(place)})"
        problems.attempt(lambda: datasets.check_twin(setting.dataset, dials, where))


def _check_row_scales(
    problems: Problems, scale: Scale, document: Document, papers: list[Paper]
) -> None:
    for name, setting in scale.settings.items():
        rows = {
            row: model
            for paper in papers
            if name in paper.settings
            for row, model in paper.rows.items()
        }
        for row, own in setting.rows.items():
            field: FieldPath = ("settings", name, "rows", row)
            if not problems.name(document, field, "row", row, rows):
                continue
            method = rows[row].method
            if method in registry.available():
                changed = rows[row].model_copy(update={"options": own.options})
                _check_method(problems, document, field, changed, registry.describe(method))


def check_scale(
    problems: Problems, scale: Scale, document: Document, papers: dict[str, tuple[Paper, Document]]
) -> None:
    """Check a scale's names, and that it says how to train every setting of every paper."""
    owners = {
        name: (paper_document, setting)
        for paper, paper_document in papers.values()
        for name, setting in paper.settings.items()
    }
    for name, dataset in scale.datasets.items():
        users = [setting for _, setting in owners.values() if setting.dataset == name]
        _check_dataset_scale(problems, document, name, dataset, users)
    for name in scale.settings:
        problems.name(document, ("settings", name), "setting", name, owners)
    _check_row_scales(problems, scale, document, [paper for paper, _ in papers.values()])
    for name, (paper_document, setting) in owners.items():
        if name not in scale.settings:
            problems.add(
                document,
                ("settings",),
                f"setting '{name}' of {paper_document.path} is missing",
            )
        if setting.dataset in data_registry.available() and setting.dataset not in scale.datasets:
            problems.add(
                document,
                ("datasets",),
                f"dataset '{setting.dataset}' of setting '{name}' is missing",
            )
        elif setting.dataset in data_registry.available():
            if setting.twin:
                _check_dials(problems, document, scale, paper_document, name, setting)
            if name in scale.settings and (own := scale.settings[name].data):
                options = {**scale.datasets[setting.dataset].options, **own}
                where = document.where(("settings", name, "data"))
                problems.attempt(partial(datasets.check_options, setting.dataset, options, where))
