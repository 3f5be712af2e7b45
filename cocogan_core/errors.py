"""The exceptions that a user can cause.

    CocoganError
    ├── ConfigError       a setting or preset that makes no sense
    ├── CheckpointError   a checkpoint that is missing, broken or of another format
    │   └── NotFiniteError    a room whose pixels its network cannot work out
    ├── DataError         pictures, folders or shards that cannot be read
    ├── TrainingError     a run that diverged or cannot go on
    ├── DisplayError      no window or no usable OpenGL
    ├── RecipeError       a recipe that is broken, or of another checkpoint than the one at hand
    └── OutputError       a file that cannot be written

Every message says what was wrong, where, and what to do. The commands print it as one line and exit with code 2;
anything else that escapes is a bug of ours and keeps its traceback.
"""

from cocogan_core.text import LONGEST_MESSAGE, printable

__all__ = [
    "CheckpointError", "CocoganError", "ConfigError", "DataError", "DisplayError", "NotFiniteError", "OutputError",
    "RecipeError", "TrainingError",
]  # fmt: skip


class CocoganError(Exception):
    """Base of everything that a user can cause and mend."""

    def __str__(self) -> str:
        """The message as one line without anything that a terminal would obey (:mod:`cocogan_core.text`)."""
        return printable(super().__str__(), LONGEST_MESSAGE)


class ConfigError(CocoganError):
    """A setting or preset that makes no sense."""


class CheckpointError(CocoganError):
    """A checkpoint that is missing, broken or of another format."""


class NotFiniteError(CheckpointError):
    """A room for which a network of finite weights gives numbers that are not."""

    def __init__(self) -> None:
        """There is one thing to say of it."""
        super().__init__("the model's numbers overflow in this room; choose another room or model")


class DataError(CocoganError):
    """Pictures, folders or shards that cannot be read."""


class TrainingError(CocoganError):
    """A run that diverged or cannot go on."""


class DisplayError(CocoganError):
    """No window or no usable OpenGL."""


class RecipeError(CocoganError):
    """A recipe that is broken, or of another checkpoint than the one at hand."""


class OutputError(CocoganError):
    """A file that cannot be written."""
