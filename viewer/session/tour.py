"""A slow way through rooms, for a screen on a wall: the view drifts, and a new room comes after a while."""

from viewer.ui.input import Controls

__all__ = ["Tour"]

ROOM_S = 20.0  # in each room


class Tour:
    """Off at first; times are seconds of one clock."""

    def __init__(self, controls: Controls) -> None:
        """``controls`` drift while it is on."""
        self._controls = controls
        self._room_since_s: float | None = None

    @property
    def on(self) -> bool:
        """Whether rooms change by themselves."""
        return self._room_since_s is not None

    def toggle(self, now_s: float) -> None:
        """Begin, or stop."""
        self._room_since_s = None if self.on else now_s
        self._controls.drift(on=self.on)

    def goes_on(self, now_s: float) -> bool:
        """Whether it is time for another room; true once for each."""
        if self._room_since_s is None or now_s - self._room_since_s <= ROOM_S:
            return False
        self._room_since_s = now_s
        return True
