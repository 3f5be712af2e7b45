"""An OpenXR runtime of our own, built here and found by the real loader; the core validation layer lies on top."""

import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

xr = pytest.importorskip("xr")

HERE = Path(__file__).parent
# Debian's package would do on X11; pyopenxr's wheel has a newer one, which knows EGL.
LAYER = Path(xr.__file__).parent / "api_layer" / "linux_x86_64"


@pytest.fixture(scope="session")
def library(tmp_path_factory):
    path = tmp_path_factory.mktemp("xr_runtime") / "runtime.so"
    command = ["cc", "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-Wl,-Bsymbolic"]
    subprocess.run(
        [*command, "-DXR_EXTENSION_PROTOTYPES", "-o", path, *HERE.glob("*.c"), "-ldl", "-lm", "-lpthread"], check=True
    )
    return path


class Runtime:
    """What a test tells the runtime, and what that has seen."""

    def __init__(self, folder, library):
        self.folder = folder
        (folder / "runtime.json").write_text(
            f'{{"file_format_version": "1.0.0", "runtime": {{"name": "test", "library_path": "{library}"}}}}'
        )
        self.script = folder / "script.txt"
        self.script.touch()

    @property
    def environment(self):
        return {
            "XR_RUNTIME_JSON": str(self.folder / "runtime.json"),
            "XR_TEST_SCRIPT": str(self.script),
            "XR_TEST_OUT": str(self.folder),
        }

    def say(self, *lines):
        """Lines of the script, to be obeyed at once."""
        with self.script.open("a") as file:
            file.write("".join(f"{line}\n" for line in lines))

    def restart(self, *lines):
        """A new process of the runtime begins with these lines."""
        (self.folder / "done").unlink(missing_ok=True)
        self.script.write_text("".join(f"{line}\n" for line in lines))

    @property
    def errors(self):
        path = self.folder / "errors.txt"
        return path.read_text() if path.exists() else ""

    @property
    def frames(self):
        """Of each frame: its number, layers, seconds from its wait to its end, session state, when it ended."""
        path = self.folder / "frames.txt"
        return np.loadtxt(path, ndmin=2) if path.exists() else np.zeros((0, 5))

    def forget_frames(self):
        (self.folder / "frames.txt").unlink(missing_ok=True)

    def picture(self, name):
        return np.asarray(Image.open(self.folder / f"{name}.ppm").convert("RGB"))

    def take_pictures(self, step, seconds=20):
        """Both eyes', and the panel's if it is open, of the next frame; ``step`` goes on meanwhile."""
        (self.folder / "saved").unlink(missing_ok=True)
        self.say("save")
        end = time.monotonic() + seconds
        while not (self.folder / "saved").exists():
            assert time.monotonic() < end, "no frame was handed in"
            step()
        return self.picture("left"), self.picture("right")


@pytest.fixture
def runtime(tmp_path, library, monkeypatch):
    runtime = Runtime(tmp_path, library)
    for name, value in runtime.environment.items():
        monkeypatch.setenv(name, value)
    if LAYER.exists():
        monkeypatch.setenv("XR_API_LAYER_PATH", str(LAYER))
        monkeypatch.setenv("XR_ENABLE_API_LAYERS", "XR_APILAYER_LUNARG_core_validation")
        monkeypatch.setenv("XR_CORE_VALIDATION_EXPORT_TYPE", "text")
        monkeypatch.setenv("XR_CORE_VALIDATION_FILE_NAME", str(tmp_path / "validation.txt"))
    yield runtime
    assert runtime.errors == ""
