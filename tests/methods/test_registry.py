from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mtl.errors import MtlError
from mtl.methods import registry
from mtl.methods.base import Method
from mtl.methods.info import MethodInfo, Option

METHODS = [
    "attentive",
    "auto_lambda",
    "cagrad",
    "constant_predictor",
    "cross_stitch",
    "depthwise",
    "dwa",
    "etr",
    "etr_nlp",
    "ghost",
    "gradnorm",
    "hard_sharing",
    "interrogate",
    "lbconv",
    "maximum_roaming",
    "mgda_ub",
    "mtan",
    "nlp",
    "pcgrad",
    "rlw",
    "shift",
    "single_task",
    "task_routing",
    "uncertainty",
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder in the place of the methods'."""
    monkeypatch.setattr(registry, "FOLDER", tmp_path)
    registry.describe.cache_clear()
    yield tmp_path
    registry.describe.cache_clear()


def test_the_files_are_the_methods() -> None:
    assert registry.available() == METHODS


@pytest.mark.parametrize("name", METHODS)
def test_the_record_read_is_the_record_declared(name: str) -> None:
    module = registry.load(name)
    assert registry.describe(name) == module.INFO
    assert issubclass(module.Build, Method)


@pytest.mark.parametrize("name", METHODS)
def test_a_record_is_complete_and_within_its_own_bounds(name: str) -> None:
    info = registry.describe(name)
    assert info.name == name
    assert info.regimes
    assert info.summary.endswith(".")
    for option in info.options.values():
        assert option.doc.endswith(".")
        for value in (option.default, option.paper):
            if option.choices:
                assert value in option.choices or value is None
            elif option.pattern:
                assert value is None or re.fullmatch(option.pattern, str(value))
            elif value is not None:
                assert option.low is None or option.low <= float(value)
                assert option.high is None or float(value) <= option.high


@pytest.mark.parametrize("find", [registry.describe, registry.load])
def test_an_unknown_method_is_told_its_neighbour(find) -> None:
    with pytest.raises(MtlError, match=r"unknown method 'hard_shairng'.* 'hard_sharing'\?"):
        find("hard_shairng")


def test_describing_all_methods_imports_no_torch() -> None:
    code = (
        "import sys; from mtl.methods import registry; "
        "[registry.describe(name) for name in registry.available()]; "
        "assert not {'torch', 'numpy', 'scipy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_new_file_is_a_new_method(folder: Path) -> None:
    (folder / "mine.py").write_text(
        "INFO = MethodInfo(name='mine', label='M', paper='p', year=2026, summary='s',\n"
        "    needs='losses', regimes=('joint',), options={'a': Option(-1.5, low=-2)})\n"
    )
    (folder / "_helper.py").write_text("")
    assert registry.available() == ["mine"]
    expected = MethodInfo(
        "mine", "M", "p", 2026, "s", "losses", ("joint",), {"a": Option(-1.5, low=-2)}
    )
    assert registry.describe("mine") == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("X = 1\n", r"mine\.py: a method file must declare INFO"),
        ("INFO = 3\n", r"mine\.py: INFO must be a MethodInfo"),
        ("\nINFO = MethodInfo(name=compute())\n", r"mine\.py:2: INFO must consist of literals"),
        ("INFO = MethodInfo(name='mine', colour=3)\n", r"mine\.py:1: .*'colour'"),
        (
            "INFO = MethodInfo('yours', 'l', 'p', 1, 's', 'losses', ('joint',))\n",
            r"INFO\.name is 'yours', expected 'mine'",
        ),
    ],
)
def test_a_faulty_record_is_refused_by_file(folder: Path, text: str, message: str) -> None:
    (folder / "mine.py").write_text(text)
    with pytest.raises(MtlError, match=message):
        registry.describe("mine")
