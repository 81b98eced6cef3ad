"""The similarity of the tasks' gradients at each layer: linear CKA, mean over seeds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mtl.errors import MtlError
from mtl.results.figures.source import Heading, diagnostic, read
from mtl.results.statistics import Summary, summarise

if TYPE_CHECKING:
    from mtl.config.project import Project
    from mtl.results.records import Record
    from mtl.results.runs import Runs

NAME = "gradient_cka"


@dataclass(frozen=True)
class Layer:
    """One layer.

    Attributes:
        cka: over seeds, by pair of tasks, [task][task].
        between: over seeds, the mean over all pairs of different tasks.
    """

    name: str
    cka: tuple[tuple[Summary, ...], ...]
    between: Summary


@dataclass(frozen=True)
class CKAData:
    """The layers of a row, in the order of the network; none without runs.

    Attributes:
        n_images: in each batch.
        batches: on how many the similarity is measured, and averaged.
    """

    heading: Heading
    setting: str
    row: str
    tasks: tuple[str, ...]
    layers: tuple[Layer, ...]
    n_images: int
    batches: int


def build(
    project: Project,
    paper: str,
    figure: str,
    allow_missing: bool = False,
    runs: Runs | None = None,
) -> CKAData:
    """Aggregate the CKA of a row's runs.

    Args:
        project: the working tree at a scale.
        paper, figure: which one.
        allow_missing: give the reason of missing runs instead of refusing the figure.
        runs: a reader to share.

    Raises:
        MtlError: for unknown names, missing or damaged runs, runs without this diagnostic, or seeds
            with other tasks or layers.
    """
    source = read(project, paper, figure, allow_missing, runs)
    setting, row = source.spec.setting, source.spec.row
    records = source.runs[setting, row].records
    found = [diagnostic(record, NAME) for record in records]
    for record, one in zip(records, found, strict=True):
        _check(record, one, found[0])
    nothing: dict[str, Any] = {"tasks": [], "layers": [], "n_images": 0, "batches": 0}
    first = found[0] if found else nothing
    return CKAData(
        heading=source.heading(),
        setting=setting,
        row=row,
        tasks=tuple(first["tasks"]),
        layers=tuple(
            _layer(layer["name"], [one["layers"][position]["cka"] for one in found])
            for position, layer in enumerate(first["layers"])
        ),
        n_images=first["n_images"],
        batches=first["batches"],
    )


def _layer(name: str, matrices: list[list[list[float]]]) -> Layer:
    tasks = range(len(matrices[0]))
    between = [_between(matrix) for matrix in matrices]
    return Layer(
        name,
        tuple(tuple(summarise([m[a][b] for m in matrices]) for b in tasks) for a in tasks),
        summarise(between),
    )


def _between(matrix: list[list[float]]) -> float:
    """The mean of the entries off the diagonal."""
    values = [v for a, line in enumerate(matrix) for b, v in enumerate(line) if a != b]
    return summarise(values).mean


def _check(record: Record, found: dict[str, Any], first: dict[str, Any]) -> None:
    """Refuse seeds that were not measured alike, and matrices that are not tasks by tasks."""
    where = f"{record.path}: field 'diagnostics.{NAME}"
    for key in ("tasks", "n_images", "batches"):
        if found[key] != first[key]:
            raise MtlError(f"{where}.{key}': found {found[key]}, other seeds have {first[key]}")
    names, expected = ([layer["name"] for layer in one["layers"]] for one in (found, first))
    if names != expected:
        raise MtlError(f"{where}.layers': found {names}, other seeds have {expected}")
    n = len(found["tasks"])
    for layer in found["layers"]:
        if [len(line) for line in layer["cka"]] != [n] * n:
            raise MtlError(f"{where}.layers': the matrix of {layer['name']} is not {n} x {n}")
