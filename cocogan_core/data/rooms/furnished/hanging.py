"""Pictures and mirrors on a wall. Half extents in metres; numpy only."""

from cocogan_core.data.rooms.furnished.frame import Frame
from cocogan_core.data.rooms.furnished.slot import Finish
from cocogan_core.data.rooms.primitives import BOX, MIRROR, PICTURE, Group

__all__ = ["HIGHEST", "LOWEST", "hanging", "pictures"]

LOWEST, HIGHEST = 1.16, 2.05  # metres over the floor
# Of each picture of a group, in shares of the height that there is: middle to the right and up, half width and height.
GROUPS = {
    "mirror": ((0.0, 0.0, 0.40, 0.49),),
    "picture": ((0.0, 0.0, 0.62, 0.44),),
    "pair": ((-0.46, 0.0, 0.38, 0.46), (0.46, 0.0, 0.38, 0.46)),
    "group": (
        *((-0.74, 0.10, 0.26, 0.32), (-0.20, 0.26, 0.22, 0.20), (-0.20, -0.22, 0.22, 0.22)),
        *((0.34, 0.05, 0.26, 0.42), (0.82, 0.12, 0.17, 0.24)),
    ),
}

VARIANTS = {"picture": 5, "pair": 6}  # what they show is not what a group's pictures do


def hanging(kind: str, frame: Frame, finish: Finish, *, size: float, lowest: float) -> Group:
    """What hangs on a wall around the frame, above ``lowest`` metres; ``size`` is 0 … 1."""
    lowest = max(lowest, LOWEST)
    return pictures(kind, frame, finish, lowest=lowest, space=(HIGHEST - lowest) * (0.85 + 0.15 * size))


def pictures(kind: str, frame: Frame, finish: Finish, *, lowest: float, space: float) -> Group:
    """The pictures or the mirror of a kind, within ``space`` metres above ``lowest``."""
    middle, rim = lowest + 0.5 * space, finish.wood * 0.7
    material, first = MIRROR if kind == "mirror" else PICTURE, VARIANTS.get(kind, 0)
    return tuple(
        frame.solid(
            (right * space, 0.02, middle + up * space),
            (half * space, 0.018, high * space),
            rim,
            material,
            BOX,
            0.004,
            first + k,
        )
        for k, (right, up, half, high) in enumerate(GROUPS[kind])
    )
