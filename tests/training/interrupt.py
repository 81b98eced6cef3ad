"""Trains in children that are killed at set moments; run as a module with a file of jobs.

One process imports torch and forks a child for every training, which takes a tenth of the time of
a fresh process each. Prints one JSON object: the children's exit codes, and which heavy packages
importing the training pulled in.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

from mtl.training.resume import ResumeState
from mtl.training.run import train_unit
from mtl.training.trainer import Trainer

HEAVY = (
    "pydantic",
    "yaml",
    "matplotlib",
    "pandas",
    "torchvision",
    "timm",
    "sklearn",
    "jinja2",
    "torch._dynamo",
)


def heavy_modules() -> list[str]:
    """Of the packages that a training does without, those that are imported all the same."""
    return [name for name in HEAVY if name in sys.modules]


def arm(number: int, batches: int, moment: str) -> None:
    """Let this process be killed.

    Args:
        number: of the signal.
        batches: batches done when it comes.
        moment: "stored", right after the state of that batch is on the disk, or "renaming",
            when its bytes are written but not yet in their place.
    """
    store = ResumeState.store

    def armed(self: ResumeState, trainer: Trainer) -> None:
        due = trainer.done_batches == batches
        if due and moment == "renaming":
            Path.replace = lambda *paths: os.kill(os.getpid(), number)  # type: ignore[assignment]
        store(self, trainer)
        if due:
            os.kill(os.getpid(), number)

    ResumeState.store = armed  # type: ignore[method-assign]


def train(job: dict[str, Any]) -> int:
    """Train in this process; the exit status."""
    if job["kill"]:
        arm(*job["kill"])
    root = Path(job["root"])
    try:
        train_unit(
            job["spec"],
            job["identity"]["seeds"],
            Path(job["store"]),
            root / "out",
            root / "checkpoints",
            root / "resume",
            job["identity"],
            job["fingerprint"],
            device="cpu",
            resume_interval_s=0,
        )
    except SystemExit as interrupted:
        return int(interrupted.code or 0)
    (root / "heavy.json").write_text(json.dumps(heavy_modules()))
    return 0


def main(path: str) -> None:
    """Train every job in a child of its own, one after the other."""
    imported = heavy_modules()
    # GradNorm's `torch.autograd.grad` at given gradients imports this, and sympy with it: here
    # once, not in every child.
    importlib.import_module("torch.fx.experimental.symbolic_shapes")
    exit_codes = []
    for job in json.loads(Path(path).read_text()):
        child = os.fork()
        if child == 0:
            status = 1
            try:
                status = train(job)
            finally:
                os._exit(status)
        exit_codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    print(json.dumps({"exit_codes": exit_codes, "imported": imported}))


if __name__ == "__main__":
    main(sys.argv[1])
