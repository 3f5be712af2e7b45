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
from safetensors.numpy import save

from cocogan_core.data.rooms.spec import RoomDatasetSpec
from cocogan_core.errors import DataError
from cocogan_core.files import replacing

__all__ = ["LICENCE", "PARAMETERS_FILE", "SkyBoxFolder", "read_parameters"]

LICENCE = "CC0-1.0"
PARAMETERS_FILE = "parameters.safetensors"

SCAN_ROOMS = 100  # viewpoints a scan folder; Matterport3D has 120 on average
JPEG_QUALITY = 95


class SkyBoxFolder:
    """A folder of sky boxes of one recipe.

    Raises:
        DataError: the folder holds rooms of another recipe, or cannot be written.
    """

    def __init__(self, folder: Path, recipe: RoomDatasetSpec, *, count: int) -> None:
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
        decides = {name: value for name, value in r.about.items() if name != "source"}
        return json.dumps({**decides, "face_px": r.face_px}, sort_keys=True)

    @property
    def _parameters_path(self) -> Path:
        return self.folder / PARAMETERS_FILE

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
            try:
                with replacing(path) as file:
                    # 4:4:4: the edges of coloured furniture would bleed otherwise
                    Pillow.fromarray(face).save(file, "JPEG", quality=JPEG_QUALITY, subsampling=0)
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
        parameters = np.stack([recipe.parameters(index) for index in range(count)])
        with replacing(self._parameters_path) as file:
            file.write(save({"parameters": parameters}, metadata))


def read_parameters(folder: Path) -> tuple[tuple[str, ...], dict[str, NDArray[np.float32]]]:
    """Names of the parameters, and each viewpoint's numbers (K,), of a folder that :class:`SkyBoxFolder` wrote.

    Raises:
        DataError: the file is broken.
    """
    path = folder / PARAMETERS_FILE
    try:
        with safe_open(path, "np") as file:
            metadata = file.metadata()
            names, viewpoints = json.loads(metadata["names"]), json.loads(metadata["viewpoints"])
            rows = file.get_tensor("parameters")
        if rows.shape != (len(viewpoints), len(names)):
            raise ValueError(f"{rows.shape} numbers for {len(viewpoints)} viewpoints and {len(names)} names")
    except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path} is broken ({error}); make the rooms again") from error
    return tuple(names), dict(zip(viewpoints, np.asarray(rows, np.float32), strict=True))


def viewpoint(seed: int, index: int) -> str:
    """The uuid of a room, 32 hexadecimal digits as Matterport3D's viewpoints have."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"cocogan room {seed} {index}").hex


def _unwritable(path: Path, error: OSError) -> DataError:
    return DataError(f"cannot write {path}: {error.strerror or error}; free space or choose another folder")
