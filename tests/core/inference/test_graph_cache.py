"""Graphs that are kept: used again, rebuilt where they are broken, forgotten where they are too many."""

import os
import shutil

import pytest

from cocogan_core.errors import CheckpointError
from cocogan_core.inference import graph as graphs
from cocogan_core.inference.graph import build_graph
from cocogan_core.inference.graph_cache import GraphCache
from cocogan_core.inference.graph_request import GraphRequest

BASE, ALONE, RESPONSES = GraphRequest("base", block=(2, 2)), GraphRequest("base"), GraphRequest("responses")


@pytest.fixture
def built(monkeypatch):
    """The requests that were built."""
    requests = []

    def build(checkpoint, request):
        requests.append(request)
        return build_graph(checkpoint, request)

    monkeypatch.setattr(graphs, "build_graph", build)
    return requests


def test_a_second_start_builds_nothing(tiny_checkpoint, tmp_path, built):
    first = [GraphCache(tiny_checkpoint, tmp_path)(request) for request in (BASE, ALONE, RESPONSES)]
    again = [GraphCache(tiny_checkpoint, tmp_path)(request) for request in (BASE, ALONE, RESPONSES)]
    assert first == again
    assert len(set(first)) == 3
    assert built == [BASE, ALONE, RESPONSES]


HARM = [lambda graph: graph[:-1], lambda graph: b"", lambda graph: graph[:99] + b"x" + graph[100:]]


@pytest.mark.parametrize("harm", HARM)
def test_a_broken_entry_is_rebuilt(tiny_checkpoint, tmp_path, built, harm):
    graph = GraphCache(tiny_checkpoint, tmp_path)(BASE)
    (entry,) = tmp_path.iterdir()
    kept = entry.read_bytes()
    entry.write_bytes(harm(kept))
    assert GraphCache(tiny_checkpoint, tmp_path)(BASE) == graph
    assert entry.read_bytes() == kept
    assert built == [BASE, BASE]


def test_another_content_is_another_entry(tiny_checkpoint, mlp_checkpoint, tmp_path, built):
    path = tmp_path / "same.safetensors"
    for source in (tiny_checkpoint, mlp_checkpoint):
        shutil.copy(source, path)
        GraphCache(path, tmp_path / "cache")(ALONE)
    assert built == [ALONE, ALONE]


def test_the_oldest_are_forgotten(tiny_checkpoint, tmp_path, built):
    size = len(GraphCache(tiny_checkpoint, tmp_path)(ALONE))
    (old,) = tmp_path.iterdir()
    os.utime(old, (1, 1))
    GraphCache(tiny_checkpoint, tmp_path, most_bytes=size + 1000)(GraphRequest("base", block=(2, 2)))
    assert old not in list(tmp_path.iterdir())
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_cannot_be_written_costs_only_time(tiny_checkpoint, tmp_path, built):
    (tmp_path / "file").touch()
    cache = GraphCache(tiny_checkpoint, tmp_path / "file")
    assert cache(ALONE) == cache(ALONE)
    assert built == [ALONE, ALONE]


def test_what_was_finished_is_kept_and_what_could_not_be_is_not(tiny_checkpoint, tmp_path, built):
    def kept(finish):
        return [GraphCache(tiny_checkpoint, tmp_path, finish=finish, finished_by="-1")(ALONE) for _ in range(2)]

    first, second = kept(lambda graph: graph)
    assert first == second
    assert not list(tmp_path.iterdir())
    assert kept(lambda graph: graph + b"x") == [first + b"x"] * 2
    assert len(built) == 3


def test_a_bad_checkpoint_leaves_nothing(tmp_path, built):
    (tmp_path / "bad.safetensors").write_bytes(b"nonsense")
    with pytest.raises(CheckpointError):
        GraphCache(tmp_path / "bad.safetensors", tmp_path / "cache")(ALONE)
    assert not (tmp_path / "cache").exists()
