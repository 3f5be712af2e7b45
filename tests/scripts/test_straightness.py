"""What is measured of edges is how far they waver, and nothing of what stands before them."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cocogan_core.config import RoomLatents
from scripts.straightness import SAMPLES, box_of, edges_of, straightness

ROOT = Path(__file__).parents[2]
ROW = 20.25  # where the edge lies, in texels


def picture(rows: np.ndarray, *, height: int = 48) -> np.ndarray:
    """Dark above an edge that runs along ``rows``, 100 grey levels brighter below, one texel wide."""
    return 100 * np.clip(np.arange(height)[:, None] - rows + 0.5, 0, 1)


def along(width: int) -> np.ndarray:
    return np.stack([np.linspace(4, width - 5, SAMPLES), np.full(SAMPLES, ROW)], 1)


@pytest.mark.parametrize("amplitude", [0.0, 0.5, 1.0])
def test_an_edge_wavers_by_what_it_was_drawn_to_waver(amplitude):
    columns = np.arange(300)
    made = picture(ROW + amplitude * np.sin(columns / 300 * 2 * np.pi * 5))
    found = straightness(picture(np.full(300, ROW)), made, along(300), 10)
    assert found is not None
    assert found[0] < 0.05
    assert found[1] == pytest.approx(amplitude / np.sqrt(2), abs=0.1)


def test_a_tilted_edge_is_straight():
    found = straightness(picture(np.full(300, ROW)), picture(ROW + np.linspace(-1, 1, 300)), along(300), 10)
    assert found is not None
    assert found[1] < 0.15


def test_what_stands_before_an_edge_is_not_the_edge():
    rows = np.full(300, ROW)
    rows[100:160] += 0.8  # a lower thing, in the real and the made picture
    wild = rows.copy()
    wild[102:158] += 0.8 * (-1.0) ** np.arange(56)
    found = straightness(picture(rows), picture(wild), along(300), 10)
    assert found is not None
    assert max(found) < 0.2


def test_an_edge_that_is_hardly_seen_is_left_out():
    made = picture(np.full(300, ROW))
    assert straightness(made / 50, made, along(300), 4) is None


def test_a_box_has_four_edges_of_each_kind_where_they_are():
    room = RoomLatents()
    box = box_of(room, room.names, np.zeros(len(room.names)))
    edges = list(edges_of(box))
    assert sorted(kind for kind, _ in edges) == ["ceiling"] * 4 + ["corner"] * 4 + ["floor"] * 4
    for kind, places in edges:
        heights = places[:, 1]
        assert np.all(heights == box[1, 1]) == (kind == "ceiling")
        assert np.all(heights == box[0, 1]) == (kind == "floor")


def test_a_folder_without_rooms_is_refused_in_one_line(tmp_path):
    line = [sys.executable, ROOT / "scripts" / "straightness.py", "plain", tmp_path]
    done = subprocess.run(line, check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert str(tmp_path) in done.stderr
