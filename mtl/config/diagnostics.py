"""Which diagnostics the runs of a paper have to make for its tables and figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mtl.config.models import Paper, Setting
from mtl.metrics.catalogue import METRICS, is_diagnosed


def required_diagnostics(paper: Paper) -> dict[tuple[str, str], tuple[str, ...]]:
    """The modules of `mtl.diagnostics` that the runs of each (setting, row) must make, sorted.

    A figure asks for its own and for those of its metrics, a table for those of its metrics. Pairs
    of which nothing asks for a diagnostic are absent.
    """
    required: dict[tuple[str, str], set[str]] = {}
    for pair, diagnostic in (*_of_tables(paper), *_of_figures(paper)):
        required.setdefault(pair, set()).add(diagnostic)
    return {pair: tuple(sorted(names)) for pair, names in required.items()}


def reportable(setting: Setting) -> tuple[str, ...]:
    """The metrics that tables and figures can show of a setting.

    Its own, and those of the diagnostics: runs make whichever diagnostic is asked of them.
    """
    return tuple(dict.fromkeys((*setting.metrics, *filter(is_diagnosed, METRICS))))


def _of_tables(paper: Paper) -> Iterator[tuple[tuple[str, str], str]]:
    for table in paper.tables.values():
        for group in table.groups:
            for diagnostic in _of_metrics(group.metrics):
                for row in (*table.rows, *table.extra_rows):
                    yield (group.setting, row), diagnostic


def _of_figures(paper: Paper) -> Iterator[tuple[tuple[str, str], str]]:
    for figure in paper.figures.values():
        own = {figure.diagnostic} if figure.diagnostic is not None else set()
        for diagnostic in own | _of_metrics(figure.named_metrics.values()):
            for pair in figure.pairs:
                yield pair, diagnostic


def _of_metrics(metrics: Iterable[str]) -> set[str]:
    """What the metrics ask for; names that the catalogue lacks are refused elsewhere."""
    found = {METRICS[metric].diagnostic for metric in metrics if metric in METRICS}
    return {diagnostic for diagnostic in found if diagnostic is not None}
