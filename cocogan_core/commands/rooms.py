"""``cocogan rooms``: procedural rooms to train on."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import tyro

from cocogan_core.errors import ConfigError

if TYPE_CHECKING:
    from cocogan_core.data.rooms.spec import RoomDatasetSpec

__all__ = ["rooms"]

SHEET_WIDTH_PX = 384  # of a room on a contact sheet, at most


def rooms(
    out: Annotated[Path | None, tyro.conf.Positional, tyro.conf.arg(metavar="OUT")] = None,
    *,
    count: int = 24,
    seed: int = 0,
    panorama: tyro.conf.FlagCreatePairsOff[bool] = False,
    live: tyro.conf.FlagCreatePairsOff[bool] = False,
    width: int = 768,
    faces: int = 256,
    samples: Literal[1, 4, 9, 16] = 4,
    yaw: Literal["aligned", "random"] = "aligned",
    mirror: Literal["never", "random"] = "never",
    style: Literal["plain", "varied", "furnished"] = "furnished",
    kind: Literal["mercator", "equirectangular"] = "mercator",
    front: Literal["pixel", "edge"] = "pixel",
    upright: tyro.conf.FlagCreatePairsOff[bool] = False,
    workers: int = 1,
    sheet: Annotated[Path | None, tyro.conf.arg(metavar="FILE")] = None,
    columns: int = 3,
) -> None:
    """Make furnished rooms to train on. Run the same command again to go on after an interruption.

    Args:
        out: Folder to fill: sky boxes in Matterport3D's layout, or training shards with --panorama.
        count: Number of rooms.
        seed: Chooses the rooms; the same seed gives the same bytes on the same graphics driver.
        panorama: Write panoramas as training shards, with no sky box in between.
        live: Write a recipe and no pictures: `cocogan train --data OUT` draws the rooms as it goes, on every level of
            detail, and none comes twice.
        width: Width of panoramas in pixels; a multiple of 6, or of 4 with --kind equirectangular.
        faces: Side of sky box faces in pixels.
        samples: Rays per pixel for colours and edges.
        yaw: aligned: yaw 0 looks at the window's wall; random: each room is turned by an angle of its own.
        mirror: random: half of the rooms are mirrored left to right, and one more named number says which.
        style: furnished: the plan, the furniture and the hour differ from room to room. plain: one plan, by day; what
            the shipped plain room was trained on. varied: plain, but larger, with patterns, stronger colours and dusk.
        kind: Of panoramas, live and on sheets too. mercator: ±51.3° up and down, three times as wide as high, as in the
            paper; equirectangular: the whole sphere, twice as wide as high.
        front: Where panoramas have yaw 0: in the middle of the first pixel, or at the left edge, about which a panorama
            is mirrored by reversing its columns.
        upright: Turn and mirror furnished rooms so that their windows are in front, and the door or the main wall to
            the right; means --front edge. A model that is trained on them makes all rooms, by exact symmetries.
        workers: Processes that render; software OpenGL already uses every core for one.
        sheet: Picture file to write with all the rooms side by side, instead of or besides OUT.
        columns: Rooms in a row of the sheet.
    """
    from rich.progress import track

    from cocogan_core.data.rooms.generate import make_panoramas, make_sheet, make_sky_boxes
    from cocogan_core.data.rooms.spec import RoomDatasetSpec

    if columns < 1:
        raise ConfigError(f"--columns is {columns}; it must be at least 1")
    if out is None and sheet is None:
        raise ConfigError("rooms: nothing to write; name a folder OUT, or a picture with --sheet FILE")
    spec = RoomDatasetSpec(
        seed=seed, width_px=width, samples=samples, yaw=yaw, mirror=mirror, style=style, kind=kind,
        front="edge" if upright else front, upright=upright,
    )  # fmt: skip
    if live:
        _write_live(out, spec)
    elif out is not None and panorama:
        make_panoramas(out, spec, count=count, workers=workers, progress=track)
    elif out is not None:
        make_sky_boxes(out, replace(spec, face_px=faces), count=count, workers=workers, progress=track)
    if sheet is not None:
        small = replace(spec, width_px=min(width, SHEET_WIDTH_PX))
        make_sheet(sheet, small, count=count, columns=columns, workers=workers, progress=track)


def _write_live(out: Path | None, spec: "RoomDatasetSpec") -> None:
    from cocogan_core.data.rooms.live import LiveRooms

    if out is None:
        raise ConfigError("rooms: --live needs a folder OUT for the recipe")
    LiveRooms(
        folder=out, style=spec.style, projection=spec.projection, width_px=spec.width_px, front=spec.front,
        upright=spec.upright,
    ).write()  # fmt: skip
