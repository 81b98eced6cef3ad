"""The resumable state on disk: written now and then, read back by the next attempt."""

from __future__ import annotations

import io
import pickle
import time
from pathlib import Path
from typing import Any

import torch

from mtl.errors import MtlError
from mtl.io import atomic_write, sha256
from mtl.training.trainer import Trainer

INTERVAL_S = 20.0
FILE = "state.pt"


class ResumeState:
    """Stores a trainer's state at most every `interval_s` seconds.

    Args:
        folder: of this configuration.
        key: the identity of the training; a state of another identity is refused.
        interval_s: 0 stores after every batch.
    """

    def __init__(self, folder: Path, key: str, interval_s: float = INTERVAL_S):
        self.path = folder / FILE
        self.key = key
        self.interval_s = interval_s
        self.attempts = 0
        self._stored = time.monotonic()

    def load(self, trainer: Trainer) -> bool:
        """Take the stored state into `trainer`; whether there was one.

        Raises:
            MtlError: for a state that is truncated, edited or of another identity.
        """
        if not self.path.exists():
            return False
        raw = self.path.read_bytes()
        digest, _, body = raw.partition(b"\n")
        if digest.decode("ascii", "replace") != sha256(body):
            raise MtlError(
                f"{self.path}: the resumable state is truncated or was edited; delete the file "
                "to train this configuration from the start"
            )
        try:
            state = torch.load(io.BytesIO(body), map_location="cpu", weights_only=True)
        except (pickle.UnpicklingError, RuntimeError) as error:
            raise MtlError(f"{self.path}: cannot be read ({error}); delete the file") from None
        if state["key"] != self.key:
            raise MtlError(f"{self.path}: belongs to another training; delete the file")
        self.attempts = state["attempts"] + 1
        trainer.load_state(state["trainer"])
        return True

    def store_if_due(self, trainer: Trainer) -> None:
        """Store the state when the last one is old enough."""
        if time.monotonic() - self._stored >= self.interval_s:
            self.store(trainer)

    def store(self, trainer: Trainer) -> None:
        """Store the state now."""
        state: dict[str, Any] = {
            "key": self.key,
            "attempts": self.attempts,
            "trainer": trainer.state(),
        }
        buffer = io.BytesIO()
        torch.save(state, buffer)
        body = buffer.getvalue()
        atomic_write(self.path, sha256(body).encode() + b"\n" + body)
        self._stored = time.monotonic()
