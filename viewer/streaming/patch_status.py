"""What the X-ray shows of each patch: its state, its age, what it cost, whether such a one was trained on. Pure."""

from dataclasses import dataclass
from typing import Literal, get_args

__all__ = ["BEYOND_COLOUR", "COLOURS", "PATCH_STATES", "PatchState", "PatchStatus", "Totals", "tint"]

PatchState = Literal["made", "cached", "making", "predicted", "stale", "missing"]
Colour = tuple[int, int, int]

PATCH_STATES: tuple[PatchState, ...] = get_args(PatchState)
COLOURS: dict[PatchState, Colour] = {  # told apart by lightness too, for those who see few hues
    "made": (80, 220, 120),
    "cached": (90, 160, 255),
    "making": (255, 170, 40),
    "predicted": (190, 110, 255),
    "stale": (235, 220, 90),
    "missing": (120, 120, 120),
}
BEYOND_COLOUR: Colour = (230, 70, 190)
FRESH_S = 4.0  # a made patch's colour fades over this time
FAINTEST, BEYOND, STRONGEST = 0.12, 0.32, 0.55


@dataclass(frozen=True)
class PatchStatus:
    """A patch of the panorama: its state, seconds since it arrived (0 if it has not), and seconds it took to make.

    ``beyond``: it lies outside of what the model was trained on (paper §3.3), so that nobody ever saw such a one.
    """

    state: PatchState
    age_s: float = 0.0
    patch_s: float = 0.0
    beyond: bool = False


@dataclass(frozen=True)
class Totals:
    """Sums since the start: patches made, rooms they are of, patches that a room has on its finest level, operations in
    10⁹, and how many of the patches were of the finest level.
    """

    made: int
    rooms: int
    patches_a_room: int
    gflop: float
    made_finest: int

    @property
    def saved(self) -> float:
        """Share of the finest level of all rooms seen that never had to be made, in [0, 1]."""
        return max(0.0, 1 - self.made_finest / max(1, self.rooms * self.patches_a_room))


def tint(status: PatchStatus) -> tuple[int, int, int, int]:
    """Colour and opacity (0 … 255) over the patch: strong while something is going on, faint when it is history.

    What was never trained on keeps a colour of its own once it is made.
    """
    settled = status.state in {"made", "cached"}
    if settled and status.beyond:
        return (*BEYOND_COLOUR, round(255 * BEYOND))
    strength = STRONGEST - (STRONGEST - FAINTEST) * min(1.0, status.age_s / FRESH_S) if settled else STRONGEST
    return (*COLOURS[status.state], round(255 * strength))
