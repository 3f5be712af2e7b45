"""Which saved state a run goes on from: the newest, or the one before it where that is broken."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn

from cocogan_core.training.optimizer import NetworkOptimizer
from cocogan_core.training.state import (
    BrokenStateError,
    Progress,
    before,
    load_state,
    read_progress,
    require_same_run,
    save_state,
)

__all__ = ["Resumable"]


@dataclass(frozen=True)
class Resumable:
    """What a run's states hold.

    Attributes:
        path: of the newest state.
        identity: of the run (:func:`cocogan_core.training.state.run_identity`).
        batch: images a step.
        modules, optimizers: by name.
    """

    path: Path
    identity: Mapping[str, Any]
    batch: int
    modules: Mapping[str, nn.Module]
    optimizers: Mapping[str, NetworkOptimizer]

    def save(self, seen: int, seen_before: int) -> None:
        """Write a state; the one before is kept beside it.

        Raises:
            OutputError: the folder cannot be written.
        """
        scalers = {name: optimizer.state() for name, optimizer in self.optimizers.items()}
        save_state(self.path, Progress(seen, seen_before, self.identity, scalers), self.modules, self._adams)

    def resume(self) -> tuple[Progress, str] | None:
        """Take over the newest sound state; with it a line for the user, empty where it is the newest of all.

        Returns:
            None where there is no state.

        Raises:
            TrainingError: no state is sound, or the system refuses to read one.
            ConfigError: it is of a run of other settings.
        """
        broken, missing = "", ""
        for path in (self.path, before(self.path)):
            try:
                progress = self._take_over(path)
            except BrokenStateError as error:
                broken = broken or str(error)
            except (FileNotFoundError, NotADirectoryError):
                missing = missing or f"{path} is missing"
            else:
                why = broken or missing
                return progress, f"{why}: going on from {path.name}, after {progress.seen} images" if why else ""
        if broken:
            raise BrokenStateError(f"{broken}, and no sound one from before is there; start another --run")
        return None

    def _take_over(self, path: Path) -> Progress:
        """Read a state into everything; nothing is touched unless all of it is sound."""
        progress = read_progress(path)
        require_same_run(path.parent, progress.identity, self.identity)
        if _names(progress.scalers) != _names({name: one.state() for name, one in self.optimizers.items()}):
            raise BrokenStateError(f"{path} is broken (its scalers are of other optimizers)")
        if progress.seen % self.batch:
            raise BrokenStateError(f"{path} is broken ({progress.seen} images are no whole batches)")
        load_state(path, self.modules, self._adams)
        for name, optimizer in self.optimizers.items():
            optimizer.restore(progress.scalers[name])
        return progress

    @property
    def _adams(self) -> dict[str, Any]:
        return {name: optimizer.adam for name, optimizer in self.optimizers.items()}


def _names(scalers: Mapping[str, Mapping[str, float]]) -> dict[str, set[str]]:
    return {name: set(scaler) for name, scaler in scalers.items()}
