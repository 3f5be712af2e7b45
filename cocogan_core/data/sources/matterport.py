"""Matterport3D's sky boxes, in folders or inside the distribution's zip archives (layout: DESIGN.md §4).

``cocogan rooms`` writes the same layout, with named parameters beside it; this reads both. Nothing is downloaded: the
data's licence is signed by its user.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, cast

import numpy as np
import tyro
from numpy.typing import NDArray

from cocogan_core.data.rooms.skybox import LICENCE, PARAMETERS_FILE, read_parameters
from cocogan_core.data.sources.archives import Member, members
from cocogan_core.data.sources.base import Entry, Found, PanoramaSource, require_folder
from cocogan_core.data.sources.image_io import Rejected, decoded
from cocogan_core.errors import ConfigError, DataError
from cocogan_core.geometry.surfaces import SkyBox

__all__ = ["Matterport3D"]

Image = NDArray[np.uint8]
Faces = dict[str, Member]  # "0" … "5", or "small"
NAME = re.compile(
    r"(?:^|(?P<scan>[^/]+)/(?:matterport_skybox_images/)?)(?P<view>[^/.][^/]*)_skybox(?:(?P<face>[0-5])_sami|_small)\.jpg$"
)
SIX = tuple("012345")
SMALL = "small"
LEAST_FACE_PX = 8
SCENES = Path(__file__).parent / "matterport3d_scenes"


@dataclass(frozen=True, kw_only=True)
class Matterport3D(PanoramaSource):
    """Sky boxes in Matterport3D's layout: SRC is a folder at any depth above them, or a zip file."""

    split: Literal["all", "train", "val", "test"] = "all"
    """scenes of the benchmark's lists (61, 11 and 18), or all that are there"""
    scenes: Annotated[tuple[str, ...], tyro.conf.arg(metavar="SCAN …")] = ()
    """only these scans"""
    scene_list: Annotated[Path | None, tyro.conf.arg(metavar="FILE")] = None
    """only the scans that this file names, one a line"""
    faces: Literal["auto", "sami", "small"] = "auto"
    """six files of 1024² (sami), the small strip of 6×512², or sami where all six are there and else small"""

    @property
    def title(self) -> str:
        """As in :class:`PictureSource`."""
        if (self.src / PARAMETERS_FILE).exists():
            return "procedural rooms, sky boxes"
        return "Matterport3D" if self.split == "all" else f"Matterport3D, {self.split} scenes"

    @property
    def licence(self) -> str:
        """As in :class:`PictureSource`."""
        return LICENCE if (self.src / PARAMETERS_FILE).exists() else "Matterport3D terms of use, signed by the user"

    @property
    def recipe(self) -> dict[str, object]:
        """As in :class:`PictureSource`."""
        return {"source": "matterport3d", "faces": self.faces, "scenes": sorted(self._chosen or ())}

    def find(self) -> Found:
        """As in :class:`PictureSource`: a viewpoint an entry, in the order of scan and viewpoint."""
        require_folder(self.src, or_file=".zip")
        there, rejected = self._viewpoints()
        if not there and not rejected:
            raise DataError(
                f"{self.src} holds no sky boxes: looked for …_skybox0_sami.jpg to …_skybox5_sami.jpg and "
                "…_skybox_small.jpg, in folders and zip files"
            )
        chosen = self._chosen
        if chosen is not None:
            there = {key: faces for key, faces in there.items() if key[0] in chosen}
        if not there and chosen is not None:
            raise DataError(f"{self.src} holds none of the {len(chosen)} chosen scenes; see --split and --scenes")
        present = {scan for scan, _ in there}
        rejected += [(scan, "is chosen by --scenes, and not there") for scan in self.scenes if scan not in present]
        entries = []
        for number, ((scan, view), faces) in enumerate(sorted(there.items())):
            name = f"{scan}/{view}"
            if isinstance(parts := self._parts(faces), str):
                rejected.append((name, parts))
            else:
                entries.append(Entry(name, parts, number))
        return _with_parameters(self.src, entries, rejected)

    def load(self, entry: Entry) -> Image:
        """As in :class:`PictureSource`."""
        pictures = [decoded(member.read()) for member in cast("tuple[Member, ...]", entry.parts)]
        if len(pictures) == 1:
            height, width = pictures[0].shape[:2]
            if width != 6 * height:
                raise Rejected(f"the small strip is {width}×{height}, not six squares side by side")
            pictures = np.split(pictures[0], 6, axis=1)
        sizes = {picture.shape for picture in pictures}
        height, width, _ = pictures[0].shape
        if len(sizes) > 1 or height != width or height < LEAST_FACE_PX:
            told = ", ".join(f"{picture.shape[1]}×{picture.shape[0]}" for picture in pictures)
            raise Rejected(f"faces are not six squares of one size: {told}")
        return self.project(SkyBox(height), np.concatenate(pictures))

    @cached_property
    def _chosen(self) -> frozenset[str] | None:
        """Scans to take, or None for all.

        Raises:
            ConfigError: a list cannot be read or is empty.
        """
        wanted = set(self.scenes)
        for path in (self.scene_list, None if self.split == "all" else SCENES / f"scenes_{self.split}.txt"):
            if path is None:
                continue
            try:
                listed = set(path.read_text(encoding="utf-8").split())
            except (OSError, UnicodeDecodeError) as error:
                raise ConfigError(f"--scene-list: cannot read {path}: {error}") from error
            wanted = wanted & listed if wanted else listed
            if not wanted:
                raise ConfigError(f"no scene is left: {path} and the other choices have none in common")
        return frozenset(wanted) or None

    def _viewpoints(self) -> tuple[dict[tuple[str, str], Faces], list[tuple[str, str]]]:
        """Members of every (scan, viewpoint), the first of each kind, and what was wrong or there twice."""
        there: dict[tuple[str, str], Faces] = defaultdict(dict)
        rejected = []
        for member in members(self.src):
            if isinstance(member, tuple):
                rejected.append((self._shown(member[0].as_posix()), member[1]))
            elif match := NAME.search(member.name):
                faces = there[match["scan"] or "", match["view"]]
                kind = match["face"] or SMALL
                if kind in faces:
                    rejected.append((self._shown(member.name), f"duplicate of {self._shown(faces[kind].name)}"))
                else:
                    faces[kind] = member
        return dict(there), rejected

    def _shown(self, name: str) -> str:
        return name.removeprefix(f"{self.src.as_posix()}/")

    def _parts(self, faces: Faces) -> tuple[Member, ...] | str:
        """What to read for a viewpoint, or why it is of no use."""
        missing = [face for face in SIX if face not in faces]
        if self.faces != "small" and not missing:
            return tuple(faces[face] for face in SIX)
        if self.faces != "sami" and SMALL in faces:
            return (faces[SMALL],)
        return "has no small strip" if self.faces == "small" else f"face {', '.join(missing)} is missing"


def _with_parameters(src: Path, entries: list[Entry], rejected: list[tuple[str, str]]) -> Found:
    """Procedural rooms bring the numbers that made them."""
    if not (src / PARAMETERS_FILE).exists():
        return Found(entries, rejected)
    names, known = read_parameters(src)
    parameters = {}
    for entry in entries:
        view = entry.name.rsplit("/")[-1]
        if view not in known:
            raise DataError(
                f"{src / PARAMETERS_FILE} does not know {entry.name}; take it away, or make the rooms again"
            )
        parameters[entry.name] = known[view]
    return Found(entries, rejected, names, parameters)
