"""A run's figures as it goes: logged to ``log.jsonl`` and TensorBoard events, shown as a bar or plain lines."""

import json
import time
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from cocogan_core.errors import OutputError, TrainingError
from cocogan_core.files import read_limited, write_atomically
from cocogan_core.json_text import parse_json
from cocogan_core.training.tensorboard import EventFile

__all__ = ["MetricLogger", "ProgressDisplay"]

LOG = "log.jsonl"
MOST_BYTES = 1 << 30
EVERY_S = 30.0  # between plain lines
WINDOW = 50  # steps that the speed is taken over


class MetricLogger:
    """The log of one run folder: ``log.jsonl``, one JSON object a line, each with the ``seen`` images of this run.

    A run that was killed goes on from its last saved state; what it had logged after that is dropped, so that the log
    never tells the same images twice.
    """

    def __init__(self, folder: Path, *, seen: int, tensorboard: bool) -> None:
        """Open for appending after ``seen`` images.

        Raises:
            OutputError: the folder cannot be written.
            TrainingError: a log is there that cannot be read.
        """
        self._path = folder / LOG
        self._values: dict[str, list[float]] = {}
        _make_folder(folder)
        if self._path.exists():
            lines = [line for line in _lines(self._path) if _images_seen(line) <= seen]
            write_atomically(self._path, b"".join(line + b"\n" for line in lines))
        self._events = EventFile.open(folder, seen=seen) if tensorboard else None

    def add(self, terms: Mapping[str, float]) -> None:
        """Count one step's terms into the next line's means."""
        for name, value in terms.items():
            self._values.setdefault(name, []).append(value)

    def write(self, seen: int, **figures: float) -> None:
        """A line with each term's mean over the steps since the last one that had it, and ``figures``.

        Raises:
            OutputError: the system refused to write.
        """
        means = {name: sum(values) / len(values) for name, values in self._values.items()}
        self._values = {}
        line = {"seen": seen, **means, **figures}
        try:
            with self._path.open("a") as log:
                log.write(json.dumps(line) + "\n")
        except OSError as error:
            raise OutputError(f"cannot write {self._path}: {error.strerror or error}; free space") from error
        if self._events is not None:
            self._events.add({**means, **figures}, seen)

    def close(self) -> None:
        """Finish the events file."""
        if self._events is not None:
            self._events.close()


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot write {folder}: {error.strerror or error}; choose another folder") from error


def _lines(path: Path) -> list[bytes]:
    """Of a log; TrainingError where the system refuses to read it, for then it must not be written anew."""
    try:
        return read_limited(path, MOST_BYTES).splitlines()
    except (OSError, ValueError) as error:
        raise TrainingError(f"cannot read {path}: {error}; move it away to begin another log") from error


def _images_seen(line: bytes) -> float:
    """The images seen that a line states; a line that a crash cut short counts as beyond everything."""
    try:
        seen = parse_json(line)["seen"]
    except (ValueError, KeyError, TypeError):
        return float("inf")
    return float(seen) if type(seen) in (int, float) and seen >= 0 else float("inf")


class ProgressDisplay:
    """Shows progress in images, as a bar in a terminal and as a plain line now and then elsewhere; a context manager.

    ``quiet`` shows nothing: only one process of several talks.
    """

    def __init__(self, total: int, seen: int, *, quiet: bool = False, console: Console | None = None) -> None:
        """Start at ``seen`` of ``total`` images."""
        self._console = console or Console(quiet=quiet)
        self._total, self._quiet = total, quiet
        self._last = -EVERY_S
        self._times: deque[tuple[float, int]] = deque([(time.monotonic(), seen)], maxlen=WINDOW)
        columns = (MofNCompleteColumn(), "{task.fields[speed]:.1f} images/s", TimeRemainingColumn())
        self._bar = Progress("training", BarColumn(), *columns, "{task.fields[terms]}", console=self._console)
        self._task = self._bar.add_task("training", total=total, completed=seen, terms="", speed=0.0)

    def __enter__(self) -> Self:
        """Show the bar, where there is a terminal."""
        if self._console.is_terminal and not self._quiet:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the bar as it stands."""
        if self._console.is_terminal:
            self._bar.stop()

    def update(self, seen: int, terms: Mapping[str, float]) -> None:
        """Show that ``seen`` images are done, with the last step's terms."""
        now = time.monotonic()
        self._times.append((now, seen))
        (since, before), words = self._times[0], " ".join(f"{name} {value:.3f}" for name, value in terms.items())
        speed = (seen - before) / max(now - since, 1e-9)
        if self._console.is_terminal:
            self._bar.update(self._task, completed=seen, terms=words, speed=speed)
        elif now - self._last >= EVERY_S or seen >= self._total:
            self._last = now
            left_s = (self._total - seen) / max(speed, 1e-9)
            self.print_line(f"{seen}/{self._total} images, {speed:.1f} images/s, {_as_clock(left_s)} left, {words}")

    def print_line(self, line: str) -> None:
        """A line of its own, above the bar if there is one."""
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)


def _as_clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
