"""A thumbnail that goes on beyond the panorama's right edge shows its left one beside it."""

from itertools import pairwise
from types import SimpleNamespace

import pytest
from imgui_bundle import imgui

from viewer.ui import gallery_panel

CORNER, END = imgui.ImVec2(10.0, 20.0), imgui.ImVec2(170.0, 110.0)


@pytest.mark.parametrize(
    ("left", "right", "parts"), [(0.2, 0.6, 1), (0.0, 1.0, 1), (0.8, 1.2, 2), (-0.2, 0.2, 2), (1.3, 1.7, 1)]
)
def test_its_parts_lie_side_by_side_and_within_the_texture(monkeypatch, left, right, parts):
    drawn = []
    canvas = SimpleNamespace(add_image_rounded=lambda *given: drawn.append(given[1:5]))
    monkeypatch.setattr(gallery_panel.imgui, "get_window_draw_list", lambda: canvas)
    gallery_panel._draw_thumbnail(imgui.ImTextureRef(1), CORNER, END, (left, 0.25, right, 0.75))
    assert len(drawn) == parts
    assert (drawn[0][0].x, drawn[-1][1].x) == (CORNER.x, END.x)
    assert all(before[1].x == after[0].x == round(after[0].x) for before, after in pairwise(drawn))
    for at, until, first, last in drawn:
        assert 0 <= first.x < last.x <= 1
        assert (at.y, until.y, first.y, last.y) == (CORNER.y, END.y, 0.25, 0.75)
        texels, points = (last.x - first.x) / (right - left), (until.x - at.x) / (END.x - CORNER.x)
        assert abs(texels - points) < 0.01
    assert drawn[0][2].x == pytest.approx(left % 1.0, abs=1e-6)
    assert drawn[-1][3].x % 1.0 == pytest.approx(right % 1.0, abs=1e-6)
