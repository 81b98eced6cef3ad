"""From a row of a paper and a scale to the resolved spec of its runs: plain JSON, no table names.

Equal specs of several tables are therefore one run, trained once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mtl.config.models import Paper, Row, RowScale, Setting, SettingScale
from mtl.errors import MtlError
from mtl.methods import registry
from mtl.methods.info import MethodInfo

Spec = dict[str, Any]


def method_options(row: Row, info: MethodInfo, host: str | None = None) -> dict[str, Any]:
    """Every option of the method: the row's value, else the default, in the default's type.

    A whole number given for a real option becomes real, so that `1` and `1.0` are one run.

    Args:
        host: only those that the method has on this host network.
    """
    options = {}
    for name, option in (info.options if host is None else info.options_on(host)).items():
        value = row.options.get(name, option.default)
        is_real = isinstance(option.default, float) and not isinstance(value, bool | str)
        options[name] = float(value) if is_real else value
    return options


def in_setting(row: Row, options: Mapping[str, Any]) -> Row:
    """The row with what a setting, or a scale, changes of its options."""
    return row.model_copy(update={"options": {**row.options, **options}})


def with_label(row: Row, info: MethodInfo) -> Row:
    """The row with a label: its own, else the method's with the values of the options.

    The method's label names options in braces, for example `ETR ($\\gamma = {gamma}$)`.
    """
    label = row.label or info.label
    for name, value in method_options(row, info).items():
        text = f"{value:g}" if isinstance(value, float) else str(value)
        label = label.replace("{" + name + "}", text)
    return row.model_copy(update={"label": label})


def label_in(name: str, row: Row, settings: Iterable[Setting]) -> str:
    """The label of a labelled row, with the options that it has in all of the settings.

    Where they differ between the settings, and where the configuration states a label, it is the
    row's own.
    """
    own, info = row.label or name, registry.describe(row.method)
    unlabelled = row.model_copy(update={"label": None})
    if own != with_label(unlabelled, info).label:
        return own
    labels = {
        with_label(in_setting(unlabelled, setting.rows.get(name, {})), info).label or own
        for setting in settings
    }
    return labels.pop() if len(labels) == 1 else own


def resolve(
    setting: Setting,
    row: Row,
    info: MethodInfo,
    tasks: Sequence[Mapping[str, Any]],
    scale: SettingScale,
    own: RowScale,
    full: tuple[SettingScale, RowScale] | None = None,
    diagnostics: Sequence[str] = (),
) -> Spec:
    """The spec of a row in a setting at a scale.

    Args:
        own: what the scale changes for the row.
        full: the setting and the row at the full scale, if there is one.
        diagnostics: what figures and tables want to know of the training.
    """
    profile = _profile(setting, row, info, full)
    row = in_setting(row, own.options)
    return {
        "dataset": setting.dataset,
        "tasks": [dict(task) for task in tasks],
        "model": {"host": setting.host, "width": scale.width},
        "method": {"name": row.method, "options": method_options(row, info, setting.host)},
        "regime": _regime(setting, row, info),
        "training": {
            "epochs": own.epochs or scale.epochs,
            "batch_size": scale.batch_size,
            "eval_batch_size": scale.eval_batch_size,
            "evaluations_per_epoch": scale.evaluations_per_epoch,
            "learning_rate": scale.learning_rate,
        },
        "evaluation": {
            "split": setting.evaluation.split,
            "selection": setting.evaluation.selection,
        },
        "diagnostics": list(diagnostics),
        "profile": profile,
    }


def _regime(setting: Setting, row: Row, info: MethodInfo) -> str:
    """The row's, else the setting's where the method knows it, else the method's first."""
    if row.regime is not None:
        return row.regime
    return setting.regime if setting.regime in info.regimes else info.regimes[0]


def _profile(
    setting: Setting, row: Row, info: MethodInfo, full: tuple[SettingScale, RowScale] | None
) -> dict[str, Any] | None:
    """The network of the full scale, counted at the size of the paper's counts."""
    if full is None or setting.profile is None:
        return None
    scale, own = full
    return {
        "width": scale.width,
        "options": method_options(in_setting(row, own.options), info, setting.host),
        "size": list(setting.profile),
    }


def starting_row(paper: Paper, info: MethodInfo) -> str:
    """The row of a paper whose runs a method's start from: the first of that method.

    Raises:
        MtlError: when the paper has none.
    """
    for name, row in paper.rows.items():
        if row.method == info.starts_from and row.regime is None and not row.options:
            return name
    raise MtlError(
        f"{paper.name}: the runs of '{info.name}' start from those of '{info.starts_from}', of "
        "which the paper has no row without options"
    )


def seed_groups(seeds: int, together: int) -> list[tuple[int, ...]]:
    """Seeds 0, 1, ... in consecutive groups; a full group stays the same when seeds are added."""
    return [
        tuple(range(first, min(first + together, seeds))) for first in range(0, seeds, together)
    ]
