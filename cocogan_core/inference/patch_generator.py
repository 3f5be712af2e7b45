"""Pictures by parts from a checkpoint: (z, patch ids) → uint8 micro patches. Knows no window and no training."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Self, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from cocogan_core.checkpoint import Checkpoint, Metadata, load_checkpoint
from cocogan_core.errors import CheckpointError, ConfigError
from cocogan_core.inference.graph import Frozen, freeze
from cocogan_core.inference.latents import sample_z
from cocogan_core.models.build import load_generator

__all__ = ["DEVICES", "Device", "PatchGenerator", "choose_device", "to_uint8"]

Device = Literal["auto", "cpu", "cuda", "mps"]
DEVICES: tuple[str, ...] = get_args(Device)
# Patches a pass, always exactly so many: libraries choose their kernels by shape and round differently, so that only
# passes of one size give a patch the same bytes whatever it is made together with. Four of the compact network's cost a
# CPU a tenth more than eight; the paper's takes so long that nobody should wait for three others.
PASS = {"compact": 4, "paper": 1}
GPU_PASS = 8
PROBES = 384  # random z whose responses give the principal directions
DIRECTIONS_METHOD = 1  # the viewer keeps directions under this number: raise it when they come about otherwise


class PatchGenerator:
    """Makes the patches of one checkpoint's panoramas, on one device.

    Attributes:
        metadata: what the checkpoint says of itself: model, projection, provenance.
        pass_size: patches that are made at once; asking for a multiple of it wastes nothing.
    """

    directions_method = DIRECTIONS_METHOD

    def __init__(self, metadata: Metadata, frozen: Frozen, device: torch.device) -> None:
        """Use :meth:`load` or :meth:`of`."""
        self.metadata = metadata
        self._frozen = frozen
        self._device = device
        self.pass_size = PASS[metadata.model.architecture] if device.type == "cpu" else GPU_PASS

    @classmethod
    def load(cls, path: Path | str, device: str = "auto") -> Self:
        """Read a checkpoint.

        Args:
            path: a .safetensors file.
            device: "auto" (CUDA, else Apple's MPS, else the CPU), "cpu", "cuda" or "mps".

        Raises:
            CheckpointError: the file cannot be used (see :mod:`cocogan_core.checkpoint`).
            ConfigError: there is no such device here.
        """
        try:
            return cls.of(load_checkpoint(path), device)
        except CheckpointError as error:
            raise error if str(path) in str(error) else CheckpointError(f"{path}: {error}") from error

    @classmethod
    def of(cls, checkpoint: Checkpoint, device: str = "auto") -> Self:
        """Freeze a checkpoint that is already in memory; raises as :meth:`load`."""
        chosen = choose_device(device)
        return cls(checkpoint.metadata, freeze(load_generator(checkpoint).to(chosen)), chosen)

    @torch.inference_mode()
    def patches(self, z: NDArray[np.float32], ids: Sequence[tuple[int, int]], *, level: int = 0) -> NDArray[np.uint8]:
        """Make micro patches of one room, each independently of the others (paper §2).

        On one machine a patch has the same bytes whatever else is asked for with it. Fine levels are quickest when all
        that is wanted of one room is asked for before the next, since they share what they need of level 0.

        Args:
            z: (z_dim,), trained on [−1, 1] (:func:`cocogan_core.sample_z`).
            ids: n pairs (row, column) in the level's grid of micro patches; columns wrap on a cylinder.
            level: of detail, in [0, ``grid.levels``); level l has 2^l times the rows and columns.

        Returns:
            sRGB bytes (n, s, s, 3), s being the grid's ``patch_px``.

        Raises:
            ConfigError: the model has no such level, or an id lies outside the grid.
        """
        grid = self.metadata.model.grid.at_level(level)
        grid.require_inside(np.reshape(np.asarray(ids, int), (-1, 2)))
        code = torch.from_numpy(np.asarray(z, np.float32)).to(self._device)
        cells = torch.tensor([(row, column % grid.columns) for row, column in ids], dtype=torch.long)
        passes = torch.split(cells, self.pass_size) if ids else ()
        parts = [self._pass(code, cells, level) for cells in passes]
        return np.concatenate(parts) if ids else np.zeros((0, grid.patch_px, grid.patch_px, 3), np.uint8)

    def _pass(self, code: Tensor, cells: Tensor, level: int) -> NDArray[np.uint8]:
        """At most ``pass_size`` patches, filled up with copies of the last."""
        filled = torch.cat([cells, cells[-1:].expand(self.pass_size - len(cells), 2)]).to(self._device)
        return to_uint8(self._made(code, filled, level)[: len(cells)])

    def _made(self, code: Tensor, cells: Tensor, level: int) -> Tensor:
        """Micro patches (n, 3, s, s) at (row, column) cells (n, 2) of a level."""
        if level:
            return self._frozen.fine(code, cells, level, self.pass_size)
        return self._frozen.patches(code, cells[:, 0] * self.metadata.model.grid.columns + cells[:, 1])

    def panorama(self, z: NDArray[np.float32], *, level: int = 0) -> NDArray[np.uint8]:
        """Make the full image of one room: all micro patches, merged (φ, paper §2).

        Args:
            z: (z_dim,), trained on [−1, 1].
            level: of detail, in [0, ``grid.levels``).

        Returns:
            sRGB bytes (height_px, width_px, 3) of ``grid.at_level(level)``; the first column is yaw 0, rows run from
            the top.

        Raises:
            ConfigError: the model has no such level.
        """
        grid = self.metadata.model.grid.at_level(level)
        ids = [(int(row), int(column)) for row, column in grid.micro_ids()]
        merged: NDArray[np.uint8] = grid.merge(self.patches(z, ids, level=level))
        return merged

    @torch.inference_mode()
    def principal_directions(self, count: int) -> NDArray[np.float32]:
        """The ``count`` unit directions (count, z_dim) in z that change the picture most, strongest first.

        At most ``z_dim`` of them; ``z + amount * directions[i]`` walks along one. PCA of the generator's first features
        over random z, regressed back onto z (GANSpace, Härkönen et al. 2020, §2.2). The probes are fixed, so the same
        checkpoint always has the same directions.
        """
        model = self.metadata.model
        z = sample_z(0, model.z_dim, count=PROBES)
        features = self._frozen.responses(torch.from_numpy(z).to(self._device)).float().cpu().numpy()
        centred = features - features.mean(0)
        # the left singular vectors, from the small Gram matrix: many times faster than a decomposition of the features
        _, scores = np.linalg.eigh(centred @ centred.T)
        directions = scores[:, ::-1][:, : min(count, model.z_dim)].T @ z
        unit = directions / np.maximum(np.linalg.norm(directions, axis=1, keepdims=True), 1e-12)
        return np.asarray(unit, np.float32)

    @torch.inference_mode()
    def patch_gflop(self, level: int = 0) -> float:
        """10⁹ floating-point operations that one micro patch costs, margins included, a multiply-add counted as two.

        Of a fine level without what it shares with others: its level-0 patch's.
        """
        code, cells = torch.zeros(self.metadata.model.z_dim, device=self._device), torch.zeros(1, 2, dtype=torch.long)
        self._made(code, cells.to(self._device), level)  # level 0's features are there from now on
        with FlopCounterMode(display=False) as counter:
            self._made(code, cells.to(self._device), level)
        return float(counter.get_total_flops()) / 1e9


def choose_device(name: str) -> torch.device:
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


def to_uint8(images: Tensor) -> NDArray[np.uint8]:
    """(n, 3, h, w) in [−1, 1] → (n, h, w, 3) bytes, rounded."""
    scaled = ((images.float() + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
    result: NDArray[np.uint8] = scaled.permute(0, 2, 3, 1).contiguous().cpu().numpy()
    return result
