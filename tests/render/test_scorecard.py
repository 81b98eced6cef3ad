from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mtl.render import images
from mtl.render.scorecard import PAGE_HEIGHT, WIDTH, draw, draw_pages
from mtl.render.verdict import TESTED, UNTESTED
from tests.render import fabricate_evidence as fabricate
from tests.render.fabricate import NASTY, REAL

WRITE = """
import sys
from mtl.render import images, scorecard
from tests.render import fabricate_evidence
results = fabricate_evidence.claims()
open(sys.argv[1], "wb").write(images.pdf_pages(scorecard.draw_pages(results, "mini")))
"""


def texts(figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


def shapes(figure) -> list[tuple[str, str]]:
    """(edge colour, face colour) of the verdicts' shapes, from top to bottom and left to right."""
    from matplotlib.colors import to_hex
    from matplotlib.patches import Rectangle

    patches = [p for p in figure.axes[0].patches if not isinstance(p, Rectangle)]
    return [(to_hex(p.get_edgecolor()), to_hex(p.get_facecolor())) for p in patches]


def test_what_it_says() -> None:
    figure = draw(fabricate.claims(), "mini")
    shown = texts(figure)
    assert "SYNTHETIC DATA (twin 'faces'), scale mini" in shown[0]
    assert [name for name in shown if name in ("ETR-NLP", "InterroGate")] == [
        "ETR-NLP",
        "InterroGate",
    ]
    assert "our runs, mini" in shown
    assert "A sharing ratio of γ = 0.9 is better than any other ratio." in shown
    words = [
        text for text in shown if text in ("supported", "contradicted", "undecided", "not run")
    ]
    assert words == [
        verdict
        for result in fabricate.claims()
        for verdict in (result.printed.verdict, result.reproduced.verdict)
    ]
    assert {TESTED, UNTESTED} <= set(shown)


def test_shapes_are_filled_for_tests_and_hollow_without() -> None:
    blue, vermilion, grey, white = "#0072b2", "#d55e00", "#595959", "#ffffff"
    *own, _, _, _, _, _, _ = shapes(draw(fabricate.claims(), "mini"))
    assert own == [
        (blue, blue), (vermilion, vermilion),
        (grey, grey), (grey, grey),
        (blue, white),
        (vermilion, white), (blue, blue),
    ]  # fmt: skip


def test_no_word_about_hollow_shapes_where_there_are_none() -> None:
    shown = texts(draw((fabricate.claim(),), "mini"))
    assert TESTED in shown
    assert UNTESTED not in shown


def test_real_data_have_no_banner() -> None:
    assert "SYNTHETIC" not in "".join(texts(draw((fabricate.claim(sources=(REAL,)),), "paper")))


def test_claims_of_a_paper_stand_together() -> None:
    first, second = fabricate.claim(), fabricate.claim(paper="interrogate", id="other")
    shown = texts(draw((first, second, first), "mini"))
    assert shown.count("ETR-NLP") == shown.count("InterroGate") == 1


def test_pages_fit_a_page_and_hold_every_claim_once() -> None:
    many = tuple(fabricate.claim(id=str(n), statement=f"Claim number {n}.") for n in range(90))
    pages = draw_pages(many, "mini")
    assert len(pages) > 1
    shown = [text for page in pages for text in texts(page) if text.startswith("Claim number")]
    assert shown == [result.statement for result in many]
    for page in pages:
        width, height = page.get_size_inches()
        assert (width, height <= PAGE_HEIGHT) == (WIDTH, True)
        assert "SYNTHETIC DATA" in texts(page)[0]
    assert "ETR-NLP (continued)" in texts(pages[1])
    assert len(draw_pages((), "mini")) == 1


@pytest.mark.parametrize("claim", [*fabricate.claims(), fabricate.nasty_claim()])
def test_no_words_run_into_the_next_column_or_each_other(claim) -> None:
    wide = fabricate.claim(
        statement="MMWW mmww " * 30 if claim.id == "best_celeba8" else claim.statement,
        printed=claim.printed,
        reproduced=claim.reproduced,
    )
    figure = draw((wide,), "mini")
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in figure.axes[0].texts if text.get_text().strip()]
    for i, one in enumerate(boxes):
        assert one.x0 >= 0
        assert one.x1 <= figure.bbox.width
        for other in boxes[i + 1 :]:
            apart = one.x1 <= other.x0 or other.x1 <= one.x0
            below = one.y0 >= other.y1 - 2 or other.y0 >= one.y1 - 2
            assert apart or below


def test_dollars_are_text() -> None:
    figure = draw((fabricate.claim(statement=NASTY + " costs $5 and $6"),), "mini")
    assert r"\$5" in "".join(texts(figure))
    assert images.image(figure, "png").startswith(b"\x89PNG")


def test_same_bytes_in_another_process_without_dates(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    subprocess.run(
        [sys.executable, "-c", WRITE, str(tmp_path / "there.pdf")],
        cwd=root,
        env={**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(root)},
        check=True,
    )
    here = images.pdf_pages(draw_pages(fabricate.claims(), "mini"))
    assert here == (tmp_path / "there.pdf").read_bytes()
    assert b"/FontFile2" in here, "fonts must be embedded"
    assert not re.search(rb"/Type3|/CreationDate|/ModDate|/Producer", here)
