"""Text from files, archives, names and metadata, made fit to be shown on a terminal, in a panel or in a log."""

import unicodedata

__all__ = ["LONGEST_MESSAGE", "printable"]

LONGEST = 200  # characters of a name or value: enough to know it by
LONGEST_MESSAGE = 1000  # of a whole line for the user
ELLIPSIS = "…"


def printable(value: object, most: int = LONGEST) -> str:
    r"""``str(value)`` with every character that would do something other than be seen written as ``\x1b`` is here.

    These are control characters (line breaks too), those that turn the direction of writing, lone surrogates as in
    file names that are not UTF-8, and code points without a meaning. What is longer than ``most`` characters then
    loses its middle. What comes out goes through unchanged.
    """
    seen = "".join(map(_visible, _without_middle(str(value), most)))
    return _without_middle(seen, most)


def _without_middle(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    tail = (most - 1) // 2
    return text[: most - 1 - tail] + ELLIPSIS + text[len(text) - tail :]


def _visible(character: str) -> str:
    if character.isprintable() or unicodedata.category(character) == "Zs":  # a space of any width
        return character
    return character.encode("unicode_escape").decode("ascii")
