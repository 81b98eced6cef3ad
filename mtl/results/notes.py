"""What a reader of a table must know of its statistics, in the words that are printed below it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from mtl.metrics.catalogue import METRICS
from mtl.results.comparisons import Comparison, Marks
from mtl.results.statistics import EXACT_SEEDS

if TYPE_CHECKING:
    from mtl.config.models import Group


def statistics_notes(comparisons: Iterable[Comparison], marks: Marks) -> list[str]:
    """How the tests of a table are to be read."""
    comparisons = list(comparisons)
    tests = {comparison.test for comparison in comparisons}
    notes = []
    if tests == {"none"}:
        notes.append("One seed: there is no spread and nothing is tested.")
    if "paired t" in tests:
        n = max(comparison.n for comparison in comparisons if comparison.n < EXACT_SEEDS)
        notes.append(
            f"The t-tests assume that differences between seeds are about normal: with {n} seeds "
            f"an exact sign-flip test cannot give less than p = {2 / 2**n:g}."
        )
    if marks.tied:
        notes.append(
            "† compares with the row that is best in the column, which the same runs chose: it "
            "says that a row was not shown to be worse (p > 0.05, Holm-corrected over the table)."
        )
    if dropped := sorted({seed for comparison in comparisons for seed in comparison.dropped}):
        notes.append(
            "Comparisons leave out seeds that one of the two rows lacks: "
            f"{', '.join(map(str, dropped))}."
        )
    return notes


def reference_notes(
    groups: Sequence[Group], references: Mapping[str, Mapping[str, float]]
) -> list[str]:
    """The level that predicting "yes" to everything would reach, for settings of equal level."""
    labels: dict[str, list[str]] = {}
    for group in groups:
        scores = references[group.setting]
        text = ", ".join(
            f"{METRICS[name].label} {100 * scores[name]:.{METRICS[name].digits}f}"
            for name in group.metrics
            if name in scores
        )
        if text:
            labels.setdefault(text, []).append(group.label)
    return [
        f"Saying yes to every attribute would score {text} ({'; '.join(settings)})."
        for text, settings in labels.items()
    ]
