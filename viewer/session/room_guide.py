"""The search for a room that answers to a photograph, as the window sees it: goes on a little each frame."""

import multiprocessing as mp
import struct
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from cocogan_core.errors import CocoganError, ConfigError
from viewer.streaming.child_process import starting
from viewer.streaming.guide_process import GuidedRoom, GuideStep, GuideTask, find_room
from viewer.streaming.protocol import Failed, Latent

__all__ = ["RoomGuide"]

SMALL_PX = (240, 160)


class RoomGuide:
    """Call :meth:`step` once a frame, and :meth:`close` at the end.

    Attributes:
        task: what is looked for.
        picture: what the room is to look like, small (h, w, 3); None if it cannot be read.
        share: of the steps that is done at most.
        best: z (z_dim,) of the best room so far; None before the first step.
        found: the room, once the search has ended.

    Raises:
        ConfigError: torch is not installed.
    """

    def __init__(self, task: GuideTask) -> None:
        """Start the process."""
        if find_spec("torch") is None:
            raise ConfigError(
                "to look for a picture's room takes what training needs: pip install 'cocogan-panorama[train]'"
            )
        self.task, self.share = task, 0.0
        self.picture = _small(task)
        self.best: Latent | None = None
        self.found: GuidedRoom | None = None
        context = mp.get_context("spawn")
        self._pipe, child = context.Pipe(duplex=False)
        self._process = context.Process(target=find_room, args=(child, task), daemon=True, name="guide")
        with starting():
            self._process.start()
        child.close()

    def step(self) -> None:
        """Hear what the process says.

        Raises:
            CocoganError: it went wrong.
        """
        try:
            while self.found is None and self._pipe.poll():
                self._hear(self._pipe.recv())
        except (EOFError, OSError) as error:
            self._process.join(1)
            code = self._process.exitcode
            raise CocoganError(f"the search for a room stopped (exit code {code}); drop the picture again") from error

    def _hear(self, message: object) -> None:
        if isinstance(message, Failed):
            raise CocoganError(message.message)
        if isinstance(message, GuideStep):
            self.share, self.best = message.done / max(1, self.task.steps), message.z
        elif isinstance(message, GuidedRoom):
            self.found, self.best = message, message.z

    def close(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.join(2)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._pipe.close()


def _small(task: GuideTask) -> NDArray[np.uint8] | None:
    """The picture, to be shown beside the room; what is wrong with it the process says."""
    from PIL import Image, ImageOps  # only now: most windows never look for the room of a picture

    try:
        with Image.open(task.photo, formats=("JPEG", "PNG", "WEBP")) as file:
            file.draft("RGB", (2 * SMALL_PX[0], 2 * SMALL_PX[1]))  # a JPEG need not be decoded in full
            picture = ImageOps.exif_transpose(file).convert("RGB")
    except (OSError, SyntaxError, ValueError, struct.error, Image.DecompressionBombError):
        return None
    picture.thumbnail(SMALL_PX)
    return np.asarray(picture)
