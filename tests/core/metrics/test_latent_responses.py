"""Named latents against a renderer whose answers are known."""

import numpy as np
import pytest

from cocogan_core.metrics.latents import latent_response, psnr_db

NAMES = ("light.power", "wall.shade", "sofa.colour")
ROOMS = list(np.random.default_rng(0).uniform(-1, 1, (3, 3)).astype(np.float32))


def render(parameters):
    image = np.full((4, 9, 3), 128.0)
    for index, value in enumerate(parameters):
        image[:, 3 * index : 3 * index + 3] += 60 * value
    return np.rint(image).astype(np.uint8)


def responses(generate):
    return {entry.name: entry for entry in latent_response(generate, render, NAMES, rooms=ROOMS)}


def test_a_perfect_generator_answers_fully():
    for entry in responses(render).values():
        assert entry.correlation == pytest.approx(1)
        assert entry.gain == pytest.approx(1)


def test_direction_and_strength_are_told_for_each_latent():
    # half strength; mirrored; no answer at all
    found = responses(lambda p: render(np.array([0.5 * p[0], -p[1], 0])))
    assert found["light.power"].correlation == pytest.approx(1, abs=1e-3)
    assert found["light.power"].gain == pytest.approx(0.5, abs=0.02)
    assert found["wall.shade"].correlation == pytest.approx(-1, abs=1e-3)
    assert found["sofa.colour"].correlation == 0


def test_changing_the_wrong_thing_does_not_count():
    found = responses(lambda p: render(p[::-1]))
    assert found["light.power"].correlation == pytest.approx(0, abs=1e-3)
    assert found["wall.shade"].correlation == pytest.approx(1)


def test_rooms_are_not_changed_and_progress_is_told():
    before, calls = [room.copy() for room in ROOMS], []

    def progress(items, description, total):
        calls.append((description, total))
        return items

    latent_response(render, render, NAMES, rooms=ROOMS, progress=progress)
    assert all(np.array_equal(a, b) for a, b in zip(before, ROOMS, strict=True))
    assert calls == [("named latents", 3)]


def test_psnr_of_a_known_error():
    a = np.full((2, 2, 3), 100, np.uint8)
    assert psnr_db(a, a) == float("inf")
    assert psnr_db(a, a + np.uint8(5)) == pytest.approx(20 * np.log10(255 / 5))
