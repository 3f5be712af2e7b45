"""Files are whole or as they were."""

import subprocess
import sys
from pathlib import Path

import pytest

from cocogan_core.errors import DataError, OutputError
from cocogan_core.files import lock_folder, open_atomically, replacement_path, write_atomically

ROOT = Path(__file__).parents[2]


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


def test_two_that_write_one_file_at_once_share_nothing(tmp_path):
    path = tmp_path / "a.bin"
    with open_atomically(path) as one, open_atomically(path) as other:
        one.write(b"one")
        other.write(b"another")
    assert path.read_bytes() == b"one", "the last to finish"
    assert [there.name for there in tmp_path.iterdir()] == ["a.bin"]


HOLD = """
import sys
from pathlib import Path
from cocogan_core.errors import DataError
from cocogan_core.files import lock_folder, open_atomically
folder = Path(sys.argv[1])
with lock_folder(folder, DataError("")), open_atomically(folder / "a.bin") as file:
    file.write(b"half")
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_folder_belongs_to_one_process_and_the_lock_of_one_that_was_killed_is_free(tmp_path):
    folder, busy = tmp_path / "new", DataError("busy")
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as other:
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(DataError, match="busy"), lock_folder(folder, busy, wait_s=0.1):
            pass
        other.kill()
    assert list(folder.glob(".*.part")), "what it had begun"
    with lock_folder(folder, busy):
        assert not list(folder.glob(".*.part"))
    with pytest.raises(OutputError, match="cannot write"), lock_folder(folder / ".lock" / "below", busy):
        pass


def break_off(path, error):
    with open_atomically(path) as file:
        file.write(b"half")
        raise error
