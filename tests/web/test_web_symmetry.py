"""Rooms set upright in the browser are Python's, and so is what counts as a symmetry."""

import copy
import json

import numpy as np
import pytest
from javascript import javascript

from cocogan_core.checkpoint import read_metadata
from cocogan_core.config import ModelConfig
from cocogan_core.errors import CocoganError
from cocogan_core.inference.latents import sample_z

UPRIGHT = """
async function main() {
  const { readModel } = await load("state/model_config.js");
  const { RoomSymmetry } = await load("geometry/symmetry.js");
  const { symmetry: stated, latentNames } = readModel(data.model);
  const symmetry = new RoomSymmetry(stated, latentNames);
  return data.rooms.map((room) => {
    const upright = symmetry.upright(Float32Array.from(room));
    const cells = data.cells.map((cell) => upright.cell(cell, data.columns));
    return { ...upright, numbers: [...upright.numbers], cells };
  });
}
"""
READ = """
async function main() {
  const { readModel } = await load("state/model_config.js");
  return data.map((model) => {
    try { readModel(model); return ""; } catch (error) { return error.constructor.name + ": " + error.message; }
  });
}
"""


@pytest.fixture(scope="module")
def model(upright_checkpoint):
    return read_metadata(upright_checkpoint).model


def stated(model):
    return json.loads(json.dumps(model.to_json()))


def test_rooms_stand_as_pythons_do(model):
    """A thousand, some with walls that are equally open."""
    rooms = sample_z(5, model.z_dim, count=1000)
    walls = [model.latent_names.index(name) for name in model.symmetry.openness]
    rooms[::3, walls[1]] = rooms[::3, walls[3]]
    rooms[::7, walls[0]] = rooms[::7, walls[2]]
    grid = model.grid.at_level(2)
    cells = [(int(row), int(column)) for row, column in grid.micro_ids()][::7]
    data = {"model": stated(model), "rooms": rooms.tolist(), "cells": cells, "columns": grid.columns}
    for room, there in zip(rooms, javascript(UPRIGHT, data), strict=True):
        here = model.symmetry.upright(room, model.latent_names)
        assert np.array_equal(np.float32(there["numbers"]), here.numbers)
        assert (there["turns"], there["mirrored"]) == (here.turns, here.mirrored)
        assert [tuple(cell) for cell in there["cells"]] == here.cells(cells, grid.columns)


BROKEN = {
    "another turn": lambda symmetry: symmetry["quarter_turn"].pop(),
    "no turn": lambda symmetry: symmetry.pop("quarter_turn"),
    "a sign": lambda symmetry: symmetry["mirror"].__setitem__(0, symmetry["mirror"][0].replace("=-", "=")),
    "a stranger": lambda symmetry: symmetry["mirror"].append("wall.height=room.width"),
    "no equals": lambda symmetry: symmetry["mirror"].append("room.width"),
    "two equals": lambda symmetry: symmetry["mirror"].append("room.width=room.width=-room.width"),
    "three walls": lambda symmetry: symmetry["openness"].pop(),
    "five walls": lambda symmetry: symmetry["openness"].append(symmetry["openness"][0]),
    "walls the other way": lambda symmetry: symmetry["openness"].reverse(),
    "numbers": lambda symmetry: symmetry.update(mirror=[1]),
    "a word": lambda symmetry: symmetry.update(mirror="room.width=room.width"),
    "more": lambda symmetry: symmetry.update(spin=[]),
}


def refused_by_python(model):
    try:
        ModelConfig.from_json(model)
    except (CocoganError, TypeError):
        return True
    return False


def test_what_is_no_symmetry_is_refused_as_by_python(model):
    models = [stated(model)]
    for spoil in BROKEN.values():
        models.append(copy.deepcopy(models[0]))
        spoil(models[-1]["symmetry"])
    models += [stated(model) | {"symmetry": 3}, stated(model) | {"latent_names": [], "room": None}]
    models.append(stated(model) | {"room": stated(model)["room"] | {"front": "pixel"}})
    models.append(stated(model) | {"grid": stated(model)["grid"] | {"columns": 6}})
    words = javascript(READ, models)
    assert words[0] == ""
    assert [bool(one) for one in words] == [refused_by_python(one) for one in models]
    assert all(one.startswith("Problem") for one in words[1:]), words
