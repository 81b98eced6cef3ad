from __future__ import annotations

import ast
from pathlib import Path

import pytest

import mtl
from mtl.errors import MtlError
from mtl.methods import registry
from mtl.provenance.cache import StatCache
from mtl.provenance.closure import CodeBase, is_plumbing

FILES = {
    "mtl/__init__.py": "__version__ = '1'\n",
    "mtl/errors.py": "class MtlError(Exception): ...\n",
    "mtl/io.py": "from mtl.errors import MtlError\n",
    "mtl/config/__init__.py": "import mtl.train\n",
    "mtl/train.py": "import importlib\nfrom mtl import shared\nfrom mtl.io import x\n",
    "mtl/shared.py": "import math\n",
    "mtl/solver.py": "A = 1\n",
    "mtl/methods/__init__.py": "",
    "mtl/methods/plain.py": "from mtl.shared import y\n",
    "mtl/methods/solving.py": "from ..solver import A\n",
    "mtl/methods/looping.py": "from mtl.methods import loop\n",
    "mtl/methods/loop.py": "from mtl.methods import looping\n",
    "mtl/templates/page.j2": "x",
    "mtl/templates/__init__.py": "",
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def code(tree: Path) -> CodeBase:
    return CodeBase(tree, StatCache(tree / ".cache/hashes.json", "1"))


def test_a_closure_holds_what_is_imported_and_the_parent_packages(tree: Path) -> None:
    assert list(code(tree).closure("mtl.methods.solving")) == [
        "mtl/methods/__init__.py",
        "mtl/methods/solving.py",
        "mtl/solver.py",
    ]
    assert list(code(tree).closure("mtl.train")) == ["mtl/shared.py", "mtl/train.py"]


def test_modules_that_import_each_other_end(tree: Path) -> None:
    assert len(code(tree).closure("mtl.methods.looping")) == 3


def test_a_solver_of_one_method_changes_that_method_only(tree: Path) -> None:
    methods = ("mtl.methods.plain", "mtl.methods.solving")
    before = {name: code(tree).closure(name) for name in methods}
    (tree / "mtl/solver.py").write_text("A = 2\n")
    after = {name: code(tree).closure(name) for name in methods}
    assert before["mtl.methods.plain"] == after["mtl.methods.plain"]
    assert before["mtl.methods.solving"] != after["mtl.methods.solving"]


def test_plumbing_never_counts(tree: Path) -> None:
    before = code(tree).union(("mtl.train", "mtl.methods.plain"))
    for name in ("mtl/__init__.py", "mtl/errors.py", "mtl/io.py", "mtl/config/__init__.py"):
        (tree / name).write_text("CHANGED = 1\n")
    assert code(tree).union(("mtl.train", "mtl.methods.plain")) == before


def test_an_absent_module_is_an_error(tree: Path) -> None:
    with pytest.raises(MtlError, match=r"the module mtl\.absent does not exist"):
        code(tree).closure("mtl.absent")


def test_data_files_are_hashed_by_their_bytes(tree: Path) -> None:
    before = code(tree).data_files("mtl/templates")
    assert list(before) == ["mtl/templates/page.j2"]
    (tree / "mtl/templates/page.j2").write_text("y")
    assert code(tree).data_files("mtl/templates") != before


def test_the_cache_is_used_and_its_loss_harmless(tree: Path) -> None:
    first = code(tree)
    expected = first.closure("mtl.train")
    first.remember()
    cache = tree / ".cache/hashes.json"
    assert "shared.py" in cache.read_text()
    cache.write_text(cache.read_text().replace(expected["mtl/shared.py"], "0" * 12))
    assert code(tree).closure("mtl.train")["mtl/shared.py"] == "0" * 12
    for damaged in ("{", "[]", '{"source:x": []}'):
        cache.write_text(damaged)
        assert code(tree).closure("mtl.train") == expected


def test_a_cache_that_cannot_be_written_is_no_error(tree: Path) -> None:
    (tree / ".cache").write_text("a file where the folder should be")
    base = code(tree)
    base.closure("mtl.train")
    base.remember()


PACKAGE = Path(mtl.__file__).parent
REAL = CodeBase(PACKAGE.parent, StatCache(Path("/nonexistent/hashes.json"), "1"))


@pytest.mark.parametrize("name", registry.available())
def test_a_run_of_a_method_holds_no_other_method(name: str) -> None:
    closure = REAL.union(("mtl.training.run", f"mtl.methods.{name}"))
    others = {f"mtl/methods/{other}.py" for other in registry.available()} - {
        f"mtl/methods/{name}.py"
    }
    assert others.isdisjoint(closure)
    assert f"mtl/methods/{name}.py" in closure


@pytest.mark.parametrize(
    "module", ["mtl.training.run", "mtl.data.celeba", "mtl.data.digits", "mtl.data.twins.faces"]
)
def test_what_makes_results_does_not_plan_or_render(module: str) -> None:
    """Else an edit of the planning or of a template would retrain everything."""
    for path in REAL.closure(module):
        source = PACKAGE.parent / path
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                assert not node.module.startswith(
                    ("mtl.config", "mtl.provenance", "mtl.workflow", "mtl.cli", "mtl.render")
                ), path


def test_the_version_alone_stands_in_the_package() -> None:
    """It stays out of every closure, so nothing that matters may be in it."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    names = [
        target.id
        for node in tree.body[1:]
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    ]
    assert names == ["__version__"]
    assert len(tree.body) == 2


def test_plumbing_is_named_exactly() -> None:
    assert is_plumbing("mtl.config.load")
    assert not is_plumbing("mtl.configuration")
    assert not is_plumbing("mtl.methods.etr")
