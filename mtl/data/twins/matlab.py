"""MATLAB files whose bytes follow from their content."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray


def mat_file(content: Mapping[str, NDArray[Any]]) -> bytes:
    """A MATLAB 5 file, without the time of writing in its header."""
    from scipy.io import savemat

    buffer = io.BytesIO()
    savemat(buffer, content)  # type: ignore[arg-type]  # a file object, which its stubs omit
    written = buffer.getvalue()
    header = b"MATLAB 5.0 MAT-file".ljust(116)
    return header + written[len(header) :]
