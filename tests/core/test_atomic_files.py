"""Files are whole or as they were."""

import pytest

from cocogan_core.files import replacing


def test_the_new_file_takes_the_old_ones_place_only_at_the_end(tmp_path):
    path = tmp_path / "new folder" / "a.bin"
    for content in (b"first", b"second"):
        with replacing(path) as file:
            file.write(content)
            assert not path.exists() or path.read_bytes() == b"first"
        assert path.read_bytes() == content
    assert [there.name for there in path.parent.iterdir()] == ["a.bin"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_whatever_is_raised_the_old_file_stays_and_nothing_is_left(tmp_path, error):
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    with pytest.raises(error):
        _break_off(path, error)
    assert path.read_bytes() == b"old"
    assert [there.name for there in tmp_path.iterdir()] == ["a.bin"]


def test_a_folder_of_that_name_is_an_os_error(tmp_path):
    (tmp_path / "a").mkdir()
    with pytest.raises(IsADirectoryError), replacing(tmp_path / "a") as file:
        file.write(b"x")
    assert [there.name for there in tmp_path.iterdir()] == ["a"]


def _break_off(path, error):
    with replacing(path) as file:
        file.write(b"half")
        raise error
