"""Which diagnostics the runs of a paper must make."""

from __future__ import annotations

from mtl.config.models import Paper


def required_diagnostics(paper: Paper) -> dict[tuple[str, str], tuple[str, ...]]:
    """For each (setting, row) the sorted names of the diagnostics that figures ask for."""
    wanted: dict[tuple[str, str], set[str]] = {}
    for figure in paper.figures.values():
        for pair in figure.pairs:
            if figure.diagnostic is not None:
                wanted.setdefault(pair, set()).add(figure.diagnostic)
    return {pair: tuple(sorted(names)) for pair, names in wanted.items()}
