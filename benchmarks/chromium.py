"""Drives Debian's Chromium over its DevTools pipe: nothing to install, no port."""

import base64
import contextlib
import json
import os
import select
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["Browser", "browser"]

FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--use-gl=angle", "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--remote-debugging-pipe", "--mute-audio",
    "--disable-extensions", "--disable-default-apps", "--disable-features=Translate,OptimizationHints,MediaRouter",
]  # fmt: skip
PATIENCE_S = 90.0


class Browser:
    """One Chromium with one page."""

    def __init__(self, profile: Path, *flags: str) -> None:
        """Start it with a fresh profile folder, and more command-line flags."""
        commands, self._in = os.pipe()
        self._out, answers = os.pipe()
        # the child must find the pipes at 3 and 4, whatever numbers they have here
        shell = f'exec chromium "$@" 3<&{commands} 4>&{answers}'
        self._process = subprocess.Popen(
            ["bash", "-c", shell, "-", *FLAGS, *flags, f"--user-data-dir={profile}", "about:blank"],
            pass_fds=(commands, answers), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(commands)
        os.close(answers)
        self._rest, self._number, self._session, self._target = b"", 0, "", ""
        self.events: list[dict[str, Any]] = []

    @property
    def pid(self) -> int:
        """Of its first process."""
        return self._process.pid

    def close(self) -> None:
        """End it."""
        with contextlib.suppress(OSError, AssertionError):
            self.call("Browser.close")
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(10)
        self._process.kill()
        self._process.wait()
        os.close(self._in)
        os.close(self._out)

    def call(self, method: str, worker: str = "", /, **parameters: Any) -> Any:  # noqa: ANN401 (JSON)
        """A DevTools command's result, of the page or of one of its :meth:`workers`."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if session := worker or self._session:
            message["sessionId"] = session
        os.write(self._in, json.dumps(message).encode() + b"\0")
        until_s = time.monotonic() + PATIENCE_S
        while True:
            answer = self._read(until_s)
            assert answer is not None, f"no answer to {method}"
            if answer.get("id") == self._number:
                assert "error" not in answer, answer["error"]
                return answer["result"]
            self.events.append(answer)

    def open(self, address: str, size: tuple[int, int] = (800, 500), scale: float = 1, script: str = "") -> None:
        """Show an address in a new page of a size instead of the former; ``script`` runs before the page's own."""
        self._session = ""
        former, self._target = self._target, self.call("Target.createTarget", url="about:blank")["targetId"]
        if former:
            self.call("Target.closeTarget", targetId=former)
        self._session = self.call("Target.attachToTarget", targetId=self._target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": scale, "mobile": scale > 1}
        self.call("Emulation.setDeviceMetricsOverride", **metrics)
        if scale > 1:
            self.call("Emulation.setTouchEmulationEnabled", enabled=True)
        if script:
            self.call("Page.addScriptToEvaluateOnNewDocument", source=script)
        self.events.clear()
        self.call("Page.navigate", url=address)

    def run(self, code: str) -> Any:  # noqa: ANN401 (JSON)
        """What an expression gives, promises waited for."""
        done = self.call(
            "Runtime.evaluate",
            expression=code,
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
            allowUnsafeEvalBlockedByCSP=False,
        )
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

    def wait(self, code: str, seconds: float = PATIENCE_S) -> Any:  # noqa: ANN401 (JSON)
        """The first value of an expression that is true."""
        until_s = time.monotonic() + seconds
        while time.monotonic() < until_s:
            value = self.run(code)
            if value:
                return value
            time.sleep(0.05)
        raise AssertionError(f"{code} never came true; the page says: {self.messages()}")

    def workers(self) -> list[str]:
        """The page's workers, which cost a little more from now on."""
        self.call("Target.setAutoAttach", autoAttach=True, waitForDebuggerOnStart=False, flatten=True)
        attached = [event["params"] for event in self.events if event.get("method") == "Target.attachedToTarget"]
        return [one["sessionId"] for one in attached]

    def messages(self) -> list[str]:
        """What the page wrote to the console, errors too."""
        texts = []
        for event in self.events:
            if event.get("method") == "Runtime.exceptionThrown":
                texts.append(json.dumps(event["params"]["exceptionDetails"]))
            if event.get("method") == "Log.entryAdded":
                texts.append(event["params"]["entry"]["text"])
            if event.get("method") == "Runtime.consoleAPICalled":
                texts.append(" ".join(str(value.get("value")) for value in event["params"]["args"]))
        return texts

    def requests(self) -> list[str]:
        """Addresses that the page asked for."""
        return [
            event["params"]["request"]["url"]
            for event in self.events
            if event.get("method") == "Network.requestWillBeSent"
        ]

    def mouse(self, kind: str, x: float, y: float, **more: float) -> None:
        """One mouse event, such as ``"mousePressed"``, of the left button."""
        buttons = {"button": "left", "buttons": 1, "clickCount": 1} if kind != "mouseWheel" else {}
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **{**buttons, **more})

    def drag(self, start: tuple[float, float], end: tuple[float, float], steps: int = 8) -> None:
        """Press, move in so many steps, release."""
        self.mouse("mousePressed", *start)
        for step in range(1, steps + 1):
            share = step / steps
            self.mouse("mouseMoved", *(a + (b - a) * share for a, b in zip(start, end, strict=True)))
        self.mouse("mouseReleased", *end)

    def press(self, key: str, code: str = "") -> None:
        """A key down and up, by its name in JavaScript."""
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=code or key)

    def screenshot(self, path: Path | None = None) -> bytes:
        """A PNG of what is seen."""
        data = base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])
        if path is not None:
            path.write_bytes(data)
        return data

    def _read(self, until_s: float) -> dict[str, Any] | None:
        while b"\0" not in self._rest:
            left_s = until_s - time.monotonic()
            if left_s <= 0 or not select.select([self._out], [], [], left_s)[0]:
                return None
            part = os.read(self._out, 1 << 20)
            if not part:
                return None
            self._rest += part
        text, self._rest = self._rest.split(b"\0", 1)
        message: dict[str, Any] = json.loads(text)
        return message


@contextlib.contextmanager
def browser(profile: Path, *flags: str) -> Iterator[Browser]:
    """A Chromium for a block."""
    one = Browser(profile, *flags)
    try:
        yield one
    finally:
        one.close()
