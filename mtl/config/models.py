"""What the YAML files may hold. Cross-references are checked in `mtl.config.check`."""

from __future__ import annotations

import abc
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Value = bool | int | float | str
Regime = Literal["joint", "steady_state", "synchronized"]
Count = Annotated[int, Field(ge=1)]
Selection = Literal["best_f_score", "best_accuracy", "best_miou", "mean_of_last_10", "last"]


def sequence_of(item: Any) -> Any:
    """A tuple of items, given as a YAML list."""
    return Annotated[tuple[item, ...], Field(strict=False)]


class Model(BaseModel):
    """Immutable; unknown keys and lossy conversions ("6" for 6) are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Evaluation(Model):
    """Which data a run is evaluated on after each epoch, and which epoch's metrics it reports."""

    split: Literal["train", "val", "test"] = Field(description="the prepared split")
    selection: Selection = Field(
        description="the evaluation with the best value of that metric, the mean over the last "
        "ten evaluations with the last one's weights, or the last evaluation"
    )


class Setting(Model):
    """A problem: a dataset divided into tasks, a host network and the metrics reported."""

    label: str = Field(description="how tables name it")
    dataset: Identifier = Field(description="a dataset of mtl/data")
    tasks: Identifier = Field(description="a partition of the dataset's columns into tasks")
    host: Identifier = Field(description="a network of mtl/models")
    metrics: sequence_of(Identifier) = Field(min_length=1, description="metrics reported")  # type: ignore[valid-type]
    evaluation: Evaluation
    regime: Regime | None = Field(
        None,
        description="update regime of the methods that can train under it, where rows state none",
    )
    twin: dict[Identifier, Value] = Field(
        {}, description="dials of the dataset's twin that this problem sets, beside the scale's"
    )
    rows: dict[Identifier, dict[Identifier, Value]] = Field(
        {}, description="options of rows that hold in this setting, instead of the rows' own"
    )
    loss_weights: dict[Identifier, Annotated[float, Field(gt=0)]] = Field(
        {}, description="of each task's loss, in the rows that are weighted; ones if absent"
    )
    profile: sequence_of(Count) | None = Field(  # type: ignore[valid-type]
        None,
        min_length=2,
        max_length=2,
        description="[height, width] at which the full scale's network is counted; the run's own "
        "network and images if absent",
    )


class Row(Model):
    """A method with its options, as a row of tables or a curve of figures."""

    method: Identifier = Field(description="a method of mtl/methods")
    label: str | None = Field(None, description="in LaTeX; the method's own if absent")
    label_html: str | None = Field(None, description="in HTML; from the LaTeX label if absent")
    options: dict[Identifier, Value] = Field({}, description="deviating from the method's defaults")
    regime: Regime | None = Field(
        None, description="update regime; the setting's or the method's first if absent"
    )
    weighted: bool = Field(
        False, description="whether the losses have the weights that the setting states"
    )
    features: sequence_of(Identifier) = Field(  # type: ignore[valid-type]
        (), description="what the row has of the features that its tables name"
    )
    cite: str | None = Field(None, description="the paper's reference number or a key")
    note: str | None = Field(None, description="shown with the row")


class Group(Model):
    """The columns of a table that belong to one setting."""

    setting: Identifier
    label: str
    metrics: sequence_of(Identifier) = Field(min_length=1)  # type: ignore[valid-type]


class Order(Model):
    """A column whose reproduced means order the rows of a table."""

    setting: Identifier
    metric: Identifier


class Table(Model):
    """A table of the paper."""

    title: str = Field(description="short, for headings and lists")
    caption: str
    baseline: Identifier = Field(description="the row that deltas and tests compare with")
    delta: Literal["metrics", "tasks", "primary"] | None = Field(
        None, description="convention of the delta column; none if absent"
    )
    mean_rank: bool = Field(False, description="whether a column shows each row's mean rank")
    step_time: Identifier | None = Field(
        None,
        description="the row by whose training step the others' measured times are divided, in a "
        "column; none if absent",
    )
    groups: sequence_of(Group) = Field(min_length=1)  # type: ignore[valid-type]
    rows: sequence_of(Identifier) = Field(min_length=1, description="rows that the paper prints")  # type: ignore[valid-type]
    extra_rows: sequence_of(Identifier) = Field((), description="rows that the paper lacks")  # type: ignore[valid-type]
    costs: Literal["once", "each"] = Field(
        "once",
        description="whether parameters and multiply-accumulates stand once, those of the first "
        "group with runs, or in each group",
    )
    features: dict[Identifier, str] = Field(
        {}, description="columns of check marks: feature of rows to heading, in order"
    )
    order: Order | None = Field(
        None,
        description="rows stand in rising order of this column, the baseline last; as listed if "
        "absent",
    )
    published: str | None = Field(None, description="CSV with the printed numbers")
    deviations: sequence_of(str) = Field((), description="what differs from the paper, this table")  # type: ignore[valid-type]


Places = dict[tuple[str | int, ...], str]
"""Names by their places in a figure."""


class _Figure(Model, abc.ABC):
    """What figures of every kind have."""

    title: str
    caption: str
    deviations: sequence_of(str) = Field((), description="what differs from the paper, this figure")  # type: ignore[valid-type]

    @property
    @abc.abstractmethod
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The (setting, row) pairs whose runs it shows, in order."""

    @property
    def shown_rows(self) -> tuple[str, ...]:
        """The rows of `pairs`, each once."""
        return tuple(dict.fromkeys(row for _, row in self.pairs))

    @property
    def named_metrics(self) -> Places:
        """The metrics that it names; none where its kind has its own numbers."""
        return {}

    @property
    def diagnostic(self) -> str | None:
        """The module of mtl/diagnostics that those runs must make; None for none."""
        return None


def _listed_metrics(metrics: Iterable[str]) -> Places:
    return {("metrics", position): metric for position, metric in enumerate(metrics)}


class _OfRows(_Figure):
    setting: Identifier
    rows: sequence_of(Identifier) = Field(min_length=1)  # type: ignore[valid-type]

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        return tuple((self.setting, row) for row in self.rows)


class LearningCurves(_OfRows):
    """A metric by epoch, one curve a row."""

    kind: Literal["learning_curves"]
    metric: Identifier

    @property
    def named_metrics(self) -> Places:
        return {("metric",): self.metric}


class Panel(Model):
    """One panel of a sweep."""

    title: str
    axis: str = Field(description="what the horizontal axis shows, with its unit")
    option: Identifier | None = Field(
        None, description="the rows' numeric option that the axis shows; labels if absent"
    )
    points: dict[Identifier, str] = Field(
        min_length=1, description="row to its label on the axis, in order"
    )


class OptionSweep(_Figure):
    """A metric by the value of an option, in one or several panels."""

    kind: Literal["option_sweep"]
    setting: Identifier
    metrics: sequence_of(Identifier) = Field(  # type: ignore[valid-type]
        min_length=1, description="each in lines of panels of its own"
    )
    panels: sequence_of(Panel) = Field(min_length=1)  # type: ignore[valid-type]
    references: sequence_of(Identifier) = Field(  # type: ignore[valid-type]
        (), description="rows drawn as level lines across all panels"
    )

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        swept = (row for panel in self.panels for row in panel.points)
        return tuple((self.setting, row) for row in dict.fromkeys((*swept, *self.references)))

    @property
    def named_metrics(self) -> Places:
        return _listed_metrics(self.metrics)


class _OfOneRow(_Figure):
    setting: Identifier
    row: Identifier

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        return ((self.setting, self.row),)


class GradientCKA(_OfOneRow):
    """Heat maps of the similarity of the tasks' gradients, one a layer."""

    kind: Literal["gradient_cka"]

    @property
    def diagnostic(self) -> str:
        return "gradient_cka"


class FeatureMaps(_OfOneRow):
    """What each primitive makes of one image."""

    kind: Literal["feature_maps"]

    @property
    def diagnostic(self) -> str:
        return "feature_maps"


class ActivationEmbedding(_OfOneRow):
    """t-SNE of the maps of the shared and the task-specific branches."""

    kind: Literal["activation_embedding"]

    @property
    def diagnostic(self) -> str:
        return "activations"


class GradientConflict(_OfRows):
    """Cosines and variance of the tasks' gradients over training, one curve a row."""

    kind: Literal["gradient_conflict"]

    @property
    def diagnostic(self) -> str:
        return "gradient_conflict"


class Predictions(_OfRows):
    """What rows predict of a few images, beside the truth."""

    kind: Literal["predictions"]

    @property
    def diagnostic(self) -> str:
        return "predictions"


class Relatedness(_Figure):
    """How far rows lie above single-task learning, by the relatedness of the tasks."""

    kind: Literal["relatedness"]
    settings: sequence_of(Identifier) = Field(  # type: ignore[valid-type]
        min_length=2, description="equal but for their labels and the dial twin.relatedness"
    )
    metric: Identifier
    baseline: Identifier = Field(description="the row of single-task learning")
    rows: sequence_of(Identifier) = Field(min_length=1)  # type: ignore[valid-type]

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        rows = (self.baseline, *self.rows)
        return tuple((setting, row) for setting in self.settings for row in rows)

    @property
    def named_metrics(self) -> Places:
        return {("metric",): self.metric}


class Series(Model):
    """What a trade-off shows of one setting."""

    setting: Identifier
    label: str
    baseline: Identifier | None = Field(
        None, description="the row that deltas compare with; needed for a delta"
    )
    curve: sequence_of(Identifier) = Field((), description="rows joined by a line, in order")  # type: ignore[valid-type]
    points: sequence_of(Identifier) = Field((), description="rows as single marks")  # type: ignore[valid-type]

    @property
    def rows(self) -> tuple[str, ...]:
        """Those shown, each once; a baseline among them only if it is listed."""
        return tuple(dict.fromkeys((*self.curve, *self.points)))


class TradeOff(_Figure):
    """How well rows do against what they cost."""

    kind: Literal["trade_off"]
    cost: Identifier = Field(description="the metric on the horizontal axis")
    log: bool = Field(False, description="whether that axis is logarithmic")
    metric: Identifier | None = Field(None, description="on the vertical axis; or a delta")
    delta: Literal["metrics", "tasks", "primary"] | None = Field(
        None, description="convention of the delta on the vertical axis, over its `metrics`"
    )
    metrics: sequence_of(Identifier) = Field((), description="that the delta counts")  # type: ignore[valid-type]
    series: sequence_of(Series) = Field(min_length=1)  # type: ignore[valid-type]

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        shown = (
            (one.setting, row)
            for one in self.series
            for row in (*one.rows, *([one.baseline] if one.baseline else []))
        )
        return tuple(dict.fromkeys(shown))

    @property
    def named_metrics(self) -> Places:
        value: Places = {} if self.metric is None else {("metric",): self.metric}
        return value | {("cost",): self.cost} | _listed_metrics(self.metrics)


class GateShares(_OfRows):
    """What tasks keep of their own and contribute to the shared branch, one column a row."""

    kind: Literal["gate_shares"]

    @property
    def diagnostic(self) -> str:
        return "gates"


Figure = Annotated[
    LearningCurves
    | OptionSweep
    | GradientCKA
    | FeatureMaps
    | ActivationEmbedding
    | GradientConflict
    | Predictions
    | Relatedness
    | TradeOff
    | GateShares,
    Field(discriminator="kind"),
]


class Paper(Model):
    """A paper: its settings, methods, tables and figures."""

    name: Identifier = Field(description="equal to the file's name")
    title: str
    short: str = Field(description="how the report names it")
    venue: str
    arxiv: str | None = None
    delta_index: Literal["p", "MTL"] = Field("p", description="how the paper writes its delta")
    deviations: sequence_of(str) = Field((), description="what differs from the paper, every table")  # type: ignore[valid-type]
    settings: dict[Identifier, Setting] = Field(min_length=1)
    rows: dict[Identifier, Row] = Field(min_length=1)
    tables: dict[Identifier, Table] = Field(min_length=1)
    figures: dict[Identifier, Figure] = {}


class DatasetScale(Model):
    """Where a dataset comes from at a scale, and how it is prepared.

    Further keys are the preparation's own options (for example `short_side`); they and those of
    `twin` are checked against the dataset's record.
    """

    model_config = ConfigDict(frozen=True, extra="allow", strict=True)
    __pydantic_extra__: dict[str, Value | list[int]] = Field(init=False)

    source: Literal["twin", "real"]
    root: str | None = Field(None, description="the folder of the real data, if it needs one")
    twin: dict[Identifier, Value] | None = Field(None, description="the dials of the generator")

    @property
    def options(self) -> dict[str, Value | list[int]]:
        """The preparation's options."""
        return dict(self.__pydantic_extra__)


class RowScale(Model):
    """What a scale changes for one row of a setting; listed as a deviation with every table."""

    epochs: Count | None = Field(default=None, description="instead of the setting's")
    options: dict[Identifier, Value] = Field(default={}, description="instead of the row's own")


class SettingScale(Model):
    """How a setting is trained at a scale."""

    width: Count = Field(description="channels of the host's first stage")
    epochs: Count
    batch_size: Count
    eval_batch_size: Count
    evaluations_per_epoch: Count | Annotated[float, Field(gt=0, lt=1)] = Field(
        1, description="a fraction for one evaluation after several epochs: 0.2 for every fifth"
    )
    learning_rate: float = Field(gt=0, lt=1)
    data: dict[Identifier, Value | list[int]] = Field(
        {}, description="options of the dataset's preparation that differ from the scale's"
    )
    rows: dict[Identifier, RowScale] = Field({}, description="what differs for single rows")


class Scale(Model):
    """A size of the whole reproduction."""

    name: Identifier = Field(description="equal to the file's name")
    description: str
    seeds: Count = Field(description="number of seeds, from 0")
    seeds_together: Count = Field(
        description="seeds trained in one process; part of a run's identity, as float32 bytes "
        "depend on it"
    )
    datasets: dict[Identifier, DatasetScale] = Field(min_length=1)
    settings: dict[Identifier, SettingScale] = Field(min_length=1)
