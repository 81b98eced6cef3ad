"""Small aggregates made by hand, so that every mark of a table is known."""

from __future__ import annotations

import dataclasses
import math
import statistics
from typing import Any

from mtl.config.models import Group
from mtl.results.aggregate import (
    Cell,
    Comparison,
    DeltaCell,
    Published,
    Row,
    RunRef,
    TableData,
)
from mtl.results.costs import Costs, Counts, PrintedCost

SYNTHETIC = "synthetic twin 'faces' (no photographs)"
REAL = "real data (CelebA, aligned and cropped)"
NASTY = (
    r"""A & B_1 {50%} #2 $x \input{/etc/passwd} ~^ <script>alert("1")</script> é — \end{tabular}"""
)


def runs(row: str, n: int) -> tuple[RunRef, ...]:
    mark = f"{sum(map(ord, row)):012x}"
    return tuple(RunRef(k, f"results/runs/celeba/{row}/{mark}/seed{k}", mark) for k in range(n))


def cell(row: str, metric: str, values: tuple[float, ...], **changes: Any) -> Cell:
    """A cell of setting `celeba8`; without values it is missing."""
    filled = Cell(
        row=row,
        setting="celeba8",
        metric=metric,
        values=values,
        seeds=tuple(range(len(values))),
        mean=statistics.fmean(values) if values else math.nan,
        std=statistics.stdev(values) if len(values) > 1 else None,
        n=len(values),
        best=False,
        second=False,
        tied=False,
        comparison=None,
        published=None,
        runs=runs(row, len(values)),
        missing=None if values else "failed: the loss is not finite",
        in_paper=True,
    )
    return dataclasses.replace(filled, **changes)


def comparison(**changes: Any) -> Comparison:
    return dataclasses.replace(
        Comparison(
            baseline="hard_sharing",
            mean_difference=0.0123456789,
            ci_low=-0.004,
            ci_high=0.03,
            p_value=0.0321,
            p_holm=0.0642,
            test="paired t",
            n=3,
            sign_flip_p=0.25,
            dropped=(),
        ),
        **changes,
    )


def counts(**changes: Any) -> Counts:
    filled = Counts(
        width=64,
        image=(3, 64, 64),
        parameters_total=11_195_240,
        parameters_active=11_195_240,
        parameters_registered=11_195_240,
        macs=148_070_000,
    )
    return dataclasses.replace(filled, **changes)


def costs(
    parameters: str | None = "11.2", trained: dict[str, Any] | None = None, **changes: Any
) -> Costs:
    """Costs as printed and counted; `trained` and `changes` say how the counts differ."""
    profile = counts(**changes)
    printed = None if parameters is None else PrintedCost("parameters", parameters, "million")
    own = dataclasses.replace(profile, **(trained or {}))
    return Costs(profile, own, printed, None)


def row(
    name: str,
    label: str,
    cells: list[Cell],
    delta: DeltaCell | None = None,
    **changes: Any,
) -> Row:
    filled = Row(
        id=name,
        label=label,
        label_html=label,
        method=name,
        in_paper=True,
        note=None,
        features=(),
        costs={"celeba8": costs()},
        cells={(one.setting, one.metric): one for one in cells},
        deltas={} if delta is None else {"celeba8": delta},
        mean_rank={"celeba8": 1.5},
        printed_rank={"celeba8": None},
    )
    return dataclasses.replace(filled, **changes)


def delta(value: float | None, printed: str | None = None) -> DeltaCell:
    published = None if printed is None else Published(printed, None)
    values = None if value is None else (value - 0.5, value, value + 0.5)
    return DeltaCell("celeba8", "metrics", value, values, 0.5, published)


def table(**changes: Any) -> TableData:
    """Two metrics; rows: baseline, best, second and tied, missing, and one not in the paper."""
    rows = (
        row(
            "hard_sharing",
            "Hard sharing",
            [
                cell(
                    "hard_sharing", "precision", (0.67, 0.68, 0.69),
                    published=Published("67.7", "0.8"),
                ),
                cell(
                    "hard_sharing", "recall", (0.598, 0.598, 0.598),
                    published=Published("59.8", "0.3"),
                ),
            ],
            delta(0.0, "0.0"),
        ),
        row(
            "etr",
            r"ETR ($\gamma = 0.9$)",
            [
                cell(
                    "etr", "precision", (0.71, 0.72, 0.731),
                    best=True, published=Published("72.0", "0.4"), comparison=comparison(),
                ),
                cell(
                    "etr", "recall", (0.1 + 0.2, 1 / 3, 0.6),
                    second=True, tied=True, published=Published("63.6", "0.2"),
                    comparison=comparison(),
                ),
            ],
            delta(6.35, "+6.4"),
        ),
        row(
            "mgda_ub",
            "MGDA-UB",
            [
                cell("mgda_ub", "precision", (), published=Published("72.0", "0.1")),
                cell("mgda_ub", "recall", (0.60, 0.61), best=True),
            ],
            delta(None, "-2.0"),
            note="Solved exactly.",
            costs={"celeba8": costs(None)},
        ),
        row(
            "single_task",
            "Single-task",
            [
                cell("single_task", "precision", (0.5, 0.5, 0.5), in_paper=False),
                cell("single_task", "recall", (0.4, 0.41, 0.42), in_paper=False),
            ],
            delta(-1.26),
            in_paper=False,
            costs={"celeba8": costs(None, parameters_total=89_000_000)},
        ),
    )  # fmt: skip
    filled = TableData(
        paper="etr_nlp",
        name="table_3a",
        title="Table 3(a): image-level classification",
        caption="Comparison of ETR with baselines.",
        groups=(Group(setting="celeba8", label="CelebA", metrics=("precision", "recall")),),
        baseline="hard_sharing",
        delta_index="p",
        mean_rank=False,
        step_times=None,
        with_step_times=False,
        rows=rows,
        costs="once",
        cost_settings=("celeba8",),
        features={},
        order=None,
        published_best={
            ("celeba8", "precision"): 72.0,
            ("celeba8", "recall"): 63.6,
            ("celeba8", "delta_p"): 6.4,
        },
        scale="mini",
        source_labels=(SYNTHETIC,),
        n_seeds=3,
        deviations=("Fewer epochs: 6 (paper: 40).", "Narrower"),
        notes=("A note of the statistics.",),
        references={"celeba8": {"precision": 0.3, "recall": 1.0}},
        fingerprint="0" * 12,
    )
    return dataclasses.replace(filled, **changes)


def two_groups(**changes: Any) -> TableData:
    """Like Table 2: two groups whose costs differ and are printed in other units, with a Ghost."""
    groups = tuple(
        Group(setting=setting, label=label, metrics=("recall",))
        for setting, label in (("celeba8", "ResNet18"), ("celeba8_vgg16", "VGG16"))
    )
    trained = {"width": 8, "image": (3, 48, 39)}
    printed = {
        "hard_sharing": ((11_195_240, 148_070_000, "11.2", "148"),
                         (14_739_000, 1_252_800_000, "14.7", "1.25")),
        "ghost": ((2_987_688, 46_300_000, "5.77", "46"), (3_739_320, 321_000_000, "7.45", "0.32")),
    }  # fmt: skip
    registered = {"ghost": (5_767_656, 7_453_896)}
    rows = []
    for name, by_group in printed.items():
        own = {}
        for k, (total, macs, p, m) in enumerate(by_group):
            found = costs(
                p, trained, parameters_total=total, parameters_active=total, macs=macs,
                parameters_registered=registered.get(name, (total, total))[k],
            )  # fmt: skip
            unit = ("macs", m, "million") if not k else ("macs_g", m, "billion")
            own[groups[k].setting] = dataclasses.replace(found, printed_macs=PrintedCost(*unit))
        cells = [
            cell(name, "recall", (0.5, 0.52, 0.6), setting=group.setting, published=printed_recall)
            for group, printed_recall in zip(
                groups, (Published("57.9", "0.6"), Published("61.6", "0.4")), strict=True
            )
        ]
        rows.append(row(name, name.title(), cells, costs=own))
    filled = table(
        name="table_2",
        title="Table 2: alternative designs",
        groups=groups,
        rows=tuple(rows),
        costs="each",
        cost_settings=tuple(group.setting for group in groups),
        published_best={},
    )
    return dataclasses.replace(filled, **changes)


def all_subsets() -> TableData:
    """Like Table S1: the 31 sets of five features and the baseline."""
    names = {
        "avg": "Avg. pool", "max": "Max pool", "conv": "Conv", "shift": "Shift", "perturb": "Noise"
    }  # fmt: skip
    metrics = ("precision", "recall", "f_score")
    rows = []
    for number in range(32):
        features = tuple(name for k, name in enumerate(names) if number >> k & 1)
        name = "_".join(features) or "hard_sharing"
        printed = Published("66.40", "0.32") if number in (0, 21, 31) else None
        cells = [
            cell(name, m, (0.6 + number / 500, 0.61 + number / 500, 0.63), published=printed)
            for m in metrics
        ]
        label = " + ".join(features) or "Standard convolution"
        rows.append(row(name, label, cells, costs={"celeba8": costs(None)}, features=features))
    return table(
        name="table_s1",
        title="Table S1: all sets of primitives",
        groups=(Group(setting="celeba8", label="CelebA", metrics=metrics),),
        rows=tuple(rows),
        features=names,
    )


def with_labels(data: TableData, label: str) -> TableData:
    """The table with one text in every place that takes words from a configuration."""
    rows = tuple(
        dataclasses.replace(
            one,
            label=label,
            note=label,
            cells={
                key: dataclasses.replace(found, missing=label) if found.missing else found
                for key, found in one.cells.items()
            },
        )
        for one in data.rows
    )
    groups = tuple(group.model_copy(update={"label": label}) for group in data.groups)
    return dataclasses.replace(
        data,
        rows=rows,
        groups=groups,
        title=label,
        caption=label,
        deviations=(label,),
        notes=(label,),
        source_labels=(f"synthetic {label}",),
    )
