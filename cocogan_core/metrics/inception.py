"""The Inception network of the literature's FID, as torch-fidelity has it; its weights are the user's to fetch.

2048 features of TensorFlow's network of 2015, by which Table 1 of the paper is. Torch is imported when it is loaded.
"""

from __future__ import annotations

import importlib
import importlib.util
import pickle
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cocogan_core.errors import ConfigError

if TYPE_CHECKING:
    import torch

__all__ = ["load_inception"]

PACKAGE, MODULE = "torch_fidelity", "torch_fidelity.feature_extractor_inceptionv3"
WEIGHTS = "weights-inception-2015-12-05-6726825d.pth"
HINT = (
    "features 'inception' need the package torch-fidelity (pip install torch-fidelity) and its Inception weights "
    f"({WEIGHTS}), which it downloads on first use, unless --inception-weights names their file; "
    "or take --features efficientnet, which works offline"
)


def load_inception(device: str, weights: Path | None) -> Callable[[NDArray[np.uint8]], NDArray[np.float32]]:
    """Uint8 RGB pictures (n, H, W, 3) → float32 features (n, 2048), on a torch device.

    Args:
        device: torch's name of it.
        weights: the user's file; None: torch-fidelity fetches its own.

    Raises:
        ConfigError: the package or the weights are not here, or the file holds others.
    """
    module = _module()
    import torch

    if weights is not None:
        _require_tensors(weights)
    network = _network(module, weights).eval().to(device)

    @torch.inference_mode()
    def extract(images: NDArray[np.uint8]) -> NDArray[np.float32]:
        x = torch.from_numpy(images).permute(0, 3, 1, 2).to(device)  # it resizes and normalises bytes itself
        return np.asarray(network(x)[0].float().cpu().numpy(), np.float32)

    return extract


def _module() -> ModuleType:
    """The module of that network without the rest of the package, which needs torchvision made for this very torch."""
    if PACKAGE in sys.modules:
        return importlib.import_module(MODULE)
    found = importlib.util.find_spec(PACKAGE)
    if found is None:
        raise ConfigError(HINT)
    empty = ModuleType(PACKAGE)
    empty.__path__ = list(found.submodule_search_locations or ())
    sys.modules[PACKAGE] = empty
    try:
        return importlib.import_module(MODULE)
    except ImportError as error:
        raise ConfigError(f"{HINT} ({error})") from error
    finally:
        del sys.modules[PACKAGE]  # whoever imports it later gets all of it


def _require_tensors(weights: Path) -> None:
    """Refuse what is no file of tensors alone: torch-fidelity would run what else a pickle says."""
    import torch

    if not weights.is_file():
        raise ConfigError(f"{weights} does not exist; name the file of Inception's weights")
    try:
        with warnings.catch_warnings(action="ignore"):  # of pickles by other hands; they are refused anyway
            torch.load(weights, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, ValueError, EOFError, KeyError, pickle.UnpicklingError) as error:
        raise ConfigError(f"{weights} is no file of weights; name torch-fidelity's {WEIGHTS}") from error


def _network(module: Any, weights: Path | None) -> torch.nn.Module:  # noqa: ANN401 (the user's package, without types)
    given = None if weights is None else str(weights)
    try:
        network: torch.nn.Module = module.FeatureExtractorInceptionV3(
            "inception-v3-compat", ["2048"], feature_extractor_weights_path=given
        )
    except Exception as error:  # torch-fidelity lets URLError, HTTPError, OSError and RuntimeError of its download out
        what = f"{HINT} ({error})" if given is None else f"{given} holds other weights; name torch-fidelity's {WEIGHTS}"
        raise ConfigError(what) from error
    return network
