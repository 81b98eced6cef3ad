"""The runs behind a figure of any kind, and what every figure says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from mtl.config import products
from mtl.config.spec import label_in
from mtl.errors import unknown
from mtl.results.runs import RunRef, Runs, RunSet, fingerprint_of, require_complete

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mtl.config.models import Figure
    from mtl.config.project import Project
    from mtl.results.records import Record


@dataclass(frozen=True)
class Shown:
    """The runs of one row in one setting.

    Attributes:
        n: seeds on disk.
        missing: why there is no run; None if there is one.
    """

    setting: str
    setting_label: str
    row: str
    label: str
    n: int
    runs: tuple[RunRef, ...]
    missing: str | None


@dataclass(frozen=True)
class Heading:
    """What a figure of any kind says of itself; the attributes mean those of `TableData`.

    Attributes:
        shown: the runs, in the order of the configuration.
    """

    paper: str
    name: str
    title: str
    caption: str
    shown: tuple[Shown, ...]
    scale: str
    source_labels: tuple[str, ...]
    n_seeds: int
    deviations: tuple[str, ...]
    notes: tuple[str, ...]
    fingerprint: str


class FigureData(Protocol):
    """The numbers of a figure, of whatever kind."""

    @property
    def heading(self) -> Heading:
        """What every figure says of itself."""


@dataclass(frozen=True)
class Source:
    """A figure's configuration and its runs.

    Attributes:
        runs: by (setting, row), in the order of the configuration.
    """

    project: Project
    paper: str
    name: str
    spec: Any
    runs: dict[tuple[str, str], RunSet]

    def shown(self, setting: str, row: str) -> Shown:
        """The runs of a row in a setting, as the figure names them."""
        model, found = self.project.paper(self.paper), self.runs[setting, row]
        return Shown(
            setting=setting,
            setting_label=model.settings[setting].label,
            row=row,
            label=label_in(row, model.rows[row], [model.settings[setting]]),
            n=len(found.records),
            runs=found.refs,
            missing=None if found.records else found.reason,
        )

    def heading(self, notes: Iterable[str] = ()) -> Heading:
        """What the figure says of itself, with notes of its kind."""
        product = products.figure(self.project, self.paper, self.name)
        figure: Figure = self.spec
        return Heading(
            paper=self.paper,
            name=self.name,
            title=figure.title,
            caption=figure.caption,
            shown=tuple(self.shown(setting, row) for setting, row in self.runs),
            scale=self.project.scale.name,
            source_labels=tuple(dict.fromkeys(unit.data.source_label for unit in product.units)),
            n_seeds=self.project.scale.seeds,
            deviations=self.project.deviations(self.paper, self.name),
            notes=tuple(notes),
            fingerprint=fingerprint_of(product, self.runs.values()),
        )


def read(
    project: Project, paper: str, figure: str, allow_missing: bool, runs: Runs | None
) -> Source:
    """Read the runs of a figure.

    Args:
        project: the working tree at a scale.
        paper, figure: which one.
        allow_missing: take what is there instead of refusing the figure.
        runs: a reader to share.

    Raises:
        MtlError: for unknown names, and missing or damaged runs.
    """
    figures = project.paper(paper).figures
    if figure not in figures:
        raise unknown("figure", figure, figures, f"paper {paper}")
    spec = figures[figure]
    reader = runs or Runs(project)
    found = {(setting, row): reader.of(paper, setting, row) for setting, row in spec.pairs}
    if not allow_missing:
        by_row = {(row, setting): one for (setting, row), one in found.items()}
        require_complete(by_row, f"figure {paper}/{figure}")
    return Source(project, paper, figure, spec, found)


def diagnostic(record: Record, name: str) -> dict[str, Any]:
    """What a module of mtl/diagnostics found in a run.

    Raises:
        MtlError: when the run did not make it.
    """
    if not record.diagnostics.get(name):
        made = [key for key, value in record.diagnostics.items() if value]
        raise unknown("diagnostic", name, made, f"{record.path}: field 'diagnostics'")
    found: dict[str, Any] = record.diagnostics[name]
    return found
