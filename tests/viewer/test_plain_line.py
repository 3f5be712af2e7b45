"""Plain command lines mean what tyro takes them for, and all others are left to it."""

import copy
import inspect
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
import tyro

from cocogan_core.commands.main import PARSING
from cocogan_core.inference.engine import DEVICES
from viewer.camera.view_projection import VIEW_PROJECTIONS
from viewer.plain_line import CHOICES, FLAGS, VALUES, plain_arguments
from viewer.view import marked_view, view

PLAIN = [
    [],
    ["room.json"],
    ["--seed", "7", "room.safetensors", "--yaw", "-30", "--pitch", "1e1", "--fov", "90.5"],
    ["--headless", "--screenshot", "out dir/a.png", "--size", "640x360", "--level", "2"],
    ["--lens", "panini", "--device", "cpu", "--reduced-motion", "--only-visible", "--safe"],
    ["--vr", "--sphere", "--record", "a", "--replay", "b", "--recipe", "c", "--checkpoint", "d"],
    ["--seed", "-3", "--fov", "nan"],
]
LEFT_TO_TYRO = [
    ["-h"],
    ["--help"],
    ["--seed"],
    ["--seed", "x"],
    ["--seed", "1.5"],
    ["--seed", "1", "--seed", "2"],
    ["--seed=1"],
    ["--lens", "fisheye"],
    ["--device", "tpu"],
    ["a", "b"],
    ["None"],
    ["--size", "--headless"],
    ["--reduced_motion"],
    ["--install-desktop-entry"],
    ["--nothing"],
    ["--"],
    ["-"],
]


def by_tyro(words):
    """What tyro would call ``view`` with."""
    marked_view()
    asked = {}

    def probe(**arguments):
        asked.update(arguments)

    probe.__signature__ = inspect.signature(view)
    probe.__annotations__ = copy.copy(view.__annotations__)
    probe.__doc__ = view.__doc__
    tyro.cli(probe, args=words, config=PARSING)
    return asked


@pytest.mark.parametrize("words", PLAIN, ids=" ".join)
def test_a_plain_line_is_read_as_tyro_reads_it(words):
    usual, expected = dict(view.__kwdefaults__, file=None), by_tyro(words)
    assert repr(usual | plain_arguments(words)) == repr({name: expected[name] for name in usual}), "NaN is not equal"


@pytest.mark.parametrize("words", LEFT_TO_TYRO, ids=" ".join)
def test_all_else_is_left_to_tyro(words):
    assert plain_arguments(words) is None


def test_the_parameters_are_those_of_view():
    kinds = {name: kind for name, kind in get_type_hints(view).items() if name not in ("file", "return")}
    flags = {name for name, kind in kinds.items() if kind is bool}
    assert flags == {*FLAGS, "install_desktop_entry", "remove_desktop_entry"}, "these two show nothing"
    assert CHOICES == {"device": DEVICES, "lens": VIEW_PROJECTIONS}
    assert {name: get_args(kinds[name])[0] for name in kinds.keys() - flags - CHOICES.keys()} == VALUES
    assert VALUES["screenshot"] is Path
