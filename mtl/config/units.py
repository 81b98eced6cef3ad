"""The things with a fingerprint in their path: twins, prepared datasets, units of runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from mtl.config.identity import Identity
from mtl.config.spec import Spec
from mtl.io import FINGERPRINT_LENGTH, read_json, sha256

CACHE = Path(".cache")
RUNS = Path("results/runs")
CHECKPOINTS = Path("results/checkpoints")


@dataclass(frozen=True)
class Twin:
    """The raw files of a synthetic twin, in the official layout of its dataset.

    Attributes:
        name: the generator, a module of `mtl.data.twins`.
        config: its dials.
        path: the files' folder, relative to the project.
    """

    name: str
    fingerprint: str
    identity: Identity = field(repr=False)
    config: dict[str, Any]
    path: Path

    @property
    def record(self) -> Path:
        """The generator's note in the folder, which appears as a whole."""
        return self.path / "TWIN.json"


@dataclass(frozen=True)
class Prepared:
    """A prepared dataset.

    Attributes:
        config: the preparation's options.
        dials: those of its twin that settings set, beside the scale's.
        options: of the preparation, those that settings have instead of the scale's.
        source_label: the words that tables print about the source.
        root: the folder of the raw files, relative to the project; None when the dataset comes
            with an installed package.
        twin: the twin that makes the raw files; None for real data.
        path: the store's folder, relative to the project.
    """

    dataset: str
    fingerprint: str
    identity: Identity = field(repr=False)
    config: dict[str, Any]
    dials: dict[str, Any]
    options: dict[str, Any]
    source: Literal["twin", "real"]
    source_label: str
    root: Path | None
    twin: Twin | None
    path: Path

    @property
    def title(self) -> str:
        """How messages name it: the dataset, its dials and its own options."""
        own = {**self.dials, **self.options}
        dials = ", ".join(f"{name} {value}" for name, value in own.items())
        return f"{self.dataset} ({dials})" if dials else self.dataset

    @property
    def record(self) -> Path:
        """The store's description, which appears with the whole folder."""
        return self.path / "store.json"


@dataclass(frozen=True)
class RunUnit:
    """One configuration trained for a group of seeds in one process.

    Attributes:
        spec: the resolved configuration.
        identity: everything that determines the results; its hash is the fingerprint.
        path: the records' folder, relative to the project.
        data: the prepared dataset.
        start: the unit of the same seeds whose trained weights this one starts from; None for
            random ones.
    """

    dataset: str
    method: str
    fingerprint: str
    spec: Spec = field(repr=False)
    seeds: tuple[int, ...]
    identity: Identity = field(repr=False)
    path: Path
    data: Prepared = field(repr=False)
    start: RunUnit | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """`<dataset>/<method>/<fingerprint>`, as the manifest lists it."""
        return f"{self.dataset}/{self.method}/{self.fingerprint}"

    @property
    def work(self) -> int:
        """A rough measure of the time to train it, in passes over the images: epochs times tasks.

        A joint training takes one pass for all tasks. Longer trainings start first, so that no
        core idles at the end.
        """
        passes = 1 if self.spec["regime"] == "joint" else len(self.spec["tasks"])
        return int(self.spec["training"]["epochs"]) * passes

    @property
    def record(self) -> Path:
        """The unit's record, which is written last."""
        return self.path / "unit.json"

    @property
    def metrics(self) -> tuple[Path, ...]:
        """The seeds' records."""
        return tuple(self.path / f"seed{seed}" / "metrics.json" for seed in self.seeds)

    def is_done(self, root: Path) -> bool:
        """Whether all its records exist; what they hold is checked by their readers."""
        return all((root / path).is_file() for path in (self.record, *self.metrics))

    def records_hash(self, root: Path) -> str | None:
        """One hash for the bytes of all its records, as `unit.json` states them; None if absent.

        The fingerprint says what the records were made from; on another platform they may differ
        in the last bits, and so may what is printed of them.
        """
        path = root / self.record
        if not path.is_file():
            return None
        unit = read_json(path, "unit")
        records = unit.get("records") if isinstance(unit, dict) else None
        return sha256(records)[:FINGERPRINT_LENGTH]

    @property
    def checkpoints(self) -> Path:
        """The folder of the trained weights."""
        return CHECKPOINTS / self.name

    @property
    def weights(self) -> tuple[Path, ...]:
        """The seeds' trained weights."""
        return tuple(self.checkpoints / f"seed{seed}.safetensors" for seed in self.seeds)

    @property
    def resume(self) -> Path:
        """The folder of an interrupted training's state."""
        return CACHE / "resume" / self.fingerprint

    @property
    def failure(self) -> Path:
        """The note that a failed training leaves."""
        return CACHE / "failures" / f"{self.fingerprint}.json"
