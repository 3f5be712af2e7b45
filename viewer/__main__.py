"""The commands ``cocogan``, the core's subcommands with ``view``, ``render`` and ``web``, and ``cocogan-view``.

``python -m viewer`` is ``cocogan``. Imports next to nothing by itself: where a view is to be shown, its generator's
process begins first, and gets ready on another core while this one imports what the window needs.
"""

import sys
from collections.abc import Sequence
from typing import Any

from cocogan_core.commands.mistakes import one_line_each
from viewer.plain_line import plain_arguments

__all__ = ["main", "main_view"]


def main(args: Sequence[str] | None = None) -> None:
    """Run ``cocogan``; what a user can mend is one line and exit code 2. ``args`` default to the command line's."""
    words = list(sys.argv[1:] if args is None else args)
    arguments = plain_arguments(words[1:]) if words[:1] == ["view"] else None
    if arguments is None:
        _run(words)
    else:
        _view(arguments)


def _view(arguments: dict[str, Any]) -> None:
    from viewer.streaming.generator_process import begun_early

    with one_line_each(), begun_early():
        from viewer.view import view

        view(**arguments)


def _run(words: list[str]) -> None:
    """By tyro, which says what is wrong, and helps."""
    from cocogan_core.commands.main import main as run
    from viewer.render import render
    from viewer.view import marked_view
    from viewer.web import web

    run(words, also={"render": render, "view": marked_view(), "web": web})


def main_view() -> None:
    """Run ``cocogan-view``, which is ``cocogan view``."""
    main(["view", *sys.argv[1:]])


if __name__ == "__main__":
    main()
