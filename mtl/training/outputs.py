"""The files of a finished training: a record and a checkpoint for each seed, then the unit."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mtl.io import atomic_write, canonical_json, sha256
from mtl.results.seal import seal
from mtl.training.network import Counts
from mtl.training.platform import describe_commit, describe_platform, describe_versions
from mtl.training.trainer import SeedLog, Trainer

SCHEMA = 1
RECORD = "metrics.json"
UNIT = "unit.json"


def write_outputs(
    trainer: Trainer,
    counts: Counts,
    profile: Mapping[str, Any],
    identity: Mapping[str, Any],
    fingerprint: str,
    out: Path,
    checkpoints: Path,
    *,
    resumed: int,
    cpu_s: float,
) -> None:
    """Write `seed<k>/metrics.json` and `seed<k>.safetensors` for every seed, `unit.json` last.

    The records hold only what follows from commit, platform and seed; what differs from one
    execution to the next (times, versions, the commit) is in the unit.

    Args:
        trainer: finished.
        counts: of one seed's model.
        profile: of the model whose counts tables print.
        identity: what `fingerprint` hashes.
        fingerprint: names the unit.
        out, checkpoints: folders of the unit.
        resumed: how often the training went on from a stored state.
        cpu_s: CPU seconds of this process.
    """
    hashes = {}
    for position, (seed, log) in enumerate(zip(trainer.seeds, trainer.logs, strict=True)):
        checkpoint_hash = _write_checkpoint(log, checkpoints / f"seed{seed}.safetensors")
        record = _record(trainer, position, counts, profile, identity, fingerprint, checkpoint_hash)
        text = canonical_json(record)
        atomic_write(out / f"seed{seed}" / RECORD, text)
        hashes[str(seed)] = sha256(text)
    unit = {
        "schema": SCHEMA,
        "fingerprint": fingerprint,
        "dataset": identity["spec"]["dataset"],
        "method": trainer.spec.method,
        "seeds": list(trainer.seeds),
        "records": hashes,
        "provenance": {
            "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            **describe_commit(Path.cwd()),
            "versions": describe_versions(),
            "device": trainer.device.type,
            "platform": describe_platform(trainer.device),
            "timings": {
                **{name: round(value, 3) for name, value in trainer.timings.items()},
                "cpu_s": round(cpu_s, 3),
                "batches": trainer.total_batches,
            },
            "resumed": resumed,
        },
    }
    atomic_write(out / UNIT, canonical_json(seal(unit)))


def _write_checkpoint(log: SeedLog, path: Path) -> str:
    """Store the selected weights of a seed; the hash of the file."""
    from safetensors.torch import save

    data = save({name: tensor.contiguous().cpu() for name, tensor in log.weights.items()})
    atomic_write(path, data)
    return sha256(data)


def _record(
    trainer: Trainer,
    position: int,
    counts: Counts,
    profile: Mapping[str, Any],
    identity: Mapping[str, Any],
    fingerprint: str,
    checkpoint_hash: str,
) -> dict[str, Any]:
    log = trainer.logs[position]
    assert log.selected is not None
    assert log.final is not None
    gap = None
    if trainer.gap_count:
        gap = {"max": trainer.gap_max, "mean": trainer.gap_sum / trainer.gap_count}
    return seal(
        {
            "schema": SCHEMA,
            "dataset": identity["spec"]["dataset"],
            "method": trainer.spec.method,
            "fingerprint": fingerprint,
            "seed": trainer.seeds[position],
            "identity": dict(identity),
            "counts": counts.as_json(),
            "profile": dict(profile),
            "selection": {"rule": trainer.spec.selection, "epoch": log.selected.epoch},
            "metrics": {**log.selected.scores, **trainer.diagnostic_metrics(position)},
            "final": log.final.scores,
            "detail": log.selected.detail,
            "curve": log.curve,
            "solver_gap": gap,
            "diagnostics": {
                name: diagnostic.result(position)
                for name, diagnostic in trainer.diagnostics.items()
            },
            "checkpoint": {"sha256": checkpoint_hash},
        }
    )
