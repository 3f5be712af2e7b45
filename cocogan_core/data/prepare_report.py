"""What a run of ``cocogan prepare`` found, made and left out: for people, for programs, and for the eye."""

import json
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cocogan_core.data.contact_sheet import write_sheet
from cocogan_core.data.dataset import ImageDataset
from cocogan_core.files import write_atomically
from cocogan_core.geometry.resampling import shrink
from cocogan_core.text import printable

__all__ = ["PrepareReport"]

SHOWN = 24  # pictures on the sheet
SHEET_PX = 1200  # about as wide as it may get


@dataclass(frozen=True, kw_only=True)
class PrepareReport:
    """Counts, and (name, reason) of what was rejected.

    Attributes:
        found: pictures that the source has, useless ones included.
        prepared: pictures that the shards hold now, of which ``earlier`` were there before this run.
        reaching: how many of them have each level of detail, from level 0 on.
        enlarged: (name, columns) of those that came with too few columns even for level 0.
        seconds: of this run.
    """

    title: str
    found: int
    prepared: int
    earlier: int
    rejected: tuple[tuple[str, str], ...]
    reaching: tuple[int, ...]
    enlarged: tuple[tuple[str, int], ...]
    seconds: float

    @property
    def summary(self) -> str:
        """One line."""
        made = self.prepared - self.earlier
        rate = f" ({made / self.seconds:.1f} a second)" if made else ""
        parts = [f"{self.prepared} pictures prepared, {made} of them now in {self.seconds:.1f} s{rate}"]
        if len(self.reaching) > 1:
            parts.append(", ".join(f"{many} on level {level}" for level, many in enumerate(self.reaching)))
        if self.enlarged:
            parts.append(f"{len(self.enlarged)} enlarged")
        parts.append(f"{len(self.rejected)} rejected")
        return "; ".join(parts) + (", see report.txt" if self.rejected or self.enlarged else "")

    @property
    def text(self) -> str:
        """All of it, reasons first by how often they occur."""
        kinds = Counter(printable(reason.split(":")[0]) for _, reason in self.rejected)
        lines = [printable(self.title), f"found {self.found}", self.summary]
        lines += ["", "why pictures were rejected:"] * bool(kinds)
        lines += [f"{count:6d}  {kind}" for kind, count in kinds.most_common()]
        lines += [""] * bool(kinds) + [f"{printable(name)}: {printable(reason)}" for name, reason in self.rejected]
        lines += ["", "enlarged, and not sharp on any level:"] * bool(self.enlarged)
        lines += [f"{printable(name)}: has {columns} columns" for name, columns in self.enlarged]
        return "\n".join(lines) + "\n"

    def write(self, pictures: ImageDataset) -> None:
        """``report.json``, ``report.txt`` and ``sheet.jpg`` beside the shards.

        Raises:
            OutputError: the folder cannot be written.
        """
        folder = pictures.folder
        write_atomically(folder / "report.json", json.dumps(asdict(self), indent=1) + "\n")
        write_atomically(folder / "report.txt", self.text)
        if pictures.count:
            _write_sheet(folder / "sheet.jpg", pictures)


def _write_sheet(path: Path, pictures: ImageDataset) -> None:
    """Pictures from evenly over the whole data set, made smaller where they are large."""
    chosen = np.unique(np.linspace(0, pictures.count - 1, SHOWN).astype(int))
    columns = 3 if pictures.projection is not None else 8
    factor = max(1, round(columns * pictures.width_px / SHEET_PX))
    write_sheet(path, [_thumbnail(pictures.image(int(index)), factor) for index in chosen], columns=columns)


def _thumbnail(image: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    height, width = (side // factor * factor for side in image.shape[:2])
    return shrink(image[:height, :width], factor)
