"""What the shared and the task-specific branches make of one image (Figure 7)."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mtl.diagnostics.base import Diagnostic, Subject
from mtl.diagnostics.feature_maps import image_pixels, rounded
from mtl.errors import MtlError
from mtl.layers.etr import TaskConvNorm

IMAGES = 64
"""Held-out images that are normalised together with the one that is shown."""

SIDE = 32
"""Pixels; longer maps are averaged over squares until no side is longer."""


class Build(Diagnostic):
    """Of the first seed and image: the maps of both branches in the last routed layer of a stage.

    Maps are taken behind the normalisation, before ReLU. Those of the shared branch depend on the
    task through the layers before; they are taken from the first task's pass. Which layers the
    paper shows, and at what place in them, is unspecified.

    Raises:
        MtlError: for a method without explicit task routing.
    """

    def __init__(self, subject: Subject):
        super().__init__(subject)
        routed = {
            str(module.unit_name): module
            for module in subject.network.trunk.modules()
            if isinstance(module, TaskConvNorm)
        }
        if not routed:
            raise MtlError(
                "diagnostics: 'activations' shows the branches of explicit task routing, which "
                f"'{subject.spec.method}' does not have"
            )
        last = {name.split(".")[0]: name for name in routed}
        self.layers = {name: routed[name] for name in last.values()}
        self.found: dict[str, Any] = {}

    @torch.no_grad()
    def at_end(self) -> None:
        images, _ = self.subject.batch(0, IMAGES)
        outputs: dict[str, Tensor] = {}

        def keep(name: str) -> Any:
            def hook(module: nn.Module, arguments: Any, output: Tensor) -> None:
                seeds = len(self.subject.seeds)
                maps = output[0].unflatten(0, (seeds, -1))[0]  # [C, H, W]
                times = -(-max(maps.shape[1:]) // SIDE)
                outputs[name] = F.avg_pool2d(maps, times).cpu() if times > 1 else maps.cpu()

            return hook

        handles = [m.register_forward_hook(keep(name)) for name, m in self.layers.items()]
        branches: dict[str, list[dict[str, Any]]] = {name: [] for name in self.layers}
        sizes: dict[str, tuple[int, int]] = {}
        try:
            for number, task in enumerate(self.subject.task_names):
                self.subject.network(images, number)
                for name, output in outputs.items():
                    shared = int(self.layers[name].conv.shared_channels)  # type: ignore[arg-type]
                    sizes[name] = (output.shape[1], output.shape[2])
                    parts = {"shared": output[:shared]} if number == 0 else {}
                    for branch, maps in {**parts, task: output[shared:]}.items():
                        branches[name].append({"name": branch, "maps": rounded(maps.flatten(1))})
        finally:
            for handle in handles:
                handle.remove()
        self.found = {
            "image": image_pixels(images[0, :3]),
            "layers": [
                {"name": n, "height": sizes[n][0], "width": sizes[n][1], "branches": found}
                for n, found in branches.items()
            ],
        }

    def result(self, position: int) -> dict[str, Any]:
        return self.found if position == 0 else {}
