import io

from rich.console import Console

from cocogan_core.training import logger as module
from cocogan_core.training.logger import ProgressDisplay


def shown(monkeypatch, *, terminal, quiet=False, step_s=1.0):
    """What 100 steps of 10 images, one each ``step_s`` seconds, write."""
    clock = iter(range(10_000))
    monkeypatch.setattr(module.time, "monotonic", lambda: next(clock) * step_s)
    file = io.StringIO()
    console = Console(file=file, force_terminal=terminal, width=160, quiet=quiet)
    with ProgressDisplay(1000, 0, console=console) as bar:
        for step in range(1, 101):
            bar.update(10 * step, {"D": -0.5, "W": 0.25})
    return file.getvalue()


def test_without_a_terminal_there_is_a_plain_line_now_and_then(monkeypatch):
    lines = shown(monkeypatch, terminal=False).splitlines()
    assert 4 <= len(lines) <= 6  # 100 s, a line each 30 s and the last
    assert lines[1].startswith("310/1000 images, 10.0 images/s, 0:01:09 left, D -0.500 W 0.250")
    assert lines[-1].startswith("1000/1000 images")
    assert "\x1b" not in "".join(lines)


def test_a_terminal_shows_speed_and_the_wasserstein_estimate_in_a_bar(monkeypatch):
    text = shown(monkeypatch, terminal=True)
    assert "1000/1000" in text
    assert "10.0 images/s" in text
    assert "W 0.250" in text


def test_other_processes_are_silent(monkeypatch):
    assert shown(monkeypatch, terminal=False, quiet=True) == ""
