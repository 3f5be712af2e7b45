"""The models that come with the program."""

import pytest

from cocogan_core.checkpoint import read_metadata
from cocogan_core.data.rooms.parameters import style_named
from cocogan_core.shipped import model_path, shipped_model


@pytest.mark.parametrize("family", ["plain", "furnished"])
def test_each_makes_rooms_of_its_family(family):
    assert style_named(read_metadata(shipped_model(family)).model.latent_names) == family


def test_what_is_named_is_a_file_or_else_a_family(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert model_path(None) == shipped_model("furnished")
    assert model_path("plain") == shipped_model("plain")
    assert str(model_path("mine.safetensors")) == "mine.safetensors"
    (tmp_path / "furnished").touch()
    assert str(model_path("furnished")) == "furnished"


def test_both_fit_into_what_a_clone_may_weigh():
    assert sum(shipped_model(family).stat().st_size for family in ("plain", "furnished")) < 16_000_000
