"""How dark a headset is while the room becomes another one: what is all round must not jump or flow. Pure."""

from viewer.state.latents import Latents

__all__ = ["HeadsetFade"]

DARKEN_S, LIGHTEN_S, LONGEST_S = 0.12, 0.25, 0.8  # dark at most so long after the last change, complete or not
STEP_S = 1 / 20  # no frame makes more of it than this: one that comes late must not end it


class HeadsetFade:
    """Call :meth:`follow` once a frame.

    Attributes:
        darkness: 0 is light, 1 is black.
    """

    def __init__(self) -> None:
        """Black, and getting light."""
        self.darkness = 1.0
        self._room: tuple[object, Latents] | None = None
        self._changed_s = float("-inf")
        self._before_s: float | None = None

    def blink(self) -> None:
        """The room has been turned: come out of the dark again."""
        self.darkness = 1.0

    def follow(self, session: object, room: Latents, now_s: float, *, complete: bool) -> float:
        """The darkness of a frame that shows a room of a session; ``complete``: as far as it is looked at."""
        before, self._room = self._room, (session, room)
        if before is not None and (before[0] is not session or _is_another(before[1], room)):
            self._changed_s, complete = now_s, False
        waited_s = now_s - self._changed_s
        dark = waited_s < DARKEN_S or (not complete and waited_s < LONGEST_S)
        step_s = 0.0 if self._before_s is None else min(now_s - self._before_s, STEP_S)
        self._before_s = now_s
        change = step_s / DARKEN_S if dark else -step_s / LIGHTEN_S
        self.darkness = min(max(self.darkness + change, 0.0), 1.0)
        return self.darkness


def _is_another(before: Latents, room: Latents) -> bool:
    """Whether more has changed than one entry of z, or one principal direction, which is what a slider changes."""
    count = max(len(before.along), len(room.along))
    first, second = ((*r.base, *r.along, *[0.0] * (count - len(r.along))) for r in (before, room))
    return sum(a != b for a, b in zip(first, second, strict=True)) > 1
