"""The option `size` of datasets whose images are scaled whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mtl.errors import MtlError


def check_size(config: Mapping[str, Any], dataset: str) -> None:
    """Check the option without any data.

    Raises:
        MtlError: unless `size` is [height, width] in whole pixels.
    """
    size = config.get("size")
    if (
        not isinstance(size, list | tuple)
        or len(size) != 2
        or any(not isinstance(side, int) or isinstance(side, bool) or side < 1 for side in size)
    ):
        raise MtlError(
            f"{dataset}: expected the option 'size' as [height, width] in pixels, found {size!r}"
        )
