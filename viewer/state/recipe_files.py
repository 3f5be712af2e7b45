"""Files around a recipe: hashing checkpoints, finding the one that a recipe means, reading and writing recipes."""

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path, PureWindowsPath

from cocogan_core.errors import CheckpointError, CocoganError, RecipeError
from cocogan_core.files import open_regular
from cocogan_core.shipped import shipped_models
from viewer.state.recipe import MOST_CHARACTERS, Recipe

__all__ = ["find_checkpoint", "fingerprint", "is_recipe", "parse_or_read", "read_recipe"]

MOST_HASHED_BYTES = 4 << 30  # more than any checkpoint: a stranger's room must not have a disk hashed
SHOWN_DIGITS = 12  # of a hash, in messages


def fingerprint(path: Path) -> str:
    """SHA-256 of a file as 64 hexadecimal digits; remembered until the file changes.

    Raises:
        CheckpointError: the file cannot be read.
    """
    try:
        state = path.stat()
        return _hash_file(path, state.st_mtime_ns, state.st_size)
    except OSError as error:
        raise CheckpointError(f"cannot read {path}: {error.strerror}; check the path") from error


@lru_cache(maxsize=32)
def _hash_file(path: Path, _mtime_ns: int, _size: int) -> str:
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_recipe(path: Path) -> bool:
    """Whether a file that the user hands over looks like a recipe rather than a checkpoint: JSON begins with {."""
    try:
        with open_regular(path) as file:
            return path.suffix == ".json" or file.read(16).lstrip().startswith(b"{")
    except OSError:
        return path.suffix == ".json"


def read_recipe(path: Path) -> Recipe:
    """A recipe from a file.

    Raises:
        RecipeError: the file cannot be read or is no recipe.
    """
    try:
        with open_regular(path) as file:
            data = file.read(MOST_CHARACTERS + 1)
    except OSError as error:
        raise RecipeError(f"cannot read {path}: {error.strerror}; check the path") from error
    return Recipe.parse(data.decode("utf-8", "replace"), str(path))


def parse_or_read(text: str) -> tuple[Recipe, Path | None]:
    """A recipe from a command line: its one line of text, or the name of its file, which is returned too.

    Raises:
        RecipeError: as :meth:`Recipe.parse` and :func:`read_recipe`.
    """
    if text.lstrip().startswith("{"):
        return Recipe.parse(text, "the text"), None
    return read_recipe(Path(text)), Path(text)


def find_checkpoint(recipe: Recipe, *, beside: Path | None = None, at_hand: Iterable[Path] = ()) -> Path:
    """The checkpoint that a recipe means, by its hash.

    Looked for among those ``at_hand``, where the recipe says unless that is another machine, beside the recipe's own
    file, and in the installation.

    Raises:
        RecipeError: none of them is the right one.
    """
    stated = Path(recipe.checkpoint)
    places: list[Path] = [] if _may_ask_another_host(stated) else [stated]
    if beside is not None:
        places += [*(beside.parent / place for place in places), beside.parent / stated.name]
    wrong = None
    for path in [*at_hand, *places, *shipped_models()]:
        found = _fingerprint_if_there(path)
        if found == recipe.sha256:
            return path
        wrong = (path, found) if found and path == stated else wrong
    means = f"the saved room is of a model whose SHA-256 begins {recipe.sha256[:SHOWN_DIGITS]}"
    if wrong:
        raise RecipeError(f"{means}, but {wrong[0]} is another one ({wrong[1][:SHOWN_DIGITS]}); {_REMEDY}")
    raise RecipeError(f"{means} ({stated.name or 'unnamed'}), which is not here; {_REMEDY}")


_REMEDY = "put the right file beside the room or name it with --checkpoint"


def _may_ask_another_host(stated: Path) -> bool:
    r"""Whether Windows would connect to another machine, or open a device, for a path that a stranger has written.

    That is one with more than a letter for its drive, ``\\host\share\…``, ``\\?\…``, ``\\.\…``, or a name as the kernel
    has them, ``\??\UNC\host\…``. Other systems refuse the same.
    """
    path = PureWindowsPath(stated)
    return len(path.drive) > len("C:") or str(path).startswith(("\\\\", "\\??\\"))


def _fingerprint_if_there(path: Path) -> str:
    try:
        return fingerprint(path) if path.is_file() and path.stat().st_size <= MOST_HASHED_BYTES else ""
    except (CocoganError, OSError, ValueError):  # a stated path may be anything
        return ""
