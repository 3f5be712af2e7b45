"""Where a camera in motion will look in a moment: inertia and flights go on, and so does a zoom. Pure."""

from collections import deque

from viewer.camera.camera import Camera
from viewer.camera.head import HeadCamera
from viewer.camera.look import Look

__all__ = ["AHEAD_S", "ViewPredictor"]

AHEAD_S = 0.3


class ViewPredictor:
    """Remembers how the field of view has changed for as long as it looks ahead; call :meth:`follow` once a frame."""

    def __init__(self) -> None:
        """Nothing has been seen yet."""
        self._fovs: deque[tuple[float, float]] = deque()  # when, and how wide in radians

    def follow(self, camera: Camera | HeadCamera, now_s: float) -> Look | None:
        """The view in ``AHEAD_S`` if all goes on as it has for as long; None if nothing moves."""
        if isinstance(camera, HeadCamera):
            return camera.soon
        zoom = self._zoom(camera.view.fov_rad, now_s)
        if camera.flight is not None:
            return camera.ahead(AHEAD_S)
        if zoom == 1 and not camera.moving:
            return None
        coasted = camera.step(AHEAD_S)
        return coasted.look(fov_rad=coasted.view.fov_rad * zoom).view

    def _zoom(self, fov_rad: float, now_s: float) -> float:
        """How much wider the view has become in the last ``AHEAD_S``."""
        self._fovs.append((now_s, fov_rad))
        while self._fovs[0][0] < now_s - AHEAD_S:
            self._fovs.popleft()
        return fov_rad / self._fovs[0][1]
