import json
import struct
import sys

import pytest

from cocogan_core.training.logger import MetricLogger


def lines(folder):
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


def test_a_line_gives_the_means_since_the_last(tmp_path):
    logger = MetricLogger(tmp_path / "run", seen=0, tensorboard=False)
    logger.add({"D": 1.0, "W": 2.0})
    logger.add({"D": 3.0, "W": 2.0})
    logger.write(8, fd=50.0)
    logger.add({"D": 5.0})
    logger.write(12)
    assert lines(tmp_path / "run") == [{"seen": 8, "D": 2.0, "W": 2.0, "fd": 50.0}, {"seen": 12, "D": 5.0}]


def test_what_was_logged_after_the_last_state_is_dropped(tmp_path):
    logger = MetricLogger(tmp_path, seen=0, tensorboard=False)
    for seen in (4, 8, 12):
        logger.add({"D": float(seen)})
        logger.write(seen)
    with (tmp_path / "log.jsonl").open("a") as log:
        log.write('{"seen": 1')  # killed while writing
    logger = MetricLogger(tmp_path, seen=8, tensorboard=False)
    logger.add({"D": 0.5})
    logger.write(12)
    assert [(line["seen"], line["D"]) for line in lines(tmp_path)] == [(4, 4.0), (8, 8.0), (12, 0.5)]


def records(path):
    """Payloads of a TFRecord file: length, its checksum, payload, its checksum."""
    data = path.read_bytes()
    while data:
        (length,) = struct.unpack("<Q", data[:8])
        yield data[12 : 12 + length]
        data = data[16 + length :]


def test_tensorboard_events_say_the_same(tmp_path):
    event_pb2 = pytest.importorskip("tensorboardX.proto.event_pb2")
    logger = MetricLogger(tmp_path, seen=0, tensorboard=True)
    logger.add({"W": 0.25})
    logger.write(640, fd=12.0)
    logger.close()
    (path,) = (tmp_path / "events").iterdir()
    events = [event_pb2.Event.FromString(record) for record in records(path)]
    found = {(value.tag, event.step): value.simple_value for event in events for value in event.summary.value}
    assert found == {("W", 640): 0.25, ("fd", 640): 12.0}


def test_without_its_package_there_is_only_the_log(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboardX.event_file_writer", None)
    logger = MetricLogger(tmp_path, seen=0, tensorboard=True)
    logger.write(4, fd=1.0)
    logger.close()
    assert [path.name for path in tmp_path.iterdir()] == ["log.jsonl"]
