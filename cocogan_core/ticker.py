"""What a run shows while it goes: a bar in a terminal, a plain line now and then anywhere else."""

import time
from collections import deque
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

__all__ = ["Ticker"]

EVERY_S = 30.0  # between plain lines
WINDOW = 50  # steps that the speed is taken over


class Ticker:
    """Shows progress in images; a context manager. ``quiet`` shows nothing: only one process of several talks."""

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

    def tick(self, seen: int, terms: Mapping[str, float]) -> None:
        """One step is done."""
        now = time.monotonic()
        self._times.append((now, seen))
        (since, before), words = self._times[0], " ".join(f"{name} {value:.3f}" for name, value in terms.items())
        speed = (seen - before) / max(now - since, 1e-9)
        if self._console.is_terminal:
            self._bar.update(self._task, completed=seen, terms=words, speed=speed)
        elif now - self._last >= EVERY_S or seen >= self._total:
            self._last = now
            left_s = (self._total - seen) / max(speed, 1e-9)
            self.say(f"{seen}/{self._total} images, {speed:.1f} images/s, {_clock(left_s)} left, {words}")

    def say(self, line: str) -> None:
        """A line of its own, above the bar if there is one."""
        self._console.print(line, highlight=False, soft_wrap=True)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
