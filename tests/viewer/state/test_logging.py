import logging

from viewer.state.logging import start_log


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
