"""What a scale does otherwise than the paper, derived by comparing it with the full scale."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mtl.config.models import DatasetScale, Row, RowScale, Scale, Setting, SettingScale, Value
from mtl.config.spec import method_options
from mtl.data import registry as data_registry
from mtl.methods import registry

_TRAINING = {
    "width": "channels in the first stage",
    "epochs": "epochs",
    "batch_size": "batch size",
    "eval_batch_size": "evaluation batch size",
    "evaluations_per_epoch": "evaluations an epoch",
    "learning_rate": "learning rate",
}


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _difference(name: str, here: object, full: object, where: str = "paper") -> str:
    return f"{name} {_text(here)} ({where}: {_text(full)})"


def _where(dataset: str) -> str:
    """Whose protocol the full scale has: no paper has runs on data that are always synthetic."""
    return "paper" if "real" in data_registry.describe(dataset).source_labels else "full scale"


def _sizes(dials: Mapping[str, Value]) -> str:
    """The numbers of images that dials state; nothing for those that they do not."""
    sizes = [f"{dials[split]} {split}" for split in ("train", "val", "test") if split in dials]
    return f"{', '.join(sizes)} images" if sizes else ""


def _dials(settings: Iterable[Setting]) -> str:
    """The dials that settings set, each with its values; a blank before them if there are any."""
    values: dict[str, list[str]] = {}
    for setting in settings:
        for name, value in setting.twin.items():
            values.setdefault(name, []).append(_text(value))
    texts = [f"{name} {', '.join(dict.fromkeys(found))}" for name, found in values.items()]
    return f" with {' and '.join(texts)}" if texts else ""


def _dataset_differences(
    dataset: str,
    here: DatasetScale,
    full: DatasetScale,
    settings: Sequence[Setting],
    options: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]],
) -> list[str]:
    """What a scale changes of a dataset.

    Args:
        dataset, here, full: at the scale and at the full scale.
        settings: those shown that use it.
        options: of the preparation in each of them, at both scales.
    """
    lines = []
    label = data_registry.describe(dataset).label
    sizes, dials = _sizes(here.twin or {}), _dials(settings)
    if here.source == "twin" and full.source == "real":
        images = f" ({sizes})" if sizes else ""
        lines.append(
            f"Data: a synthetic twin of {label}{dials}, drawn by a program{images}; no real images."
        )
    elif here.source == "twin" and sizes != (there := _sizes(full.twin or {})):
        lines.append(f"Data: {label}{dials}: {sizes} ({_where(dataset)}: {there}).")
    differences = [
        _difference(name.replace("_", " "), own.get(name), value, _where(dataset))
        for own, there in options
        for name, value in there.items()
        if own.get(name) != value
    ]
    if differences:
        lines.append(f"Images of {label}: {', '.join(dict.fromkeys(differences))}.")
    return lines


def _options(scale: Scale, name: str, setting: Setting) -> dict[str, Any]:
    """Of the preparation of a setting's dataset."""
    own = scale.settings[name].data if name in scale.settings else {}
    return {**scale.datasets[setting.dataset].options, **own}


def _row_differences(here: SettingScale, full: SettingScale, name: str, row: Row) -> str:
    """What a scale changes for one row, against its setting and the row at the full scale."""
    own, there = here.rows.get(name, RowScale()), full.rows.get(name, RowScale())
    differences = []
    if own.epochs is not None and own.epochs != here.epochs:
        differences.append(f"{own.epochs} epochs")
    usual = method_options(row, registry.describe(row.method))
    differences += [
        _difference(
            option.replace("_", " "),
            own.options.get(option, usual[option]),
            there.options.get(option, usual[option]),
            "full scale",
        )
        for option in sorted({*own.options, *there.options})
        if own.options.get(option, usual[option]) != there.options.get(option, usual[option])
    ]
    return ", ".join(differences)


def scale_deviations(
    scale: Scale,
    full: Scale,
    settings: Iterable[tuple[str, Setting]],
    labels: Mapping[str, Row],
    rows: Sequence[str],
) -> list[str]:
    """One sentence per dataset, setting and changed row where the scale is not the full one.

    Args:
        scale: the scale in use.
        full: the scale with the paper's protocol.
        settings: the settings that a table or figure shows.
        labels: all rows of the paper, labelled.
        rows: those that the table or figure shows.
    """
    settings = list(settings)
    lines: list[str] = []
    for dataset in dict.fromkeys(setting.dataset for _, setting in settings):
        if dataset in scale.datasets and dataset in full.datasets:
            users = [(name, setting) for name, setting in settings if setting.dataset == dataset]
            lines += _dataset_differences(
                dataset,
                scale.datasets[dataset],
                full.datasets[dataset],
                [setting for _, setting in users],
                [(_options(scale, *user), _options(full, *user)) for user in users],
            )
    by_text: dict[str, list[str]] = {}
    for name, setting in settings:
        here, there = scale.settings.get(name), full.settings.get(name)
        if here is None or there is None:
            continue
        differences = [
            _difference(label, getattr(here, key), getattr(there, key), _where(setting.dataset))
            for key, label in _TRAINING.items()
            if getattr(here, key) != getattr(there, key)
        ]
        if differences:
            by_text.setdefault(", ".join(differences), []).append(setting.label)
    lines += [f"Training ({'; '.join(labels)}): {text}." for text, labels in by_text.items()]
    by_change: dict[tuple[str, str], list[str]] = {}
    for name, setting in settings:
        here, there = scale.settings.get(name), full.settings.get(name)
        if here is None or there is None:
            continue
        for row in rows:
            change = _row_differences(here, there, row, labels[row])
            if change:
                by_change.setdefault((setting.label, change), []).append(labels[row].label or row)
    lines += [
        f"Single rows ({setting}): {change} for {', '.join(names)}."
        for (setting, change), names in by_change.items()
    ]
    if scale.seeds != full.seeds:
        lines.append(f"Seeds: {scale.seeds} (paper: {full.seeds}).")
    return lines
