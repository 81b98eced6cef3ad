"""Photographs: decoding that refuses damaged files, and resizing."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

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

    Raises:
        MtlError: when the file is missing, truncated, corrupt or no image, naming it.
    """
    return _decode(path).convert("RGB")


def read_map(
    path: Path, dtype: type[np.uint8] | type[np.uint16], palette: bool = False
) -> NDArray[Any]:
    """Decode a whole PNG file of one channel, without any conversion of its values.

    Args:
        path: the file.
        dtype: uint8 or uint16, which its bits must fit.
        palette: whether the pixels may be places in a palette, which are then the values.

    Returns:
        [H, W].

    Raises:
        MtlError: when the file is missing, truncated, corrupt, no image or one of other bits or
            channels, naming it.
    """
    image = _decode(path)
    modes = {np.uint8: ("L",), np.uint16: ("I;16",)}[dtype]
    if image.mode not in (*modes, *(("P",) if palette else ())):
        raise MtlError(
            f"{path}: expected one channel of {np.dtype(dtype).itemsize * 8} bits, found an image "
            f"of mode '{image.mode}'"
        )
    return np.array(image)


def _decode(path: Path) -> Image:
    """Pillow takes a JPEG whose tail was overwritten by zeros, as a broken download leaves it, for
    a whole one with a grey rest; so the end marker is checked as well.
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
            image.load()
            return image
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


def nearest(values: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    """Scale maps [..., H, W] by picking, at each new pixel's centre, the pixel that covers it.

    Row i of the result is row floor((i + 1/2) H / height). No value is averaged: classes have no
    mean, and a mean of disparities would mix the valid 1 with the invalid 0 and near with far.
    """
    rows, columns = (
        ((np.arange(new) * 2 + 1) * old) // (2 * new)
        for new, old in ((height, values.shape[-2]), (width, values.shape[-1]))
    )
    return np.ascontiguousarray(values[..., rows[:, None], columns])
