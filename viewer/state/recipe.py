"""A recipe: everything that fixes a picture, as a small JSON that is kept in a file or copied as one line. Pure.

    {"format": 1, "checkpoint": {"path": …, "sha256": …}, "room": {"seed": …, "z": […], "along": […], "locked": […]},
     "view": {"yaw_rad": …, "pitch_rad": …, "fov_rad": …, "lens": …}, "picture": {"width_px": …, "height_px": …}}

``z`` is written out, so that no change of a random generator can change an old recipe. Its entries have just the
digits that give the same float32, which is what the generator is asked for.
"""

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NoReturn, Self

import numpy as np

from cocogan_core.errors import RecipeError
from cocogan_core.json_text import parse_json
from cocogan_core.text import printable
from viewer.camera.camera import NARROWEST_RAD, View
from viewer.camera.view_projection import VIEW_PROJECTIONS, WIDEST_RAD
from viewer.state.latents import LARGEST_SEED, Latents

__all__ = ["LARGEST_SIDE_PX", "MOST_CHARACTERS", "Recipe"]

FORMAT = 1
MOST_CHARACTERS = 4 << 20  # more than the largest z that a checkpoint may have; anything longer is no recipe
LARGEST_SIDE_PX = 16384
LARGEST_Z = 65536
MOST_ALONG = 1000.0
MOST_YAW_RAD = 1e6
SHA256 = re.compile(r"[0-9a-f]{64}")
SLACK_RAD = 1e-6  # limits are compared after a way through text


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A picture: which checkpoint, room, look and size.

    Attributes:
        checkpoint: path of the file when the recipe was written; a hint, the hash decides.
        sha256: of the checkpoint file, 64 hexadecimal digits.
        latents: the room.
        view: the look; its aspect is that of ``size_px``.
        size_px: width and height of the picture.
    """

    checkpoint: str
    sha256: str
    latents: Latents
    view: View
    size_px: tuple[int, int]

    def line(self) -> str:
        """One line of text; :meth:`parse` reads it back."""
        return json.dumps(self._plain(), separators=(",", ":"), ensure_ascii=True)

    def file_text(self) -> str:
        """The same with a line for each part, for a file."""
        parts = (f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in self._plain().items())
        return "{\n" + ",\n".join(parts) + "\n}\n"

    @classmethod
    def parse(cls, text: str, where: str) -> Self:
        """Read what :meth:`line` or :meth:`file_text` wrote; ``where`` names the source in messages.

        Raises:
            RecipeError: it is not a recipe, is of another format, or a value has a wrong type or range.
        """
        if len(text) > MOST_CHARACTERS:
            raise RecipeError(f"{where} is {len(text)} characters long; that is no saved room")
        try:
            whole = parse_json(text.strip(), most_bytes=MOST_CHARACTERS)
        except ValueError as error:
            raise RecipeError(f"{where} holds no saved room ({printable(error)}); copy or save one again") from error
        if not isinstance(whole, dict) or "format" not in whole:
            raise RecipeError(f'{where} holds no saved room: it has no "format" number')
        if type(whole["format"]) is not int or whole["format"] != FORMAT:
            raise RecipeError(
                f"{where} is a saved room of format {printable(repr(whole['format']))}; this version reads format "
                f"{FORMAT}: update the program, or save the room anew with this one"
            )
        return cls._read(_Part(whole, where, ""))

    @classmethod
    def _read(cls, whole: "_Part") -> Self:
        checkpoint, room, view, picture = (whole.part(name) for name in ("checkpoint", "room", "view", "picture"))
        whole.only("format", "checkpoint", "room", "view", "picture")
        size = tuple(picture.whole_number(side, 16, LARGEST_SIDE_PX) for side in ("width_px", "height_px"))
        picture.only("width_px", "height_px")
        sha256 = checkpoint.word("sha256")
        if not SHA256.fullmatch(sha256):
            checkpoint.refuse("sha256", "64 hexadecimal digits")
        path = checkpoint.word("path")
        checkpoint.only("path", "sha256")
        return cls(
            checkpoint=path,
            sha256=sha256,
            latents=_latents(room),
            view=_view(view, size[0] / size[1]),
            size_px=(size[0], size[1]),
        )

    def _plain(self) -> dict[str, Any]:
        latents, view = self.latents, self.view
        return {
            "format": FORMAT,
            "checkpoint": {"path": self.checkpoint, "sha256": self.sha256},
            "room": {
                "seed": latents.seed,
                "z": _short(latents.base),
                "along": _short(latents.along),
                "locked": sorted(latents.locked),
            },
            "view": {
                "yaw_rad": _nearby(view.yaw_rad),
                "pitch_rad": view.pitch_rad,
                "fov_rad": view.fov_rad,
                "lens": view.lens,
            },
            "picture": {"width_px": self.size_px[0], "height_px": self.size_px[1]},
        }


class _Part:
    """An object of the JSON, read strictly; messages name the value as ``view.fov_rad``."""

    def __init__(self, values: dict[str, Any], where: str, name: str) -> None:
        self._values, self._where, self._name = values, where, name

    def part(self, name: str) -> "_Part":
        """An object inside."""
        return _Part(self._get(name, dict, "an object"), self._where, f"{self._name}{name}.")

    def word(self, name: str) -> str:
        """A string."""
        return str(self._get(name, str, "text"))

    def number(self, name: str, low: float, high: float) -> float:
        """A finite number within limits."""
        value = self._get(name, int | float, "a number")
        if not low <= value <= high:  # NaN fails too
            self.refuse(name, f"a number from {low:g} to {high:g}")
        return float(value)

    def whole_number(self, name: str, low: int, high: int) -> int:
        """An integer within limits."""
        value = self._get(name, int, "a whole number")
        if not low <= value <= high:
            self.refuse(name, f"a whole number from {low} to {high}")
        return int(value)

    def numbers(self, name: str, most: int, limit: float) -> tuple[float, ...]:
        """At most so many numbers within ±``limit``."""
        values = self._get(name, list, "a list of numbers")
        fits = len(values) <= most and all(type(v) in (int, float) and abs(v) <= limit for v in values)
        if not fits:
            self.refuse(name, f"a list of at most {most} numbers from {-limit:g} to {limit:g}")
        return tuple(float(value) for value in values)

    def only(self, *names: str) -> None:
        """Refuse values that this version does not know: leaving them out could change the picture."""
        for name in self._values:
            if name not in names:
                raise RecipeError(
                    f"{self._where}: {self._name}{printable(name)} is unknown; it may be of a newer version"
                )

    def refuse(self, name: str, expected: str) -> NoReturn:
        """Raise RecipeError for a value."""
        shown = json.dumps(self._values.get(name))
        shown = shown if len(shown) <= 40 else shown[:37] + "..."
        raise RecipeError(f"{self._where}: {self._name}{name} is {shown}; it must be {expected}")

    def _get(self, name: str, kind: Any, expected: str) -> Any:  # noqa: ANN401 (JSON)
        if name not in self._values:
            raise RecipeError(f"{self._where}: {self._name}{name} is missing; it must be {expected}")
        value = self._values[name]
        if not isinstance(value, kind) or isinstance(value, bool):
            self.refuse(name, expected)
        return value


def _latents(room: _Part) -> Latents:
    base = room.numbers("z", LARGEST_Z, 1.0)
    if not base:
        room.refuse("z", "a list of at least one number")
    locked = room.numbers("locked", len(base), len(base) - 1)
    if any(index != int(index) or index < 0 for index in locked):
        room.refuse("locked", f"a list of entries of z, whole numbers from 0 to {len(base) - 1}")
    along = room.numbers("along", LARGEST_Z, MOST_ALONG)
    seed = room.whole_number("seed", 0, LARGEST_SEED)
    room.only("seed", "z", "along", "locked")
    return Latents(seed, base, along, frozenset(int(index) for index in locked))


def _view(view: _Part, aspect: float) -> View:
    lens = view.word("lens")
    if lens not in VIEW_PROJECTIONS:
        view.refuse("lens", "one of " + ", ".join(VIEW_PROJECTIONS))
    chosen = VIEW_PROJECTIONS[VIEW_PROJECTIONS.index(lens)]
    view.only("yaw_rad", "pitch_rad", "fov_rad", "lens")
    return View(
        yaw_rad=view.number("yaw_rad", -MOST_YAW_RAD, MOST_YAW_RAD),
        pitch_rad=view.number("pitch_rad", -math.pi / 2 - SLACK_RAD, math.pi / 2 + SLACK_RAD),
        fov_rad=view.number("fov_rad", NARROWEST_RAD - SLACK_RAD, WIDEST_RAD[chosen] + SLACK_RAD),
        aspect=aspect,
        lens=chosen,
        former=chosen,
    )


def _nearby(yaw_rad: float) -> float:
    """The same look, within what is read back: a room that has turned for a week goes further."""
    return yaw_rad if abs(yaw_rad) <= MOST_YAW_RAD else math.remainder(yaw_rad, 2 * math.pi)


def _short(values: Iterable[float]) -> list[float]:
    """The fewest digits that give the same float32."""
    return [float(str(np.float32(value))) for value in values]
