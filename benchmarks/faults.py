"""Faults for the long drive: the generator killed, stopped, given broken or overflowing files; disks full or locked.

Each lasts a while, and then the viewer has to make a fresh room. Settings, cache, log and pictures lie on a small file
system of their own (Linux, as root); where it cannot be mounted, the faults of disks are left out of the table.
"""

import contextlib
import logging
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from rich.table import Table

from cocogan_core.checkpoint import load_checkpoint, save_checkpoint
from cocogan_core.errors import OutputError
from cocogan_core.shipped import shipped_model
from viewer.app import App
from viewer.state.paths import cache_folder, config_path
from viewer.state.settings import save

DISK = "48m"
LASTS_S = 40.0  # a fault, until it is mended
PATIENCE_S = 240.0  # a generator that hangs is given two minutes

Fault = Literal["killed", "disk full", "read-only", "overflowing file dropped", "broken file", "overflows", "hangs"]
FAULTS: tuple[Fault, ...] = get_args(Fault)
OF_DISKS: set[Fault] = {"disk full", "read-only"}


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """A file system of its own in ``folder``, for all that the viewer keeps; whether there is one."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)]
    mounted = (
        shutil.which("mount") is not None and subprocess.run(mount, check=False, capture_output=True).returncode == 0
    )
    os.environ["MESA_SHADER_CACHE_DIR"] = os.environ["MESA_GLSL_CACHE_DIR"] = str(folder.parent / "mesa")  # stays open
    names = {"XDG_CONFIG_HOME": "settings", "XDG_CACHE_HOME": "cache", "XDG_STATE_HOME": "log"}
    os.environ.update({name: str(folder / place) for name, place in names.items()})
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", "--all-targets", str(folder)], check=True)


def write_overflowing(path: Path, sound: Path) -> None:
    """The checkpoint ``sound`` with finite weights that overflow in every room but that of z = 0."""
    loaded = load_checkpoint(sound)
    tensors = {name: np.asarray(array, np.float32) for name, array in loaded.generator.items()}
    tensors["style.0.weight"] *= np.float32(1e36)
    save_checkpoint(path, loaded.metadata, generator=tensors)


@dataclass
class Count:
    """Of one fault: how often it came, how often a fresh room was made after it, the longest time to that."""

    tried: int = 0
    mended: int = 0
    longest_s: float = 0.0
    empty: int = 0
    """how often, at its end, a visible patch of level 0 showed nothing"""
    lost: int = 0
    """how often a file that was there before could not be read any more as it was"""
    said: set[str] = field(default_factory=set)


class Faults:
    """Call :meth:`step` once a frame; ``checkpoint`` is the file that the app has open, in a folder that may change."""

    def __init__(self, app: App, checkpoint: Path, disk: Path, *, mounted: bool) -> None:
        """The first comes after :data:`LASTS_S`."""
        self.app, self.counts = app, {fault: Count() for fault in FAULTS if mounted or fault not in OF_DISKS}
        self._checkpoint, self._disk = checkpoint, disk
        self._sound, self._overflowing = shipped_model(), checkpoint.parent / "over.safetensors"
        write_overflowing(self._overflowing, self._sound)
        self._settings, self._picture = config_path(), disk / "picture.png"
        self._settings_kept, self._picture_kept = b"", b""
        self._queue: list[Fault] = []
        self.present: Fault | None = None  # what is wrong now
        self._due_s = time.monotonic() + LASTS_S
        self._rng = np.random.default_rng(3)

    def step(self) -> None:
        """Begin a fault, note what the user is told of it, or mend it and wait for a fresh room."""
        message = self.app.workspace.message.text
        if self.present is not None and message:
            self.counts[self.present].said.add(message)
        if time.monotonic() < self._due_s:
            return
        if self.present is None:
            self._queue = self._queue or list(self.counts)
            self.present = self._queue.pop(0)
            self.counts[self.present].tried += 1
            self._begin(self.present)
        else:
            self._end(self.present)
            self.present = None
        self._due_s = time.monotonic() + LASTS_S

    def _begin(self, fault: Fault) -> None:
        ways: dict[Fault, Callable[[], object]] = {
            "killed": lambda: self._signal(signal.SIGKILL),
            "hangs": lambda: self._signal(signal.SIGSTOP),
            "overflows": lambda: self._replace_file(self._overflowing.read_bytes()),
            "broken file": lambda: self._replace_file(self._sound.read_bytes()[:100_000]),
            "overflowing file dropped": lambda: self.app.handler.open_dropped(0, 0, [str(self._overflowing)]),
            "disk full": self._fill,
            "read-only": self._lock,
        }
        ways[fault]()
        self.app.session.change(self.app.session.latents.shuffle(self._rng))

    def _end(self, fault: Fault) -> None:
        count, streamer = self.counts[fault], self.app.session.streamer
        coarse = [patch for patch in streamer.visible if not patch[0]]
        count.empty += any(streamer.revision_of(patch) is None for patch in coarse)
        self._mend(fault)
        began = time.monotonic()
        if self._makes_a_room(began + PATIENCE_S):
            count.mended += 1
            count.longest_s = max(count.longest_s, time.monotonic() - began)

    def _mend(self, fault: Fault) -> None:
        if fault in ("overflows", "broken file"):
            shutil.copy(self._sound, self._checkpoint)
            self.app.workspace.open(self._checkpoint)  # as a user would
        elif fault == "disk full":
            (self._disk / "ballast").unlink()
        elif fault == "read-only":
            self._unlock()

    def _makes_a_room(self, until_s: float) -> bool:
        """Whether a fresh room comes whole before then."""
        app = self.app
        while app.workspace.loader is not None and time.monotonic() < until_s:
            app.turn()
        app.session.change(app.session.latents.shuffle(self._rng))
        app.turn()
        while time.monotonic() < until_s:
            if app.session.streamer.share == 1:
                return True
            app.turn()
        return False

    def _signal(self, number: int) -> None:
        pid = self.app.session.worker.pid
        assert pid is not None
        with contextlib.suppress(ProcessLookupError):  # dead already, and the next has not begun
            os.kill(pid, number)

    def _replace_file(self, content: bytes) -> None:
        self._checkpoint.write_bytes(content)
        self._signal(signal.SIGKILL)

    def _fill(self) -> None:
        """No byte is left; then all is written that the viewer writes."""
        self._write_first()
        with contextlib.suppress(OSError), (self._disk / "ballast").open("wb", buffering=0) as file:
            while file.write(bytes(4096)):
                pass
        self._write_again()

    def _lock(self) -> None:
        """The folder mounted over itself, to read only: the file system cannot be locked, some process writes there."""
        self._write_first()
        for handler in logging.getLogger("viewer").handlers:
            handler.close()  # it opens its file anew, where it is locked
        subprocess.run(["mount", "--bind", str(self._disk), str(self._disk)], check=True)
        subprocess.run(["mount", "-o", "remount,bind,ro", str(self._disk)], check=True)
        self._write_again()

    def _unlock(self) -> None:
        subprocess.run(["umount", "--lazy", str(self._disk)], check=True)

    def _write_first(self) -> None:
        """Settings and a picture while there is room for them; no graphs, so that the generator has some to keep."""
        save(self._settings, self.app.workspace.settings)
        self.app.session.write_picture(self._picture, self.app.controls.camera.view, (320, 180))
        self._settings_kept, self._picture_kept = self._settings.read_bytes(), self._picture.read_bytes()
        shutil.rmtree(cache_folder(), ignore_errors=True)

    def _write_again(self) -> None:
        """The same where there is none: one line each, and the files of before."""
        assert self.present is not None
        count = self.counts[self.present]
        count.said.add(save(self._settings, self.app.workspace.settings) or "settings were written")
        try:
            self.app.session.write_picture(self._picture, self.app.controls.camera.view, (640, 360))
            count.said.add("a picture was written")
        except OutputError as error:
            count.said.add(str(error))
        kept = self._settings.read_bytes() == self._settings_kept and self._picture.read_bytes() == self._picture_kept
        count.lost += not kept
        self._signal(signal.SIGKILL)  # the next one has no graphs


def table(faults: Faults) -> Table:
    """How often the viewer came back from each, and what it said."""
    table = Table("fault", "fresh room after it", "latest after", "gaps in the view", "files lost", "said")
    for fault, count in faults.counts.items():
        mended, latest = f"{count.mended} of {count.tried}", f"{count.longest_s:.0f} s"
        table.add_row(fault, mended, latest, str(count.empty), str(count.lost), "\n".join(sorted(count.said)))
    return table
