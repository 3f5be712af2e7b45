"""How a command ends that a user can mend or has stopped: one line on standard error, and an exit code."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from cocogan_core.commands.closed_pipe import quiet_pipe
from cocogan_core.errors import CocoganError

__all__ = ["one_line_each"]

TRAINING_PACKAGES = ("torch", "efficientnet_lite_pytorch", "tensorboardX")  # of the extra "train"


@contextmanager
def one_line_each() -> Iterator[None]:
    """Run a command within; our own bugs keep their traceback."""
    try:
        with quiet_pipe():
            yield
    except CocoganError as error:
        _end(f"error: {error}", 2)
    except ModuleNotFoundError as error:
        if error.name not in TRAINING_PACKAGES:
            raise
        how = "pip install 'cocogan-panorama[train]', or make setup in a clone"
        _end(f"error: this needs {error.name}, which is not installed: {how}", 2)
    except KeyboardInterrupt:
        _end("stopped; what was finished is kept", 130)  # 128 + SIGINT, as shells expect


def _end(words: str, code: int) -> None:
    print(f"cocogan: {words}", file=sys.stderr)
    sys.exit(code)
