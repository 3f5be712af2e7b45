"""The page in Chromium: from a file and from a server, by hand and by link, asking nothing of anybody else."""

import base64
import io
import json
import re

import numpy as np
import pytest
from page_states import READY, SETTLED
from PIL import Image

from cocogan_core.inference.latents import sample_z
from cocogan_core.inference.patch_generator import PatchGenerator
from viewer.__main__ import main

# What the page's policy forbids of a request to a stranger, of eval and of a script's text.
TEMPT = """(async () => {
  const broken = [];
  addEventListener("securitypolicyviolation", (event) => broken.push(event.effectiveDirective));
  await fetch("https://example.org/").catch(() => 0);
  try { eval("1"); } catch {}
  try { new Function("1"); } catch {}
  await new Promise((done) => setTimeout(done, 100));
  return broken;
})()"""


AROUND = """<!doctype html><title>A house</title><style>cocogan-room { width: 600px; }</style>
<cocogan-room seed="9" yaw="10"></cocogan-room><script src="room-element.js"></script>"""
BARE = """<!doctype html><title>A stranger's page</title>
<iframe src="index.html#seed=2" allow="gamepad 'none'; fullscreen 'none'; xr-spatial-tracking 'none'"></iframe>"""


@pytest.fixture(scope="module")
def single_file(tmp_path_factory, rooms_checkpoint):
    path = tmp_path_factory.mktemp("single") / "room.html"
    main(["web", str(rooms_checkpoint), "-o", str(path), "--seed", "3", "--yaw", "40", "--title", "<Räume> & more"])
    return path


def patches_on_screen(chromium, level: int) -> dict[tuple[int, int], np.ndarray]:
    """RGB of every patch of a level that the page has made, by (row, column)."""
    code = f"""JSON.stringify([...cocogan.streamer.made].filter(([key]) => key.startsWith("{level},"))
        .map(([key, {{ pixels }}]) => [key, [...pixels]]))"""
    made = {tuple(map(int, key.split(",")))[1:]: np.array(values) for key, values in json.loads(chromium.run(code))}
    side = round((len(next(iter(made.values()))) / 4) ** 0.5)
    return {cell: values.reshape(side, side, 4)[..., :3] for cell, values in made.items()}


def test_one_file_opens_from_a_disk_and_shows_the_room_that_was_asked_for(chromium, single_file, rooms_checkpoint):
    chromium.open(single_file.as_uri(), (640, 400))
    chromium.wait(SETTLED)
    assert chromium.run("document.title") == "<Räume> & more"
    assert chromium.run("[cocogan.room.seed, Math.round(cocogan.camera.view.yawRad * 180 / Math.PI)]") == [3, 40]
    level = chromium.run("cocogan.streamer.levels.fine?.level ?? 0")
    assert level == 2  # 640 pixels of 90° are more than the 512 columns of the finest level
    generator = PatchGenerator.load(rooms_checkpoint, "cpu")
    z = sample_z(3, generator.metadata.model.z_dim)
    made = patches_on_screen(chromium, level)
    assert len(made) >= 6
    expected = generator.patches(z, list(made), level=level)
    assert np.abs(np.array(list(made.values())) - expected.astype(int)).max() <= 1


def test_it_asks_nothing_of_anybody(chromium, single_file, site):
    chromium.open(single_file.as_uri(), (640, 400))
    chromium.wait(SETTLED)
    asked = [address for address in chromium.requests() if not address.startswith(("blob:", "data:"))]
    assert asked == [single_file.as_uri()]
    chromium.open(site, (640, 400))
    chromium.wait(SETTLED)
    assert all(address.startswith((site.rsplit("/", 1)[0], "data:")) for address in chromium.requests())
    assert chromium.run(TEMPT) == ["connect-src", "script-src", "script-src"]
    assert not [words for words in chromium.messages() if "Uncaught" in words]


def test_a_drag_makes_only_new_patches_and_the_link_follows(chromium, site):
    chromium.open(site + "#seed=5&yaw=20&pitch=0&fov=60", (480, 300))
    chromium.wait("globalThis.cocogan?.streamer")
    chromium.run("cocogan.streamer.onlyVisible = true; cocogan.reducedMotion = true; cocogan.show(cocogan.room)")
    chromium.wait(SETTLED)
    made, seen = chromium.run("[cocogan.streamer.made.size, cocogan.streamer.visible.length]")
    chromium.drag((400, 150), (300, 150))
    chromium.wait(f"cocogan.camera.view.yawRad > 0.5 && {SETTLED}")
    now_made, now_seen = chromium.run("[cocogan.streamer.made.size, cocogan.streamer.visible.length]")
    assert made < now_made < made + now_seen
    assert seen > 4
    stated = chromium.wait("location.hash.includes('yaw=2') ? '' : location.hash")
    assert stated.startswith("#seed=5&yaw=")
    chromium.press(" ", "Space")
    chromium.wait(f"cocogan.room.seed !== 5 && {SETTLED}")
    chromium.run("location.hash = '#seed=5&z=0:0.5&yaw=90&fov=60&lens=panini'")
    chromium.wait(f"cocogan.room.seed === 5 && {SETTLED}")
    assert chromium.run("[cocogan.room.z[0], cocogan.camera.view.lens]") == [0.5, "panini"]


def test_no_patch_is_made_twice(chromium, site):
    chromium.open(site, (480, 300))
    chromium.wait(f"{SETTLED} && cocogan.streamer.made.size >= 32")
    made, counted = chromium.run("[cocogan.streamer.made.size, cocogan.streamer.statistics.made]")
    assert made == counted


def test_keys_work_before_anything_is_touched_and_leave_buttons_theirs(chromium, site):
    chromium.open(site + "#seed=5", (480, 300))
    chromium.wait(READY)
    chromium.press(" ", "Space")
    seed = chromium.wait("cocogan.room.seed !== 5 && cocogan.room.seed")
    chromium.press("ArrowRight")
    assert chromium.run("cocogan.camera.view.yawRad") == pytest.approx(np.pi / 36)
    chromium.run("document.getElementById('xray').focus()")
    chromium.press(" ", "Space")
    chromium.press("ArrowRight")
    assert chromium.run("[cocogan.room.seed, cocogan.camera.view.yawRad]") == [seed, pytest.approx(np.pi / 36)]


def test_a_page_at_rest_draws_nothing(chromium, site):
    """No frames until something happens: a key, another size, a pad."""
    chromium.open(site, (300, 200))
    chromium.wait(f"{READY} && {SETTLED} && cocogan.streamer.made.size >= 32")
    chromium.run("globalThis.frames = 0; cocogan.addEventListener('frame', () => frames++)")
    chromium.wait("frames || !cocogan.awaited")
    frames = "new Promise((done) => { const before = frames; setTimeout(() => done(frames - before), 400); })"
    chromium.wait(f"{frames}.then((count) => !count)")
    chromium.press("ArrowRight")
    chromium.wait(f"frames && {SETTLED}")
    chromium.call("Emulation.setDeviceMetricsOverride", width=400, height=200, deviceScaleFactor=1, mobile=False)
    chromium.wait("cocogan.canvas.width === 400 && cocogan.camera.view.aspect === 2")


def test_a_gamepad_turns_and_zooms(chromium, site):
    chromium.open(site, (300, 200))
    chromium.wait(READY)
    yaw, fov = chromium.run("[cocogan.camera.view.yawRad, cocogan.camera.view.fovRad]")
    chromium.run("""globalThis.pad = { connected: true, axes: [1, 0], buttons: [] };
        pad.buttons[7] = { value: 1 };
        navigator.getGamepads = () => [null, pad];
        dispatchEvent(new Event("gamepadconnected"))""")
    chromium.wait(f"cocogan.camera.view.yawRad > {yaw + 0.1} && cocogan.camera.view.fovRad < {fov - 0.05}")
    chromium.run("pad.connected = false")
    chromium.wait("!cocoganPage.controls.asksPads")


def test_the_room_comes_before_its_buttons(chromium, site):
    """And before gamepads are looked for, which takes a browser as long as several patches."""
    chromium.open(
        site,
        (300, 200),
        script="""const listen = EventTarget.prototype.addEventListener;
            EventTarget.prototype.addEventListener = function (name, ...rest) {
                if (name === "gamepadconnected") globalThis.room = cocogan.streamer.coarse;
                const isBare = document.getElementById("bar").hidden;
                if (name === "frame") globalThis.bare ??= isBare && this.canvas.style.opacity;
                return listen.call(this, name, ...rest);
            };""",
    )
    chromium.wait(READY)
    now = "document.getElementById('bar').hidden, cocogan.canvas.style.opacity"
    assert chromium.run(f"[room, bare, {now}]") == [True, "0", False, ""]  # a canvas without a picture is black


def test_the_first_picture_is_of_the_whole_coarse_room_or_late(chromium, site):
    chromium.open(site, (300, 200))
    chromium.wait(READY)
    code = """(() => { const due = (coarse, lateS) => {
        Object.assign(cocogan, { drawnS: 0, dirty: true, firstS: performance.now() / 1000 - lateS });
        cocogan.streamer.coarse = coarse;
        return cocogan.isDue(performance.now() / 1000);
    }; return [due(false, 0), due(true, 0), due(false, 1)]; })()"""
    assert chromium.run(code) == [False, True, True]


def test_a_coarse_room_is_drawn_as_soon_as_it_is_there(chromium, site):
    chromium.open(site, (300, 200))
    chromium.wait(f"{SETTLED} && !cocogan.dirty && !cocogan.fading && !cocogan.awaited")
    code = """(() => { const drawn = (wasCoarse) => {
        cocogan.streamer.coarse = wasCoarse;
        const before = cocogan.drawnS;
        cocogan.frame(performance.now() / 1000);
        return cocogan.drawnS !== before;
    }; return [drawn(true), drawn(false)]; })()"""
    assert chromium.run(code) == [False, True]


def test_the_first_picture_is_the_coarse_room_alone_at_once(chromium, site):
    found = """globalThis.drawn = [];
        const look = setInterval(() => {
            const { cocogan: view, cocoganPage: page } = globalThis;
            if (!view) return;
            clearInterval(look);
            const draw = view.draw;
            view.draw = function (nowS) {
                draw.call(this, nowS);
                const { coarse, levels } = this.streamer;
                drawn.push([coarse, levels.shown.length, [...this.renderer.programs.programs.keys()].join()]);
            };
        }, 1);"""
    chromium.open(site, (640, 400), script=found)
    chromium.wait(READY)
    first, *_, last = chromium.run("drawn")
    assert first == [True, 1, "LENS 0"]  # no fade, no finer level, no better filter
    assert last[1] == 2


def test_a_worker_has_one_channel_to_itself(chromium, single_file):
    count = """const Plain = Blob, counting = `const Channel = MessageChannel; let channels = 0;
            MessageChannel = class extends Channel {
                constructor() { super(); postMessage({ type: "test", channels: ++channels }); } };`;
        globalThis.Blob = class extends Plain { constructor(parts, kind) { super([counting, ...parts], kind); } };
        const Maker = Worker; globalThis.channels = [];
        globalThis.Worker = class extends Maker { constructor(...all) { super(...all);
            this.addEventListener("message", ({ data }) => data.channels && channels.push(data.channels)); } };"""
    chromium.open(single_file.as_uri(), (640, 400), script=count)
    chromium.wait(f"{SETTLED} && cocogan.streamer.statistics.made > 8")
    assert set(chromium.run("channels")) == {1}


def test_buttons_panel_and_xray(chromium, site):
    chromium.open(site, (900, 600))
    chromium.wait(SETTLED)
    plain = shown(chromium)
    chromium.run("document.getElementById('xray').click()")
    chromium.wait("document.getElementById('xray').getAttribute('aria-pressed') === 'true'")
    assert chromium.wait(f"cocogan.renderer.xray && {READY}")
    assert np.abs(shown(chromium) - plain).max() > 40
    chromium.run("document.getElementById('xray').click(); document.getElementById('adjust').click()")
    before = chromium.run("cocogan.room.z[1]")
    chromium.run(
        "(() => { const slider = document.querySelectorAll('#panel input[type=range]')[1];"
        " slider.value = 0.75; slider.dispatchEvent(new Event('input')); })()"
    )
    assert before != 0.75
    assert chromium.run("cocogan.room.z[1]") == 0.75
    chromium.wait(SETTLED)
    unnamed = chromium.run(
        "[...document.querySelectorAll('button, input, canvas')].filter((one) => !one.textContent.trim()"
        " && !one.getAttribute('aria-label') && !one.closest('label')).length"
    )
    assert unnamed == 0


def shown(chromium) -> np.ndarray:
    """Pixels of the canvas (h, w, 3)."""
    code = """(async () => { const blob = await cocogan.picture(); const reader = new FileReader();
        return new Promise((done) => {
            reader.onload = () => done(reader.result.split(",")[1]);
            reader.readAsDataURL(blob);
        }); })()"""
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(chromium.run(code)))).convert("RGB")).astype(int)


@pytest.mark.parametrize("size", [(320, 568), (390, 844), (844, 390), (820, 1180), (1440, 900)])
def test_nothing_leaves_the_screen(chromium, site, size):
    chromium.open(site, size, scale=2 if size[0] < 1000 else 1)
    chromium.wait(READY)
    chromium.run("document.getElementById('adjust').click()")
    assert chromium.run("[document.activeElement.id, document.querySelector('#hint').className]") == ["panel", "gone"]
    outside = chromium.run(
        "[...document.querySelectorAll('button, #panel, #status')].filter((one) => {"
        " const b = one.getBoundingClientRect(); return b.width"
        " && (b.left < 0 || b.top < 0 || b.right > innerWidth || b.bottom > innerHeight); }).map((one) => one.id)"
    )
    assert outside == []
    small = chromium.run(
        "[...document.querySelectorAll('#bar button')].filter((one) => { const b = one.getBoundingClientRect();"
        f" return b.width && (b.width < {44 if size[0] > 384 else 32} || b.height < 44); }}).map((one) => one.id)"
    )
    assert small == []
    assert chromium.run("document.getElementById('panel').offsetHeight >= Math.min(innerHeight * 0.44, 280) - 1")


def test_without_webgl_it_says_so(chromium, site):
    chromium.open(site, (480, 300), script="HTMLCanvasElement.prototype.getContext = () => null;")
    chromium.wait("document.getElementById('problem')?.hidden === false")
    assert "WebGL 2" in chromium.run("document.getElementById('problem').textContent")


def test_one_file_holds_its_bytes_in_short_comments(single_file, site_folder):
    """Which a browser reads in half the time of long ones."""
    for name in ("room.safetensors", "kernel.wasm"):
        (held,) = re.findall(rf'<div id="{name}" hidden>(.*?)</div>', single_file.read_text(encoding="utf-8"))
        comments = re.findall("<!--(.*?)-->", held)
        assert max(map(len, comments)) <= 1 << 16
        assert b"".join(map(base64.b64decode, comments)) == (site_folder / name).read_bytes()


def test_only_the_page_reads_what_a_checkpoint_says(site_folder):
    """A worker is told; reading it there again took as long as two patches."""
    page, worker = ((site_folder / name).read_text(encoding="utf-8") for name in ("page.js", "worker.js"))
    assert "describeCheckpoint" in page
    assert "describeCheckpoint" not in worker


def test_a_broken_checkpoint_is_told_in_words(chromium, tmp_path, site, single_file):
    text = single_file.read_text(encoding="utf-8")
    start = text.index("<!--", text.index('id="room.safetensors"')) + len("<!--")
    end = text.index("-->", start)
    broken = base64.b64encode(b"<html>404</html>").decode()
    (tmp_path / "broken.html").write_text(text[:start] + broken + text[end:], encoding="utf-8")
    chromium.open((tmp_path / "broken.html").as_uri(), (480, 300))
    chromium.wait("document.getElementById('problem')?.hidden === false")
    assert "HTML" in chromium.run("document.getElementById('problem').textContent")


def test_the_element_shows_a_room_in_another_page(chromium, site, site_folder):
    """Another seed is another room of the same generator; the frame is not loaded again."""
    (site_folder / "around.html").write_text(AROUND, encoding="utf-8")
    chromium.open(site.replace("index.html", "around.html"), (700, 560))
    window = "document.querySelector('cocogan-room')?.shadowRoot?.querySelector('iframe').contentWindow"
    chromium.wait(f"{window}?.cocogan?.streamer?.complete")
    assert chromium.run(f"[{window}.cocogan.room.seed, {window}.cocogan.canvas.clientWidth]") == [9, 600]
    chromium.run(f"{window.replace('?', '')}.kept = true")
    chromium.run("document.querySelector('cocogan-room').setAttribute('seed', 4)")
    chromium.wait(f"{window}.cocogan.room.seed === 4 && {window}.cocogan.streamer.complete")
    assert chromium.run(f"{window}.kept")


def test_a_page_that_allows_nothing_can_show_it_too(chromium, site, site_folder):
    """A frame without gamepads, headset or full screen; the wheel scrolls the page around it until it is touched."""
    (site_folder / "bare.html").write_text(BARE, encoding="utf-8")
    chromium.open(site.replace("index.html", "bare.html"), (700, 560))
    window = "document.querySelector('iframe')?.contentWindow"
    chromium.wait(f"{window}?.cocogan?.streamer?.complete")
    chromium.mouse("mouseWheel", 100, 80, deltaX=0, deltaY=-120)
    assert chromium.run(f"{window}.cocogan.camera.view.fovRad") == pytest.approx(np.pi / 2)
    chromium.drag((100, 80), (110, 80))
    chromium.mouse("mouseWheel", 100, 80, deltaX=0, deltaY=-120)
    chromium.wait(f"{window}.cocogan.camera.view.fovRad < 1.5")
    assert not [words for words in chromium.messages() if "Uncaught" in words]
