"""Runs a measurement of ``cocogan_core.training.benchmark`` in a process of its own, so that none shares memory.

Importing it does not import torch.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from cocogan_core.errors import ConfigError, TrainingError

__all__ = ["TrainingCost", "measure_in_process"]


@dataclass(frozen=True, kw_only=True)
class TrainingCost:
    """What training steps cost.

    Attributes:
        size: of what D and G work on, such as ``"128×128"``.
        peak_bytes: the most memory used: on a CUDA card what torch's tensors took; on a CPU, the process's resident
            memory beyond that of its imports.
        images_per_s: of the timed steps.
        device: the card, or the number of threads.
    """

    size: str
    peak_bytes: int
    images_per_s: float
    device: str


def measure_in_process(settings: Mapping[str, object]) -> TrainingCost:
    """Measure with the settings of ``benchmark.measure``.

    Raises:
        ConfigError: no such preset, or numbers that make no sense.
        TrainingError: the measurement failed, for want of memory above all.
    """
    command = [sys.executable, "-m", "cocogan_core.training.benchmark", json.dumps(dict(settings))]
    child = subprocess.run(command, capture_output=True, text=True, check=False)
    if child.returncode == 2:
        raise ConfigError(child.stderr.strip())
    if child.returncode:
        last = child.stderr.strip().splitlines()[-1:] or [f"exit code {child.returncode}, perhaps out of memory"]
        raise TrainingError(f"the measurement of {settings['mode']} failed ({last[0]}); lower --batch or --width")
    return TrainingCost(**json.loads(child.stdout.splitlines()[-1]))
