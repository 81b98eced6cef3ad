"""t-SNE of the maps of shared and task-specific branches, for one image in one run.

Every channel's map, flattened, is a point; layers are embedded one by one. The embedding runs on a
single thread, since the order in which threads add up changes the last bits, which t-SNE magnifies.
Another processor or version of scikit-learn may still give another picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mtl.errors import MtlError
from mtl.results.figures.picture import Image, image, record_with
from mtl.results.figures.source import Heading, read

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mtl.config.project import Project
    from mtl.results.runs import Runs

NAME = "activations"
MOST_PERPLEXITY = 30.0


@dataclass(frozen=True)
class Point:
    """One channel's map; x and y have no unit."""

    branch: str
    channel: int
    x: float
    y: float


@dataclass(frozen=True)
class Layer:
    """One layer; its maps are height x width.

    Attributes:
        perplexity: about the number of neighbours that each point keeps.
    """

    name: str
    height: int
    width: int
    perplexity: float
    points: tuple[Point, ...]


@dataclass(frozen=True)
class EmbeddingData:
    """The layers of a row; without runs, no image, no seed and no layer.

    Attributes:
        seed, mark: the run that stored the maps, and its unit's fingerprint.
        branches: the shared one, then the tasks'.
    """

    heading: Heading
    setting: str
    row: str
    seed: int | None
    mark: str | None
    image: Image | None
    branches: tuple[str, ...]
    layers: tuple[Layer, ...]


def build(
    project: Project,
    paper: str,
    figure: str,
    allow_missing: bool = False,
    runs: Runs | None = None,
) -> EmbeddingData:
    """Embed the maps of the first run that stored them.

    Layers that cannot be embedded are left out with a note: of fewer than four maps, of maps of one
    value, or of maps that are all the same.

    Args:
        project: the working tree at a scale.
        paper, figure: which one.
        allow_missing: give the reason of missing runs instead of refusing the figure.
        runs: a reader to share.

    Raises:
        MtlError: for unknown names, missing or damaged runs, runs without this diagnostic, or maps
            of another size than their layer's.
    """
    source = read(project, paper, figure, allow_missing, runs)
    setting, row = source.spec.setting, source.spec.row
    records = source.runs[setting, row].records
    if not records:
        return EmbeddingData(source.heading(), setting, row, None, None, None, (), ())
    record = record_with(records, NAME)
    found = record.diagnostics[NAME]
    layers, notes = [], []
    for stored in found["layers"]:
        where = f"{record.path}: field 'diagnostics.{NAME}.layers', {stored['name']}"
        maps, names = _maps(stored, where)
        if reason := _unfit(maps):
            notes.append(f"{stored['name']} is left out: {reason}.")
            continue
        perplexity = min(MOST_PERPLEXITY, (len(maps) - 1) / 3)
        places = embed(maps, perplexity)
        points = tuple(
            Point(branch, channel, float(x), float(y))
            for (branch, channel), (x, y) in zip(names, places, strict=True)
        )
        layers.append(Layer(stored["name"], stored["height"], stored["width"], perplexity, points))
    branches = (branch["name"] for stored in found["layers"] for branch in stored["branches"])
    return EmbeddingData(
        heading=source.heading(notes),
        setting=setting,
        row=row,
        seed=record.seed,
        mark=record.fingerprint,
        image=image(found["image"]),
        branches=tuple(dict.fromkeys(branches)),
        layers=tuple(layers),
    )


def embed(maps: NDArray[np.float64], perplexity: float) -> NDArray[np.float32]:
    """Places [maps, 2] of maps [maps, values], the same for any number of threads."""
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    with threadpool_limits(limits=1):
        places: NDArray[np.float32] = TSNE(
            perplexity=perplexity, init="pca", random_state=0
        ).fit_transform(maps)
    return places


def _maps(stored: dict[str, Any], where: str) -> tuple[NDArray[np.float64], list[tuple[str, int]]]:
    """A layer's maps [maps, values], and the (branch, channel) of each."""
    import numpy as np

    names = [
        (branch["name"], channel)
        for branch in stored["branches"]
        for channel in range(len(branch["maps"]))
    ]
    flat = [one for branch in stored["branches"] for one in branch["maps"]]
    size = stored["height"] * stored["width"]
    if wrong := {len(one) for one in flat} - {size}:
        raise MtlError(f"{where}: a map has {min(wrong)} values, not {size}")
    return np.array(flat, dtype=np.float64).reshape(len(flat), size), names


def _unfit(maps: NDArray[np.float64]) -> str | None:
    """Why maps cannot be embedded; None if they can."""
    n, size = maps.shape
    if n < 4:
        return f"{n} maps are too few for t-SNE"
    if size < 2:
        return "its maps are single values"
    return "its maps are all the same" if (maps == maps[0]).all() else None
