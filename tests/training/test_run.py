from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from mtl.data.store import Store
from mtl.errors import MtlError
from mtl.io import sha256_file
from mtl.results.records import Unit, load_unit
from mtl.training.resume import FILE
from mtl.training.run import Interrupted, train_unit
from tests.training.fabricate import make_identity, make_spec, make_trainer

ROOT = Path(__file__).parents[2]
SEEDS = (3, 11)
UNIT = "abcdef012345"
INTERRUPTED = ["hard_sharing", "etr", "gradnorm", "maximum_roaming"]


def small(method: str, **changes: Any) -> dict[str, Any]:
    settings = {"host": "resnet_small", "width": 4, "batch_size": 8}
    return make_spec(method, **(settings | changes))


def train(root: Path, store: Store, spec: dict[str, Any], seeds=SEEDS, **changes: Any) -> None:
    settings: dict[str, Any] = {"identity": make_identity(spec, seeds), "device": "cpu"}
    train_unit(
        spec,
        seeds,
        store.directory,
        root / "out",
        root / "checkpoints",
        root / "resume",
        fingerprint=UNIT,
        **(settings | changes),
    )


def results(root: Path) -> dict[str, bytes]:
    """What must not depend on how the training went: records and checkpoints, not the unit."""
    files = [*root.glob("out/seed*/metrics.json"), *root.glob("checkpoints/*")]
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def finished(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trained unit of MGDA-UB with everything beside it."""
    root = tmp_path_factory.mktemp("finished")
    train(root, store, small("mgda_ub"))
    return root


@pytest.fixture
def unit(finished: Path) -> Unit:
    return load_unit(finished / "out", UNIT)


def test_the_records_are_accepted_by_their_readers(unit: Unit) -> None:
    assert (unit.dataset, unit.method, unit.seeds) == ("tiny", "mgda_ub", SEEDS)
    assert unit.provenance["device"] == "cpu"
    assert unit.provenance["resumed"] == 0
    assert unit.provenance["timings"]["batches"] == 6
    for seed, record in zip(SEEDS, unit.records, strict=True):
        assert record.seed == seed
        assert record.identity == make_identity(small("mgda_ub"), SEEDS)
        assert record.counts["macs_input"] == [3, 16, 16]
        assert [entry["epoch"] for entry in record.curve] == [1, 2]
        assert record.final == {name: record.curve[-1][name] for name in record.final}
        selected = record.curve[record.selection["epoch"] - 1]
        assert record.metrics == {name: selected[name] for name in record.metrics}
        assert record.detail["n"] == 9
        assert record.solver_gap is not None
        assert 0 <= record.solver_gap["mean"] <= record.solver_gap["max"] < 1e-8


def test_the_records_name_their_checkpoints(finished: Path, unit: Unit) -> None:
    for record in unit.records:
        path = finished / "checkpoints" / f"seed{record.seed}.safetensors"
        assert record.checkpoint == {"sha256": sha256_file(path)}


def test_a_method_without_a_solver_has_no_gap(store: Store, tmp_path: Path) -> None:
    train(tmp_path, store, small("hard_sharing", epochs=1))
    assert load_unit(tmp_path / "out").records[0].solver_gap is None


def test_the_same_call_gives_the_same_bytes(finished: Path, store: Store, tmp_path: Path) -> None:
    train(tmp_path, store, small("mgda_ub"))
    assert len(results(finished)) == 4
    assert results(tmp_path) == results(finished)


@pytest.mark.parametrize("selection", ["last", "best_recall"])
def test_the_selection_rule_is_recorded(store: Store, tmp_path: Path, selection: str) -> None:
    train(tmp_path, store, small("hard_sharing", epochs=3, selection=selection))
    for record in load_unit(tmp_path / "out").records:
        assert record.selection["rule"] == selection
        recalls = [entry["recall"] for entry in record.curve]
        best = 3 if selection == "last" else recalls.index(max(recalls)) + 1
        assert record.selection["epoch"] == best


@pytest.mark.parametrize("method", ["hard_sharing", "single_task", "etr_nlp", "maximum_roaming"])
def test_a_checkpoint_reproduces_the_recorded_metrics(
    store: Store, tmp_path: Path, method: str
) -> None:
    from safetensors.torch import load_file

    spec = small(method)
    train(tmp_path, store, spec, seeds=(3,))
    (record,) = load_unit(tmp_path / "out").records
    weights = load_file(tmp_path / "checkpoints" / "seed3.safetensors")
    trainer = make_trainer(store, spec, (5,), dtype=torch.float32)
    trainer.network.load_state_dict({name: tensor[None] for name, tensor in weights.items()})
    trainer.loss_batches = 1
    trainer._evaluate()
    assert trainer.logs[0].final.scores == record.metrics
    assert trainer.logs[0].final.detail == record.detail


def test_a_checkpoint_is_no_pickle(finished: Path) -> None:
    data = (finished / "checkpoints" / "seed3.safetensors").read_bytes()
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    assert "trunk.stem.conv.weight" in header
    assert header["trunk.stem.conv.weight"]["shape"] == [4, 3, 3, 3]


def test_data_of_another_fingerprint_are_refused(store: Store, tmp_path: Path) -> None:
    spec = small("hard_sharing")
    identity = make_identity(spec, SEEDS)
    identity["data"]["fingerprint"] = "f" * 12
    with pytest.raises(MtlError, match=r"store\.json: expected the data of fingerprint ffff"):
        train(tmp_path, store, spec, identity=identity)


@pytest.mark.parametrize("damage", ["truncated", "edited", "empty"])
def test_a_damaged_state_is_refused_by_its_file(
    store: Store, tmp_path: Path, damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = small("hard_sharing", epochs=1)
    train(tmp_path, store, spec, resume_interval_s=0)
    path = tmp_path / "resume" / FILE
    state = path.read_bytes()
    middle = len(state) // 2
    edited = state[:middle] + bytes([state[middle] ^ 1]) + state[middle + 1 :]
    path.write_bytes({"truncated": state[:middle], "edited": edited, "empty": b""}[damage])
    with pytest.raises(MtlError, match=rf"{path}: the resumable state is truncated or was edited"):
        train(tmp_path, store, spec)


def test_nothing_is_written_when_a_training_diverges(store: Store, tmp_path: Path) -> None:
    spec = small("hard_sharing", learning_rate=1e30)
    with pytest.raises(MtlError, match=r"lower training\.learning_rate \(1e\+30\)"):
        train(tmp_path, store, spec)
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "checkpoints").exists()


def test_signals_find_their_old_handlers_after_a_training(store: Store, tmp_path: Path) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    train(tmp_path, store, small("hard_sharing", epochs=1))
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_an_interrupt_is_a_system_exit() -> None:
    """So that no `except Exception` on the way swallows it, and the shell sees 128 + signal."""
    assert issubclass(Interrupted, SystemExit)
    assert Interrupted(143).code == 143


@pytest.fixture(scope="module")
def outcome(store: Store, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Each method trained once without a break, and once through a kill, a signal and a kill."""
    root = tmp_path_factory.mktemp("interrupted")
    breaks = [
        [signal.SIGKILL, 2, "stored"],
        [signal.SIGTERM, 3, "stored"],
        [signal.SIGKILL, 5, "renaming"],
        None,
    ]
    jobs = []
    for method in INTERRUPTED:
        spec = small(method, options={"interval": 0.0} if method == "maximum_roaming" else None)
        for name, kills in (("whole", [None]), ("broken", breaks)):
            jobs += [
                {
                    "spec": spec,
                    "identity": make_identity(spec, SEEDS),
                    "fingerprint": UNIT,
                    "store": str(store.directory),
                    "root": str(root / method / name),
                    "kill": kill,
                }
                for kill in kills
            ]
    (root / "jobs.json").write_text(json.dumps(jobs))
    done = subprocess.run(
        [sys.executable, "-m", "tests.training.interrupt", str(root / "jobs.json")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {"root": root, "log": done.stderr, **json.loads(done.stdout.splitlines()[-1])}


@pytest.mark.slow
def test_the_trainings_ended_as_they_were_made_to(outcome: dict[str, Any]) -> None:
    expected = [0, -signal.SIGKILL, 128 + signal.SIGTERM, -signal.SIGKILL, 0]
    assert outcome["exit_codes"] == expected * len(INTERRUPTED), outcome["log"]


@pytest.mark.slow
@pytest.mark.parametrize("method", INTERRUPTED)
def test_a_killed_training_goes_on_to_the_same_bytes(outcome: dict[str, Any], method: str) -> None:
    whole, broken = outcome["root"] / method / "whole", outcome["root"] / method / "broken"
    assert len(results(whole)) == 4
    assert results(broken) == results(whole)
    assert load_unit(whole / "out").provenance["resumed"] == 0
    # The third attempt got no state onto the disk, so that the fourth cannot know of it.
    assert load_unit(broken / "out").provenance["resumed"] == 2


@pytest.mark.slow
def test_a_resumed_training_says_where_it_goes_on(outcome: dict[str, Any]) -> None:
    """The second kill came before the state of batch 5 was in its place."""
    lines = [line for line in outcome["log"].splitlines() if "hard_sharing  resumed" in line]
    assert [line.split("resumed at ")[1] for line in lines] == [
        "batch 2 of 6",
        "batch 4 of 6",
        "batch 4 of 6",
    ]


@pytest.mark.slow
def test_training_imports_nothing_heavy(outcome: dict[str, Any]) -> None:
    assert outcome["imported"] == []
    for method in INTERRUPTED:
        heavy = outcome["root"] / method / "whole" / "heavy.json"
        assert json.loads(heavy.read_text()) == [], method
