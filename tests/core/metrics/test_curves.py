"""Curves of runs: what is read from logs, and that every run is seen in its colour."""

import json

import numpy as np
import pytest
from PIL import Image

from cocogan_core.commands.plot import plot
from cocogan_core.errors import ConfigError, DataError
from cocogan_core.metrics.curves import draw_curves, read_curve


@pytest.fixture
def runs(tmp_path):
    folders = []
    for number in range(2):
        folder = tmp_path / f"run{number}"
        folder.mkdir()
        lines = [{"seen": 100 * step, "W": step * (number + 1.0)} for step in range(1, 5)]
        lines[1]["fd"] = 50.0 + number
        (folder / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        folders.append(folder)
    return folders


def test_a_term_is_read_where_it_was_logged(runs):
    assert read_curve(runs[1], "W") == [(100, 2), (200, 4), (300, 6), (400, 8)]
    assert read_curve(runs[1] / "log.jsonl", "fd") == [(200, 51)]
    assert read_curve(runs[0], "nothing") == []


def test_a_curve_rises_where_its_values_do():
    image = draw_curves("W", {"a": [(0, 0), (100, 1)], "b": [(0, 1), (100, float("nan"))]})
    blue = (image == (0x1F, 0x77, 0xB4)).all(-1)
    rows, columns = np.nonzero(blue[60:])  # below the names of the runs
    assert rows[columns.argmin()] > rows[columns.argmax()] + 200
    assert (image == (0xD6, 0x27, 0x28)).all(-1).any()


def test_the_command_draws_a_chart_for_each_term(runs, tmp_path):
    out = tmp_path / "curves.png"
    plot(tuple(runs), out=out)
    with Image.open(out) as picture:
        assert picture.size == (900, 2 * 420)
    plot(tuple(runs), out=out, terms=("W", "psnr_db"))
    with Image.open(out) as picture:
        assert picture.size == (900, 420)


def test_mistakes_are_one_line(runs, tmp_path):
    with pytest.raises(ConfigError, match="no run has logged"):
        plot(tuple(runs), out=tmp_path / "curves.png", terms=("Q",))
    with pytest.raises(DataError, match="cannot read"):
        plot((tmp_path / "nowhere",), out=tmp_path / "curves.png")
    (runs[0] / "log.jsonl").write_text("{")
    with pytest.raises(DataError, match="no log of a run"):
        read_curve(runs[0], "W")
    with pytest.raises(ConfigError, match="no run"):
        draw_curves("fd", {"a": []})
