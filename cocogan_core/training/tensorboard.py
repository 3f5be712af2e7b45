"""A run's figures for TensorBoard, written at once: tensorboardX's own writer waits for ever once its disk is full."""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from cocogan_core.errors import OutputError

__all__ = ["EventFile"]

FOLDER = "events"


class EventFile:
    """One file of events in the run's folder."""

    def __init__(self, run: Path, *, seen: int) -> None:
        """Begin after ``seen`` images: what an earlier file says of more is void (as TensorBoard's ``purge_step``).

        Raises:
            ImportError: tensorboardX is not installed.
            OutputError: the system refused to write.
        """
        from tensorboardX.event_file_writer import EventsWriter
        from tensorboardX.proto import event_pb2
        from tensorboardX.summary import scalar

        self._folder, self._event, self._scalar = run / FOLDER, event_pb2.Event, scalar
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._file = EventsWriter(str(self._folder / "events"), f".{os.getpid()}")
        except OSError as error:
            raise self._refused(error) from error
        session = event_pb2.SessionLog(status=event_pb2.SessionLog.START)
        self._write(self._event(step=seen + 1, session_log=session))

    @classmethod
    def open(cls, run: Path, *, seen: int) -> Self | None:
        """One, or None without the package; raises as :meth:`__init__`."""
        try:
            return cls(run, seen=seen)
        except ImportError:
            return None

    def add(self, values: Mapping[str, float], seen: int) -> None:
        """Write values by name.

        Raises:
            OutputError: the system refused to write.
        """
        for name, value in values.items():
            self._write(self._event(step=seen, summary=self._scalar(name, value)))

    def close(self) -> None:
        """Finish the file; raises as :meth:`add`."""
        try:
            self._file.close()
        except OSError as error:
            raise self._refused(error) from error

    def _write(self, event: Any) -> None:  # noqa: ANN401 (tensorboardX has no types)
        try:
            event.wall_time = time.time()
            self._file.write_event(event)
            self._file.flush()
        except OSError as error:
            raise self._refused(error) from error

    def _refused(self, error: OSError) -> OutputError:
        return OutputError(f"cannot write {self._folder}: {error.strerror or error}; free space, or --no-tensorboard")
