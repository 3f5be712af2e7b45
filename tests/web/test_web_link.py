"""A room and a look travel in a link as they do in a saved room."""

import math

import numpy as np
import pytest
from javascript import javascript

from viewer.camera.camera import View
from viewer.camera.view_projection import VIEW_PROJECTIONS, WIDEST_RAD
from viewer.state.latents import LARGEST_SEED, Latents
from viewer.state.recipe import Recipe

Z_DIM = 30
ROOMS = 3000
THERE_AND_BACK = """
async function main() {
  const { fromHash, toHash } = await load("state/link.js");
  const { Room } = await load("state/room.js");
  const { View } = await load("camera/view.js");
  const usual = { room: new Room(0, data.zDim), look: { yawRad: 1, pitchRad: 1, fovRad: 1, lens: "panini" } };
  return data.rooms.map(({ seed, changes, look }) => {
    const hash = toHash(new Room(seed, data.zDim, new Map(changes)), new View(look));
    const { room, look: read } = fromHash(hash, data.zDim, usual);
    return { hash, again: toHash(room, new View(read)), seed: room.seed, z: [...room.z], look: read };
  });
}
"""


def random_recipe(rng) -> Recipe:
    """A room some of whose entries were set by hand, and a look at it, after a way through a saved room's text."""
    room = Latents.of_seed(int(rng.integers(0, LARGEST_SEED + 1)), Z_DIM)
    for index in rng.integers(0, Z_DIM, rng.integers(0, 6)):
        room = room.with_value(int(index), float(rng.choice([-1, 1, rng.uniform(-1, 1)])), np.zeros((0, Z_DIM)))
    lens = VIEW_PROJECTIONS[rng.integers(4)]
    view = View(
        yaw_rad=float(rng.uniform(0, 2 * math.pi)),
        pitch_rad=float(rng.uniform(-math.pi / 2, math.pi / 2)),
        fov_rad=float(rng.uniform(math.radians(30), WIDEST_RAD[lens])),
        aspect=1.6,
        lens=lens,
    )
    recipe = Recipe(checkpoint="", sha256="0" * 64, latents=room, view=view, size_px=(640, 400))
    return Recipe.parse(recipe.line(), "a test")


def stated(recipe: Recipe) -> dict:
    z, drawn = (room.z(np.zeros((0, Z_DIM))) for room in (recipe.latents, recipe.latents.reseed(recipe.latents.seed)))
    view = recipe.view
    look = {"yawRad": view.yaw_rad, "pitchRad": view.pitch_rad, "fovRad": view.fov_rad, "lens": view.lens}
    changes = [[int(i), float(z[i])] for i in np.flatnonzero(z != drawn)]
    return {"seed": recipe.latents.seed, "changes": changes, "look": look}


def test_links_say_what_saved_rooms_say():
    """z to the bit; angles to half a hundredth of a degree, and a link that is read and written again is the same."""
    rng = np.random.default_rng(6)
    recipes = [random_recipe(rng) for _ in range(ROOMS)]
    data = {"zDim": Z_DIM, "rooms": [stated(recipe) for recipe in recipes]}
    assert sum(len(room["changes"]) for room in data["rooms"]) > ROOMS
    close = math.radians(0.0051)
    for recipe, read in zip(recipes, javascript(THERE_AND_BACK, data), strict=True):
        assert read["seed"] == recipe.latents.seed
        assert np.array_equal(np.float32(read["z"]), recipe.latents.z(np.zeros((0, Z_DIM))))
        assert read["hash"] == read["again"]
        view, look = recipe.view, read["look"]
        assert look["lens"] == view.lens
        assert math.remainder(look["yawRad"] - view.yaw_rad, 2 * math.pi) == pytest.approx(0, abs=close)
        assert [look["pitchRad"], look["fovRad"]] == pytest.approx([view.pitch_rad, view.fov_rad], abs=close)


NONSENSE = [
    "", "#", "#seed=", "#seed=-1", "#seed=1e3", "#seed=99999999999", "#seed=2147483648", "#seed=0x10", "#seed= 7",
    "#yaw=x&pitch=NaN&fov=Infinity&lens=constructor", "#__proto__=1&lens=__proto__", "#pitch=91&fov=361&yaw=1e7",
    "#%", "#seed=%F0", "#=&=&==", "#" + "z=1&" * 5000,
]  # fmt: skip


def test_nonsense_in_a_link_leaves_what_is_usual():
    code = (
        THERE_AND_BACK.split("  return data", maxsplit=1)[0] + "return data.map((hash) => fromHash(hash, 30, usual)); }"
    )
    code = code.replace("data.zDim", "30")
    for read in javascript(code, NONSENSE):
        assert read["room"]["seed"] == 0
        assert read["look"] == {"yawRad": 1, "pitchRad": 1, "fovRad": 1, "lens": "panini"}
