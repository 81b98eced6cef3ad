from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mtl.config import Project
from mtl.errors import MtlError
from mtl.results.figures.activation_embedding import build, embed
from tests.results.figures import fabricate

ROOT = Path(__file__).parents[3]
# As many points as a layer of the papers' networks has, so that threads have something to divide.
EMBED = """
import json
import numpy as np
from mtl.results.figures.activation_embedding import embed
maps = np.random.default_rng(0).normal(size=(400, 64))
print(json.dumps(embed(maps, 30.0).tolist()))
"""


def store(project: Project, **changes) -> None:
    found = {0: {"activations": fabricate.activations(**changes)}}
    fabricate.write(project, "celeba8", "etr", found)


def test_every_map_is_a_point_of_its_branch(drawn: Project) -> None:
    data = build(drawn, "faces", "tsne")
    assert data.branches == ("shared", "eyes", "nose")
    [layer] = data.layers
    assert (layer.name, layer.height, layer.width) == ("stage1.block1.conv2", 3, 3)
    assert [(point.branch, point.channel) for point in layer.points] == [
        *(("shared", k) for k in range(8)),
        *(("eyes", k) for k in range(3)),
        *(("nose", k) for k in range(3)),
    ]
    assert layer.perplexity == pytest.approx(13 / 3)
    assert (data.seed, data.heading.notes) == (0, ())


def test_branches_that_differ_lie_apart() -> None:
    rng = np.random.default_rng(0)
    maps = np.concatenate([level + rng.normal(size=(20, 16)) for level in (0.0, 100.0)])
    places = embed(maps, 10.0)
    centres = [places[:20].mean(0), places[20:].mean(0)]
    spread = max(
        np.linalg.norm(part - centre, axis=1).max()
        for part, centre in zip((places[:20], places[20:]), centres, strict=True)
    )
    assert np.linalg.norm(centres[0] - centres[1]) > spread


def test_the_same_bits_with_any_number_of_threads() -> None:
    found = [
        subprocess.run(
            [sys.executable, "-c", EMBED],
            cwd=ROOT,
            env={**os.environ, "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads,
                 "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
        ).stdout
        for threads in ("1", "4")
    ]  # fmt: skip
    assert found[0] == found[1]
    assert np.array(json.loads(found[0])).shape == (400, 2)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"side": 1}, "its maps are single values"),
        ({"shared": 1, "own": 1}, "3 maps are too few for t-SNE"),
        (
            {"branches": [{"name": "shared", "maps": [[0.0] * 9] * 6}]},
            "its maps are all the same",
        ),
    ],
)
def test_layers_that_cannot_be_embedded_are_left_out_with_the_reason(
    drawn: Project, changes, reason: str
) -> None:
    store(drawn, **changes)
    data = build(drawn, "faces", "tsne")
    assert data.layers == ()
    assert data.heading.notes == (f"stage1.block1.conv2 is left out: {reason}.",)


def test_maps_of_another_size(drawn: Project) -> None:
    store(drawn, height=4)
    with pytest.raises(MtlError, match=r"stage1\.block1\.conv2: a map has 9 values, not 12"):
        build(drawn, "faces", "tsne")


def test_missing_runs(empty: Project) -> None:
    data = build(empty, "faces", "tsne", allow_missing=True)
    assert (data.seed, data.image, data.layers, data.branches) == (None, None, (), ())
