"""The Inception network of the literature's FID, torch-fidelity's own code, with random weights."""

import importlib.util
import pickle
import sys

import numpy as np
import pytest
import torch

from cocogan_core.errors import ConfigError
from cocogan_core.metrics import inception
from cocogan_core.metrics.features import load_features

PICTURES = np.random.default_rng(0).integers(0, 256, (2, 40, 24, 3), np.uint8)


@pytest.fixture(scope="module")
def network():
    """Weights as torch draws them: the real ones are the user's to fetch."""
    module = inception._module()
    with pytest.MonkeyPatch.context() as patch, torch.random.fork_rng():
        torch.manual_seed(0)
        patch.setattr(module, "load_state_dict_from_url", lambda *_, **__: {})
        patch.setattr(module.FeatureExtractorInceptionV3, "load_state_dict", lambda *_: None)
        return module.FeatureExtractorInceptionV3("inception-v3-compat", ["2048"]).eval()


@pytest.fixture(scope="module")
def weights(network, tmp_path_factory):
    path = tmp_path_factory.mktemp("inception") / "weights.pth"
    torch.save(network.state_dict(), path)
    return path


def test_features_are_the_networks_own_with_the_users_weights(network, weights):
    features = load_features("inception", weights=weights).extract(PICTURES)
    with torch.no_grad():
        (expected,) = network(torch.from_numpy(PICTURES).permute(0, 3, 1, 2))
    assert features.shape == (2, 2048)
    assert features == pytest.approx(expected.numpy(), rel=1e-5)
    assert np.linalg.norm(features[0] - features[1]) > 0.01 * np.linalg.norm(features[0])


def test_the_rest_of_the_package_is_left_alone(weights):
    load_features("inception", weights=weights)
    assert "torch_fidelity" not in sys.modules
    assert "torchvision" not in sys.modules


def test_without_the_package_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(ConfigError, match="pip install torch-fidelity"):
        load_features("inception")


def test_a_download_that_fails_is_one_line(monkeypatch):
    def refused(*_arguments, **_named):
        raise OSError("no network")

    monkeypatch.setattr(inception._module(), "load_state_dict_from_url", refused)
    with pytest.raises(ConfigError, match=r"--inception-weights names their file.*no network"):
        load_features("inception")


class Hostile:
    """A pickle that would write a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def test_other_files_are_refused_and_run_nothing(tmp_path):
    (tmp_path / "noise.pth").write_bytes(b"noise")
    (tmp_path / "hostile.pth").write_bytes(pickle.dumps(Hostile(tmp_path / "written")))
    torch.save({"other": torch.zeros(1)}, tmp_path / "other.pth")
    told = {"gone": "does not exist", "noise": "no file of weights", "hostile": "no file of weights", "other": "other"}
    for name, word in told.items():
        with pytest.raises(ConfigError, match=word) as refused:
            load_features("inception", weights=tmp_path / f"{name}.pth")
        assert "\n" not in str(refused.value)
    assert not (tmp_path / "written").exists()


def test_weights_of_inception_are_for_inception(weights):
    with pytest.raises(ConfigError, match="--features inception"):
        load_features("efficientnet", weights=weights)
