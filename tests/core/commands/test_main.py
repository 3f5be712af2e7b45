"""The ``cocogan`` command as a whole: its help, its error lines, its exit codes."""

import importlib
import os
import subprocess
import sys

import pytest

from cocogan_core.commands import main as cli
from cocogan_core.errors import DataError


def run(*arguments):
    environment = {**os.environ, "COLUMNS": "120"}
    command = [sys.executable, "-m", "cocogan_core.commands.main", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_help_names_every_subcommand():
    found = run("--help")
    assert found.returncode == 0
    assert all(name in found.stdout for name in cli.SUBCOMMANDS)


@pytest.mark.parametrize("name", sorted(cli.SUBCOMMANDS))
def test_every_subcommand_says_what_it_is_for(name, capsys):
    with pytest.raises(SystemExit) as exit_:
        cli.main([name, "--help"])
    shown = capsys.readouterr().out
    assert exit_.value.code == 0
    assert "usage: cocogan" in shown
    function = getattr(importlib.import_module(f"cocogan_core.commands.{name}"), name)
    assert function.__doc__.splitlines()[0].split(".")[0][:40] in shown


def test_a_mistake_is_one_line_without_traceback_and_exit_code_2():
    found = run("evaluate", "--data", "/no/such/folder")
    assert found.returncode == 2
    assert found.stdout == ""
    assert len(found.stderr.strip().splitlines()) == 1
    assert found.stderr.startswith("cocogan: error: ")
    assert "/no/such/folder" in found.stderr


NOT_FOR_A_WINDOW = "[name for name in sys.modules if name.startswith('cocogan_core.training') or name == 'typeguard']"
HEAVY = {"torch", "moderngl", "glcontext", "OpenGL", "pyglet", "imgui_bundle"}
MODULES_AFTER = """
import sys
from viewer.__main__ import main  # the installed command: the core's subcommands and the viewer's
sys.argv = ["cocogan", *sys.argv[1:]]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


@pytest.mark.parametrize(
    "arguments",
    [["info", "CHECKPOINT"], ["--help"], *([name, "--help"] for name in (*sorted(cli.SUBCOMMANDS), "render"))],
    ids=" ".join,
)
def test_what_needs_neither_imports_neither_torch_nor_opengl(arguments, tiny_checkpoint):
    arguments = [str(tiny_checkpoint) if argument == "CHECKPOINT" else argument for argument in arguments]
    command = [sys.executable, "-c", MODULES_AFTER, *arguments]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    imported = set(found.stderr.split())
    assert "cocogan_core" in imported
    assert not imported & HEAVY


def _user_error():
    raise DataError("room.json is broken; prepare it again")


def _interrupt():
    raise KeyboardInterrupt


def _bug():
    raise ZeroDivisionError


@pytest.mark.parametrize(
    ("function", "code", "said"),
    [(_user_error, 2, "cocogan: error: room.json is broken"), (_interrupt, 130, "stopped")],
)
def test_exit_codes(capsys, function, code, said):
    with pytest.raises(SystemExit) as exit_:
        cli.main(["fail"], also={"fail": function, "other": _bug})
    assert exit_.value.code == code
    assert said in capsys.readouterr().err


def test_our_own_bugs_keep_their_traceback():
    with pytest.raises(ZeroDivisionError):
        cli.main(["fail"], also={"fail": _bug, "other": _user_error})


def test_only_the_subcommand_that_is_named_is_imported():
    code = "import sys; from viewer.__main__ import main; main(['view', '--seed', 'x'])"
    code = f"import atexit, sys; atexit.register(lambda: print({NOT_FOR_A_WINDOW})); {code}"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert found.returncode == 2
    assert "--seed" in found.stderr
    assert found.stdout == "[]\n"


def test_a_name_that_is_none_is_refused_with_all_that_are():
    found = run("vew")
    assert found.returncode == 2
    assert "vew" in found.stderr
