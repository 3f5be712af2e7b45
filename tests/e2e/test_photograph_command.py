"""`cocogan view` of an ordinary 360° photograph."""

import numpy as np
from command import one_line_error, run
from PIL import Image


def test_a_photograph_is_drawn_where_it_looks(tmp_path):
    pixels = np.zeros((256, 512, 3), np.uint8)
    pixels[:, 128:384] = (250, 200, 0)
    Image.fromarray(pixels).save(tmp_path / "room.png")
    done = run(tmp_path / "room.png", "--headless", "--screenshot", tmp_path / "view.png", "--size", "64x36")
    assert done.returncode == 0, done.stderr
    assert np.abs(np.asarray(Image.open(tmp_path / "view.png")).astype(int) - (250, 200, 0)).max() <= 1


def test_an_ordinary_picture_is_one_line(tmp_path):
    Image.new("RGB", (160, 90)).save(tmp_path / "view.jpg")
    done = run(tmp_path / "view.jpg", "--headless", "--screenshot", tmp_path / "a.png")
    one_line_error(done, "is a picture, not a model")
    assert not (tmp_path / "a.png").exists()
