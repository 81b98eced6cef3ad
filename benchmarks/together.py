"""All seeds of a configuration in one process, as `mtl train` does it: plan, then train.

python -m benchmarks.together STORE SPECIFICATION SEEDS OUT
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from benchmarks.task import FINGERPRINT
from mtl.config import load_project
from mtl.training.run import train_unit


def train(store: Path, spec: dict, seeds: list[int], out: Path) -> None:
    """Train the seeds, after planning this repository's smallest scale as the command would."""
    load_project(Path(), "quick").units()
    identity = {"spec": spec, "seeds": seeds, "data": {"fingerprint": FINGERPRINT}, "code": {}}
    train_unit(
        spec,
        seeds,
        store,
        out / "records",
        out / "checkpoints",
        out / "resume",
        identity,
        FINGERPRINT,
        device="cpu",
    )


if __name__ == "__main__":
    train(
        Path(sys.argv[1]),
        json.loads(Path(sys.argv[2]).read_text()),
        list(range(int(sys.argv[3]))),
        Path(sys.argv[4]),
    )
