import numpy as np

from viewer.state.latents import Latents


def test_latents_lock_reset_and_move():
    room = Latents.of_seed(3, 8).toggle_lock(2)
    other = room.shuffle()
    assert other.seed != room.seed
    assert other.base[2] == room.base[2]
    assert other.base[3] != room.base[3]
    assert room.with_entry(1, 5.0).base[1] == 1.0
    assert room.with_entry(1, 0.5).reset_entry(1) == room
    direction = np.eye(8, dtype=np.float32)[:1]
    moved = room.with_along(0, -9.0).z(direction)
    assert moved[0] == -1
    assert moved[1:].tolist() == np.asarray(room.base[1:], np.float32).tolist()
