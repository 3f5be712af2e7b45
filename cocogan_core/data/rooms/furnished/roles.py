"""Which role an upright room's walls and corners have, as sums and steps of its numbers: ``plan`` once more.

A test holds one to the other. Walls are counted from 0, as in ``WALLS``; windows are in wall 0.
"""

from dataclasses import dataclass
from typing import Self

from cocogan_core.data.rooms.furnished.numbers import CORNERS, WALLS
from cocogan_core.data.rooms.furnished.plan import FORMS, HANGINGS, LOW, SECOND_WINDOWS, SISTERS, TALL
from cocogan_core.data.rooms.furnished.sums import ONE, Derivation, Sum, number

__all__ = ["Roles"]

ROLES = ("main", "third", "door", "windows")  # in the order in which they choose their furniture
ORDER = (*FORMS, "daybed", "console", "bench", "armchairs", "bookcase", "chest")  # sisters after those they stand for
# Of the octants of (x, y) from the positive x axis on, which two of y, x, x − y and x + y are above 0, and which not.
OCTANTS = (
    *(("y", "x-y"), ("x", "-x-y"), ("-x", "x+y"), ("y", "-x+y")),
    *(("-y", "-x-y"), ("-x", "x-y"), ("x", "-x+y"), ("-y", "x+y")),
)
NEVER = Sum(0.0)
Flags = dict[int, Sum]


@dataclass(frozen=True)
class Roles:
    """Flags of an upright room.

    Attributes:
        main, door: by wall, where each may be.
        counts: by wall and number of windows.
        forms: by wall and furniture.
        left_door: by wall, whether a door there would be at its left end.
        hangings: by wall and kind, whether that hangs there.
        corners: by corner and what stands there.
    """

    main: Flags
    door: Flags
    counts: dict[int, Flags]
    forms: dict[int, dict[str, Sum]]
    left_door: Flags
    hangings: dict[int, dict[str, Sum]]
    corners: dict[int, dict[str, Sum]]

    @classmethod
    def of(cls, d: Derivation) -> Self:
        """Have them derived."""
        walls = _walls(d)
        counts = _window_counts(d, walls["third"])
        forms = _forms_by_wall(d, walls, _chosen(d, walls, counts))
        left_door = {wall: d.above(number(f"{WALLS[wall]}.place")) for wall in walls["door"]}
        hangings = {wall: _hangings(d, wall, counts.get(wall, {}), forms[wall]) for wall in (1, 2, 3)}
        corners = _corners(d, _free_corners(d, walls["door"], left_door))
        return cls(walls["main"], walls["door"], counts, forms, left_door, hangings, corners)

    def windows(self, wall: int) -> Sum:
        """Whether a wall has any."""
        return sum(self.counts.get(wall, {}).values(), NEVER)


def _walls(d: Derivation) -> dict[str, Flags]:
    """Where each role may be: the door to the right; or opposite the windows, and the main wall to the right."""
    right, back, left = (number(f"{wall}.open") for wall in WALLS[1:])
    opposite = d.above(right - back)
    main_back = d.both(1 - opposite, d.above(left - back))
    main_left = 1 - opposite - main_back
    return {
        "main": {1: opposite, 2: main_back, 3: main_left},
        "third": {2: main_left, 3: 1 - main_left},
        "door": {1: 1 - opposite, 2: opposite},
        "windows": {0: ONE},
    }


def _window_counts(d: Derivation, third: Flags) -> dict[int, Flags]:
    front = number(f"{WALLS[0]}.open")
    two, three = d.above(front - 0.45), d.above(front - 0.75)
    counts: dict[int, Flags] = {0: {1: 1 - two, 2: two - three, 3: three}}
    for wall, here in third.items():
        openness = number(f"{WALLS[wall]}.open")
        some = d.both(here, d.above(openness - SECOND_WINDOWS))
        pair = d.both(some, d.above(openness - 0.55))
        counts[wall] = {1: some - pair, 2: pair}
    return counts


def _chosen(d: Derivation, walls: dict[str, Flags], counts: dict[int, Flags]) -> dict[str, dict[str, Sum]]:
    """Furniture by role; the main wall chooses first, and nothing comes twice if a sister will do."""
    octants = {wall: _octants(d, WALLS[wall]) for wall in range(4)}
    low = {"windows": ONE, "third": sum((flag for wall in (2, 3) for flag in counts[wall].values()), NEVER)}
    chosen: dict[str, dict[str, Sum]] = {}
    for role in ROLES:
        here = walls[role].items()
        wanted = {
            form: sum((d.both(flag, octants[wall][k]) for wall, flag in here), NEVER) for k, form in enumerate(FORMS)
        }
        if role in low:
            _move(d, wanted, LOW, dict.fromkeys(LOW, low[role]))
        if role != "main":
            wanted["daybed"] = wanted.pop("bed")
        taken = {form: sum((other.get(form, NEVER) for other in chosen.values()), NEVER) for form in ORDER}
        _move(d, wanted, SISTERS, taken)
        chosen[role] = wanted
    return chosen


def _move(d: Derivation, wanted: dict[str, Sum], to: dict[str, str], when: dict[str, Sum]) -> None:
    """Have the furniture of ``to`` give way to another where a flag says so."""
    for form in ORDER:
        if form in wanted and form in to:
            moved = d.both(wanted[form], when[form])
            wanted[form] -= moved
            wanted[to[form]] = wanted.get(to[form], NEVER) + moved


def _octants(d: Derivation, wall: str) -> list[Sum]:
    x, y = number(f"{wall}.form_x"), number(f"{wall}.form_y")
    above = {"x": d.above(x), "y": d.above(y), "x-y": d.above(x - y), "x+y": d.above(x + y)}
    above |= {f"-{name}": 1 - above[name] for name in ("x", "y")}
    above |= {"-x-y": 1 - above["x-y"], "-x+y": 1 - above["x+y"]}
    return [d.both(above[one], above[other]) for one, other in OCTANTS]


def _forms_by_wall(
    d: Derivation, walls: dict[str, Flags], chosen: dict[str, dict[str, Sum]]
) -> dict[int, dict[str, Sum]]:
    forms: dict[int, dict[str, Sum]] = {wall: {} for wall in range(4)}
    for role, flags in walls.items():
        for wall, here in flags.items():
            for form, flag in chosen[role].items():
                forms[wall][form] = forms[wall].get(form, NEVER) + d.both(here, flag)
    return {wall: {form: flag for form, flag in some.items() if flag != NEVER} for wall, some in forms.items()}


def _hangings(d: Derivation, wall: int, counts: Flags, forms: dict[str, Sum]) -> dict[str, Sum]:
    """Nothing hangs between windows or over tall furniture."""
    hang = number(f"{WALLS[wall]}.hang")
    steps = [ONE, d.above(hang + 0.5), d.above(hang), d.above(hang - 0.5), NEVER]
    free = 1 - sum(counts.values(), NEVER) - sum((forms.get(form, NEVER) for form in TALL), NEVER)
    return {kind: d.both(free, steps[k] - steps[k + 1]) for k, kind in enumerate(HANGINGS)}


def _free_corners(d: Derivation, door: Flags, left_door: Flags) -> dict[int, Sum]:
    """Whether a corner is the one at the door; corner w is at the right end of wall w."""
    free = dict.fromkeys(range(4), NEVER)
    for wall, here in door.items():
        left = d.both(here, left_door[wall])
        free[wall - 1] += left
        free[wall] += here - left
    return free


def _corners(d: Derivation, free: dict[int, Sum]) -> dict[int, dict[str, Sum]]:
    """Of the corners that are not at the door the one with the highest number has the lamp."""
    values = [number(f"corner.{corner}") for corner in CORNERS]
    things: dict[int, dict[str, Sum]] = {}
    for corner, value in enumerate(values):
        higher = [d.both(1 - free[k], d.above(other - value)) for k, other in enumerate(values) if k != corner]
        lamp = d.positive(1 - free[corner] - sum(higher, NEVER))
        other = 1 - free[corner] - lamp
        plant = d.both(other, d.above(value))
        table = d.both(other, d.above(value + 0.5)) - plant
        things[corner] = {"lamp": lamp, "plant": plant, "table": table, "armchair": other - plant - table}
    return things
