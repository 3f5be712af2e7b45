"""Cameras and visible patches in the browser are Python's, on thousands of random views."""

import math
from dataclasses import replace

import numpy as np
import pytest
from javascript import javascript

from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection
from viewer.camera.camera import Camera, View
from viewer.camera.detail import choose_level, slots_needed
from viewer.camera.view_projection import VIEW_PROJECTIONS, WIDEST_RAD
from viewer.camera.visibility import Area, fits, leaves_cylinder, visible_patches

PANORAMAS = {
    "Mercator": (PatchGrid(levels=4), Projection.of_aspect("mercator", 3)),
    "whole sphere": (PatchGrid(rows=6, levels=3), Projection.of_aspect("equirectangular", 2)),
    "narrow": (PatchGrid(rows=2, columns=16, patch_px=32, levels=3), Projection.of_aspect("equirectangular", 8)),
}
VIEWS = 700  # of each


def random_view(rng) -> View:
    lens = VIEW_PROJECTIONS[rng.integers(4)]
    changing = rng.random() < 0.2
    return View(
        yaw_rad=float(rng.uniform(-20, 20)),
        pitch_rad=float(rng.uniform(-math.pi / 2, math.pi / 2)),
        fov_rad=float(rng.uniform(0.05, WIDEST_RAD[lens])),
        aspect=float(rng.uniform(0.4, 2.5)),
        lens=lens,
        former=VIEW_PROJECTIONS[rng.integers(4)] if changing else lens,
        mix=float(rng.random()) if changing else 1.0,
    )


def plain(view: View) -> dict:
    return {
        "yawRad": view.yaw_rad, "pitchRad": view.pitch_rad, "fovRad": view.fov_rad, "aspect": view.aspect,
        "lens": view.lens, "former": view.former, "mix": view.mix,
    }  # fmt: skip


def random_area(view: View, grid: PatchGrid, level: int, rng) -> Area:
    fine = grid.at_level(level)
    rows, columns = int(rng.integers(1, fine.rows + 1)), int(rng.integers(1, fine.columns + 1))
    left = round(view.yaw_rad / (2 * math.pi) * fine.columns) - columns // 2
    return Area(int(rng.integers(0, fine.rows - rows + 1)), left, rows, columns)


VISIBLE = """
async function main() {
  const { View } = await load("camera/view.js");
  const { visiblePatches, leavesCylinder, fits } = await load("camera/visibility.js");
  return data.cases.map(({ view: values, level, within }) => {
    const view = new View(values);
    return [
      visiblePatches(view, data.grid, data.projection),
      visiblePatches(view, data.grid, data.projection, { level, within }),
      fits(view, data.grid, data.projection, level, within),
      leavesCylinder(view, data.projection),
    ];
  });
}
"""


@pytest.mark.parametrize("name", PANORAMAS)
def test_visible_patches_are_the_same_and_in_the_same_order(name):
    grid, projection = PANORAMAS[name]
    rng = np.random.default_rng(5)
    views = [random_view(rng) for _ in range(VIEWS)]
    levels = [int(rng.integers(1, grid.levels)) for _ in views]
    areas = [random_area(view, grid, level, rng) for view, level in zip(views, levels, strict=True)]
    cases = [
        {"view": plain(view), "level": level, "within": area._asdict()}
        for view, level, area in zip(views, levels, areas, strict=True)
    ]
    found = javascript(VISIBLE, panorama(grid, projection) | {"cases": cases})
    reordered = 0
    for view, level, area, (coarse, fine, holds, leaves) in zip(views, levels, areas, found, strict=True):
        expected = (
            visible_patches(view, grid, projection),
            visible_patches(view, grid, projection, level=level, within=area),
        )
        for cells, known in zip((coarse, fine), expected, strict=True):
            assert sorted(map(tuple, cells)) == sorted(known), view
            reordered += list(map(tuple, cells)) != known  # distances that differ by rounding alone
        assert holds == fits(view, grid, projection, level=level, within=area)
        assert leaves == leaves_cylinder(view, projection)
    assert reordered < VIEWS // 50


def panorama(grid: PatchGrid, projection: Projection) -> dict:
    return {
        "grid": {"rows": grid.rows, "columns": grid.columns, "patchPx": grid.patch_px, "levels": grid.levels},
        "projection": {"kind": projection.kind, "halfExtentRad": projection.half_extent_rad},
    }


MOVED = """
async function main() {
  const { View } = await load("camera/view.js");
  const { Camera } = await load("camera/camera.js");
  const { chooseLevel, slotsNeeded, texelsPerPixel } = await load("camera/detail.js");
  const { atLevel } = await load("geometry/grid.js");
  return data.cases.map(({ view, from, to, dt, notches, lens, present }) => {
    const halfExtentRad = data.projection.halfExtentRad;
    const start = new Camera({ view: new View(view), halfExtentRad, finestPx: 6144 }).resize(800, 500);
    const dragged = start.drag(from, to, dt);
    const cameras = [dragged, dragged.step(dt), start.zoom(notches, to), start.through(lens, true).step(dt)];
    const values = ({ view: v, yawSpeed, pitchSpeed }) => [v.yawRad, v.pitchRad, v.fovRad, v.mix, yawSpeed, pitchSpeed];
    const now = start.view;
    const texels = texelsPerPixel((2 * now.halfWidth) / 800, now.pitchRad, data.grid, data.projection);
    return [cameras.map(values),
            chooseLevel(texels, data.grid, present), slotsNeeded([800, 500], atLevel(data.grid, 2))];
  });
}
"""


@pytest.mark.parametrize("name", PANORAMAS)
def test_cameras_move_alike(name):
    grid, projection = PANORAMAS[name]
    rng = np.random.default_rng(6)
    views = [replace(random_view(rng), mix=1.0) for _ in range(300)]
    cases = [
        {
            "view": plain(replace(view, former=view.lens)),
            "from": rng.uniform(-1, 1, 2).tolist(),
            "to": rng.uniform(-1, 1, 2).tolist(),
            "dt": float(rng.uniform(0.005, 0.4)),
            "notches": float(rng.uniform(-5, 5)),
            "lens": VIEW_PROJECTIONS[rng.integers(4)],
            "present": int(rng.integers(grid.levels)),
        }
        for view in views
    ]
    found = javascript(MOVED, panorama(grid, projection) | {"cases": cases})
    for view, case, (cameras, level, slots) in zip(views, cases, found, strict=True):
        start = Camera(replace(view, former=view.lens), projection.half_extent_rad, finest_px=6144).resize(800, 500)
        dragged = start.drag(tuple(case["from"]), tuple(case["to"]), case["dt"])
        moved = [
            dragged,
            dragged.step(case["dt"]),
            start.zoom(case["notches"], tuple(case["to"])),
            start.through(case["lens"]).step(case["dt"]),
        ]
        for camera, values in zip(moved, cameras, strict=True):
            v = camera.view
            expected = [v.yaw_rad, v.pitch_rad, v.fov_rad, v.mix, camera.yaw_rad_s, camera.pitch_rad_s]
            assert values == pytest.approx(expected, rel=1e-7, abs=1e-6), case
        assert level == choose_level(start.view, (800, 500), grid, projection, case["present"])
        assert tuple(slots) == slots_needed((800, 500), grid.at_level(2))


FRUSTA = """
async function main() {
  const { Eye } = await load("camera/eye.js");
  const { visiblePatches } = await load("camera/visibility.js");
  return data.cases.map(({ matrix, q, turn, places }) => {
    const eye = new Eye(matrix, q, turn);
    const cells = visiblePatches(eye, data.grid, data.projection);
    const directions = places.map(([x, y]) => eye.direction(x, y));
    return [directions, cells, [eye.showsPole(1), eye.showsPole(-1)], eye.turn, eye.yawRad];
  });
}
"""


def test_frusta_of_a_headset_see_what_they_should():
    """Any orientation, asymmetric: directions against numpy's, and every patch that a ray meets is visible."""
    rng = np.random.default_rng(8)
    grid = {"rows": 6, "columns": 12, "patchPx": 64, "levels": 1}
    projection = {"kind": "equirectangular", "halfExtentRad": np.pi / 2}
    cases = []
    for _ in range(40):
        left, right, low, high = (
            -rng.uniform(0.4, 1.4),
            rng.uniform(0.4, 1.4),
            -rng.uniform(0.4, 1.4),
            rng.uniform(0.4, 1.4),
        )
        matrix = np.zeros((4, 4))
        matrix[0, [0, 2]] = 2 / (right - left), (right + left) / (right - left)
        matrix[1, [1, 2]] = 2 / (high - low), (high + low) / (high - low)
        matrix[2, [2, 3]], matrix[3, 2] = (-1.02, -0.2), -1
        q = rng.normal(size=4)
        places = rng.uniform(-1, 1, (300, 2)).tolist()
        cases.append(
            {"matrix": matrix.T.ravel().tolist(), "q": (q / np.linalg.norm(q)).tolist(), "turn": 0.7, "places": places}
        )
    stated = [case | {"q": dict(zip("xyzw", case["q"], strict=True))} for case in cases]
    found = javascript(FRUSTA, {"grid": grid, "projection": projection, "cases": stated})
    poles = 0
    for case, (directions, cells, shows, turn, yaw) in zip(cases, found, strict=True):
        expected = np.array([through(case, *place) for place in case["places"]])
        unit = np.array(directions) / np.linalg.norm(directions, axis=1, keepdims=True)
        assert unit == pytest.approx(expected, abs=1e-6)
        columns = np.floor((np.arctan2(unit[:, 0], unit[:, 2]) / (2 * np.pi) % 1 * 768 + 0.5) / 64).astype(int) % 12
        rows = np.clip(np.floor((0.5 - np.arcsin(unit[:, 1]) / np.pi) * 6), 0, 5).astype(int)
        assert {*zip(rows.tolist(), columns.tolist(), strict=True)} <= set(map(tuple, cells))
        assert shows == [pole_is_seen(case, 1), pole_is_seen(case, -1)]
        poles += sum(shows)
        middle = np.array(turn).reshape(3, 3).T @ [0, 0, 1]
        ahead = through(case, *plane_place(case["matrix"]))
        assert np.hypot(middle[0], middle[2]) == pytest.approx(np.hypot(ahead[0], ahead[2]), abs=1e-6)
        assert np.arctan2(middle[0], middle[2]) == pytest.approx(angle(np.arctan2(ahead[0], ahead[2]) - yaw), abs=1e-6)
    assert 3 < poles < 40


def angle(radians: float) -> float:
    return (radians + np.pi) % (2 * np.pi) - np.pi


def plane_place(matrix: list[float]) -> tuple[float, float]:
    """Device coordinates of an eye's own axis."""
    return -matrix[8], -matrix[9]


def through(case: dict, x: float, y: float) -> np.ndarray:
    """The direction under device coordinates in our frame, by the projection's inverse and the quaternion's product."""
    at = np.linalg.solve(np.reshape(case["matrix"], (4, 4)).T, [x, y, 0.5, 1])
    v = at[:3] / at[3]
    u, w = np.array(case["q"][:3]), case["q"][3]
    world = v + 2 * np.cross(u, np.cross(u, v) + w * v)
    d = world * [1, 1, -1] / np.linalg.norm(world)
    c, s = np.cos(case["turn"]), np.sin(case["turn"])
    return np.array([c * d[0] + s * d[2], d[1], c * d[2] - s * d[0]])


def pole_is_seen(case: dict, sign: int) -> bool:
    """Whether the projection puts the zenith (1) or nadir (−1) within the eye's picture."""
    u, w = -np.array(case["q"][:3]), case["q"][3]  # back from the world's frame to the eye's
    up = np.array([0, sign, 0])
    v = up + 2 * np.cross(u, np.cross(u, up) + w * up)
    x, y, _, depth = np.reshape(case["matrix"], (4, 4)).T @ [*v, 0]
    return bool(depth > 0 and abs(x) <= depth and abs(y) <= depth)
