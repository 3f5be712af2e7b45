"""What used to go wrong in the window, driven by its own events on software OpenGL.

One app for all tests, in their order: a process has one window whose context moderngl can find.
"""

import json
import time
from dataclasses import replace

import numpy as np
import pytest

pyglet = pytest.importorskip("pyglet")
pyglet.options.headless = True
pyglet.options.shadow_window = False

from imgui_bundle import imgui  # noqa: E402 (the options above have to be set first)
from pyglet.window import key, mouse  # noqa: E402

from viewer.app import App  # noqa: E402
from viewer.camera.camera import View  # noqa: E402
from viewer.session import workspace as workspaces  # noqa: E402
from viewer.state.options import Options  # noqa: E402
from viewer.ui.actions import (  # noqa: E402
    AnswerFile,
    ApplyMood,
    Command,
    EnterRoom,
    ExportRoom,
    MorphTo,
    MoveCamera,
)  # fmt: skip
from viewer.ui.view_model import Notice, Severity  # noqa: E402
from viewer.web import web  # noqa: E402

SIZE = (640, 480)


@pytest.fixture(scope="module")
def app(tiny_checkpoint):
    app = App(Options(tiny_checkpoint, 0, View(), SIZE, "cpu", None, headless=True))
    until(app, lambda: app.session.streamer.share == 1 and len(app.session.streamer.directions) > 0)
    yield app
    app.close()


def draw(app, frames=4):
    for _ in range(frames):
        app._wake()
        app.frame()


def until(app, there, seconds=90):
    end = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < end, "timed out"
        app._wake()
        app.turn()


def press(app, symbol, modifiers=0):
    app.window.dispatch_event("on_key_press", symbol, modifiers)
    app.window.dispatch_event("on_key_release", symbol, modifiers)
    draw(app)


def move(app, x, y):
    """ImGui's y grows downward, pyglet's upward."""
    app.window.dispatch_event("on_mouse_motion", round(x), round(SIZE[1] - y), 0, 0)
    draw(app, 2)


def button(app, x, y, *, down, modifiers=0):
    event = "on_mouse_press" if down else "on_mouse_release"
    app.window.dispatch_event(event, round(x), round(SIZE[1] - y), mouse.LEFT, modifiers)
    draw(app, 2)


def drag(app, start, end):
    move(app, *start)
    button(app, *start, down=True)
    for share in np.linspace(0.2, 1, 5):
        x, y = (a + share * (b - a) for a, b in zip(start, end, strict=True))
        app.window.dispatch_event("on_mouse_drag", round(x), round(SIZE[1] - y), 1, 0, mouse.LEFT, 0)
        draw(app, 2)
    button(app, *end, down=False)
    draw(app)


@pytest.fixture
def slider(app, monkeypatch):
    """The room's panel open; left, top, right, bottom of its first slider."""
    from viewer.ui import room_panel

    places, plain = [], imgui.slider_float

    def noted(*arguments):
        result = plain(*arguments)
        low, high = imgui.get_item_rect_min(), imgui.get_item_rect_max()
        places.append((low.x, low.y, high.x, high.y))
        return result

    if not app.handler.status.panel:
        app.handler.act(Command.TOGGLE_ROOM)
    with monkeypatch.context() as patch:
        patch.setattr(room_panel.imgui, "slider_float", noted)
        draw(app)
    yield places[-len([name for name in room_panel.SIMPLE if name in app.session.names])]
    app.handler.act(Command.TOGGLE_ROOM)
    draw(app)


def test_escape_closes_the_innermost_first_and_never_ends_the_program(app):
    handler = app.handler
    handler.act(Command.TOGGLE_ROOM)
    handler.act(Command.TOGGLE_XRAY)
    handler.act(Command.TOGGLE_GALLERY)
    handler.act(Command.TOGGLE_KEYS)
    draw(app)
    open_ = lambda: (handler.status.keys, handler.status.xray, app.workspace.settings.panel)  # noqa: E731
    assert open_() == (True, True, True)
    for expected in ((False, True, True), (False, False, True), (False, False, False), (False, False, False)):
        press(app, key.ESCAPE)
        assert open_() == expected
        assert not app.window.has_exit
    press(app, key.Q, key.MOD_CTRL)
    assert app.window.has_exit
    app.window.has_exit = False


def test_escape_closes_an_open_menu(app):
    left, top, right, bottom = app.panels.places[1]  # the bar at the right
    for x in np.linspace(right - 20, left + 60, 40):  # the menu's button is somewhere there
        move(app, x, (top + bottom) / 2)
        button(app, x, (top + bottom) / 2, down=True)
        button(app, x, (top + bottom) / 2, down=False)
        draw(app)
        if app.backend._popup:
            break
        app.handler._over.discard("keys")
    assert app.backend._popup
    press(app, key.ESCAPE)
    draw(app)
    assert not app.backend._popup
    assert not app.window.has_exit
    if app.window.fullscreen:
        app.window.set_fullscreen(False)


def test_an_export_is_lost_only_after_a_question(app, tmp_path):
    app.handler.act(ExportRoom("panorama"))
    draw(app)
    assert app.handler.status.question, "nobody asked where to save"
    app.handler.files.take(str(tmp_path / "a.jpg"))
    app.session.job.export("panorama", tmp_path / "a.jpg", View(), SIZE)
    app.session.streamer.whole = None
    app.handler.act(Command.LEAVE)
    assert app.handler.status.losing
    assert app.session.job.progress is not None
    app.handler.act(Command.KEEP_JOB)
    assert not app.handler.status.losing
    app.handler.act(Command.LEAVE)
    app.handler.act(Command.CANCEL_JOB)
    assert app.session.job.progress is None
    assert not app.handler.status.losing
    assert not list(tmp_path.iterdir())


def test_nothing_is_saved_unasked(app, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for command in (Command.SAVE_RECIPE, Command.SAVE_PICTURE, Command.SHARE_PAGE):
        app.handler.act(command)
        draw(app)
        assert app.handler.status.question
        app.handler.act(Command.LEAVE)
        assert not app.handler.status.question
    assert not list(tmp_path.iterdir())


def parted_page(page):
    """The first room, and the rest of the page."""
    before, rest = page.split('id="room">')
    room, after = rest.split("</script>", 1)
    return json.loads(room), before + after


def test_the_room_is_shared_as_one_file(app, tmp_path):
    """The same file as `cocogan web` writes of the saved room, but for rounding of what lies along a direction."""
    latents, camera = app.session.latents, app.handler._controls.camera
    app.session.change(latents.with_value(0, 0.25, app.session.streamer.directions).with_along(0, 0.5))
    app.handler.act(MoveCamera(camera.look(yaw_rad=1.0)))
    app.handler.act(Command.SHARE_PAGE)
    draw(app)
    assert app.handler.status.question
    app.handler.act(AnswerFile(str(tmp_path / "room")))
    assert str(tmp_path / "room.html") in app.workspace.notice.text
    app.handler.files.ask("room")
    app.handler.act(AnswerFile(str(tmp_path / "room.json")))
    web(str(tmp_path / "room.json"), out=tmp_path / "expected.html")
    shared, expected = (parted_page((tmp_path / name).read_text()) for name in ("room.html", "expected.html"))
    assert shared[1] == expected[1]
    assert shared[0].pop("changes") == [[i, pytest.approx(z, abs=1e-6)] for i, z in expected[0].pop("changes")]
    assert shared[0] == expected[0]
    assert shared[0]["look"]["yawRad"] == 1.0
    app.session.change(latents)
    app.handler.act(MoveCamera(camera))
    app.handler.act(Command.CLOSE_NOTICE)


def test_a_slider_takes_a_number_on_control_click(app, slider):
    x, y = (slider[0] + slider[2]) / 2, (slider[1] + slider[3]) / 2
    move(app, x, y)
    app.window.dispatch_event("on_key_press", key.LCTRL, 0)
    button(app, x, y, down=True, modifiers=key.MOD_CTRL)
    button(app, x, y, down=False, modifiers=key.MOD_CTRL)
    app.window.dispatch_event("on_key_release", key.LCTRL, key.MOD_CTRL)
    draw(app)
    for letter in "0.25":
        app.window.dispatch_event("on_text", letter)
        draw(app)
    press(app, key.RETURN)
    assert 0.25 in [pytest.approx(value, abs=1e-6) for value in app.session.latents.base]


def test_dragging_a_slider_is_one_step_back(app, slider):
    until(app, lambda: app.session.streamer.complete)
    before, steps = app.session.latents, len(app.session.history.steps.rooms)
    y = (slider[1] + slider[3]) / 2
    drag(app, (slider[0] + 12, y), (slider[2] - 12, y))
    assert app.session.latents != before
    assert len(app.session.history.steps.rooms) == steps + 1
    app.handler.act(Command.UNDO)
    assert app.session.latents == before


def test_a_named_slider_shows_what_a_direction_has_moved(app):
    room, directions = app.session.latents, app.session.streamer.directions
    moved = room.with_along(0, 0.5)
    assert moved.z(directions)[0] != pytest.approx(room.base[0], abs=1e-4)
    assert moved.with_value(0, 0.3, directions).z(directions)[0] == pytest.approx(0.3, abs=1e-6)
    assert moved.with_value(0, 0.3, directions).along == moved.along


def test_a_way_to_another_room_begins_where_the_user_is(app):
    history, strip = app.session.history, app.session.filmstrip
    rooms = []
    for _ in range(2):
        app.handler.act(Command.NEXT_ROOM)
        until(app, lambda: strip.find(app.session.latents) is not None)
        rooms.append(app.session.latents)
    app.handler.act(MorphTo(strip.find(rooms[0])))
    app.handler.act(Command.NEXT_ROOM)
    here = app.session.latents
    draw(app)  # until a frame has begun, what is complete is the room before
    until(app, lambda: app.session.streamer.complete)
    app.handler.act(Command.PLAY_MORPH)
    until(app, lambda: history.morph.share > 0)
    assert history.morph.a == here
    assert history.morph.b == rooms[0]
    app.handler.act(Command.PLAY_MORPH)


def test_space_is_another_sequence_at_every_start(app):
    start, seen = app.session.latents, []
    for _ in range(2):
        app.session.change(start)
        app.handler.act(Command.NEXT_ROOM)
        seen.append(app.session.latents.seed)
    assert seen[0] != seen[1]


def pixels_of(app, place):
    """What the window shows at a place, as an array (h, w, 3)."""
    from pyglet import gl

    left, top, right, bottom = (round(edge) for edge in place)
    buffer, flip = (gl.GLubyte * (SIZE[0] * SIZE[1] * 4))(), app.window.flip
    app.window.flip = lambda: gl.glReadPixels(0, 0, *SIZE, gl.GL_RGBA, gl.GL_UNSIGNED_BYTE, buffer)
    draw(app, 1)
    app.window.flip = flip
    whole = np.frombuffer(buffer, np.uint8).reshape(SIZE[1], SIZE[0], 4)[::-1, :, :3]
    return whole[top + 12 : bottom - 12, left + 12 : right - 12].copy()


def test_an_error_at_640x480_is_in_front_of_every_panel(app):
    app.workspace.notice = Notice("something went wrong in /a/long/path " * 4, Severity.ERROR)
    draw(app)
    place = app.panels.places[-1]
    assert min(place) >= 0
    assert place[2] <= SIZE[0]
    assert place[3] <= SIZE[1]
    alone = pixels_of(app, place)
    assert alone.std() > 10, "nothing is written there"
    app.handler.act(Command.TOGGLE_ROOM)
    app.handler.act(Command.TOGGLE_KEYS)
    draw(app)
    assert (pixels_of(app, place) == alone).all()
    app.handler.act(Command.TOGGLE_KEYS)
    app.handler.act(Command.TOGGLE_ROOM)
    app.handler.act(Command.CLOSE_NOTICE)


def test_copy_copies_what_is_shown(app):
    app.workspace.notice = Notice("what is shown", Severity.ERROR)
    app.handler.act(Command.COPY_NOTICE)
    assert app.clipboard.paste() == "what is shown"
    app.handler.act(Command.COPY_NOTICE_DETAILS)
    assert "version" in app.clipboard.paste()


@pytest.mark.parametrize("severity", list(Severity))
def test_a_notice_leaves_but_an_error_waits(app, severity, monkeypatch):
    app.workspace.notice = Notice("news", severity)
    monkeypatch.setattr(workspaces, "STAYS_S", dict.fromkeys(workspaces.STAYS_S, 0.0))
    time.sleep(0.01)
    app.workspace.step()
    assert bool(app.workspace.notice.text) == (severity is Severity.ERROR)
    app.handler.act(Command.CLOSE_NOTICE)


def test_the_filmstrip_keeps_no_hole(app):
    strip = app.session.filmstrip
    for _ in range(3):
        app.handler.act(Command.NEXT_ROOM)
        until(app, lambda: app.session.streamer.complete)
        draw(app, 2)
    until(app, lambda: strip.find(app.session.latents) is not None and not strip.unfinished)
    assert len(strip.rooms) > 3


def test_the_divider_is_dragged_in_the_picture(app):
    app.handler.act(Command.COMPARE)
    until(app, lambda: app.session.job.held is not None)
    draw(app)
    yaw = app.controls.camera.view.yaw_rad
    drag(app, (SIZE[0] / 2, 240), (SIZE[0] / 4, 250))
    assert app.session.job.divider == pytest.approx(0.25, abs=0.02)
    assert app.controls.camera.view.yaw_rad == yaw
    press(app, key.ESCAPE)
    assert app.session.job.held is None


def test_the_worst_border_is_in_sight_or_there_is_none(app, monkeypatch):
    inspector, camera = app.session.inspector, app.controls.camera
    seams = inspector._seams
    until(app, lambda: seams.follow() or len(seams.ratios) > 40)
    monkeypatch.setattr(seams, "follow", lambda: None)  # no more are measured
    measured = seams.ratios
    flat = dict.fromkeys(measured, 1.0)
    seams.ratios = flat
    assert inspector.face_worst_seam(camera) is None
    app.handler.act(Command.SHOW_WORST_SEAM)
    assert "No border" in app.workspace.notice.text
    (border, *_) = [b for b in flat if b[0][0] == 1 and b[1] == "right"]
    seams.ratios = {**flat, border: 9.0}
    turned = inspector.face_worst_seam(camera)
    middle = inspector._middle(border)[0]
    assert np.cos(turned.view.yaw_rad - middle) == pytest.approx(1)
    seams.ratios = measured


def test_the_gallery_makes_its_pictures_as_one_looks(app):
    app.handler.act(Command.TOGGLE_GALLERY)
    gallery = app.session.gallery
    assert gallery.wanted([], [])
    until(app, lambda: not gallery.wanted([], []))
    sections = gallery.model([], []).sections
    assert 12 <= len(sections[0][1]) <= 24
    assert all(tile.edges for tile in sections[0][1])
    app.handler.act(EnterRoom(sections[0][1][3].room))
    assert app.session.latents == sections[0][1][3].room
    assert not app.handler.status.gallery


def test_favourites_come_and_go(app):
    assert not app.handler.status.favourite
    app.handler.act(Command.FAVOURITE)
    assert app.handler.status.favourite
    assert [recipe.latents.seed for recipe in app.workspace.favourites] == [app.session.latents.seed]
    app.handler.act(Command.FAVOURITE)
    assert not app.workspace.settings.favourites


def test_a_mood_changes_what_it_names_and_nothing_locked(app):
    names = app.session.names
    app.session.change(app.session.latents.toggle_lock(names.index("light.sun")))
    before = app.session.latents
    app.handler.act(ApplyMood("Cosy evening"))
    after = app.session.latents
    assert after.base[names.index("wall.warmth")] == pytest.approx(0.7)
    assert after.base[names.index("light.sun")] == before.base[names.index("light.sun")]
    assert after.base[len(names) :] == before.base[len(names) :]


def test_an_object_is_found_where_its_entries_show(app):
    app.session.looked_for = "wall"
    before = app.controls.camera
    until(app, lambda: not app.session.looked_for)
    assert app.controls.camera != before
    assert app.session.objects.place("wall") is not None


def test_panels_take_at_most_a_quarter_of_a_usual_window(app, monkeypatch):
    for size in ((1280, 720), (1920, 1080)):
        monkeypatch.setattr(app.window, "get_size", lambda size=size: size)
        monkeypatch.setattr(app.window, "get_framebuffer_size", lambda size=size: size)
        app.workspace.settings = app.workspace.settings.__class__(panel=True, visited=True, details=True)
        draw(app)
        area = sum((right - left) * (bottom - top) for left, top, right, bottom in app.panels.places[3:])
        assert area <= 0.25 * size[0] * size[1]
    app.workspace.settings = app.workspace.settings.__class__()


def test_the_hint_lies_over_no_panel_nor_behind_one(app, monkeypatch):
    """At 640×480 the map of the visited rooms lay over its second half."""
    from viewer.ui import panels

    drawn = []
    monkeypatch.setattr(panels, "draw_hint", drawn.append)
    monkeypatch.setattr(app.workspace, "settings", replace(app.workspace.settings, seen_hint=False))
    monkeypatch.setattr(app.controls, "dragged", False)
    draw(app, 1)
    assert drawn
    app.handler.act(Command.TOGGLE_VISITED)
    drawn.clear()
    draw(app, 1)
    assert not drawn
    app.controls.limit.pull(1.0, app.controls._clock_s)
    draw(app, 1)
    assert "Nothing is made farther up" in drawn[0]
    app.controls.limit.forget()
    app.handler.act(Command.TOGGLE_VISITED)


def test_the_rooms_panel_changes_sides_and_nothing_lies_over_it(app):
    for command in (Command.TOGGLE_ROOM, Command.TOGGLE_XRAY):
        app.handler.act(command)
    draw(app)
    panel = lambda: app.panels.places[3]  # noqa: E731 (after two bars and the compass)
    left = panel()
    assert left[2] < SIZE[0] / 2 + 20
    app.handler.act(Command.CHANGE_SIDE)
    draw(app)
    right = panel()
    assert right[2] > SIZE[0] - 20
    assert right[2] - right[0] == pytest.approx(left[2] - left[0])
    for other in (place for place in app.panels.places if place != right):
        apart = other[2] <= right[0] or other[0] >= right[2] or other[3] <= right[1] or other[1] >= right[3]
        assert apart, (other, right)
    assert app.workspace.settings.side == "right"
    for command in (Command.CHANGE_SIDE, Command.TOGGLE_XRAY, Command.TOGGLE_ROOM):
        app.handler.act(command)
    draw(app)


def drag_grip(app, place, *, to):
    """Take a panel that lies at ``place`` by its grip and let its left top corner go at ``to``."""
    x, y = round(place[0] + 26), round(SIZE[1] - place[1] - 22)  # ImGui counts from the top
    app.window.dispatch_event("on_mouse_motion", x, y, 0, 0)
    draw(app, 2)
    app.window.dispatch_event("on_mouse_press", x, y, mouse.LEFT, 0)
    draw(app, 2)
    dx, dy = round(to[0] - place[0]), round(place[1] - to[1])
    for step in (1, 2):
        app.window.dispatch_event(
            "on_mouse_drag", x + dx * step // 2, y + dy * step // 2, dx // 2, dy // 2, mouse.LEFT, 0
        )
        draw(app, 2)
    app.window.dispatch_event("on_mouse_release", x + dx, y + dy, mouse.LEFT, 0)
    draw(app, 3)


def test_a_panel_floats_where_it_is_dropped_docks_at_an_edge_and_turns_nothing(app):
    app.handler.act(Command.TOGGLE_ROOM)
    draw(app)
    panel = lambda: app.panels.places[3]  # noqa: E731 (after two bars and the compass)
    docked, look = panel(), app.controls.camera.view
    drag_grip(app, docked, to=(150, 120))
    assert panel()[:2] == pytest.approx((150, 120), abs=2)
    floating = app.workspace.settings.room_position
    assert 0 < floating[0] < 1
    assert app.handler.status.panel
    drag_grip(app, panel(), to=(SIZE[0] - (docked[2] - docked[0]) - 25, 75))  # near the right edge and the bars
    assert app.workspace.settings.room_position == (1, 0)
    assert app.workspace.settings.visited_position == (0, 1)  # what was docked there has gone to the other side
    assert panel()[2] == pytest.approx(SIZE[0] - docked[0], abs=1)
    assert app.controls.camera.view == look
    app.handler.act(Command.CHANGE_SIDE)
    app.handler.act(Command.TOGGLE_ROOM)
    draw(app)
    assert app.workspace.settings.visited_position == (1, 1)


def test_the_visited_rooms_are_moved_with_the_map_below_them(app):
    app.handler.act(Command.TOGGLE_VISITED)
    draw(app)
    visited = lambda: app.panels.places[3]  # noqa: E731 (as above)
    before = app.workspace.settings
    drag_grip(app, visited(), to=(30, 120))
    x, y = app.workspace.settings.visited_position
    assert (0 <= x < 1, 0 < y < 1) == (True, True)
    strip = app.panels.places[4]
    assert strip[1] == pytest.approx(visited()[3], abs=12)
    app.workspace.settings = before
    app.handler.act(Command.TOGGLE_VISITED)


def test_the_systems_fonts_are_read_once_the_first_patch_is_there(app):
    from viewer.ui import theme

    found = theme.system_fonts()
    draw(app)
    assert len(imgui.get_io().fonts.sources) == 2 + len(found)  # text and icons are our own
