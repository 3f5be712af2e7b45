"""A contact sheet: many pictures side by side in one file, to be looked at before training on them."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from cocogan_core.errors import OutputError
from cocogan_core.files import write_atomically

__all__ = ["write_sheet"]


def write_sheet(path: Path, images: Sequence[NDArray[np.uint8]], *, columns: int = 3) -> None:
    """Write at least one picture (H, W, 3), all of one size, row by row; white where the last row has no more.

    Raises:
        OutputError: the file cannot be written, or its ending is no picture format.
    """
    filled = [*images, *[np.full_like(images[0], 255)] * (-len(images) % columns)]
    rows = [np.concatenate(filled[first : first + columns], axis=1) for first in range(0, len(filled), columns)]
    picture_format = Pillow.registered_extensions().get(path.suffix.lower())
    if picture_format is None:
        raise OutputError(f"cannot write {path}: no picture ends so; choose another file, ending in .png or .jpg")
    file = BytesIO()  # into a real one Pillow does not hear that a full disk took a part only
    Pillow.fromarray(np.concatenate(rows)).save(file, picture_format, optimize=True)
    write_atomically(path, file.getvalue())
