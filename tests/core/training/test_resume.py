"""What a run does where its saved state is broken: the one before is used, and nothing half-read stays."""

import json
import shutil
from dataclasses import replace

import pytest
import safetensors.torch
import torch

from cocogan_core.errors import TrainingError
from cocogan_core.training.resume import Resumable
from cocogan_core.training.state import BrokenStateError, before
from cocogan_core.training.trainer import Trainer, train


@pytest.fixture
def stopped(config):
    """A run of 24 images after 16, with the state after 8 beside it."""
    train(replace(config, images=16))
    return config


def edited(path, change):
    """Rewrite a state after ``change(tensors, stated)``."""
    with safetensors.safe_open(path, "pt") as file:
        stated = json.loads(file.metadata()["cocogan_state"])
    tensors = safetensors.torch.load_file(path)
    change(tensors, stated)
    path.write_bytes(safetensors.torch.save(tensors, {"cocogan_state": json.dumps(stated)}))


BROKEN = {
    "no whole batches": lambda tensors, stated: stated.update(seen=17),
    "text": lambda tensors, stated: stated.update(seen="16"),
    "no scaler": lambda tensors, stated: stated.update(scalers={}),
    "a list": lambda tensors, stated: stated.update(scalers=[]),
    "scaler of text": lambda tensors, stated: stated["scalers"].update(optimizer_g={"scale": "x"}),
    "unknown scaler": lambda tensors, stated: stated["scalers"].update(optimizer_g={"scale": 1.0}),
    "no identity": lambda tensors, stated: stated.pop("identity"),
    "deep": lambda tensors, stated: stated.update(identity=json.loads("[" * 40 + "]" * 40)),
    "half a moment": lambda tensors, stated: tensors.pop("optimizer_g.0.step"),
    "moment of text": lambda tensors, stated: tensors.update({"optimizer_g.x.step": torch.zeros(())}),
    "misshapen moment": lambda tensors, stated: tensors.update({"optimizer_g.0.exp_avg": torch.zeros(3)}),
    "missing weight": lambda tensors, stated: tensors.pop("average.lattice.bias"),
    "NaN": lambda tensors, stated: tensors["average.lattice.bias"].fill_(torch.nan),
    "integers": lambda tensors, stated: tensors.update(
        {"average.lattice.bias": tensors["average.lattice.bias"].long()}
    ),
}


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN)
def test_a_broken_state_is_left_for_the_one_before(stopped, change, capsys):
    newest = stopped.run / "state.safetensors"
    edited(newest, change)
    result = train(stopped, progress=True)
    assert result.images_seen == 24
    said = [line for line in capsys.readouterr().out.splitlines() if "broken" in line]
    assert len(said) == 1
    assert said[0].endswith("going on from state-before.safetensors, after 8 images")


def test_a_run_that_goes_on_from_the_state_before_ends_as_an_undisturbed_one(stopped, tmp_path):
    whole = replace(stopped, run=tmp_path / "whole")
    train(whole)
    (stopped.run / "state.safetensors").write_bytes(b"\xff" * 1000)
    train(stopped)
    for name in ("checkpoint.safetensors", "state.safetensors", "state-before.safetensors", "log.jsonl"):
        assert (stopped.run / name).read_bytes() == (whole.run / name).read_bytes(), name
    assert sorted(p.name for p in stopped.run.glob("*.png")) == sorted(p.name for p in whole.run.glob("*.png"))


def test_a_state_that_is_gone_is_replaced_by_the_one_before(stopped):
    (stopped.run / "state.safetensors").unlink()
    assert Trainer(stopped).seen == 8


def test_two_broken_states_are_one_clear_line(stopped):
    newest = stopped.run / "state.safetensors"
    for path in (newest, before(newest)):
        path.write_bytes(b"{}")
    with pytest.raises(BrokenStateError, match="start another --run") as caught:
        Trainer(stopped)
    assert "\n" not in str(caught.value)


def test_what_the_system_refuses_is_not_called_broken(stopped):
    newest = stopped.run / "state.safetensors"
    newest.unlink()
    newest.mkdir()
    with pytest.raises(TrainingError, match=r"cannot read .*not a regular file") as caught:
        Trainer(stopped)
    assert "broken" not in str(caught.value)
    assert "remove" not in str(caught.value)


def test_nothing_of_a_broken_state_is_taken_over(stopped):
    trainer = Trainer(replace(stopped, run=stopped.run.with_name("fresh")))
    weights = {name: tensor.clone() for name, tensor in trainer.generator.state_dict().items()}
    path = trainer.config.run / "state.safetensors"
    path.parent.mkdir()
    shutil.copy(stopped.run / "state.safetensors", path)
    edited(path, lambda tensors, stated: tensors["optimizer_d.0.exp_avg"].fill_(torch.inf))
    resumable: Resumable = trainer._resumable
    with pytest.raises(BrokenStateError, match="infinity"):
        resumable.resume()
    assert all(torch.equal(tensor, weights[name]) for name, tensor in trainer.generator.state_dict().items())


@pytest.mark.parametrize(
    "line", [b"\xff\xfe", b"[" * 100_000, b'{"seen": NaN}', b'{"seen": "4"}', b'{"seen": 4, "seen": 5}', b'{"see']
)
def test_a_broken_line_of_the_log_is_dropped(stopped, line):
    log = stopped.run / "log.jsonl"
    sound = log.read_bytes()
    log.write_bytes(line + b"\n" + sound + line)
    train(stopped)
    assert log.read_bytes().startswith(sound)
    assert all(json.loads(one)["seen"] in (8, 16, 24) for one in log.read_bytes().splitlines())
