import pytest

from viewer.window import opengl as graphics
from viewer.window.opengl import SOFTWARE, refusal, use_software


def test_software_is_asked_for_and_what_asks_for_another_opengl_goes():
    environment = {
        "MESA_GL_VERSION_OVERRIDE": "2.1", "MESA_LOADER_DRIVER_OVERRIDE": "i915", "DRI_PRIME": "1", "HOME": "/root",
        "GALLIUM_DRIVER": "zink", "MESA_SHADER_CACHE_DIR": "/tmp",
    }  # fmt: skip
    use_software(environment)
    assert environment.pop("__EGL_VENDOR_LIBRARY_FILENAMES", "mesa.json").endswith("mesa.json")
    assert environment == {"HOME": "/root", "MESA_SHADER_CACHE_DIR": "/tmp", **SOFTWARE}


OLD, NEW = "OpenGL 2.1 (i915)", "OpenGL 4.5 (iris)"
HERE = {
    "old": ({210: OLD}, f"only {OLD} was found"),
    "none": ({}, "no OpenGL was found"),
    "sound": ({210: NEW, 330: NEW}, f"no window could be opened on {NEW}: out of memory"),
}


@pytest.mark.parametrize("kind", HERE)
def test_the_message_names_what_was_found_and_the_next_step(kind, monkeypatch):
    versions, words = HERE[kind]
    monkeypatch.setattr(graphics, "_describe", lambda version, *, headless: versions[version])
    plain, safe = (refusal(OSError("out of memory"), headless=False, safe=safe) for safe in (False, True))
    assert words in plain
    assert plain.endswith("--safe")
    assert words in safe
    assert "--safe" not in safe
    assert "libgl1-mesa-dri" in safe
