"""Every shader compiles and draws where OpenGL ends at 4.1, as on Apple's machines; software OpenGL can be told so."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = """
import moderngl
from pathlib import Path
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection
from viewer.rendering.atlas import AtlasWindow
from viewer.camera.camera import View
from viewer.camera.view_projection import VIEW_PROJECTIONS
from viewer.rendering.renderer import Renderer

context = moderngl.create_standalone_context(require=330, backend="egl")
assert context.version_code == 410, context.version_code
grid = PatchGrid(patch_px=16)
renderer = Renderer(context, AtlasWindow.fitting(grid, 1024), Projection.of_aspect("mercator", 3))
for renderer.xray in (False, True):
    for lens in VIEW_PROJECTIONS:
        renderer.picture(View(lens=lens, former=lens), (64, 48), sharp=renderer.xray)
assert context.error == "GL_NO_ERROR"
from cocogan_core.data.rooms.renderer import RoomRenderer, room_parameters
for style in ("plain", "varied"):
    with RoomRenderer(48, style=style) as rooms:
        assert rooms.panorama(room_parameters(0, 0, style)).mean() > 20
        assert rooms.faces(room_parameters(0, 0, style), 16).mean() > 20
print("drawn")
"""


def test_opengl_4_1_is_enough():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=120, check=False,
        env={
            **os.environ, "PYTHONPATH": str(ROOT),
            "MESA_GL_VERSION_OVERRIDE": "4.1", "MESA_GLSL_VERSION_OVERRIDE": "410",
        },
    )  # fmt: skip
    assert done.stdout == "drawn\n", done.stderr
