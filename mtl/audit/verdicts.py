"""How verdicts on cells and conventions make up the verdict on a column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from mtl.audit.findings import Verdict


def over_all(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict on a column from those under each convention: one consistent is enough."""
    found = set(verdicts)
    if "consistent" in found:
        return "consistent"
    return "inconsistent" if found == {"inconsistent"} else "undecidable"


def together(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict on a column from those on its cells: one inconsistent is enough.

    Cells that cannot be decided leave the others' verdict as it is.
    """
    found = set(verdicts)
    if "inconsistent" in found:
        return "inconsistent"
    return "consistent" if "consistent" in found else "undecidable"


def choose(
    verdicts: Mapping[str, Verdict],
    merit: Callable[[str], tuple[float, ...]],
    stated: str | None = None,
) -> str:
    """The convention to show: the first consistent one, else the one with the most merit.

    Among equals the stated one comes first, then the order of the mapping.

    Args:
        verdicts: by convention.
        merit: the cells that a convention explains, and what breaks a tie; called only when none
            is consistent.
        stated: the convention that the paper gives.
    """
    for name, verdict in verdicts.items():
        if verdict == "consistent":
            return name
    return max(sorted(verdicts, key=lambda name: name != stated), key=merit)
