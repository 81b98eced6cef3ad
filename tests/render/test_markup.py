from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtl.render import markup
from tests.render.fabricate import NASTY

SPECIAL = re.compile(r"[&%$#_^]")
COMMAND = re.compile(r"\\([A-Za-z]+|.)")
HARMLESS = {
    "textbackslash", "textasciitilde", "textasciicircum", "textless", "textgreater", "textbar",
    "textasciigrave", "textendash", "textemdash", "dots", "ensuremath", "texttt",
    "&", "%", "$", "#", "_", "{", "}", *markup.SYMBOLS,
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "latex", "html", "plain"),
    [
        ("Hard sharing", "Hard sharing", "Hard sharing", "Hard sharing"),
        (
            r"ETR ($\gamma = 0.9$)",
            r"ETR (\ensuremath{\gamma = 0.9})",
            "ETR (γ = 0.9)",
            "ETR (γ = 0.9)",
        ),
        (r"$\Delta_p$ (%)", r"\ensuremath{\Delta_p} (\%)", "Δ<sub>p</sub> (%)", "Δp (%)"),
        ("$10^{-4}$", r"\ensuremath{10^{-4}}", "10<sup>-4</sup>", "10^-4"),
        ("3×3 & 'so'", r"3\ensuremath{\times}3 \& `so'", "3×3 &amp; &#x27;so&#x27;", "3×3 & 'so'"),
        ("a--b", "a-{}-b", "a--b", "a--b"),
        ("日本", r"\texttt{U+65E5}\texttt{U+672C}", "日本", "日本"),
    ],
)
def test_three_forms(text: str, latex: str, html: str, plain: str) -> None:
    assert markup.latex(text) == latex
    assert markup.html(text) == html
    assert markup.plain(text) == plain


@pytest.mark.parametrize(
    "text", [r"$\input{x}$", r"$\def\x{1}$", "$5 and $6", "$", "$$", r"$a_{\write}$", "$x&y$"]
)
def test_what_is_no_formula_stays_text(text: str) -> None:
    assert r"\ensuremath" not in markup.latex(text)
    assert markup.latex(text).count(r"\$") == text.count("$")
    assert markup.plain(text) == text


@given(st.text())
def test_latex_holds_no_markup_of_the_text(text: str) -> None:
    written = markup.latex(text)
    bare = COMMAND.sub(" ", re.sub(r"\\ensuremath\{[^$]*?\}(?!\})", "", written))
    assert not SPECIAL.search(bare)
    assert set(COMMAND.findall(written)) <= HARMLESS
    assert written.count("~") == text.count("\u00a0")
    assert "\n" not in written


@given(st.text())
def test_html_shows_the_text(text: str) -> None:
    class Reader(HTMLParser):
        def __init__(self) -> None:
            super().__init__(convert_charrefs=True)
            self.text, self.tags = "", set()

        def handle_starttag(self, tag: str, attrs: object) -> None:
            self.tags.add(tag)

        def handle_data(self, data: str) -> None:
            self.text += data

    reader = Reader()
    reader.feed(markup.html(text))
    reader.close()
    assert reader.tags <= {"sub", "sup"}
    if "$" not in text:
        assert reader.text == text


def test_nasty_label() -> None:
    assert r"\input" not in markup.latex(NASTY)
    assert "<script" not in markup.html(NASTY)
