from __future__ import annotations

from typing import get_args

import pytest

from mtl.audit import findings
from mtl.claims import verdicts
from mtl.errors import MtlError
from mtl.render.verdict import (
    LOOKS,
    MEANS_ALONE,
    NO_NUMBERS,
    badge,
    count,
    css_class,
    look,
    theme_css,
    untested,
)
from tests.render.fabricate_evidence import contrast, judgement

EVERY = (*get_args(verdicts.Verdict), *get_args(findings.Verdict))


def test_every_verdict_has_a_look() -> None:
    assert set(LOOKS) == set(EVERY)
    with pytest.raises(MtlError, match=r"unknown verdict 'suported'.*Did you mean 'supported'"):
        look("suported")


@pytest.mark.parametrize("kind", [verdicts.Verdict, findings.Verdict])
def test_verdicts_differ_by_shape_and_sign_not_only_by_colour(kind: object) -> None:
    looks = [look(verdict) for verdict in get_args(kind)]
    assert len({one.shape for one in looks}) == len(looks)
    assert len({tuple(map(tuple, one.sign)) for one in looks}) == len(looks)


def test_signs_lie_inside_their_shapes() -> None:
    for one in LOOKS.values():
        for x, y in (point for line in one.sign for point in line):
            # The diamond is the tightest: |x| + |y| < 1.2.
            assert abs(x) + abs(y) < 1.2


def test_badge_is_hollow_without_a_test_and_hidden_from_screen_readers() -> None:
    assert "hollow" not in badge("supported")
    assert "hollow" in badge("supported", False)
    for verdict in EVERY:
        assert 'aria-hidden="true"' in badge(verdict)
        assert css_class(verdict) in badge(verdict)


def test_every_class_has_a_colour_in_light_and_dark() -> None:
    css = theme_css()
    for verdict in EVERY:
        name = css_class(verdict)
        assert f".{name}{{--v:var(--{name});}}" in css
        assert css.count(f"--{name}:#") == 3


def test_count_keeps_the_order_and_drops_what_is_absent() -> None:
    found = count(["undecided", "supported", "undecided"])
    assert list(found.items()) == [("supported", 1), ("undecided", 2)]


def test_what_rests_on_no_test() -> None:
    assert untested(judgement("supported")) == ""
    assert untested(judgement("supported", tested=False)) == MEANS_ALONE
    assert untested(judgement("contradicted", tested=False)) == MEANS_ALONE
    assert untested(judgement("not run", tested=False)) == ""
    lost = (contrast(difference=None, missing="not printed"),)
    assert untested(judgement("undecided", contrasts=lost)) == NO_NUMBERS
    assert untested(judgement("undecided", contrasts=(), weakest=None)) == NO_NUMBERS
    assert untested(judgement("undecided")) == ""
