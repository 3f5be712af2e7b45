import json

import pytest
import safetensors.numpy

from cocogan_core.commands.info import info

ODD = "[draft] [/x] :smile: \x1b[2J\u202emoor"


@pytest.fixture
def odd_checkpoint(tiny_checkpoint, tmp_path):
    with safetensors.safe_open(tiny_checkpoint, "numpy") as file:
        stated = json.loads(file.metadata()["cocogan"])
    stated["provenance"] |= {"data_set": ODD, "licence": ODD, "notes": "n" * 5000, "metrics": {ODD: 1.0}}
    path = tmp_path / "odd.safetensors"
    path.write_bytes(
        safetensors.numpy.save(safetensors.numpy.load_file(tiny_checkpoint), {"cocogan": json.dumps(stated)})
    )
    return path


def test_metadata_is_shown_as_it_is_and_obeyed_nowhere(odd_checkpoint, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    info(odd_checkpoint)
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert shown.count("[draft] [/x] :smile: \\x1b[2J\\u202emoor") == 3
    assert shown.count("n") < 3000
