"""Builds the OpenXR runtime that lies beside this file, tells it what to do, and reads what it has seen."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

__all__ = ["Runtime", "build"]

HERE = Path(__file__).parent
Pixels = NDArray[np.uint8]


def build(path: Path) -> Path:
    """Compile it into a shared library."""
    command = ["cc", "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-Wl,-Bsymbolic"]
    sources = [*HERE.glob("*.c"), "-ldl", "-lm", "-lpthread"]
    subprocess.run([*command, "-DXR_EXTENSION_PROTOTYPES", "-o", path, *sources], check=True)
    return path


class Runtime:
    """One that leaves its files in a folder."""

    def __init__(self, folder: Path, library: Path) -> None:
        """It runs in whatever process has its ``environment``."""
        self.folder = folder
        (folder / "runtime.json").write_text(
            f'{{"file_format_version": "1.0.0", "runtime": {{"name": "test", "library_path": "{library}"}}}}'
        )
        self.script = folder / "script.txt"
        self.script.touch()

    @property
    def environment(self) -> dict[str, str]:
        """Variables for the loader, and for the runtime."""
        return {
            "XR_RUNTIME_JSON": str(self.folder / "runtime.json"),
            "XR_TEST_SCRIPT": str(self.script),
            "XR_TEST_OUT": str(self.folder),
        }

    def say(self, *lines: str) -> None:
        """Lines of the script, to be obeyed at once."""
        with self.script.open("a") as file:
            file.write("".join(f"{line}\n" for line in lines))

    def restart(self, *lines: str) -> None:
        """A new process of the runtime begins with these lines."""
        (self.folder / "done").unlink(missing_ok=True)
        self.script.write_text("".join(f"{line}\n" for line in lines))

    @property
    def errors(self) -> str:
        """Misuses, a line each."""
        path = self.folder / "errors.txt"
        return path.read_text() if path.exists() else ""

    @property
    def frames(self) -> NDArray[np.float64]:
        """Of each frame: its number, layers, seconds from its wait to its end, session state, when it ended."""
        path = self.folder / "frames.txt"
        return np.loadtxt(path, ndmin=2) if path.exists() else np.zeros((0, 5))

    def forget_frames(self) -> None:
        """Begin a new list."""
        (self.folder / "frames.txt").unlink(missing_ok=True)

    def picture(self, name: str) -> Pixels:
        """What was saved of "left", "right", "panel", "ray" or "sphere": (h, w, 3), in the swapchain's own values."""
        return np.asarray(Image.open(self.folder / f"{name}.ppm").convert("RGB"))

    def numbers(self, name: str) -> list[float]:
        """What was saved of a layer beside its picture."""
        return [float(number) for number in (self.folder / f"{name}.txt").read_text().split()]

    def take_pictures(self, step: Callable[[], object], seconds: float = 20) -> tuple[Pixels, Pixels]:
        """Both eyes', and whatever else is shown, of the next frame; ``step`` goes on meanwhile."""
        self.save(step, seconds)
        return self.picture("left"), self.picture("right")

    def save(self, step: Callable[[], object], seconds: float = 20) -> None:
        """Everything of the next frame."""
        for path in [*self.folder.glob("*.ppm"), self.folder / "saved"]:
            path.unlink(missing_ok=True)
        self.say("save")
        end = time.monotonic() + seconds
        while not (self.folder / "saved").exists():
            assert time.monotonic() < end, "no frame was handed in"
            step()
