"""Matterport3D's sky boxes, in folders or inside the distribution's zip archives (layout: docs/architecture.md).

``cocogan rooms`` writes the same layout. Nothing is downloaded: the data's licence is signed by its user.
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

from cocogan_core.data.sources.archives import Member, members
from cocogan_core.data.sources.base import PanoramaSource, Pyramid, SourceListing, SourcePicture, require_folder
from cocogan_core.data.sources.image_io import UnusablePicture, decode_picture
from cocogan_core.errors import ConfigError, DataError
from cocogan_core.geometry.surfaces import SkyBox

__all__ = ["Matterport3D"]

Image = NDArray[np.uint8]
Faces = dict[str, Member]  # "0" … "5", or "small"
Viewpoints = dict[tuple[str, str], Faces]  # by scan and viewpoint
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
        return "Matterport3D" if self.split == "all" else f"Matterport3D, {self.split} scenes"

    @property
    def licence(self) -> str:
        """As in :class:`PictureSource`."""
        return "Matterport3D terms of use, signed by the user"

    @property
    def recipe(self) -> dict[str, object]:
        """As in :class:`PictureSource`."""
        return {"source": "matterport3d", "faces": self.faces, "scenes": sorted(self._chosen or ())}

    def find(self) -> SourceListing:
        """As in :class:`PictureSource`: a picture a viewpoint, in the order of scan and viewpoint."""
        require_folder(self.src, or_file=".zip")
        viewpoints, rejected = self._viewpoints()
        if not viewpoints and not rejected:
            raise DataError(
                f"{self.src} holds no sky boxes: looked for …_skybox0_sami.jpg to …_skybox5_sami.jpg and "
                "…_skybox_small.jpg, in folders and zip files"
            )
        viewpoints = self._choose(viewpoints)
        scans = {scan for scan, _ in viewpoints}
        rejected += [(scan, "is chosen by --scenes, and not there") for scan in self.scenes if scan not in scans]
        pictures = []
        for number, ((scan, view), faces) in enumerate(sorted(viewpoints.items())):
            name = f"{scan}/{view}"
            if isinstance(parts := self._parts(faces), str):
                rejected.append((name, parts))
            else:
                pictures.append(SourcePicture(name, parts, number))
        return SourceListing(pictures, rejected)

    def load(self, picture: SourcePicture) -> Pyramid:
        """As in :class:`PictureSource`."""
        faces = [decode_picture(member.read()) for member in cast("tuple[Member, ...]", picture.parts)]
        if len(faces) == 1:
            height, width = faces[0].shape[:2]
            if width != 6 * height:
                raise UnusablePicture(f"the small strip is {width}×{height}, not six squares side by side")
            faces = np.split(faces[0], 6, axis=1)
        height, width, _ = faces[0].shape
        if len({face.shape for face in faces}) > 1 or height != width or height < LEAST_FACE_PX:
            sizes = ", ".join(f"{face.shape[1]}×{face.shape[0]}" for face in faces)
            raise UnusablePicture(f"faces are not six squares of one size: {sizes}")
        return self.project(SkyBox(height), np.concatenate(faces))

    def _choose(self, viewpoints: Viewpoints) -> Viewpoints:
        """Those of the chosen scans.

        Raises:
            DataError: there are none.
        """
        if self._chosen is None:
            return viewpoints
        chosen = {key: faces for key, faces in viewpoints.items() if key[0] in self._chosen}
        if not chosen:
            raise DataError(f"{self.src} holds none of the {len(self._chosen)} chosen scenes; see --split and --scenes")
        return chosen

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

    def _viewpoints(self) -> tuple[Viewpoints, list[tuple[str, str]]]:
        """Members of every (scan, viewpoint), the first of each kind, and what was wrong or there twice."""
        viewpoints: Viewpoints = defaultdict(dict)
        rejected = []
        for member in members(self.src):
            if isinstance(member, tuple):
                rejected.append((self._below_src(member[0].as_posix()), member[1]))
            elif match := NAME.search(member.name):
                faces = viewpoints[match["scan"] or "", match["view"]]
                kind = match["face"] or SMALL
                if kind in faces:
                    first = self._below_src(faces[kind].name)
                    rejected.append((self._below_src(member.name), f"duplicate of {first}"))
                else:
                    faces[kind] = member
        return dict(viewpoints), rejected

    def _below_src(self, name: str) -> str:
        return name.removeprefix(f"{self.src.as_posix()}/")

    def _parts(self, faces: Faces) -> tuple[Member, ...] | str:
        """What to read for a viewpoint, or why it is of no use."""
        missing = [face for face in SIX if face not in faces]
        if self.faces != "small" and not missing:
            return tuple(faces[face] for face in SIX)
        if self.faces != "sami" and SMALL in faces:
            return (faces[SMALL],)
        return "has no small strip" if self.faces == "small" else f"face {', '.join(missing)} is missing"
