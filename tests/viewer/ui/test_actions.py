"""The one table of keys: every key asks for one command, and people read the same keys as the program."""

import pytest

pyglet = pytest.importorskip("pyglet")
pyglet.options.headless = True

from pyglet.window import key  # noqa: E402 (the option above has to be set first)

from viewer.ui.actions import KEY_TABLE, Command, command_of_keys, shortcut  # noqa: E402


def test_every_key_exists_and_asks_for_one_command():
    keys = [name for row in KEY_TABLE for name in row.commands]
    assert len(keys) == len({name.upper() for name in keys})
    for name in keys:
        assert hasattr(key, name.rpartition("+")[2].upper()), name


def test_shift_matters_only_where_the_table_says_so():
    assert command_of_keys("Z", control=True, shift=False) is Command.UNDO
    assert command_of_keys("Z", control=True, shift=True) is Command.REDO
    assert command_of_keys("P", control=False, shift=True) is Command.NEXT_PROJECTION
    assert command_of_keys("Z", control=False, shift=False) is None
    assert command_of_keys("S", control=False, shift=False) is None, "without Ctrl it is an arrow"


def test_a_shortcut_is_what_the_table_says():
    assert shortcut(Command.REDO) == "Ctrl+Shift+Z"
    assert shortcut(Command.COPY_NOTICE) == ""
    for row in KEY_TABLE:
        for command in set(row.commands.values()) - {Command.ZOOM_IN, Command.ZOOM_OUT, Command.LEAVE}:
            assert shortcut(command) in row.keys
