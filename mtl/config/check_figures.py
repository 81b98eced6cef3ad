"""Cross-references of the figures: their rows, settings, metrics and options."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from mtl.config.diagnostics import reportable
from mtl.config.models import (
    Figure,
    LearningCurves,
    OptionSweep,
    Panel,
    Paper,
    Relatedness,
    TradeOff,
)
from mtl.config.spec import method_options
from mtl.methods import registry
from mtl.metrics.catalogue import is_diagnosed

if TYPE_CHECKING:
    from mtl.config.check import Problems
    from mtl.config.yaml_file import Document, FieldPath

_DIAL = "relatedness"
_BASELINE = "single_task"


def check_figures(problems: Problems, document: Document, paper: Paper) -> None:
    """Check all names and options of a paper's figures."""
    for name, figure in paper.figures.items():
        field: FieldPath = ("figures", name)
        for place, row in _rows(figure):
            problems.name(document, (*field, *place), "row", row, paper.rows)
        _check_once(problems, document, field, figure)
        _check_settings(problems, document, field, paper, figure)
        check = _CHECKS.get(type(figure))
        if check is not None:
            check(problems, document, field, paper, figure)


def _lists(figure: Figure) -> Iterator[tuple[FieldPath, tuple[str, ...]]]:
    """The lists of rows of a figure of any kind, with their places."""
    for key in ("rows", "references"):
        yield (key,), getattr(figure, key, ())
    for index, panel in enumerate(getattr(figure, "panels", ())):
        yield ("panels", index, "points"), tuple(panel.points)
    for index, series in enumerate(getattr(figure, "series", ())):
        yield ("series", index, "curve"), series.curve
        yield ("series", index, "points"), series.points


def _rows(figure: Figure) -> Iterator[tuple[FieldPath, str]]:
    """Every row that a figure of any kind names, with its place."""
    for key in ("row", "baseline"):
        if (row := getattr(figure, key, None)) is not None:
            yield (key,), row
    for index, series in enumerate(getattr(figure, "series", ())):
        if series.baseline is not None:
            yield ("series", index, "baseline"), series.baseline
    for place, rows in _lists(figure):
        for index, row in enumerate(rows):
            yield (*place, row if place[0] == "panels" else index), row


def _check_once(problems: Problems, document: Document, field: FieldPath, figure: Figure) -> None:
    for place, rows in _lists(figure):
        for row in sorted({row for row in rows if rows.count(row) > 1}):
            problems.add(document, (*field, *place), f"row '{row}' appears more than once")


def _check_settings(
    problems: Problems, document: Document, field: FieldPath, paper: Paper, figure: Figure
) -> None:
    places: dict[FieldPath, str] = {}
    if (one := getattr(figure, "setting", None)) is not None:
        places["setting",] = one
    for index, name in enumerate(getattr(figure, "settings", ())):
        places["settings", index] = name
    for index, series in enumerate(getattr(figure, "series", ())):
        places["series", index, "setting"] = series.setting
    metrics = {(*field, *place): metric for place, metric in figure.named_metrics.items()}
    for place, name in places.items():
        check_setting(problems, document, paper, (*field, *place), name, metrics)


def check_setting(
    problems: Problems,
    document: Document,
    paper: Paper,
    place: FieldPath,
    setting: str,
    metrics: Mapping[FieldPath, str],
) -> None:
    """Check the name of a setting, and that it can report the metrics, given by their places."""
    if problems.name(document, place, "setting", setting, paper.settings):
        kind, valid = f"metric of setting {setting}", reportable(paper.settings[setting])
        for where, metric in metrics.items():
            problems.name(document, where, kind, metric, valid)


def _check_curves(
    problems: Problems, document: Document, field: FieldPath, paper: Paper, figure: LearningCurves
) -> None:
    if is_diagnosed(figure.metric):
        problems.add(
            document,
            (*field, "metric"),
            f"'{figure.metric}' comes from a diagnostic, which has no curve",
        )


def _check_sweep(
    problems: Problems, document: Document, field: FieldPath, paper: Paper, figure: OptionSweep
) -> None:
    for index, panel in enumerate(figure.panels):
        if panel.option is not None:
            _check_axis(problems, document, (*field, "panels", index), paper, panel, panel.option)


def _check_axis(
    problems: Problems,
    document: Document,
    field: FieldPath,
    paper: Paper,
    panel: Panel,
    option: str,
) -> None:
    """Each point's method must have the axis' option as a number, each point another one."""
    taken: dict[float, str] = {}
    for row, label in panel.points.items():
        model = paper.rows.get(row)
        if model is None or model.method not in registry.available():
            continue
        info = registry.describe(model.method)
        place = (*field, "option")
        if not problems.name(
            document, place, f"option of {model.method} (row {row})", option, info.options
        ):
            continue
        value: Any = method_options(model, info)[option]
        point = (*field, "points", row)
        if isinstance(value, bool | str):
            problems.add(
                document,
                place,
                f"expected a numeric option, '{option}' of row '{row}' is {value!r}",
            )
            continue
        if _number(label) not in (None, float(value)):
            problems.add(
                document, point, f"expected the label {value:g}, as the row's {option}, "
                f"found {label!r}",
            )  # fmt: skip
        if value in taken:
            problems.add(
                document, point, f"has the same {option} as row '{taken[value]}', {value:g}"
            )
        taken[value] = row


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _check_relatedness(
    problems: Problems, document: Document, field: FieldPath, paper: Paper, figure: Relatedness
) -> None:
    baseline = paper.rows.get(figure.baseline)
    if baseline is not None and baseline.method != _BASELINE:
        problems.add(
            document,
            (*field, "baseline"),
            f"expected a row of method {_BASELINE}, found one of {baseline.method}",
        )
    if figure.baseline in figure.rows:
        place = (*field, "rows", figure.rows.index(figure.baseline))
        problems.add(document, place, f"row '{figure.baseline}' is the baseline already")
    taken: dict[float, str] = {}
    for index, name in enumerate(figure.settings):
        if name not in paper.settings:
            continue
        place = (*field, "settings", index)
        value = paper.settings[name].twin.get(_DIAL)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            problems.add(
                document,
                place,
                f"setting '{name}' needs twin.{_DIAL}, a number from 0 to 1, found {value!r}",
            )
            continue
        if value in taken:
            problems.add(
                document,
                place,
                f"setting '{name}' has the same relatedness as '{taken[value]}', {value:g}",
            )
        taken[value] = name
        first = next(iter(taken.values()))
        if differing := _differences(paper, first, name):
            problems.add(
                document,
                place,
                f"setting '{name}' differs from '{first}' in {', '.join(differing)}; only the "
                "relatedness may differ",
            )


def _check_trade_off(
    problems: Problems, document: Document, field: FieldPath, paper: Paper, figure: TradeOff
) -> None:
    """One quantity on the vertical axis, what it follows from, and series told apart."""
    labels: set[str] = set()
    if (figure.metric is None) == (figure.delta is None):
        problems.add(document, field, "expected a metric or a delta on the vertical axis, not both")
    if bool(figure.metrics) != (figure.delta is not None):
        problems.add(document, (*field, "metrics"), "expected with a delta, and only with one")
    for index, series in enumerate(figure.series):
        place = (*field, "series", index)
        if not series.rows:
            problems.add(document, place, "expected rows in curve or points, found none")
        if (series.baseline is None) != (figure.delta is None):
            where = (*place, "baseline")
            problems.add(document, where, "expected with a delta, and only with one")
        for row in sorted({*series.curve} & {*series.points}):
            where = (*place, "points", series.points.index(row))
            problems.add(document, where, f"row '{row}' is on the curve already")
        if series.label in labels:
            where = (*place, "label")
            problems.add(document, where, f"'{series.label}' is another series' label already")
        labels.add(series.label)


def _differences(paper: Paper, first: str, second: str) -> list[str]:
    """The fields, beside label and relatedness, in which two settings differ."""
    contents = []
    for name in (first, second):
        content = paper.settings[name].model_dump(exclude={"label"})
        content["twin"] = {key: v for key, v in content["twin"].items() if key != _DIAL}
        contents.append(content)
    return [key for key in contents[0] if contents[0][key] != contents[1][key]]


_CHECKS: dict[type, Callable[..., None]] = {
    LearningCurves: _check_curves,
    OptionSweep: _check_sweep,
    Relatedness: _check_relatedness,
    TradeOff: _check_trade_off,
}
