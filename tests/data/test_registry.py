from __future__ import annotations

import subprocess
import sys

import pytest

from mtl.data import registry
from mtl.errors import MtlError
from mtl.objectives.kinds import KINDS


def test_datasets_are_found_by_name() -> None:
    names = ["celeba", "cityscapes", "digits", "faces_probe", "nyu", "pascal"]
    assert registry.available() == names
    assert registry.describe("celeba").twin_name == "faces"
    assert registry.describe("cityscapes").twin_name == "streets"
    assert registry.describe("digits").twin_name is None
    assert registry.describe("faces_probe").twin_name == "faces_probe"
    assert registry.describe("nyu").twin_name == "rooms"
    assert registry.describe("pascal").twin_name == "people"


@pytest.mark.parametrize("name", registry.available())
def test_every_dataset_keeps_the_contract(name: str) -> None:
    info = registry.describe(name)
    module = registry.load(name)
    assert info.name == name
    assert len(info.columns) == len(info.classes)
    assert callable(module.prepare)
    assert callable(module.check_config)
    assert hasattr(module, "raw_manifest") == ("real" in info.source_labels)
    assert ("twin" in info.source_labels) == (info.twin is not None)
    assert info.needs_root <= ("real" in info.source_labels)
    for text in (info.label, info.paper, info.url, info.terms):
        assert text


@pytest.mark.parametrize(
    ("name", "partition"),
    [(name, part) for name in registry.available() for part in registry.describe(name).partitions],
)
def test_every_partition_names_known_columns_once(name: str, partition: str) -> None:
    tasks = registry.tasks(name, partition)
    columns = [column for task in tasks for column in task["columns"]]
    assert len(set(columns)) == len(columns)
    assert set(columns) <= set(registry.describe(name).columns)
    assert len({task["name"] for task in tasks}) == len(tasks)
    for task in tasks:
        assert task["kind"] in KINDS
        assert task["kind"] in ("attributes", "labels") or len(task["columns"]) == 1


@pytest.mark.parametrize("name", registry.available())
def test_every_twin_generates_and_checks(name: str) -> None:
    if registry.describe(name).twin is None:
        with pytest.raises(MtlError, match=f"'{name}' has no synthetic twin"):
            registry.load_twin(name)
    else:
        twin = registry.load_twin(name)
        assert callable(twin.generate)
        assert callable(twin.check_config)


def test_unknown_names_are_refused_with_the_nearest() -> None:
    with pytest.raises(MtlError, match=r"x\.yaml: unknown dataset 'celebA'.*Did you mean 'celeba'"):
        registry.describe("celebA", "x.yaml")
    with pytest.raises(MtlError, match=r"unknown partition 'groups9'.*Did you mean 'groups8'"):
        registry.tasks("celeba", "groups9")


def test_planning_imports_no_heavy_package() -> None:
    program = (
        "import sys\n"
        "from mtl.data import registry\n"
        "for name in registry.available():\n"
        "    registry.load(name).check_config\n"
        "    registry.describe(name).partitions\n"
        "for name in ('celeba', 'cityscapes', 'faces_probe'):\n"
        "    registry.load_twin(name)\n"
        "heavy = {'torch', 'sklearn', 'PIL', 'scipy', 'pandas', 'matplotlib', 'pydantic'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
