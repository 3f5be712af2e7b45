import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cocogan_core.errors import ConfigError
from viewer.export.picture_bytes import encode


@pytest.mark.parametrize("name", ["a.jpg", "a.JPEG", "a.png"])
def test_the_ending_decides(name, rng):
    pixels = np.full((12, 48, 3), rng.integers(256), np.uint8)
    with Image.open(io.BytesIO(encode(pixels, Path(name)))) as picture:
        assert picture.format == ("PNG" if name.endswith("png") else "JPEG")
        assert np.abs(np.asarray(picture).astype(int) - pixels).max() <= 1


def test_other_kinds_of_file_are_refused():
    with pytest.raises(ConfigError, match=r"\.png or \.jpg"):
        encode(np.zeros((2, 2, 3), np.uint8), Path("a.gif"))
