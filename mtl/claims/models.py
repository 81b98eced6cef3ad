"""What a file of claims may hold."""

from __future__ import annotations

from typing import Any, Generic, Literal, TypeVar

from pydantic import Field

from mtl.claims.kinds import Test
from mtl.config.models import Identifier, Model, sequence_of

TestT = TypeVar("TestT")
ClaimT = TypeVar("ClaimT")


class _Claim(Model, Generic[TestT]):
    statement: str = Field(description="in our words, such that it can be wrong")
    quote: str = Field(min_length=1, description="the paper's words")
    source: str = Field(min_length=1, description="where they stand")
    reading: str | None = Field(
        None, description="what the tests take the words to mean, where they leave a choice"
    )
    tables: sequence_of(Identifier) = Field(  # type: ignore[valid-type]
        (), description="printed tables that it rests on; a cell counts in the first that has it"
    )
    unprinted: str | None = Field(
        None, description="why printed numbers that the tests need cannot be had"
    )
    holds_for: Literal["all", "most"] = Field(
        "all", description="of the differences: all, or more than half of them"
    )
    tests: sequence_of(TestT) = Field(min_length=1)  # type: ignore[valid-type]
    printed_tests: sequence_of(TestT) = Field(  # type: ignore[valid-type]
        (), description="for the printed numbers, where these name their rows differently"
    )


class Claim(_Claim[Test]):
    """A statement of a paper about its results, with the tests that it comes down to."""


class _Claims(Model, Generic[ClaimT]):
    paper: Identifier = Field(description="equal to the file's name")
    rows: dict[Identifier, str] = Field(description="rows of the claims, as sentences call them")
    settings: dict[Identifier, str] = Field(description="settings, as sentences call them")
    claims: dict[Identifier, ClaimT] = Field(min_length=1)


class ClaimsFile(_Claims[Claim]):
    """The claims of one paper."""


class UntestedFile(_Claims[_Claim[dict[str, Any]]]):
    """The claims of one paper, whatever stands in their tests."""
