"""What a kind of figure must be able to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from mtl.results.figures.source import FigureData

Data = TypeVar("Data", bound="FigureData")


@dataclass(frozen=True)
class Kind(Generic[Data]):
    """A kind of figure.

    Attributes:
        build: aggregates the runs of (project, paper, figure, allow_missing, runs).
        draw: the picture.
        fields: the columns of the CSV.
        rows: its lines, in the unit of the records and full precision.
        line: what means, bands and points are, in one line.
        alt: what is to be seen, for those who cannot see it.
    """

    build: Callable[..., Data]
    draw: Callable[[Data], Figure]
    fields: tuple[str, ...]
    rows: Callable[[Data], Iterable[Sequence[Any]]]
    line: Callable[[Data], str]
    alt: Callable[[Data], str]
