"""The claims and their verdicts for a terminal."""

from __future__ import annotations

import itertools
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import get_args

from mtl.claims.verdicts import ClaimResult, ContrastResult, Judgement, Verdict
from mtl.render.numbers import fixed, p_value, signed, typographic

_WIDTH = 100
_COLUMN = 16
_BY_MEANS = "*"
_UNEVEN = "!"


def listing(results: Sequence[ClaimResult], scale: str, verbose: bool = False) -> str:
    """All claims, by paper, with both verdicts.

    Args:
        results: claims of a paper stand together.
        scale: of the runs.
        verbose: also the paper's words, and each difference with its interval and p-values.
    """
    lines: list[str] = []
    for paper, claims in itertools.groupby(results, key=lambda result: result.paper):
        lines += ["", f"Claims of {paper}", _columns("printed", "reproduced") + "claim"]
        for result in claims:
            lines += _claim(result)
            if verbose:
                lines += [*_details(result), ""]
    lines += ["", *_totals(results), *_notes(results, scale)]
    return "\n".join(lines[1:]) + "\n"


def _columns(*cells: str) -> str:
    return "".join(f"{cell:<{_COLUMN}}" for cell in cells)


def _verdict(judgement: Judgement) -> str:
    return judgement.verdict + ("" if judgement.tested else _BY_MEANS)


def _claim(result: ClaimResult) -> Iterator[str]:
    uneven = _UNEVEN if result.uneven else ""
    first = _columns(_verdict(result.printed), _verdict(result.reproduced) + uneven)
    text = f"{result.id}: {result.statement}"
    for position, line in enumerate(textwrap.wrap(text, _WIDTH - len(first))):
        yield (first if position == 0 else " " * len(first)) + line


def _details(result: ClaimResult) -> Iterator[str]:
    yield from _wrapped(f"“{result.quote}” ({result.source})")
    if result.reading:
        yield from _wrapped(f"Read as: {result.reading}")
    for caution in result.cautions:
        yield from _wrapped(f"Caution: {caution}")
    for name, judgement in (("Printed", result.printed), ("Reproduced", result.reproduced)):
        yield from _wrapped(f"{name}: {judgement.verdict}. {judgement.words}")
        yield from _table(judgement.contrasts)


def _wrapped(text: str, indent: str = "    ") -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=indent)


def _table(contrasts: Sequence[ContrastResult]) -> Iterator[str]:
    """Differences in columns, what they compare at the end; missing ones with their reason."""
    known = [(_numbers(c), c.words) for c in contrasts if c.difference is not None]
    widths = [max(map(len, column)) for column in zip(*(row for row, _ in known), strict=True)]
    for row, words in known:
        cells = "  ".join(
            f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True) if width
        )
        yield f"      {cells}  {words}"
    reasons = Counter(c.missing for c in contrasts if c.difference is None)
    for reason, count in reasons.items():
        yield from _wrapped(f"{count} without numbers: {reason}", " " * 6)


def _numbers(result: ContrastResult) -> tuple[str, ...]:
    assert result.difference is not None
    interval = ""
    if result.low is not None and result.high is not None:
        interval = f"[{fixed(result.low, result.digits)}, {fixed(result.high, result.digits)}]"
    return (
        typographic(signed(result.difference, result.digits)),
        typographic(interval),
        "" if result.p_value is None else f"p {p_value(result.p_value)}",
        "" if result.p_holm is None else f"Holm {p_value(result.p_holm)}",
        result.test + (f", n {result.n}" if result.n is not None else ""),
    )


def _totals(results: Sequence[ClaimResult]) -> Iterator[str]:
    for name, verdicts in (
        ("Printed", Counter(r.printed.verdict for r in results)),
        ("Reproduced", Counter(r.reproduced.verdict for r in results)),
    ):
        shown = ", ".join(f"{verdicts[v]} {v}" for v in get_args(Verdict) if verdicts[v])
        yield f"{name + ':':<12} {shown} of {len(results)} claims"


def _notes(results: Iterable[ClaimResult], scale: str) -> Iterator[str]:
    results = list(results)
    sources = dict.fromkeys(source for result in results for source in result.sources)
    shown = "; ".join(sources) or "none of those that the claims need is there"
    yield from textwrap.wrap(f"Runs of scale '{scale}': {shown}.", _WIDTH)
    if any(not judgement.tested for r in results for judgement in (r.printed, r.reproduced)):
        yield f"{_BY_MEANS} by printed means alone, which have no spread to test."
    if any(result.uneven for result in results):
        yield f"{_UNEVEN} the rows compared are not trained equally long at this scale."
