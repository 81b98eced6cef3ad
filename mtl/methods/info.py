"""The record that every method file declares: what it is, what it needs, its hyper-parameters."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Value = float | int | str | bool
Regime = Literal["joint", "steady_state", "synchronized", "closed_form"]
Need = Literal["losses", "features", "gradients", "architecture"]


@dataclass(frozen=True)
class Option:
    """One hyper-parameter of a method.

    Attributes:
        default: the value used when a configuration names none.
        paper: the value that the method's paper or its public code prints; None if neither does.
        low, high: the closed range of valid numbers; None for no bound.
        choices: the valid values of a word; empty for numbers and free texts.
        pattern: the regular expression that a free text matches as a whole; empty for none.
        hosts: the host networks on which the method has it; empty for all.
        doc: one sentence, with its unit and source.
    """

    default: Value
    paper: Value | None = None
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    pattern: str = ""
    hosts: tuple[str, ...] = ()
    doc: str = ""


@dataclass(frozen=True)
class MethodInfo:
    """What the rest of the project knows of a method without importing it.

    Attributes:
        name: the registry name; equal to the file's name.
        label: the row label in LaTeX.
        paper: authors, title and venue of the source.
        year: of the source.
        summary: one sentence for the command line and the docs.
        needs: "losses" (weights from the task losses), "features" (weights from the gradients at
            the shared representation), "gradients" (a combination of the gradients at the shared
            parameters) or "architecture" (its own layers).
        regimes: the update regimes it can train under; the first is its default. One that is
            fitted in closed form has no other.
        options: its hyper-parameters by name.
        hosts: the host networks that it is defined for; empty for all.
        starts_from: the method whose runs, of the same setting and seeds, give the first weights;
            empty for none.
        starts_on: the host networks on which they do; empty for all.
    """

    name: str
    label: str
    paper: str
    year: int
    summary: str
    needs: Need
    regimes: tuple[Regime, ...]
    options: dict[str, Option] = field(default_factory=dict)
    hosts: tuple[str, ...] = ()
    starts_from: str = ""
    starts_on: tuple[str, ...] = ()

    def start_on(self, host: str) -> str:
        """The method whose runs give the first weights on a host; empty for none."""
        return self.starts_from if not self.starts_on or host in self.starts_on else ""

    def options_on(self, host: str) -> dict[str, Option]:
        """The hyper-parameters that it has on a host."""
        return {
            name: option
            for name, option in self.options.items()
            if not option.hosts or host in option.hosts
        }
