"""The ``cocogan`` command as a whole: its help, its error lines, its exit codes."""

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
    assert cli.SUBCOMMANDS[name].__doc__.splitlines()[0].split(".")[0][:40] in shown


def test_a_mistake_is_one_line_without_traceback_and_exit_code_2():
    found = run("evaluate", "--data", "/no/such/folder")
    assert found.returncode == 2
    assert found.stdout == ""
    assert len(found.stderr.strip().splitlines()) == 1
    assert found.stderr.startswith("cocogan: error: ")
    assert "/no/such/folder" in found.stderr


def test_importing_the_command_does_not_import_torch():
    code = "import sys, cocogan_core.commands.main; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


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
def test_exit_codes(monkeypatch, capsys, function, code, said):
    monkeypatch.setattr(cli, "SUBCOMMANDS", {"fail": function, "other": _bug})
    with pytest.raises(SystemExit) as exit_:
        cli.main(["fail"])
    assert exit_.value.code == code
    assert said in capsys.readouterr().err


def test_our_own_bugs_keep_their_traceback(monkeypatch):
    monkeypatch.setattr(cli, "SUBCOMMANDS", {"fail": _bug, "other": _user_error})
    with pytest.raises(ZeroDivisionError):
        cli.main(["fail"])
