"""MP4 films of pictures that are made one by one, by PyAV, which is installed separately."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cocogan_core.errors import ConfigError
from cocogan_core.files import replacement_path

__all__ = ["write_film"]

QUALITY = "18"  # x264's constant rate factor: hard to tell from the original

Pixels = NDArray[np.uint8]


def write_film(path: Path, pictures: Iterable[Pixels], rate: int) -> None:
    """Write pictures (h, w, 3), all of one size, as a film of ``rate`` a second; an odd last row or column is cut off.

    Raises:
        ConfigError: PyAV is not installed.
        OutputError: the system refused to write; nothing is left.
    """
    try:
        import av
    except ImportError as error:
        raise ConfigError("films need PyAV; install it with: pip install 'cocogan-panorama[film]'") from error
    with replacement_path(path) as part, av.open(str(part), "w", format="mp4") as container:
        stream = container.add_stream("libx264", Fraction(rate), options={"crf": QUALITY})
        stream.pix_fmt = "yuv420p"
        for number, picture in enumerate(pictures):
            even = np.ascontiguousarray(picture[: picture.shape[0] // 2 * 2, : picture.shape[1] // 2 * 2])
            if number == 0:
                stream.height, stream.width = even.shape[:2]
            container.mux(stream.encode(av.VideoFrame.from_ndarray(even, format="rgb24")))
        container.mux(stream.encode(None))
