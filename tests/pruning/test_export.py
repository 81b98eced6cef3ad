"""Exported networks run in a process that has torch, and nothing of this project."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from mtl.pruning.export import export
from mtl.pruning.prune import prune
from tests.pruning.test_prune import SIZE, gated

RUN = """
import sys, torch
program = torch.export.load(sys.argv[1]).module()
images = torch.load(sys.argv[2])
torch.save([program(images), program(images[:1])], sys.argv[3])
assert not any(name == "mtl" or name.startswith("mtl.") for name in sys.modules)
"""


@pytest.mark.slow
def test_the_file_gives_the_gated_networks_logits_without_its_code(tmp_path: Path) -> None:
    network, images = gated("resnet_small", "random")
    with torch.no_grad():
        expected = network(images, None)[0]
    export(prune(network, 0), SIZE, tmp_path / "pruned.pt2")
    own = images[:, :3].contiguous()
    torch.save(own, tmp_path / "images.pt")
    subprocess.run(
        [
            sys.executable,
            "-c",
            RUN,
            *(str(tmp_path / n) for n in ("pruned.pt2", "images.pt", "out.pt")),
        ],
        cwd=tmp_path,
        check=True,
    )
    together, _ = torch.load(tmp_path / "out.pt")
    assert (together - expected).abs().max() < 1e-12
