"""What rows predict of a few images, beside the truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mtl.errors import MtlError
from mtl.results.figures.picture import Image, image, record_with
from mtl.results.figures.source import Heading, read

if TYPE_CHECKING:
    from mtl.config.project import Project
    from mtl.results.runs import Runs

NAME = "predictions"
_KINDS = ("segmentation", "depth", "normals")

Maps = Mapping[str, Any]
"""By kind of task: classes [height][width], from 0, -1 for none; depths [height][width], 0 where
invalid; normals as an `Image`, red, green and blue for right, down and forward."""


@dataclass(frozen=True)
class Predictor:
    """Who predicts: the run, and its unit's fingerprint."""

    row: str
    label: str
    seed: int
    mark: str


@dataclass(frozen=True)
class Scene:
    """One image: the truth, and what each of the runs predicts."""

    image: Image
    truth: Maps
    predicted: tuple[Maps, ...]


@dataclass(frozen=True)
class PredictionData:
    """Some images; none without runs.

    Attributes:
        classes: the names of the classes, by their numbers.
        runs: of the rows with runs, in order.
    """

    heading: Heading
    setting: str
    classes: tuple[str, ...]
    runs: tuple[Predictor, ...]
    scenes: tuple[Scene, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of tasks that there are pictures of, in the papers' order."""
        truth = self.scenes[0].truth if self.scenes else {}
        return tuple(kind for kind in _KINDS if kind in truth)


def build(
    project: Project,
    paper: str,
    figure: str,
    allow_missing: bool = False,
    runs: Runs | None = None,
) -> PredictionData:
    """Read the predictions of each row's first run that stored them.

    Args:
        project: the working tree at a scale.
        paper, figure: which one.
        allow_missing: leave out rows without runs instead of refusing the figure.
        runs: a reader to share.

    Raises:
        MtlError: for unknown names, missing or damaged runs, runs without this diagnostic, or runs
            that looked at other images.
    """
    source = read(project, paper, figure, allow_missing, runs)
    shown: list[Predictor] = []
    stored: list[dict[str, Any]] = []
    for (setting, row), found in source.runs.items():
        if not found.records:
            continue
        record = record_with(found.records, NAME)
        diagnostic = record.diagnostics[NAME]
        first = stored[0] if stored else diagnostic
        if _subjects(diagnostic) != _subjects(first):
            raise MtlError(
                f"{record.path}: field 'diagnostics.{NAME}': holds other images than the runs of "
                f"'{shown[0].row}'"
            )
        label = source.shown(setting, row).label
        shown.append(Predictor(row, label, record.seed, record.fingerprint))
        stored.append(diagnostic)
    scenes = [
        Scene(
            image(views[0]["image"]),
            _maps(views[0]["truth"]),
            tuple(_maps(view["predicted"]) for view in views),
        )
        for views in zip(*(one["images"] for one in stored), strict=True)
    ]
    return PredictionData(
        heading=source.heading(),
        setting=source.spec.setting,
        classes=tuple(stored[0]["classes"]) if stored else (),
        runs=tuple(shown),
        scenes=tuple(scenes),
    )


def _subjects(diagnostic: Mapping[str, Any]) -> Any:
    """What all rows must share."""
    return diagnostic["classes"], [(v["image"], v["truth"]) for v in diagnostic["images"]]


def _maps(stored: Mapping[str, Any]) -> Maps:
    return {kind: image(maps) if isinstance(maps, dict) else maps for kind, maps in stored.items()}
