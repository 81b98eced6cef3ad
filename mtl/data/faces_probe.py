"""The probe: painted faces with tasks whose relatedness is a dial of the twin.

It has no real counterpart. The twin `faces_probe` writes it in CelebA's layout, and it is prepared
as CelebA is; its columns keep CelebA's names, which say nothing about their labels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mtl.data import aligned_faces
from mtl.data.layouts import faces_probe as layout

COLUMNS = aligned_faces.COLUMNS
CLASSES = aligned_faces.CLASSES

Task = dict[str, Any]


def probe4() -> list[Task]:
    """Four tasks of three teachers each; the columns without a teacher are in none."""
    size = layout.TEACHERS_PER_TASK
    return [
        {
            "name": f"task_{number + 1}",
            "kind": "attributes",
            "columns": list(layout.COLUMNS[number * size : (number + 1) * size]),
        }
        for number in range(layout.TASKS)
    ]


PARTITIONS: dict[str, Callable[[], list[Task]]] = {"probe4": probe4}


def check_config(config: Mapping[str, Any]) -> None:
    """Check the options of `prepare` without any data.

    Raises:
        MtlError: unless the only option is a valid `short_side` or `size`.
    """
    aligned_faces.check_config("faces_probe", config)


def prepare(
    root: Path | str,
    config: Mapping[str, Any],
    out: Path | str,
    identity: Mapping[str, Any],
    fingerprint: str,
    source: str,
    source_label: str,
) -> None:
    """Prepare a twin `faces_probe`; see `aligned_faces.prepare`."""
    aligned_faces.prepare(
        "faces_probe", root, config, out, identity, fingerprint, source, source_label
    )
