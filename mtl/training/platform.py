"""Device, threads, and the facts about the machine that float32 bytes depend on."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

import mtl
from mtl.errors import MtlError

_CPUINFO = Path("/proc/cpuinfo")
_CACHES = Path("/sys/devices/system/cpu/cpu0/cache")


def choose_device(name: str) -> torch.device:
    """The device to train on: "auto" is CUDA where there is a card, else the CPU.

    Raises:
        MtlError: for a device that this machine or this torch lacks.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise MtlError(
            f"--device: '{name}' cannot be used here ({reason}); choose auto, cpu or cuda"
        ) from None
    return device


def make_deterministic() -> None:
    """One thread, deterministic kernels, no denormals.

    One thread a process, since the pipeline fills the cores with processes, and since two threads
    that share a busy core wait for each other. Denormal moments of parameters that get no
    gradient would slow Adam down.
    """
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.set_num_threads(1)
    _use_deterministic_algorithms()
    # A debugging aid of that mode, at one extra pass over every new tensor.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    torch.backends.cudnn.benchmark = False
    torch.set_flush_denormal(True)


def _use_deterministic_algorithms() -> None:
    """Refuse kernels that are not deterministic, without importing torch's compiler.

    The public function also tells the compiler, which it imports for that: seconds in every
    process, for a compiler that no training here uses. It remains the fallback.
    """
    switch = getattr(torch._C, "_set_deterministic_algorithms", None)
    if switch is None:
        torch.use_deterministic_algorithms(True)
    else:
        switch(True, warn_only=False)


def describe_platform(device: torch.device) -> dict[str, Any]:
    """What must agree for results to agree in every bit."""
    facts = {
        "machine": platform.machine(),
        **_describe_processor(),
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "device": device.type,
    }
    if device.type == "cuda":
        facts["gpu"] = torch.cuda.get_device_name(device)
    return facts


def _describe_processor() -> dict[str, str]:
    """Name, model and caches of the processor, as far as the system tells them.

    Libraries choose kernels by all three, and so the order in which these sum. A virtual machine's
    processor often has a name that says nothing.
    """
    try:
        lines = _CPUINFO.read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    # The last block's, since all processors of a machine are alike.
    fields = (line.partition(":") for line in lines)
    facts = {name.strip(): value.strip() for name, _, value in fields}
    model = [f"{key} {facts[key]}" for key in ("cpu family", "model", "stepping") if key in facts]
    return {
        "cpu": facts.get("model name", platform.processor()),
        "cpu_model": ", ".join(model) or "unknown",
        "cpu_caches": ", ".join(_describe_caches()) or "unknown",
    }


def _describe_caches() -> Iterator[str]:
    """Level, type and size of each cache that holds data."""
    for folder in sorted(_CACHES.glob("index*")):
        try:
            level, kind, size = (
                (folder / name).read_text(encoding="utf-8").strip()
                for name in ("level", "type", "size")
            )
        except OSError:
            continue
        if kind != "Instruction":
            yield f"L{level} {size}"


def describe_versions() -> dict[str, str]:
    """Versions of what computes the numbers."""
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "mtl": mtl.__version__,
        "implementation": sys.implementation.name,
    }


def describe_commit(root: Path) -> dict[str, Any]:
    """The commit of the working tree and whether it holds uncommitted changes; None outside git."""

    def git(*arguments: str) -> str | None:
        try:
            done = subprocess.run(
                ["git", *arguments], cwd=root, capture_output=True, text=True, check=True
            )
        except (OSError, subprocess.CalledProcessError):
            return None
        return done.stdout.strip()

    commit = git("rev-parse", "HEAD")
    status = git("status", "--porcelain", "--untracked-files=no")
    return {"commit": commit, "dirty": bool(status) if commit else None}
