"""Settings of every test: one torch thread, property tests that suit any machine."""

from __future__ import annotations

import os
import sys

import pytest
from hypothesis import settings

# A slow machine is no failure. In continuous integration the examples are the same in every run, so
# that a red build is about the change; elsewhere they are drawn anew and find the unthought-of.
settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Where torch is imported: one thread, on which float32 bytes depend, and a fixed seed."""
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)
        torch.manual_seed(0)
