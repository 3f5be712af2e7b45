"""Writes rooms as sky boxes in Matterport3D's layout (docs/architecture.md), so that one loader reads both.

``<scan>/matterport_skybox_images/<uuid>_skybox{0..5}_sami.jpg`` with faces up, front, right, back, left, down, and the
numbers that made the rooms beside the scans (``cocogan_core.data.sources.labels``). Knows nothing of OpenGL.
"""

import json
import uuid
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from cocogan_core.data.rooms.parameters import LICENCE
from cocogan_core.data.rooms.spec import RoomDatasetSpec
from cocogan_core.data.sources.labels import Labels, read_labels, write_labels
from cocogan_core.errors import DataError
from cocogan_core.files import write_atomically

__all__ = ["SkyBoxFolder", "viewpoint_id"]

SCAN_ROOMS = 100  # viewpoints a scan folder; Matterport3D has 120 on average
JPEG_QUALITY = 95


class SkyBoxFolder:
    """A folder of sky boxes of one data set of rooms.

    Raises:
        DataError: the folder holds rooms of another one, or a broken file of labels.
        OutputError: it cannot be written.
    """

    def __init__(self, folder: Path, spec: RoomDatasetSpec, *, count: int) -> None:
        """Open ``folder`` for ``count`` rooms and write their labels."""
        self.folder, self._spec = folder, spec
        if count > self._labelled_count():
            self._write_labels(count)

    @property
    def _recipe(self) -> str:
        """What decides the faces' bytes, as one line of JSON."""
        decides = {name: value for name, value in self._spec.recipe.items() if name != "source"}
        return json.dumps({**decides, "face_px": self._spec.face_px}, sort_keys=True)

    def faces(self, index: int) -> list[Path]:
        """Where the six faces of room ``index`` lie."""
        box = self.folder / self._scan(index) / "matterport_skybox_images"
        return [box / f"{viewpoint_id(self._spec.seed, index)}_skybox{face}_sami.jpg" for face in range(6)]

    def has(self, index: int) -> bool:
        """Whether room ``index`` is complete."""
        return all(path.exists() for path in self.faces(index))

    def write(self, index: int, faces: NDArray[np.uint8]) -> None:
        """Write six faces (6, f, f, 3), each file whole or not at all.

        Raises:
            OutputError: a file cannot be written.
        """
        for path, face in zip(self.faces(index), faces, strict=True):
            file = BytesIO()  # into a real one Pillow does not hear that a full disk took a part only
            # 4:4:4: the edges of coloured furniture would bleed otherwise
            Pillow.fromarray(face).save(file, "JPEG", quality=JPEG_QUALITY, subsampling=0)
            write_atomically(path, file.getvalue())

    def _scan(self, index: int) -> str:
        return f"rooms_{self._spec.seed}_{index // SCAN_ROOMS:04d}"

    def _labelled_count(self) -> int:
        """How many rooms the folder's labels describe already.

        Raises:
            DataError: they are of another data set, or broken.
        """
        labels = read_labels(self.folder)
        if labels is None:
            return 0
        if labels.recipe != self._recipe:
            raise DataError(
                f"{self.folder} already holds rooms made with {labels.recipe}, not {self._recipe}; "
                "choose another folder or the same settings"
            )
        return len(labels.parameters)

    def _write_labels(self, count: int) -> None:
        spec = self._spec
        names = [f"{self._scan(index)}/{viewpoint_id(spec.seed, index)}" for index in range(count)]
        labels = Labels(
            names=spec.names,
            parameters={name: spec.parameters(index) for index, name in enumerate(names)},
            source="procedural rooms, sky boxes",
            licence=LICENCE,
            recipe=self._recipe,
        )
        write_labels(self.folder, labels)


def viewpoint_id(seed: int, index: int) -> str:
    """The uuid of a room, 32 hexadecimal digits as Matterport3D's viewpoints have."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"cocogan room {seed} {index}").hex
