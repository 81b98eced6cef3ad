r"""Labels and captions: plain text with `$...$` formulas, written for LaTeX, HTML or a terminal.

Everything outside a formula is literal text and is escaped. A formula is a small subset of LaTeX:
letters, digits, `. , = + - ( ) < >`, spaces, the commands in `SYMBOLS`, and sub- and superscripts.
A `$...$` that is anything else is literal text too, so no label can inject markup.
"""

from __future__ import annotations

import html as html_escapes
import re
import unicodedata

SYMBOLS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "lambda": "λ",
    "mu": "μ", "sigma": "σ", "tau": "τ", "Delta": "Δ", "pm": "±", "times": "×", "cdot": "·",
    "le": "≤", "ge": "≥", "uparrow": "↑", "downarrow": "↓", "dagger": "†", "infty": "∞",
    "rightarrow": "→", "star": "⋆",
}  # fmt: skip
"""The commands a formula may hold, and the character each stands for outside LaTeX."""

# As in Pandoc, so that prices stay prices: no space inside the dollars, no digit after them.
_FORMULA = re.compile(r"\$(?! )([^$]+)(?<! )\$(?!\d)")
_TOKEN = re.compile(r"\\([A-Za-z]+)|([_^])(?:\{([^{}]*)\}|([A-Za-z0-9]))|([A-Za-z0-9.,=+\-()<> ])")
_SCRIPT = re.compile(r"[A-Za-z0-9.,+\- ]*")

_LATEX_SPECIAL = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", "`": r"\textasciigrave{}",
    "–": r"\textendash{}", "—": r"\textemdash{}", "…": r"\dots{}",
    "’": "'", "‘": "`", "“": "``", "”": "''",
    "\u00a0": "~", "\n": " ", "\t": " ",
}  # fmt: skip
_LATEX_SYMBOLS = {character: rf"\ensuremath{{\{name}}}" for name, character in SYMBOLS.items()} | {
    "−": r"\ensuremath{-}"
}
_NOT_IN_T1 = "\u00adĦħĸĿŀŉŦŧ"
_QUOTES = {"'": ("`", "'"), '"': ("``", "''")}
_OPENING = re.compile(r"[\s(\[]")
_LIGATURE = re.compile(r"(?<=([-,]))(?=\1)")


def _tokens(formula: str) -> list[re.Match[str]] | None:
    """The formula's tokens, or None when it holds anything outside the subset."""
    tokens, position = [], 0
    while position < len(formula):
        token = _TOKEN.match(formula, position)
        if token is None or (token[1] and token[1] not in SYMBOLS):
            return None
        if token[3] is not None and not _SCRIPT.fullmatch(token[3]):
            return None
        tokens.append(token)
        position = token.end()
    return tokens


def _parts(text: str) -> list[tuple[str, list[re.Match[str]] | None]]:
    """The text cut into literal pieces (tokens None) and formulas (with their tokens)."""
    parts: list[tuple[str, list[re.Match[str]] | None]] = []
    position = 0
    for match in _FORMULA.finditer(text):
        if match.start() < position:
            continue
        tokens = _tokens(match[1])
        if tokens is None:
            continue
        parts += [(text[position : match.start()], None), (match[1], tokens)]
        position = match.end()
    return [part for part in [*parts, (text[position:], None)] if part[0]]


def _latex_literal(text: str) -> str:
    pieces = []
    for before, character in zip(" " + text, text, strict=False):
        if character in _QUOTES:
            pieces.append(_QUOTES[character][not _OPENING.fullmatch(before)])
        elif character in _LATEX_SPECIAL:
            pieces.append(_LATEX_SPECIAL[character])
        elif character in _LATEX_SYMBOLS:
            pieces.append(_LATEX_SYMBOLS[character])
        elif " " <= character <= "~" or (
            "\u00a1" <= character <= "\u017e" and character not in _NOT_IN_T1
        ):
            pieces.append(character)
        elif unicodedata.category(character)[0] != "C":
            # pdfTeX has no glyph for it; a name beats a failed compilation.
            pieces.append(rf"\texttt{{U+{ord(character):04X}}}")
    return _LIGATURE.sub("{}", "".join(pieces))


def latex(text: str) -> str:
    """The text for LaTeX with the T1 encoding and `textcomp`; formulas stay formulas."""
    return "".join(
        _latex_literal(piece) if tokens is None else rf"\ensuremath{{{piece}}}"
        for piece, tokens in _parts(text)
    )


def _script(token: re.Match[str]) -> str:
    return token[3] if token[3] is not None else token[4]


def html(text: str) -> str:
    """The text for HTML, safe in elements and in quoted attributes without formulas."""
    pieces = []
    for piece, tokens in _parts(text):
        if tokens is None:
            pieces.append(html_escapes.escape(piece))
            continue
        for token in tokens:
            if token[1]:
                pieces.append(SYMBOLS[token[1]])
            elif token[2]:
                tag = "sub" if token[2] == "_" else "sup"
                pieces.append(f"<{tag}>{html_escapes.escape(_script(token))}</{tag}>")
            else:
                pieces.append(html_escapes.escape(token[5]))
    return "".join(pieces)


def plain(text: str) -> str:
    """The text for a terminal: formulas become characters, scripts follow their base."""
    pieces = []
    for piece, tokens in _parts(text):
        if tokens is None:
            pieces.append(piece)
            continue
        for token in tokens:
            if token[1]:
                pieces.append(SYMBOLS[token[1]])
            elif token[2]:
                pieces.append(("" if token[2] == "_" else "^") + _script(token))
            else:
                pieces.append(token[5])
    return "".join(pieces)
