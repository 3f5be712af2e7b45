import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as tests_take_time
from hypothesis import strategies as st

from viewer.state.settings import MOST_RECENT, Settings, load, save

settings = st.builds(
    Settings,
    size_px=st.tuples(st.integers(160, 9999), st.integers(160, 9999)),
    reduced_motion=st.booleans(),
    recent=st.lists(st.text(max_size=9), max_size=MOST_RECENT).map(tuple),
    last=st.text(max_size=9),
    seen_hint=st.booleans(),
    room_position=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
)


@given(settings)
@tests_take_time(deadline=None)  # a file is locked, written and synchronised
def test_what_is_saved_is_loaded(tmp_path_factory, wanted):
    path = tmp_path_factory.mktemp("config") / "deep" / "settings.json"
    assert load(path) == (Settings(), "")
    assert save(path, wanted) == ""
    assert load(path) == (wanted, "")


@given(
    anything
    | st.fixed_dictionaries({}, optional=dict.fromkeys(("size_px", "recent", "last", "room_position"), anything))
)
def test_no_file_can_stop_the_viewer(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("config") / "settings.json"
    path.write_text(json.dumps(content))
    found, word = load(path)
    assert isinstance(found, Settings)
    assert path.exists() == (not word)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe", b"[" * 10_000, b'{"size_px": [0, 0]}', b'{"room_position": [0, 2]}']
)
def test_a_broken_file_is_set_aside_and_named(tmp_path, content):
    path = tmp_path / "settings.json"
    path.write_bytes(content)
    found, word = load(path)
    assert found == Settings()
    (aside,) = tmp_path.iterdir()
    assert "broken" in aside.name
    assert str(aside) in word
    assert "\n" not in word
    assert aside.read_bytes() == content
    assert load(path) == (Settings(), "")


def test_settings_of_other_versions_are_read_as_far_as_known(tmp_path):
    (tmp_path / "a").write_text('{"sound": true, "reduced_motion": true}')
    assert load(tmp_path / "a") == (Settings(reduced_motion=True), "")


def test_two_panels_are_never_docked_at_one_side():
    remembered = Settings().with_panel("room", (1.0, 0.3))
    assert (remembered.room_position, remembered.visited_position) == ((1.0, 0.3), (0.0, 1.0))
    remembered = remembered.with_panel("visited", (1.0, 1.0))
    assert (remembered.room_position, remembered.side) == ((0.0, 0.3), "left")
    assert remembered.with_panel("room", (0.4, 0.2)).visited_position == (1.0, 1.0)


def test_recent_files_are_few_newest_first_and_once(tmp_path):
    remembered = Settings()
    for name in [*"abcdefghijkl", "k"]:
        remembered = remembered.with_recent(tmp_path / name)
    assert len(remembered.recent) == MOST_RECENT
    assert [Path(name).name for name in remembered.recent[:3]] == ["k", "l", "j"]


def test_a_folder_that_cannot_be_written_is_a_word_and_no_more(tmp_path):
    (tmp_path / "file").write_text("")
    assert "cannot write" in save(tmp_path / "file" / "settings.json", Settings())


def test_a_low_window_does_not_lose_the_settings(tmp_path):
    path = tmp_path / "settings.json"
    save(path, Settings(size_px=(640, 100), recent=("a",)))
    assert load(path) == (Settings(size_px=(640, 160), recent=("a",)), "")


def test_two_windows_keep_what_each_has_changed(tmp_path):
    path = tmp_path / "settings.json"
    before = Settings(recent=("a", "b"), favourites=("x", "y"), theme="dark")
    save(path, before)
    one = replace(before.with_recent(tmp_path / "c"), theme="light", favourites=("z", "x", "y"), last="one")
    other = replace(before, favourites=("w", "x"), text_size=1.5, size_px=(800, 600), last="other")
    save(path, one, before)
    save(path, other, before)
    kept, said = load(path)
    assert not said
    assert (kept.theme, kept.text_size, kept.size_px, kept.last) == ("light", 1.5, (800, 600), "other")
    assert kept.favourites == ("w", "x", "z"), "y was taken out by one window, z added by the other"
    assert kept.recent == one.recent


@pytest.mark.parametrize("content", [None, b"broken"])
def test_a_file_that_is_gone_or_broken_meanwhile_takes_nothing_away(tmp_path, content):
    path, before = tmp_path / "settings.json", Settings(favourites=("x",))
    save(path, before)
    path.unlink() if content is None else path.write_bytes(content)
    save(path, replace(before, theme="light"), before)
    assert load(path) == (replace(before, theme="light"), "")


def _add_favourites(path, letter, count):
    for number in range(count):
        before, _ = load(path)
        assert not save(path, replace(before, favourites=(f"{letter}{number}", *before.favourites)), before)


def test_windows_that_write_at_once_lose_nothing(tmp_path):
    path = tmp_path / "settings.json"
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        list(pool.map(_add_favourites, [path] * 2, "ab", [10] * 2))
    assert sorted(load(path)[0].favourites) == sorted(f"{letter}{number}" for letter in "ab" for number in range(10))
    assert sorted(there.name for there in tmp_path.iterdir()) == [".lock", "settings.json"]
