import logging

from viewer.state.logging import start_log
from viewer.ui.view_model import Notice


def test_a_log_stays_small(tmp_path):
    path, log = tmp_path / "logs" / "viewer.log", logging.getLogger("viewer")
    before = list(log.handlers)
    start_log(path)
    try:
        for _ in range(3000):
            log.info("x" * 400)
    finally:
        for handler in set(log.handlers) - set(before):
            log.removeHandler(handler)
            handler.close()
    sizes = [file.stat().st_size for file in path.parent.iterdir()]
    assert len(sizes) == 3
    assert sum(sizes) < 800_000


def test_a_folder_that_cannot_be_written_means_no_log(tmp_path):
    (tmp_path / "file").write_text("")
    start_log(tmp_path / "file" / "viewer.log")
    assert (tmp_path / "file").read_text() == ""


def test_a_notice_and_its_line_in_the_log_hold_nothing_but_what_can_be_seen(tmp_path):
    odd = "\x1b[2J\u202e\udcff\nsecond"
    shown = Notice(odd).text
    assert shown == "\\x1b[2J\\u202e\\udcff\\nsecond"
    log = logging.getLogger("viewer")
    try:
        start_log(tmp_path / "viewer.log")
        log.info("opened %s", odd)
    finally:
        for handler in list(log.handlers):
            log.removeHandler(handler)
            handler.close()
    assert (tmp_path / "viewer.log").read_text().endswith(f"INFO opened {shown}\n")
