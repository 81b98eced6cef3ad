from __future__ import annotations

import ast
from pathlib import Path

import pytest

from mtl.errors import MtlError
from mtl.provenance.source import imported_modules, source_hash, tree_hash

CODE = '''"""Docstring."""

import math

INFO = MethodInfo(name="a", label="A")


class A:
    """Class."""

    def area(self, r: float, *, scale=2) -> float:
        """Function."""
        return scale * math.pi * r**2  # comment
'''


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "module.py"
    path.write_text(CODE)
    return path


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  # comment", "  # another comment"),
        ('"""Docstring."""', '"""Other words."""'),
        ('        """Function."""\n', ""),
        ("class A", "\n\nclass A"),
        ("scale * math.pi * r**2", "(scale * math.pi\n            * r ** 2)"),
        ('label="A"', 'label="B", year=2020'),
        ('"""Class."""', "'''Class, said otherwise.'''"),
    ],
)
def test_a_cosmetic_edit_keeps_the_hash(file: Path, old: str, new: str) -> None:
    before = source_hash(file)
    assert old in CODE
    file.write_text(CODE.replace(old, new, 1))
    assert source_hash(file) == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("scale=2", "scale=3"),
        ("scale=2", "scale=2.0"),
        ("r**2", "r**3"),
        ("r: float", "r: int"),
        ("return scale", "return 2"),
        ("*, scale", "scale"),
        ("import math", "import cmath as math"),
        ("        return", '        "text"\n        "text"\n        return'),
    ],
)
def test_an_edit_that_may_matter_changes_the_hash(file: Path, old: str, new: str) -> None:
    before = source_hash(file)
    assert old in CODE
    file.write_text(CODE.replace(old, new, 1))
    assert source_hash(file) != before


def test_a_record_that_the_module_reads_counts(file: Path) -> None:
    reading = CODE + "\n\nNAME = INFO.name\n"
    file.write_text(reading)
    before = source_hash(file)
    file.write_text(reading.replace('name="a"', 'name="b"'))
    assert source_hash(file) != before


def test_the_hash_is_the_same_on_every_python(file: Path) -> None:
    # Recorded once: a Python whose syntax tree differs must be noticed before it retrains all.
    file.write_text(
        "def f(x: int = 1, *a, k=2, **b):\n"
        "    with open(x) as g, g: yield f'{x!r:>{k}} and {k=}' 'more'\n"
    )
    assert source_hash(file) == "c30e155d7132"


def test_an_f_string_that_is_cut_otherwise_is_the_same() -> None:
    # Python 3.12.1 parses `f"<{x:>{w}} {k=}"` into other pieces of text than its neighbours.
    def tree(*texts: str) -> ast.Module:
        parts: list[ast.expr] = [ast.Constant(text) for text in texts]
        return ast.Module([ast.Expr(ast.JoinedStr([*parts, ast.Name("x", ast.Load())]))], [])

    assert tree_hash(tree("a", "b", "")) == tree_hash(tree("ab"))
    assert tree_hash(tree("", "")) == tree_hash(tree())
    assert tree_hash(tree("a")) != tree_hash(tree("b"))


def test_broken_python_is_told_with_its_line(file: Path) -> None:
    file.write_text("x = 1\ny = (\n")
    with pytest.raises(MtlError, match=r"module\.py:2: not valid Python"):
        source_hash(file)


@pytest.mark.parametrize(
    ("text", "module", "found"),
    [
        ("import mtl.x, os\n", "mtl.a.b", ["mtl.x"]),
        ("from mtl.x import y\n", "mtl.a.b", ["mtl.x", "mtl.x.y"]),
        ("from . import c\n", "mtl.a.b", ["mtl.a", "mtl.a.c"]),
        ("from .c import d\n", "mtl.a.b", ["mtl.a.c", "mtl.a.c.d"]),
        ("from ..e import f\n", "mtl.a.b", ["mtl.e", "mtl.e.f"]),
        ("def g():\n    from mtl.h import i\n", "mtl.a.b", ["mtl.h", "mtl.h.i"]),
        ("from mtlx import y\nimport numpy\n", "mtl.a.b", []),
    ],
)
def test_imports(tmp_path: Path, text: str, module: str, found: list[str]) -> None:
    path = tmp_path / "b.py"
    path.write_text(text)
    assert imported_modules(path, module, "mtl") == found


def test_relative_imports_of_a_package_start_at_itself(tmp_path: Path) -> None:
    path = tmp_path / "__init__.py"
    path.write_text("from .c import d\n")
    assert imported_modules(path, "mtl.a", "mtl") == ["mtl.a.c", "mtl.a.c.d"]
