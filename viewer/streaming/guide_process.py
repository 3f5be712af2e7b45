"""A process of its own that looks for the room which answers to a photograph (paper §3.5). It alone loads torch."""

import contextlib
import os
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from cocogan_core.errors import CocoganError, DataError
from viewer.streaming.child_process import follow_parent
from viewer.streaming.protocol import Failed, Latent

__all__ = ["GuideStep", "GuideTask", "GuidedRoom", "find_room"]

NICENESS = 10  # as the generator's: frames come first


@dataclass(frozen=True)
class GuideTask:
    """What is looked for: the room of a checkpoint that shows the photograph where it is put, angles in radians.

    ``steps`` of the search at most, from ``candidates`` beginnings.
    """

    checkpoint: Path
    photo: Path
    fov_rad: float
    yaw_rad: float
    pitch_rad: float
    steps: int = 100
    candidates: int = 16


@dataclass(frozen=True)
class GuideStep:
    """From the child: so many steps are done, and the best z (z_dim,) so far."""

    done: int
    z: Latent


@dataclass(frozen=True)
class GuidedRoom:
    """From the child, at the end: the room's z, and its mean error over what the photograph shows, of 255."""

    z: Latent
    error: float


def find_room(pipe: Connection, task: GuideTask) -> None:
    """Body of the process: tell of every step, then of the room or of what went wrong."""
    follow_parent()
    with contextlib.suppress(OSError, AttributeError):
        os.nice(NICENESS)
    try:
        pipe.send(_find(pipe, task))
    except CocoganError as error:
        pipe.send(Failed(str(error)))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        pass  # nobody waits for it any more


def _find(pipe: Connection, task: GuideTask) -> GuidedRoom:
    from cocogan_core.applications.guidance import GuidanceSettings
    from cocogan_core.applications.photo import place_view
    from cocogan_core.applications.turned_guidance import guidance_of
    from cocogan_core.checkpoint import load_checkpoint
    from cocogan_core.data.sources.image_io import UnusablePicture, read_picture

    checkpoint = load_checkpoint(task.checkpoint)
    grid, projection = checkpoint.metadata.model.grid, checkpoint.metadata.projection
    assert projection is not None  # the window shows panoramas only
    try:
        picture = read_picture(task.photo)
    except UnusablePicture as error:
        raise DataError(f"{task.photo} {error}") from error
    placed = place_view(picture, grid, projection, fov_rad=task.fov_rad, yaw_rad=task.yaw_rad, pitch_rad=task.pitch_rad)
    guidance = guidance_of(checkpoint, placed, GuidanceSettings(candidates=task.candidates, steps=task.steps))

    def report(done: int, _error: float, z: Latent) -> bool:
        pipe.send(GuideStep(done, z))
        return True

    rooms = guidance.run(report)
    return GuidedRoom(rooms.z[0], float(rooms.errors[0]) * 127.5)
