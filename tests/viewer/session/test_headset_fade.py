"""A headset gets dark when the room becomes another, and stays light when a slider changes it."""

from dataclasses import replace

import numpy as np
import pytest

from viewer.session.headset_fade import DARKEN_S, LIGHTEN_S, LONGEST_S, HeadsetFade
from viewer.state.interpolation import Morph
from viewer.state.latents import Latents

ROOM = Latents.of_seed(3, 8)
DT = 1 / 90


class Watch:
    """Frames of a fade that has become light."""

    def __init__(self):
        self.fade, self.now_s = HeadsetFade(), 0.0
        self.see(ROOM, seconds=1)
        assert self.fade.darkness == 0

    def see(self, room, *, complete=True, seconds=DT, session="a"):
        """The darkness of each frame."""
        seen = []
        for _ in range(round(seconds / DT)):
            self.now_s += DT
            seen.append(self.fade.follow(session, room, self.now_s, complete=complete))
        return seen


@pytest.mark.parametrize(
    "other",
    [Latents.of_seed(4, 8), replace(ROOM, base=Latents.of_seed(5, 8).base), replace(ROOM, along=(0.3, -0.2))],
    ids=["another seed", "the same seed", "along directions"],
)
def test_another_room_comes_out_of_the_dark(other):
    watch = Watch()
    seen = watch.see(other, complete=False, seconds=DARKEN_S + 3 * DT)
    assert seen == sorted(seen)
    assert seen[-1] == 1
    assert max(np.diff([0, *seen])) < 0.1, "not at once"
    assert watch.see(other, complete=True, seconds=LIGHTEN_S + 3 * DT)[-1] == 0


def test_another_checkpoint_does_so_too():
    watch = Watch()
    assert watch.see(ROOM, session="b", seconds=0.1)[-1] > 0.5


def test_a_slider_changes_the_room_in_the_light():
    watch = Watch()
    for value in np.linspace(-1, 1, 50):
        assert watch.see(ROOM.with_entry(2, value), complete=False) == [0]
    watch.see(ROOM, seconds=1)
    for value in np.linspace(-1, 1, 50):
        assert watch.see(replace(ROOM, along=(value,)), complete=False) == [0]


def test_a_morph_is_in_the_dark_until_it_rests():
    watch = Watch()
    morph = Morph(ROOM, Latents.of_seed(9, 8))
    seen = [watch.see(morph.scrub(share).room())[0] for share in np.linspace(0.01, 1, 90)]
    assert all(darkness == 1 for darkness in seen[round(DARKEN_S / DT) + 2 :])
    assert watch.see(morph.b, seconds=0.5)[-1] == 0


def test_no_generator_keeps_it_dark_for_long():
    watch = Watch()
    assert watch.see(Latents.of_seed(4, 8), complete=False, seconds=LONGEST_S)[-1] == 1
    assert watch.see(Latents.of_seed(4, 8), complete=False, seconds=LIGHTEN_S + 3 * DT)[-1] == 0


def test_a_late_frame_does_not_end_it():
    watch = Watch()
    watch.now_s += 5
    assert watch.fade.follow("a", Latents.of_seed(4, 8), watch.now_s, complete=False) < 0.5
