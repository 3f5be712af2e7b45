"""The engine of whoever has torch: the trained modules themselves, on a GPU, or on the CPU to compare with."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.utils import parametrize
from torch.utils.flop_counter import FlopCounterMode

from cocogan_core.checkpoint import Checkpoint
from cocogan_core.errors import ConfigError, NotFiniteError
from cocogan_core.inference.engine import Cell, Latent, Patches, Shape
from cocogan_core.models.areas import areas_below
from cocogan_core.models.base import Generator
from cocogan_core.models.build import load_generator
from cocogan_core.models.compact import CompactGenerator, Grown
from cocogan_core.models.dimensions import BASE, MARGIN
from cocogan_core.models.paper import PaperGenerator
from cocogan_core.models.pixels import to_uint8
from cocogan_core.models.stage import crop

__all__ = ["TorchEngine", "freeze", "torch_device"]


class TorchEngine:
    """Runs a checkpoint's module; see :class:`cocogan_core.inference.engine.Engine` for the methods."""

    at_once = 1

    def __init__(self, checkpoint: Checkpoint, device: str = "auto", *, threads: int | None = None) -> None:
        """Put the generator on a device; ``threads`` are the CPU's, as many as there are cores if left out.

        Raises:
            CheckpointError: tensors are missing, unknown or misshapen.
            ConfigError: the device is not here.
        """
        self._device = torch_device(device)
        self._generator = freeze(load_generator(checkpoint).to(self._device))
        self._model = checkpoint.metadata.model
        if threads is not None:
            torch.set_num_threads(threads)

    def shapes(self, level: int) -> Sequence[Shape]:
        """As :class:`Engine`: one by one, since torch's libraries choose their kernels by shape and round by kernel."""
        return ((1, 1),)

    @torch.inference_mode()
    def base(self, z: Latent, corner: Cell, shape: Shape) -> tuple[Patches, Sequence[Grown]]:
        """As :class:`Engine`."""
        code, corners = self._code(z), self._corners(corner)
        if isinstance(self._generator, CompactGenerator):
            grown = _grow(self._generator, code, corners, shape)
            return self._patches(crop(grown.rgb, MARGIN), shape), [grown] if self._model.grid.levels > 1 else ()
        return self._patches(self._generator.block(code, corners, shape), shape), ()

    @torch.inference_mode()
    def fine(self, z: Latent, corner: Cell, shape: Shape, level: int, features: Grown) -> Patches:
        """As :class:`Engine`."""
        g, s = self._generator, self._model.grid.patch_px
        assert isinstance(g, CompactGenerator)
        corners = self._corners(corner)
        areas = areas_below(corners * s, (shape[0] * s, shape[1] * s), level)
        start = areas[0]._replace(inset=areas[0].top_left - (corners >> level) * s)
        first = Grown(start.cut(features.x, MARGIN), start.cut(features.rgb, MARGIN), features.room)
        grown = g.grow(first, areas[1:], torch.zeros_like(corners).to(features.x), first=g.base_stages + 1)
        return self._patches(crop(grown.rgb, MARGIN), shape)

    @torch.inference_mode()
    def responses(self, z: Latent) -> NDArray[np.float32]:
        """As :class:`Engine`."""
        answers: NDArray[np.float32] = _responses(self._generator, torch.from_numpy(z).to(self._device)).cpu().numpy()
        return answers

    def flop(self, level: int) -> float:
        """As :class:`Engine`."""
        z = np.zeros(self._model.z_dim, np.float32)
        _, features = self.base(z, (0, 0), (1, 1))
        with FlopCounterMode(display=False) as counter:
            if level:
                self.fine(z, (0, 0), (1, 1), level, features[0])
            else:
                self.base(z, (0, 0), (1, 1))
        return float(counter.get_total_flops())

    def _code(self, z: Latent) -> Tensor:
        return torch.from_numpy(np.asarray(z, np.float32))[None].to(self._device)

    def _corners(self, corner: Cell) -> Tensor:
        return torch.tensor([corner], device=self._device)

    def _patches(self, pictures: Tensor, shape: Shape) -> Patches:
        """(1, 3, rows·s, columns·s) → (rows·columns, s, s, 3)."""
        if not pictures.isfinite().all():  # bytes would hide it
            raise NotFiniteError
        (rows, columns), s = shape, self._model.grid.patch_px
        cells = to_uint8(pictures).reshape(rows, s, columns, s, 3).swapaxes(1, 2)
        return np.ascontiguousarray(cells).reshape(rows * columns, s, s, 3)


def freeze(generator: Generator) -> Generator:
    """Make a trained generator ready for use only, in place: spectral norm and up-sampling kernels worked out."""
    generator.eval().requires_grad_(False)
    for module in generator.modules():
        if parametrize.is_parametrized(module):
            parametrize.remove_parametrizations(module, "weight")
    for parameter in generator.parameters():
        if parameter.dim() == 4:  # the layout that a CPU convolves fastest
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    if isinstance(generator, CompactGenerator):
        for level in generator.levels:
            level.get_submodule("up").freeze()  # type: ignore[operator]
    return generator


def torch_device(name: str) -> torch.device:
    """``auto``: CUDA, else Apple's MPS, else the CPU.

    Raises:
        ConfigError: the named device is not here.
    """
    here = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        return torch.device(next(device for device, present in here.items() if present))
    if not here.get(name):
        raise ConfigError(f"device {name} is not available here; use --device cpu")
    return torch.device(name)


def _grow(g: CompactGenerator, code: Tensor, corners: Tensor, shape: Shape) -> Grown:
    """Features and RGB of a block of level 0, margin included."""
    s, shift = g.config.grid.patch_px, corners.to(code) * BASE
    areas = areas_below(torch.zeros_like(corners), (shape[0] * s, shape[1] * s), g.base_stages)
    placed = g.place(g.positions(areas[0], shift))
    return g.grow(g.start(code, placed, areas[0], shift), areas[1:], shift, first=1)


def _responses(generator: Generator, z: Tensor) -> Tensor:
    """Of the architectures' own generators the first layers' answers, of others the middle patch's pixels."""
    grid, z_dim = generator.config.grid, generator.config.z_dim
    if isinstance(generator, CompactGenerator):
        placed = generator.placed(torch.from_numpy(grid.micro_ids()).to(z.device))
        return generator.features(z, placed[::4, 2:3, 2:3].reshape(1, 1, -1, placed.shape[-1])).flatten(1)
    if isinstance(generator, PaperGenerator):
        return torch.nn.functional.linear(z, generator.dense.weight[:, :z_dim])
    middle = grid.micro_coordinates(grid.micro_ids()[grid.rows * grid.columns // 2])
    made: Tensor = generator(z, torch.from_numpy(middle).to(z).expand(len(z), -1))
    return made.flatten(1)
