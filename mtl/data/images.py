"""Photographs: decoding that refuses damaged files, and resizing."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mtl.errors import MtlError

if TYPE_CHECKING:
    from PIL.Image import Image

# What a whole JPEG or PNG file begins and ends with.
_MARKERS = {b"\xff\xd8": b"\xff\xd9", b"\x89PNG\r\n\x1a\n": b"IEND\xaeB`\x82"}
_PADDING = b"\0\r\n "


def read_rgb(path: Path) -> Image:
    """Decode a whole JPEG or PNG file as RGB.

    Pillow takes a JPEG whose tail was overwritten by zeros, as a broken download leaves it, for
    a whole one with a grey rest; so the end marker is checked as well.

    Raises:
        MtlError: when the file is missing, truncated, corrupt or no image, naming it.
    """
    from PIL import Image, ImageFile

    try:
        data = path.read_bytes()
    except OSError as error:
        raise MtlError(f"{path}: the image cannot be read ({error.strerror})") from None
    for start, end in _MARKERS.items():
        if data.startswith(start) and not data.rstrip(_PADDING).endswith(end):
            raise MtlError(f"{path}: the image is truncated (no end marker)")
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as image:
            return image.convert("RGB")
    except (OSError, SyntaxError, ValueError) as error:
        # Pillow names no file here, only its buffer, so its words are of no use when unidentified.
        reason = "not a JPEG or PNG image" if "BytesIO" in str(error) else str(error)
        raise MtlError(f"{path}: the image is truncated or corrupt ({reason})") from None


def short_side_size(height: int, width: int, short_side: int) -> tuple[int, int]:
    """Height and width after scaling the shorter side to `short_side`.

    The longer side is rounded down, as in torchvision's `Resize` with an integer: 218 x 178
    (height x width) becomes 78 x 64.
    """
    if height < width:
        return short_side, int(short_side * width / height)
    return int(short_side * height / width), short_side


def resize(image: Image, height: int, width: int) -> NDArray[np.uint8]:
    """Scale with Pillow's bilinear filter, which antialiases; uint8 [3, height, width].

    The same as torchvision's `Resize` on a Pillow image.
    """
    from PIL import Image

    scaled = image.resize((width, height), Image.Resampling.BILINEAR)
    return np.ascontiguousarray(np.asarray(scaled).transpose(2, 0, 1))
