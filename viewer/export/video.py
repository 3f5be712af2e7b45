"""MP4 films, encoded in a thread of their own by PyAV, which is installed separately."""

import threading
from pathlib import Path
from queue import Empty, Full, Queue
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cocogan_core.errors import ConfigError, DisplayError

__all__ = ["Film", "check_encoder"]

Pixels = NDArray[np.uint8]
WAITING = 3  # pictures: enough that neither side waits long for the other
QUALITY = 18  # x264's constant rate factor: hard to tell from the original
POLL_S = 0.1


def check_encoder() -> ModuleType:
    """PyAV.

    Raises:
        ConfigError: it is not installed.
    """
    try:
        import av
    except ImportError as error:
        raise ConfigError("films need PyAV; install it with: pip install 'cocogan-panorama[film]'") from error
    return av


class Film:
    """Takes pictures (h, w, 3) with even sides and writes them to a file; ends its thread in :meth:`close`."""

    def __init__(self, path: Path, size: tuple[int, int], rate: int, *, quality: int = QUALITY) -> None:
        """Begin a file; ``quality``: x264's constant rate factor, the lower the better.

        Raises:
            ConfigError: PyAV is not installed.
        """
        self._av, self._path, self._size, self._rate = check_encoder(), path, size, rate
        self._quality = quality
        self._pictures: Queue[Pixels | None] = Queue(WAITING)
        self._error: Exception | None = None
        self._given_up = threading.Event()
        self._thread = threading.Thread(target=self._encode, name="film", daemon=True)
        self._thread.start()

    def offer(self, picture: Pixels | None) -> bool:
        """Add a picture, or None for the end; False if the encoder is not ready for it: offer it again.

        Raises:
            OSError: the system refused to write.
            DisplayError: the pictures cannot be encoded.
        """
        self._check()
        try:
            self._pictures.put_nowait(picture)
        except Full:
            return False
        return True

    def is_finished(self) -> bool:
        """Whether the file is complete; raises as :meth:`offer`."""
        done = not self._thread.is_alive()
        self._check()
        return done

    def close(self) -> None:
        """Give up, unless it is finished."""
        self._given_up.set()
        self._thread.join()

    def _check(self) -> None:
        if isinstance(self._error, OSError):
            raise self._error
        if self._error is not None:
            raise DisplayError(f"cannot encode the film: {self._error}; choose another size")

    def _encode(self) -> None:
        try:
            with self._av.open(str(self._path), "w", format="mp4") as container:
                stream = container.add_stream("libx264", rate=self._rate)
                stream.width, stream.height = self._size
                stream.pix_fmt = "yuv420p"  # what every player shows
                stream.options = {"crf": str(self._quality), "preset": "veryfast", "threads": "1"}
                while (picture := self._next()) is not None:
                    self._put(container, stream, self._av.VideoFrame.from_ndarray(picture, format="rgb24"))
                self._put(container, stream, None)
        except Exception as error:  # whatever the library raises is told in the frame loop
            self._error = error

    def _put(self, container: Any, stream: Any, frame: Any) -> None:  # noqa: ANN401 (PyAV is not always there)
        for packet in stream.encode(frame):
            container.mux(packet)

    def _next(self) -> Pixels | None:
        while not self._given_up.is_set():
            try:
                return self._pictures.get(timeout=POLL_S)
            except Empty:
                continue
        return None
