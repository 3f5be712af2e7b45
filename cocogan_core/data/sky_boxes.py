"""Writes rooms as sky boxes in Matterport3D's layout (DESIGN.md §4), so that one loader reads both.

``<scan>/matterport_skybox_images/<uuid>_skybox{0..5}_sami.jpg`` with faces up, front, right, back, left, down, and
``parameters.safetensors`` beside the scans: ``parameters`` (count, K) float32, and in its metadata the names, the
viewpoints' uuids in the same order, and what made them. Knows nothing of OpenGL.
"""

import json
import uuid
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from cocogan_core.data.room_recipe import RoomRecipe
from cocogan_core.errors import DataError

__all__ = ["SkyBoxFolder"]

SCAN_ROOMS = 100  # viewpoints a scan folder; Matterport3D has 120 on average
JPEG_QUALITY = 95


class SkyBoxFolder:
    """A folder of sky boxes of one recipe.

    Raises:
        DataError: the folder holds rooms of another recipe, or cannot be written.
    """

    def __init__(self, folder: Path, recipe: RoomRecipe, *, count: int) -> None:
        """Open ``folder`` for ``count`` rooms and write its parameters."""
        self.folder, self._recipe = folder, recipe
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if count > self._described():
                self._write_parameters(count)
        except OSError as error:
            raise _unwritable(folder, error) from error

    @property
    def _about(self) -> str:
        r = self._recipe
        return json.dumps({"seed": r.seed, "face_px": r.face_px, "samples": r.samples, "yaw": r.yaw}, sort_keys=True)

    @property
    def _parameters_path(self) -> Path:
        return self.folder / "parameters.safetensors"

    def faces(self, index: int) -> list[Path]:
        """Where the six faces of room ``index`` lie."""
        seed = self._recipe.seed
        box = self.folder / f"rooms_{seed}_{index // SCAN_ROOMS:04d}" / "matterport_skybox_images"
        return [box / f"{viewpoint(seed, index)}_skybox{face}_sami.jpg" for face in range(6)]

    def has(self, index: int) -> bool:
        """Whether room ``index`` is complete."""
        return all(path.exists() for path in self.faces(index))

    def write(self, index: int, faces: NDArray[np.uint8]) -> None:
        """Write six faces (6, f, f, 3), each file whole or not at all."""
        for path, face in zip(self.faces(index), faces, strict=True):
            part = path.with_name(f".{path.name}.part")
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                # 4:4:4: the edges of coloured furniture would bleed otherwise
                Pillow.fromarray(face).save(part, "JPEG", quality=JPEG_QUALITY, subsampling=0)
                part.replace(path)
            except OSError as error:
                raise _unwritable(path, error) from error

    def _described(self) -> int:
        """How many rooms the folder's parameters describe already, after a look at their recipe."""
        if not self._parameters_path.exists():
            return 0
        try:
            with safe_open(self._parameters_path, "np") as file:
                metadata = file.metadata() or {}
                there, count = metadata.get("recipe"), len(json.loads(metadata.get("viewpoints", "[]")))
        except (SafetensorError, ValueError) as error:
            raise DataError(f"{self._parameters_path} is broken ({error}); delete it to go on") from error
        if there != self._about:
            raise DataError(
                f"{self.folder} already holds rooms made with {there}, not {self._about}; "
                "choose another folder or the same settings"
            )
        return count

    def _write_parameters(self, count: int) -> None:
        recipe = self._recipe
        metadata = {
            "recipe": self._about,
            "names": json.dumps(recipe.names),
            "viewpoints": json.dumps([viewpoint(recipe.seed, index) for index in range(count)]),
        }
        part = self.folder / ".parameters.part"
        save_file({"parameters": np.stack([recipe.parameters(index) for index in range(count)])}, part, metadata)
        part.replace(self._parameters_path)


def viewpoint(seed: int, index: int) -> str:
    """The uuid of a room, 32 hexadecimal digits as Matterport3D's viewpoints have."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"cocogan room {seed} {index}").hex


def _unwritable(path: Path, error: OSError) -> DataError:
    return DataError(f"cannot write {path}: {error.strerror or error}; free space or choose another folder")
