"""Files are whole or as they were."""

import pytest

from cocogan_core.errors import OutputError
from cocogan_core.files import open_atomically, replacement_path, write_atomically


def test_the_new_file_takes_the_old_ones_place_only_at_the_end(tmp_path):
    path = tmp_path / "new folder" / "a.bin"
    for content in (b"first", b"second"):
        with open_atomically(path) as file:
            file.write(content)
            assert not path.exists() or path.read_bytes() == b"first"
        assert path.read_bytes() == content
    assert [there.name for there in path.parent.iterdir()] == ["a.bin"]


def test_text_is_written_as_utf_8(tmp_path):
    write_atomically(tmp_path / "a.txt", "z ∈ [−1, 1]\n")
    assert (tmp_path / "a.txt").read_bytes() == "z ∈ [−1, 1]\n".encode()


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_whatever_is_raised_the_old_file_stays_and_nothing_is_left(tmp_path, error):
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    with pytest.raises(error):
        break_off(path, error)
    assert path.read_bytes() == b"old"
    assert [there.name for there in tmp_path.iterdir()] == ["a.bin"]


def test_another_program_may_write_the_new_file(tmp_path):
    path = tmp_path / "a.bin"
    with replacement_path(path) as part:
        part.write_bytes(b"film")
        assert not path.exists()
    assert path.read_bytes() == b"film"
    assert [there.name for there in tmp_path.iterdir()] == ["a.bin"]


@pytest.mark.parametrize("name", ["taken", "file/a.bin"])
def test_what_the_system_refuses_is_one_line_that_names_the_file(tmp_path, name):
    (tmp_path / "taken").mkdir()
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=f"cannot write .*{name}: ") as caught:
        write_atomically(tmp_path / name, b"x")
    assert "\n" not in str(caught.value)
    assert sorted(there.name for there in tmp_path.iterdir()) == ["file", "taken"]


def break_off(path, error):
    with open_atomically(path) as file:
        file.write(b"half")
        raise error
