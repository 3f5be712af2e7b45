"""Shared fixtures: tiny checkpoints with random weights, made once a session."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cocogan_core import checkpoint
from cocogan_core.config import ModelConfig
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection

TINY = ModelConfig(
    grid=PatchGrid(patch_px=8),
    z_dim=12,
    latent_names=("wall.warmth", "light.sun"),
    architecture="compact",
    generator_width=16,
    discriminator_width=4,
    content_head=True,
)


def write_checkpoint(path: Path, config: ModelConfig) -> Path:
    """A checkpoint of ``config`` with random weights from a fixed seed."""
    import torch

    from cocogan_core.models.build import build_discriminator, build_generator

    torch.manual_seed(1)
    tensors = [
        {name: tensor.detach().numpy() for name, tensor in build(config).state_dict().items()}
        for build in (build_generator, build_discriminator)
    ]
    projection = Projection.of_aspect("mercator", config.grid.width_px / config.grid.height_px)
    metadata = checkpoint.Metadata(
        model=config,
        projection=projection if config.grid.wraps else None,
        provenance=checkpoint.Provenance(data_set="random weights", images_seen=0),
    )
    checkpoint.save_checkpoint(path, metadata, generator=tensors[0], discriminator=tensors[1])
    return path


def write_overflowing(path: Path, sound: Path) -> Path:
    """A compact checkpoint of finite weights that makes the room of z = 0 as ``sound`` does, and no other."""
    loaded = checkpoint.load_checkpoint(sound)
    style = np.asarray(loaded.generator["style.0.weight"], np.float32) * np.float32(1e36)
    checkpoint.save_checkpoint(path, loaded.metadata, generator={**loaded.generator, "style.0.weight": style})
    return path


def pytest_addoption(parser: pytest.Parser) -> None:
    """Golden pictures are rewritten only when asked for."""
    parser.addoption("--regenerate-golden", action="store_true", help="rewrite tests/golden with what is drawn now")


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache folder of the tests' own, for the processes that they start too."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield folder


@pytest.fixture(scope="session")
def tiny_config() -> ModelConfig:
    return TINY


@pytest.fixture(scope="session")
def tiny_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_checkpoint(tmp_path_factory.mktemp("tiny") / "tiny.safetensors", TINY)


@pytest.fixture(scope="session")
def overflowing(tmp_path_factory: pytest.TempPathFactory, tiny_checkpoint: Path) -> Path:
    """One whose numbers overflow in every room but that of z = 0."""
    return write_overflowing(tmp_path_factory.mktemp("overflowing") / "overflowing.safetensors", tiny_checkpoint)


@pytest.fixture(scope="session")
def paper_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = replace(TINY, architecture="paper", generator_width=4)
    return write_checkpoint(tmp_path_factory.mktemp("paper") / "paper.safetensors", config)


@pytest.fixture(scope="session")
def mlp_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The paper's networks with conditional norms of two MLPs."""
    config = replace(TINY, architecture="paper", generator_width=4, conditioning="mlp")
    return write_checkpoint(tmp_path_factory.mktemp("mlp") / "mlp.safetensors", config)


class SmallDisk:
    """A file system of its own in ``folder`` that can be filled to the last byte, or locked."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._ballast = folder, folder / ".ballast"

    def fill(self, leaving: int = 0) -> None:
        """Leave so many bytes, a multiple of 4096."""
        with self._ballast.open("wb", buffering=0) as file:
            for size in (1 << 20, 4096):
                with contextlib.suppress(OSError):
                    while file.write(bytes(size)):
                        pass
        if leaving:
            os.truncate(self._ballast, self._ballast.stat().st_size - leaving)

    def empty(self) -> None:
        """Give all of it back."""
        self._ballast.unlink()

    def files(self) -> list[str]:
        """Names of all that lies there."""
        names = (str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())
        return sorted(name for name in names if name not in (".ballast", ".lock"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """One of 256 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=256m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a file system of its own cannot be mounted here: that takes Linux and root")
    yield SmallDisk(folder)
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture
def screen(request: pytest.FixtureRequest) -> Iterator[str]:
    """A virtual X11 screen of the test's own: its display's name."""
    if not (shutil.which("Xvfb") and shutil.which("xdotool")):
        pytest.skip("Xvfb and xdotool are not installed")
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{getattr(request, 'param', '800x600')}x24"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    display = f":{os.read(read, 16).decode().strip()}"
    yield display
    server.terminate()
    server.wait()
    os.close(read)
    os.close(write)
