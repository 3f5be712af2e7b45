"""What a run writes down as it goes: ``log.jsonl``, one JSON object a line, and TensorBoard events beside it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from cocogan_core.checkpoint import write_atomically

__all__ = ["LOG", "Journal"]

LOG = "log.jsonl"


class _Events(Protocol):
    """What is used of tensorboardX, which has no types."""

    def add_scalar(self, name: str, value: float, step: int) -> object: ...
    def close(self) -> None: ...


class Journal:
    """The log of one run folder. Every line names the ``seen`` images of this run.

    A run that was killed goes on from its last saved state; what it had logged after that is dropped, so that the log
    never tells the same images twice.
    """

    def __init__(self, folder: Path, *, seen: int, tensorboard: bool) -> None:
        """Open for appending after ``seen`` images."""
        self._path = folder / LOG
        self._sums: dict[str, float] = {}
        self._steps = 0
        folder.mkdir(parents=True, exist_ok=True)
        if self._path.exists():
            lines = [line for line in self._path.read_text().splitlines() if _seen(line) <= seen]
            write_atomically(self._path, "".join(f"{line}\n" for line in lines).encode())
        self._events = _events(folder, seen) if tensorboard else None

    def add(self, terms: Mapping[str, float]) -> None:
        """Count one step's terms into the next line's means."""
        self._steps += 1
        for name, value in terms.items():
            self._sums[name] = self._sums.get(name, 0.0) + value

    def write(self, seen: int, **figures: float) -> None:
        """A line with the means of the terms since the last one, and ``figures``."""
        means = {name: total / self._steps for name, total in self._sums.items()}
        self._sums, self._steps = {}, 0
        line = {"seen": seen, **means, **figures}
        with self._path.open("a") as log:
            log.write(json.dumps(line) + "\n")
        for name, value in {**means, **figures}.items():
            if self._events is not None:
                self._events.add_scalar(name, value, seen)

    def close(self) -> None:
        """Finish the events file."""
        if self._events is not None:
            self._events.close()


def _seen(line: str) -> float:
    """Images seen of a line; a line that a crash cut short counts as beyond everything."""
    try:
        return float(json.loads(line)["seen"])
    except (ValueError, KeyError, TypeError):
        return float("inf")


def _events(folder: Path, seen: int) -> _Events | None:
    """A writer of TensorBoard events, or None without its package: the log says the same."""
    try:
        from tensorboardX import SummaryWriter
    except ImportError:
        return None
    writer: _Events = SummaryWriter(str(folder / "events"), purge_step=seen + 1)
    return writer
