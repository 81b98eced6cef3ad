"""What each primitive makes of one image, in one run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mtl.results.figures.picture import Image, image, record_with
from mtl.results.figures.primitive_words import in_english
from mtl.results.figures.source import Heading, read

if TYPE_CHECKING:
    from mtl.config.project import Project
    from mtl.results.runs import Runs

NAME = "feature_maps"

Map = Sequence[Sequence[float]]


@dataclass(frozen=True)
class Primitive:
    """One primitive's output, a map [height][width] for each colour channel of the image."""

    label: str
    maps: tuple[Map, ...]


@dataclass(frozen=True)
class MapData:
    """The maps of a row; without runs, no image, no seed and no primitive.

    Attributes:
        seed, mark: the run that stored them, and its unit's fingerprint.
    """

    heading: Heading
    setting: str
    row: str
    seed: int | None
    mark: str | None
    image: Image | None
    primitives: tuple[Primitive, ...]


def build(
    project: Project,
    paper: str,
    figure: str,
    allow_missing: bool = False,
    runs: Runs | None = None,
) -> MapData:
    """Read the maps of the first run that stored them.

    Args:
        project: the working tree at a scale.
        paper, figure: which one.
        allow_missing: give the reason of missing runs instead of refusing the figure.
        runs: a reader to share.

    Raises:
        MtlError: for unknown names, missing or damaged runs, or runs without this diagnostic.
    """
    source = read(project, paper, figure, allow_missing, runs)
    setting, row = source.spec.setting, source.spec.row
    records = source.runs[setting, row].records
    if not records:
        return MapData(source.heading(), setting, row, None, None, None, ())
    record = record_with(records, NAME)
    found = record.diagnostics[NAME]
    return MapData(
        heading=source.heading(),
        setting=setting,
        row=row,
        seed=record.seed,
        mark=record.fingerprint,
        image=image(found["image"]),
        primitives=tuple(
            Primitive(in_english(one["label"]), tuple(one["maps"])) for one in found["primitives"]
        ),
    )
