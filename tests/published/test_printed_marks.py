"""The check marks of Tables 1 and S1: what is typed is proved, and nothing more can be.

The argument in short. The 31 rows of S1 are the 31 non-empty sets of five primitives. Table 1 is a
part of them, rounded, in groups of rising number of types. The last row of S1 is the top choice.
Everything that fulfils this is a completion; a mark is proved if all completions agree on it. Rows
whose proof is `page` were read from the page by a person: completions must agree with them.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching

from mtl.published.marks import MarkedRow, Marks, load_marks
from mtl.published.numbers import Interval, rounding_interval
from mtl.published.table import load_table
from tests.published.files import PUBLISHED

FOLDER = PUBLISHED / "etr_nlp"
PRIMITIVES = ("avg", "max", "conv", "shift", "perturb")
SETS = [
    frozenset(chosen) for size in range(1, 6) for chosen in itertools.combinations(PRIMITIVES, size)
]
TOP_CHOICE = frozenset(("avg", "conv", "perturb"))
PAGE = "page"
MARKS = {name: load_marks(FOLDER / f"marks_{name}.csv") for name in ("table_1", "table_s1")}
TABLE = {name: load_table(FOLDER / f"{name}.csv") for name in MARKS}
ROWS = {name: tuple(marks.rows) for name, marks in MARKS.items()}
SHORT, FULL = ROWS["table_1"], ROWS["table_s1"]

every_table = pytest.mark.parametrize("name", MARKS)


def overlap(first: Interval, second: Interval) -> bool:
    return first.low <= second.high and second.low <= first.high


def same_result(short: str, full: str) -> bool:
    """Whether a row of S1 may be printed like this in Table 1, where the least std is 0.1."""
    first = TABLE["table_1"].numbers[short, "celeba8", "f_score"]
    second = TABLE["table_s1"].numbers[full, "celeba8", "f_score"]
    assert first.std is not None
    assert second.std is not None
    spread = rounding_interval(second.std)
    least = rounding_interval("0.1").low
    return overlap(first.interval, second.interval) and overlap(
        rounding_interval(first.std), Interval(max(spread.low, least), max(spread.high, least))
    )


CANDIDATES = {short: [full for full in FULL if same_result(short, full)] for short in SHORT}


def groupings() -> Iterator[tuple[int, ...]]:
    """Numbers of types of the ten rows: groups 1 to 5 in rising order, one row with all five."""
    for sizes in itertools.combinations_with_replacement(range(1, 5), len(SHORT) - 1):
        if set(sizes) == {1, 2, 3, 4}:
            yield (*sizes, 5)


@cache
def premises() -> tuple[dict[str, int], ...]:
    """What the groups of Table 1 may say of numbers of types in S1: row of S1 to types."""
    return tuple(
        dict(zip(fulls, sizes, strict=True))
        for fulls in itertools.product(*CANDIDATES.values())
        if len(set(fulls)) == len(fulls)
        for sizes in groupings()
    )


def below_baseline(row: str) -> bool:
    """Whether a row may have one type: the text says that each alone degrades the baseline."""
    numbers = TABLE["table_s1"].numbers
    own = numbers[row, "celeba8", "f_score"].value
    return own < max(numbers["hard_sharing", "celeba8", "f_score"].value, Fraction(63))


def fits(row: str, chosen: frozenset[str], types: Mapping[str, int]) -> bool:
    if row == FULL[-1]:
        return chosen == TOP_CHOICE
    if len(chosen) == 1 and not below_baseline(row):
        return False
    return len(chosen) == types.get(row, len(chosen))


def agrees(marked: MarkedRow, chosen: frozenset[str]) -> bool:
    marks = all(mark in (None, thing in chosen) for thing, mark in marked.marks.items())
    return marks and marked.types in (None, len(chosen))


def completions(read: Mapping[str, MarkedRow]) -> list[np.ndarray]:
    """For each premise, row of S1 x set: whether the row, taken alone, may hold the set.

    Args:
        read: rows that were read from the page.
    """
    return [
        np.array(
            [
                [
                    fits(row, chosen, types) and (row not in read or agrees(read[row], chosen))
                    for chosen in SETS
                ]
                for row in FULL
            ]
        )
        for types in premises()
    ]


ALLOWED = completions(
    {row: marked for row, marked in MARKS["table_s1"].rows.items() if PAGE in marked.proof}
)


def completable(choices: np.ndarray) -> bool:
    """Whether every row can have a set of its own."""
    return bool((maximum_bipartite_matching(csr_matrix(choices)) >= 0).all())


def possible(row: str, holds: np.ndarray, allowed: list[np.ndarray] = ALLOWED) -> bool:
    """Whether some completion gives the row of S1 one of the sets."""
    place = FULL.index(row)
    for choices in allowed:
        if (choices[place] & holds).any():
            limited = choices.copy()
            limited[place] &= holds
            if completable(limited):
                return True
    return False


def with_mark(thing: str) -> np.ndarray:
    return np.array([thing in chosen for chosen in SETS])


def with_types(number: int) -> np.ndarray:
    return np.array([len(chosen) == number for chosen in SETS])


@every_table
def test_rows_are_those_of_the_table_without_its_baseline(name: str) -> None:
    marks = MARKS[name]
    assert (marks.header.paper, marks.header.table) == ("etr_nlp", name)
    assert marks.things == PRIMITIVES
    assert [*marks.rows, "hard_sharing"] == list(TABLE[name].header.rows)


@every_table
def test_a_row_is_called_by_its_set_exactly_if_that_is_known(name: str) -> None:
    prefix = {"table_1": "t1", "table_s1": "s1"}[name]
    for position, (row, marked) in enumerate(MARKS[name].rows.items(), start=1):
        known = None not in marked.marks.values()
        held = [thing for thing, mark in marked.marks.items() if mark]
        assert row == ("_".join(("nlp", *held)) if known else f"{prefix}_{position:02d}")
        assert not known or marked.types == len(held)


def test_the_sets_are_as_many_as_the_rows() -> None:
    assert len(SETS) == len(FULL) == 31
    assert [sum(with_types(number)) for number in range(1, 6)] == [5, 10, 10, 5, 1]


def test_which_rows_of_s1_are_those_of_table_1() -> None:
    """By position, from 1."""
    found = [[FULL.index(full) + 1 for full in fulls] for fulls in CANDIDATES.values()]
    assert found == [[1], [3], [6], [11], [12, 13], [20, 21], [30], [24], [17], [16]]


def test_the_best_row_of_table_1_is_not_the_best_of_s1() -> None:
    """The two statements behind the top choice that do not go well together."""
    scores = {row: TABLE["table_1"].numbers[row, "celeba8", "f_score"].value for row in SHORT}
    best = max(scores, key=lambda row: scores[row])
    assert CANDIDATES[best] == [FULL[-2]]
    assert FULL[-1] not in itertools.chain(*CANDIDATES.values())
    assert "does not contain 66.40" in MARKS["table_s1"].header.statements["top_choice"]


def test_there_is_a_completion() -> None:
    assert any(completable(choices) for choices in ALLOWED)


def known(marks: Marks) -> dict[tuple[str, str], bool | int | None]:
    return {
        (row, item): value
        for row, marked in marks.rows.items()
        for item, value in {"types": marked.types, **marked.marks}.items()
    }


@pytest.mark.parametrize("row", FULL)
def test_marks_of_s1_are_known_exactly_if_all_completions_agree(row: str) -> None:
    stored = known(MARKS["table_s1"])
    for thing in PRIMITIVES:
        holds = with_mark(thing)
        yes, no = possible(row, holds), possible(row, ~holds)
        assert stored[row, thing] == {(True, False): True, (False, True): False}.get((yes, no))
    types = [number for number in range(1, 6) if possible(row, with_types(number))]
    assert stored[row, "types"] == (types[0] if len(types) == 1 else None)


@pytest.mark.parametrize("row", SHORT)
def test_marks_of_table_1_are_those_of_its_row_in_s1(row: str) -> None:
    short, full = known(MARKS["table_1"]), known(MARKS["table_s1"])
    twins = CANDIDATES[row]
    for item in (*PRIMITIVES, "types"):
        values = {full[twin, item] for twin in twins}
        if PAGE in MARKS["table_1"].rows[row].proof:
            assert short[row, item] in values, item
        else:
            assert short[row, item] == (values.pop() if len(values) == 1 else None), item


def test_a_mark_read_from_the_page_proves_others() -> None:
    """Row 1 of S1 has one type: with its mark known, no other row may hold that type alone."""
    shift: dict[str, bool | None] = {thing: thing == "shift" or None for thing in PRIMITIVES}
    allowed = completions({FULL[0]: MarkedRow(None, shift, (PAGE,))})
    assert not possible(FULL[0], with_mark("avg"), allowed)
    alone = np.array([chosen == {"shift"} for chosen in SETS])
    assert possible(FULL[1], alone)
    assert not possible(FULL[1], alone, allowed)


def test_a_page_that_contradicts_the_premises_leaves_no_completion() -> None:
    max_pool: dict[str, bool | None] = {thing: thing == "max" or None for thing in PRIMITIVES}
    allowed = completions({FULL[-1]: MarkedRow(None, max_pool, (PAGE,))})
    assert not any(completable(choices) for choices in allowed)


def test_proofs_name_every_statement_of_their_file() -> None:
    for marks in MARKS.values():
        used = set(itertools.chain(*(marked.proof for marked in marks.rows.values())))
        assert used == set(marks.header.statements)
