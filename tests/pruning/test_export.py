"""Exported networks run where nothing of this project is: by torch alone, and by ONNX Runtime."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor

import mtl
from mtl.errors import MtlError
from mtl.pruning.export import export
from mtl.pruning.prune import prune
from tests.pruning.test_prune import DENSE, SIZE, gated

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


def onnx_logits(path: Path, images: Tensor) -> Tensor:
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    [logits] = session.run(["logits"], {"images": images.numpy()})
    return torch.from_numpy(logits)


@pytest.mark.slow
@pytest.mark.oracle
@pytest.mark.parametrize("host", ["resnet20", DENSE])
def test_onnx_runtime_gives_the_gated_networks_logits(host: str, tmp_path: Path) -> None:
    network, images = gated(host, "random")
    path, own = tmp_path / "pruned.onnx", images[:, 3:].float().contiguous()
    with torch.no_grad():
        expected = network.float()(images.float(), None)[1]
    export(prune(network, 1), SIZE, path)
    for batch in (3, 1):  # the example had two
        found = onnx_logits(path, own[:batch])
        torch.testing.assert_close(found, expected[:batch], rtol=0, atol=1e-5)
    content = path.read_bytes()
    assert str(Path(mtl.__file__).parent).encode() not in content, "it tells paths of this machine"
    if host == "resnet20":
        export(prune(network, 1), SIZE, path)
        assert path.read_bytes() == content


def test_other_endings_are_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(MtlError, match=r"net\.pth: expected a name that ends in \.pt2 or \.onnx"):
        export(torch.nn.Identity(), SIZE, tmp_path / "net.pth")


def test_without_its_packages_onnx_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MtlError, match=r"package onnx and onnxscript, .* or a file \.pt2"):
        export(torch.nn.Conv2d(3, 1, 1), SIZE, tmp_path / "net.onnx")
    assert not list(tmp_path.iterdir())
