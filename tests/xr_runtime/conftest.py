"""An OpenXR runtime of our own, built here and found by the real loader; the core validation layer lies on top."""

from pathlib import Path

import pytest

xr = pytest.importorskip("xr")
pyglet = pytest.importorskip("pyglet")
pyglet.options.headless = True
pyglet.options.shadow_window = False

from tests.xr_runtime.driving import FIRST_VIEW, come_back  # noqa: E402
from tests.xr_runtime.runtime import Runtime, build  # noqa: E402
from viewer.app import App  # noqa: E402
from viewer.state.options import Options  # noqa: E402
from viewer.xr import headset as headset_module  # noqa: E402

# Debian's package would do on X11; pyopenxr's wheel has a newer one, which knows EGL.
LAYER = Path(xr.__file__).parent / "api_layer" / "linux_x86_64"


@pytest.fixture(scope="session")
def library(tmp_path_factory):
    return build(tmp_path_factory.mktemp("xr_runtime") / "runtime.so")


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
    report = tmp_path / "validation.txt"
    assert report.exists() or not (LAYER.exists() and len(runtime.frames))
    misuses = [line for line in (report.read_text() if report.exists() else "").splitlines() if "| VUID" in line]
    assert [line for line in misuses if "VALID_DEBUG" not in line] == []


@pytest.fixture(scope="session")
def window(tiny_checkpoint):
    app = App(Options(tiny_checkpoint, 0, FIRST_VIEW, (96, 64), "cpu", None, headless=True))
    yield app
    assert app.context.error  # also what is pending is over now
    app.close()


@pytest.fixture
def app(window, runtime, monkeypatch):
    monkeypatch.setattr(headset_module, "RETRY_S", 0.2)
    come_back(window)
    yield window
    come_back(window)
