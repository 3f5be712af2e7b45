"""The page in an emulated headset (IWER): both eyes, the panel by ray and by gaze, sessions that end or never begin."""

from pathlib import Path

import numpy as np
import pytest
from javascript import PACKAGES, needs_packages
from page_states import HEADSET, HEADSET_IS_OFFERED, READY

pytestmark = needs_packages
HERE = Path(__file__).parent
WORN = f"{HEADSET}.session && {HEADSET}.frames > 3 && {HEADSET}.controls.place && cocogan.streamer.complete"


def emulator(more: str = "") -> str:
    names = [PACKAGES / "iwer/build/iwer.min.js", HERE / "emulated_headset.js"]
    return "".join(path.read_text(encoding="utf-8") + "\n" for path in names) + more


@pytest.fixture
def worn(chromium, site):
    """The page in the headset, its first look to the right of the panorama's front."""
    chromium.open(site + "#seed=2&yaw=30&pitch=0&fov=60", (320, 160), script=emulator())
    chromium.wait(HEADSET_IS_OFFERED)
    chromium.run("document.getElementById('headset').click()")
    chromium.wait(WORN)
    return chromium


def test_both_eyes_see_the_room_and_a_turn_makes_only_new_patches(worn):
    yaws, pitches = (
        np.degrees(worn.run(f"{HEADSET}.eyes.map((eye) => eye.{name})")) for name in ("yawRad", "pitchRad")
    )
    assert yaws == pytest.approx([30, 30], abs=0.5)
    assert pitches == pytest.approx([0, 0], abs=0.5)
    worn.run("cocogan.streamer.onlyVisible = true; cocoganPage.next()")
    worn.wait("cocogan.streamer.complete && cocogan.streamer.made.size >= cocogan.streamer.visible.length")
    made, seen = worn.run("[cocogan.streamer.made.size, cocogan.streamer.visible.length]")
    worn.run("turnTo(device.quaternion, { x: Math.sin(1), y: 0, z: -Math.cos(1) }); frames(3)")
    assert worn.run(f"{HEADSET}.eyes[0].yawRad") == pytest.approx(np.radians(30) + 1, abs=0.01)
    worn.wait("cocogan.streamer.complete")
    now_made, now_seen = worn.run("[cocogan.streamer.made.size, cocogan.streamer.visible.length]")
    assert made < now_made < made + now_seen
    assert seen > 4
    drawn = worn.run(PIXELS)
    assert np.std(drawn) > 5


# Both eyes' pixels, within a frame, since a headset's framebuffer is gone after it.
PIXELS = """new Promise((done) => cocoganPage.headset.session.requestAnimationFrame(() => {
  const { gl } = cocogan;
  const bytes = new Uint8Array(4 * 64);
  const { drawingBufferWidth: width, drawingBufferHeight: height } = gl;
  const found = [];
  for (const share of [0.25, 0.75]) for (const up of [0.3, 0.6]) {
    gl.readPixels(share * width, up * height, 8, 8, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
    found.push(...bytes.filter((_, i) => i % 4 < 3));
  }
  done(found);
}))"""


def test_a_controllers_ray_uses_the_panel(worn):
    worn.run(
        "device.controllers.right.connected = true; device.controllers.right.position.set(0.2, 1.2, -0.1); frames(3)"
    )
    worn.run("pointAt('Next room').then(() => trigger(1)).then(() => trigger(0))")
    seed = worn.wait("cocogan.room.seed !== 2 && cocogan.room.seed")
    worn.run("pointAt('Previous room').then(() => trigger(1)).then(() => trigger(0))")
    assert worn.run("cocogan.room.seed") == 2
    name = worn.run(f"{HEADSET}.controls.panel.items.find((one) => one.slider).text")
    worn.run(f"pointAt('{name}', 0.25).then(() => trigger(1))")
    assert worn.run("cocogan.room.z[0]") == pytest.approx(-0.5, abs=0.05)
    worn.run(f"pointAt('{name}', 0.9)")  # it is held
    assert worn.run("cocogan.room.z[0]") == pytest.approx(0.8, abs=0.06)
    worn.run(f"trigger(0).then(() => pointAt('{name}', 0.5))")
    assert worn.run("cocogan.room.z[0]") == pytest.approx(0.8, abs=0.06)
    worn.run("turnTo(device.controllers.right.quaternion, { x: 0, y: 1, z: -1 }); frames(3).then(() => trigger(1))")
    assert worn.wait("cocogan.room.seed") == seed  # off the panel: another room, the same as before


# Times are the test's own here; no frame comes between.
RESTS = """(() => {
  const { panel } = cocoganPage.headset.controls;
  const item = panel.items.find((one) => one.text === "Next room");
  panel.point([(item.left + 9) / panel.canvas.width, (item.top + 9) / panel.canvas.height]);
  panel.rest = null;
  return [0, 0.9, 1.1, 1.2, 9].map((nowS) => (panel.gaze(nowS), [panel.rested(nowS), cocogan.room.seed === 2]));
})()"""


def test_without_a_controller_a_gaze_that_rests_presses(worn):
    """Not at once, only once, and not where there is nothing to press."""
    assert worn.run(RESTS) == [[0, True], [0.9, True], [0, False], [0, False], [0, False]]
    seed = worn.run("cocogan.room.seed")
    worn.run("turnTo(device.quaternion, wayTo(device.position, 'Next room')); frames(3)")
    seed = worn.wait(f"cocogan.room.seed !== {seed} && cocogan.room.seed")
    worn.run("frames(10)")
    assert worn.run("cocogan.room.seed") == seed
    worn.run("turnTo(device.quaternion, { x: 0.2, y: 0.5, z: -1 }); frames(10)")
    assert worn.run(f"[cocogan.room.seed, {HEADSET}.controls.panel.rest]") == [seed, None]


def test_the_panel_comes_along_and_recentring_brings_the_rooms_front(worn):
    before = worn.run(f"{HEADSET}.controls.place.yawRad || 0")  # JSON has no −0
    worn.run("turnTo(device.quaternion, { x: 1, y: 0, z: 0.1 }); frames(3)")
    assert worn.run(f"{HEADSET}.controls.place.yawRad") - before == pytest.approx(np.pi / 2 + 0.1, abs=0.02)
    assert worn.run(f"{HEADSET}.eyes[0].yawRad") == pytest.approx(np.radians(30) + np.pi / 2 + 0.1, abs=0.02)
    worn.run("device.controllers.right.connected = true; frames(3)")
    worn.run("pointAt('Recentre').then(() => trigger(1)).then(() => trigger(0))")
    assert worn.run(f"{HEADSET}.eyes[0].yawRad") == pytest.approx(np.radians(30), abs=0.02)


def test_the_systems_menu_takes_the_controls_and_sessions_end_well(worn):
    worn.run("device.controllers.right.connected = true; frames(3).then(() => pointAt('Exit'))")
    worn.run("device.updateVisibilityState('visible-blurred'); frames(3)")
    assert worn.run(f"[{HEADSET}.controls.rays.length, {HEADSET}.controls.panel.at]") == [0, None]
    worn.run(
        "device.updateVisibilityState('visible');"
        " frames(3).then(() => pointAt('Exit')).then(() => { trigger(1); })"  # after which no frame comes
    )
    worn.wait(f"!{HEADSET}.session && !cocogan.hidden && {READY}")
    worn.run("device.controllers.right.updateButtonValue('trigger', 0); device.controllers.right.connected = false; 0")
    worn.run("document.getElementById('headset').click()")  # and again
    worn.wait(WORN)
    worn.run("device.activeSession.end()")  # the headset was taken off, or the browser ended it
    worn.wait(f"!{HEADSET}.session && !cocogan.hidden && {READY}")
    assert not [words for words in worn.messages() if "Uncaught" in words]


def test_a_lost_graphics_context_is_drawn_anew(worn):
    worn.run("globalThis.lost = cocogan.gl.getExtension('WEBGL_lose_context'); lost.loseContext()")
    worn.wait("cocogan.gl.isContextLost()")
    before = worn.run(f"setTimeout(() => lost.restoreContext(), 100), {HEADSET}.frames")
    worn.wait(f"{HEADSET}.frames > {before} + 3 && cocogan.streamer.complete")
    assert np.std(worn.run(PIXELS)) > 5


def test_what_has_no_headset_for_rooms_offers_none(chromium, site):
    """A browser whose device shows no immersive-vr, and one that refuses a session when it is asked."""
    inline = "Object.defineProperty(navigator.xr, 'isSessionSupported', { value: async (mode) => mode === 'inline' });"
    chromium.open(site, (480, 300), script=emulator(inline))
    chromium.wait(READY)
    assert chromium.run("document.getElementById('headset').hidden")
    refuse = """Object.defineProperty(navigator.xr, "requestSession", { value: async () => {
        throw new DOMException("another page has it", "InvalidStateError"); } });"""
    chromium.open(site, (480, 300), script=emulator(refuse))
    chromium.wait(HEADSET_IS_OFFERED)
    chromium.run("document.getElementById('headset').click()")
    assert "another page has it" in chromium.wait(
        "document.getElementById('status').textContent.startsWith('The headset') && "
        "document.getElementById('status').textContent"
    )
    chromium.wait(f"!cocogan.hidden && {READY}")
