import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cocogan_core.errors import RecipeError
from viewer.camera.camera import View
from viewer.camera.view_projection import VIEW_PROJECTIONS
from viewer.state.latents import LARGEST_SEED, Latents
from viewer.state.recipe import Recipe

unit = st.floats(-1, 1)


@st.composite
def recipes(draw):
    base = tuple(draw(st.lists(unit, min_size=1, max_size=9)))
    locked = frozenset(draw(st.lists(st.integers(0, len(base) - 1), max_size=3)))
    along = tuple(draw(st.lists(st.floats(-4, 4), max_size=3)))
    lens = draw(st.sampled_from(VIEW_PROJECTIONS))
    size = draw(st.tuples(st.integers(16, 4096), st.integers(16, 4096)))
    view = View(
        draw(st.floats(-99, 99)), draw(st.floats(-1.5, 1.5)), draw(st.floats(0.6, 2.0)), size[0] / size[1], lens, lens
    )
    return Recipe(
        checkpoint=draw(st.text(max_size=20)),
        sha256="0" * 63 + "a",
        latents=Latents(draw(st.integers(0, LARGEST_SEED)), base, along, locked),
        view=view,
        size_px=size,
    )


def plain(**changes):
    recipe = Recipe(
        checkpoint="a.safetensors",
        sha256="0" * 64,
        latents=Latents(3, (0.5, -0.25)),
        view=View(),
        size_px=(160, 90),
    )
    whole = json.loads(recipe.line())
    for name, value in changes.items():
        part, _, key = name.partition("__")
        if key:
            whole[part][key] = value
        else:
            whole[part] = value
    return whole


@given(recipes())
@settings(deadline=None)
def test_a_recipe_comes_back_from_a_line_and_from_a_file(recipe):
    line = recipe.line()
    assert "\n" not in line
    assert line.isascii()
    for text in (line, f"  {line}\r\n", recipe.file_text()):
        again = Recipe.parse(text, "here")
        assert again.line() == line
        assert again.view == recipe.view
        directions = np.eye(len(recipe.latents.base), dtype=np.float32)[:2]
        assert (again.latents.z(directions) == recipe.latents.z(directions)).all()
        assert again.latents.locked == recipe.latents.locked


BROKEN = {
    "another format": ({"format": 2}, "format 2"),
    "a format of another type": ({"format": True}, "format True"),
    "a missing part": ({"view": None}, "view"),
    "an unknown setting": ({"view__roll_rad": 0}, "view.roll_rad is unknown"),
    "an unknown part": ({"sound": {}}, "sound is unknown"),
    "a field of view out of range": ({"view__fov_rad": 9}, "view.fov_rad is 9"),
    "NaN": ({"view__yaw_rad": math.nan}, "NaN is not a finite number"),
    "an unknown lens": ({"view__lens": "fisheye"}, 'view.lens is "fisheye"'),
    "a truth value for a number": ({"room__seed": True}, "room.seed is true"),
    "a large seed": ({"room__seed": 2**40}, "room.seed"),
    "words in z": ({"room__z": ["a"]}, "room.z"),
    "an empty z": ({"room__z": []}, "room.z"),
    "z out of range": ({"room__z": [0, 2]}, "room.z"),
    "a lock on nothing": ({"room__locked": [2]}, "room.locked"),
    "half a lock": ({"room__locked": [0.5]}, "room.locked"),
    "no hash": ({"checkpoint__sha256": "abc"}, "checkpoint.sha256"),
    "a huge picture": ({"picture__width_px": 10**9}, "picture.width_px"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_recipe_is_one_clear_line(kind):
    changes, words = BROKEN[kind]
    with pytest.raises(RecipeError) as caught:
        Recipe.parse(json.dumps(plain(**changes)), "room.json")
    assert words in str(caught.value)
    assert "room.json" in str(caught.value)
    assert "\n" not in str(caught.value)
    Recipe.parse(json.dumps(plain()), "room.json")  # what the changes were made to is sound


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "3", "hello", "[" * 100_000, '{"a": 1}', "x" * (5 << 20)])
def test_what_is_no_recipe_at_all_is_refused(text):
    with pytest.raises(RecipeError, match="the clipboard"):
        Recipe.parse(text, "the clipboard")


anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
)


@given(anything)
def test_any_json_in_any_place_is_refused_or_read(value):
    for place in ("view", "room", "view__lens", "room__z", "room__along", "room__locked", "checkpoint__path"):
        try:
            Recipe.parse(json.dumps(plain(**{place: value})), "here")
        except RecipeError:
            continue
