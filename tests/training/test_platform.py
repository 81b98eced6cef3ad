from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import torch

from mtl.errors import MtlError
from mtl.training import platform
from mtl.training.platform import (
    choose_device,
    describe_commit,
    describe_platform,
    describe_versions,
    make_deterministic,
)


@pytest.mark.parametrize(("available", "expected"), [(False, "cpu"), (True, "cuda")])
def test_auto_takes_a_card_where_there_is_one(
    available: bool, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: available)
    assert choose_device("auto").type == expected


def test_the_processor_can_always_be_chosen() -> None:
    assert choose_device("cpu") == torch.device("cpu")


@pytest.mark.parametrize("name", ["gpu", "cuda:x", "cuda:99", "", "hip"])
def test_a_device_that_is_not_here_is_refused(name: str) -> None:
    with pytest.raises(MtlError, match=rf"--device: '{name}' cannot be used here \(.+\); choose"):
        choose_device(name)


def test_training_is_deterministic_on_one_thread() -> None:
    make_deterministic()
    assert torch.get_num_threads() == 1
    assert torch.are_deterministic_algorithms_enabled()
    assert not torch.utils.deterministic.fill_uninitialized_memory
    assert torch.full((1,), 1e-40).mul(1.0).item() == 0.0


def test_the_platform_is_what_bits_depend_on() -> None:
    facts = describe_platform(torch.device("cpu"))
    assert set(facts) == {
        "machine",
        "cpu",
        "cpu_model",
        "cpu_caches",
        "cpu_capability",
        "threads",
        "torch",
        "device",
    }
    assert facts["torch"] == torch.__version__
    assert facts["device"] == "cpu"


CPUINFO = """\
processor\t: 0
cpu family\t: 25
model\t\t: {model}
model name\t: AMD EPYC
stepping\t: 1
"""


def test_processors_of_one_name_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "_CPUINFO", tmp_path / "cpuinfo")
    monkeypatch.setattr(platform, "_CACHES", tmp_path / "cache")
    for index, cache in enumerate(["1 Data 32K", "1 Instruction 32K", "2 Unified 1024K"]):
        folder = tmp_path / "cache" / f"index{index}"
        folder.mkdir(parents=True)
        for name, value in zip(("level", "type", "size"), cache.split(), strict=True):
            (folder / name).write_text(value + "\n")
    seen = []
    for model in (17, 68):
        (tmp_path / "cpuinfo").write_text(CPUINFO.format(model=model))
        seen.append(describe_platform(torch.device("cpu")))
    assert seen[0]["cpu"] == seen[1]["cpu"] == "AMD EPYC"
    assert seen[0]["cpu_model"] == "cpu family 25, model 17, stepping 1"
    assert seen[1]["cpu_model"] == "cpu family 25, model 68, stepping 1"
    assert seen[0]["cpu_caches"] == "L1 32K, L2 1024K"


def test_a_system_that_tells_nothing_of_its_processor_has_a_platform(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "_CPUINFO", tmp_path / "cpuinfo")
    monkeypatch.setattr(platform, "_CACHES", tmp_path / "cache")
    facts = describe_platform(torch.device("cpu"))
    assert facts["cpu_model"] == facts["cpu_caches"] == "unknown"


def test_versions_are_texts() -> None:
    assert all(isinstance(version, str) and version for version in describe_versions().values())


def git(root: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)


def test_the_commit_is_none_outside_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert describe_commit(tmp_path) == {"commit": None, "dirty": None}


def test_uncommitted_changes_are_told(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "a").write_text("1")
    git(tmp_path, "add", "a")
    git(tmp_path, "commit", "-qm", "first")
    clean = describe_commit(tmp_path)
    assert len(clean["commit"]) == 40
    assert clean["dirty"] is False
    (tmp_path / "untracked").write_text("1")
    assert describe_commit(tmp_path) == clean
    (tmp_path / "a").write_text("2")
    assert describe_commit(tmp_path) == {"commit": clean["commit"], "dirty": True}
