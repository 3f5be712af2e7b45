import numpy as np
import pytest
import safetensors.numpy

from viewer.streaming.directions import cached_directions

SHAPE = (3, 12)
UNIT = np.linalg.qr(np.random.default_rng(0).normal(size=(12, 3)))[0].T.astype(np.float32).copy()


@pytest.fixture
def asked():
    return []


@pytest.fixture
def ask(tmp_path, asked):
    def work_out(count):
        asked.append(count)
        return UNIT[:count]

    def ask(checkpoint, *, shape=SHAPE, method=1):
        return cached_directions(checkpoint, tmp_path / "cache", shape=shape, method=method, work_out=work_out)

    return ask


@pytest.fixture
def checkpoint(tmp_path):
    path = tmp_path / "a.safetensors"
    path.write_bytes(b"weights of a")
    return path


def test_they_are_worked_out_once_whatever_the_file_is_called(ask, asked, checkpoint):
    renamed = checkpoint.with_name("b")
    renamed.write_bytes(checkpoint.read_bytes())
    for path in (checkpoint, checkpoint, renamed):
        unit, note = ask(path)
        assert unit.dtype == np.float32
        assert (unit == UNIT).all()
        assert not note
    assert asked == [3]


def test_another_content_count_or_method_is_another_entry(ask, asked, checkpoint):
    ask(checkpoint)
    ask(checkpoint, shape=(2, 12))
    ask(checkpoint, method=2)
    checkpoint.write_bytes(b"other weights")
    ask(checkpoint)
    assert asked == [3, 2, 3, 3]


BROKEN = {
    "empty": b"",
    "cut": safetensors.numpy.save({"directions": UNIT})[:-9],
    "of another shape": safetensors.numpy.save({"directions": UNIT[:, :5].copy()}),
    "of another type": safetensors.numpy.save({"directions": UNIT.astype(np.float64)}),
    "of another name": safetensors.numpy.save({"unit": UNIT}),
    "NaN": safetensors.numpy.save({"directions": UNIT * np.float32("nan")}),
    "far too long": safetensors.numpy.save({"directions": UNIT * np.float32(9)}),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_entry_is_worked_out_again_and_mended(kind, ask, asked, checkpoint, tmp_path):
    ask(checkpoint)
    (entry,) = (tmp_path / "cache").iterdir()
    entry.write_bytes(BROKEN[kind])
    unit, note = ask(checkpoint)
    assert (unit == UNIT).all()
    assert str(entry) in note
    assert "\n" not in note
    assert asked == [3, 3]
    assert not ask(checkpoint)[1]
    assert asked == [3, 3]
    assert list((tmp_path / "cache").iterdir()) == [entry]


def test_without_a_folder_or_a_file_they_are_worked_out_each_time(ask, asked, checkpoint, tmp_path):
    (tmp_path / "cache").write_text("no folder")
    for _ in range(2):
        unit, note = ask(checkpoint)
        assert (unit == UNIT).all()
        assert note
    checkpoint.unlink()
    assert (ask(checkpoint)[0] == UNIT).all()
    assert asked == [3, 3, 3]
