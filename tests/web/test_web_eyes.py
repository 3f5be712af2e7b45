"""What IWER's headset has not: frusta that look outward, a stick, a trigger of no hand; and no headset at all."""

from pathlib import Path

import pytest
from page_states import HEADSET, HEADSET_IS_OFFERED, READY, SETTLED

EYES = f"{HEADSET}.eyes"
FAKE = (Path(__file__).parent / "fake_headset.js").read_text(encoding="utf-8")


def test_frusta_stick_trigger_and_the_way_back(chromium, site):
    chromium.open(site + "#seed=2&yaw=30&pitch=0&fov=60", (800, 400), script=FAKE)
    chromium.wait(HEADSET_IS_OFFERED)
    chromium.run("document.getElementById('headset').click()")
    chromium.wait(f"{EYES}.length === 2 && {HEADSET}.frames > 3 && {READY}")
    turns = chromium.run(f"{EYES}.map((eye) => eye.yawRad * 180 / Math.PI)")
    # their middles are atan(0.2) to either side of where the page looked
    assert turns == pytest.approx([30 - 11.31, 30 + 11.31], abs=0.3)
    chromium.run("headsetSession.inputSources[0].gamepad.axes[2] = 1")
    chromium.wait(f"{EYES}[0].yawRad > {(30 - 12 + 29) / 57.3}")
    seed = chromium.run("cocogan.room.seed")
    chromium.run("pressTrigger()")
    chromium.wait(f"cocogan.room.seed !== {seed} && {READY}")
    chromium.run("headsetSession.end()")
    chromium.wait(f"!cocogan.hidden && Math.abs(cocogan.camera.view.yawRad - {EYES}[0].yawRad) < 0.01 && {SETTLED}")


def test_without_a_headset_there_is_no_button(chromium, site):
    chromium.open(site, (480, 300))
    chromium.wait(READY)
    assert chromium.run("document.getElementById('headset').hidden")
