"""How turning and mirroring a panorama changes the named numbers that made it. Numpy only.

A picture's numbers can say how its camera is turned (``view.yaw_cos``, ``view.yaw_sin``: yaw to the right) and whether
its world is mirrored left to right (``view.mirror``, by its sign, before the camera turns).
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["MIRROR", "YAW", "can_mirror", "can_turn", "mirror_labels", "turn_labels"]

YAW = ("view.yaw_cos", "view.yaw_sin")
MIRROR = "view.mirror"

Floats = NDArray[np.float32]


def can_turn(names: tuple[str, ...]) -> bool:
    """Whether numbers of these names can follow a turn: there are none, or they say how the camera is turned."""
    return not names or set(YAW) <= set(names)


def can_mirror(names: tuple[str, ...]) -> bool:
    """Whether numbers of these names can follow a mirroring."""
    return not names or MIRROR in names


def turn_labels(parameters: Floats, names: tuple[str, ...], angle_rad: NDArray[np.floating]) -> Floats:
    """Numbers (B, K) of pictures whose camera turns further to the right by ``angle_rad`` (B,)."""
    cosine, sine = (names.index(name) for name in YAW)
    after = parameters.copy()
    c, s = parameters[:, cosine], parameters[:, sine]
    after[:, cosine] = c * np.cos(angle_rad) - s * np.sin(angle_rad)
    after[:, sine] = s * np.cos(angle_rad) + c * np.sin(angle_rad)
    return after


def mirror_labels(parameters: Floats, names: tuple[str, ...], which: NDArray[np.bool_]) -> Floats:
    """Numbers (B, K) of pictures of which those marked (B,) are mirrored about yaw 0."""
    signs = np.ones(len(names), np.float32)
    # a mirrored camera has turned as far the other way
    signs[[names.index(name) for name in (MIRROR, YAW[1]) if name in names]] = -1
    return np.where(which[:, None], parameters * signs, parameters).astype(np.float32)
