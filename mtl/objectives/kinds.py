"""The kinds of tasks, known without importing torch."""

from __future__ import annotations

KINDS = {
    "attributes": "attributes",
    "classes": "classes",
    "labels": "labels",
    "segmentation": "dense",
    "depth": "dense",
    "normals": "dense",
}
"""Kind to the module of `mtl.objectives` that has the class `Build` for it.

Kinds of one module may stand in one run together.
"""
