"""The checkpoint of a saved room is looked for in a thread: the one who asks never waits longer than it says."""

import hashlib
import threading

import pytest

from cocogan_core.errors import RecipeError
from viewer.camera.camera import View
from viewer.session import checkpoint_search
from viewer.session.checkpoint_search import CheckpointSearch, learn_fingerprint
from viewer.state.latents import Latents
from viewer.state.recipe import Recipe
from viewer.state.recipe_files import fingerprint

LONG_S = 60.0


def recipe(path, content):
    sha256 = hashlib.sha256(content).hexdigest()
    return Recipe(checkpoint=str(path), sha256=sha256, latents=Latents(0, (0.5,)), view=View(), size_px=(160, 90))


def test_nobody_waits_for_a_disk_that_hangs(tmp_path, monkeypatch):
    answers = threading.Event()
    monkeypatch.setattr(checkpoint_search, "find_checkpoint", lambda *_, **__: answers.wait(LONG_S) and tmp_path)
    search = CheckpointSearch(recipe("a", b"a"), file=None, at_hand=[])
    assert search.result() is None
    assert search.result(0.01) is None
    answers.set()
    assert search.result(LONG_S) == tmp_path
    assert search.result() == tmp_path


def test_what_is_not_there_is_an_error(tmp_path):
    search = CheckpointSearch(recipe("gone", b"a"), file=tmp_path / "room.json", at_hand=[])
    with pytest.raises(RecipeError, match="not here"):
        search.result(LONG_S)


def test_a_fingerprint_is_learnt_before_it_is_asked_for(tmp_path, monkeypatch):
    path, hashed = tmp_path / "a.safetensors", threading.Event()
    path.write_bytes(b"a")
    monkeypatch.setattr(checkpoint_search, "fingerprint", lambda path: (fingerprint(path), hashed.set()))
    learn_fingerprint(path)
    assert hashed.wait(LONG_S)
    monkeypatch.setattr(hashlib, "file_digest", lambda *_: pytest.fail("it is hashed again"))
    assert fingerprint(path) == hashlib.sha256(b"a").hexdigest()
