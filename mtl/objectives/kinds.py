"""The kinds of tasks, known without importing torch."""

from __future__ import annotations

KINDS = {
    "attributes": "attributes",
    "classes": "classes",
    "labels": "labels",
    "segmentation": "dense",
    "depth": "dense",
    "normals": "dense",
    "semseg": "pascal",
    "human_parts": "pascal",
    "saliency": "pascal",
    "edges": "pascal",
    "normals_l1": "pascal",
}
"""Kind to the module of `mtl.objectives` that has the class `Build` for it.

Kinds of one module may stand in one run together.
"""

PIXELWISE = frozenset(kind for kind, module in KINDS.items() if module in ("dense", "pascal"))
"""The kinds that predict something of every pixel."""
