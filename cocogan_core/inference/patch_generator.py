"""Pictures by parts from a checkpoint: (z, patch ids) → uint8 micro patches. Knows no window and no training."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from cocogan_core.checkpoint import Metadata, load_checkpoint, read_metadata
from cocogan_core.errors import CheckpointError, ConfigError, NotFiniteError
from cocogan_core.geometry.symmetry import Upright, upright_rooms
from cocogan_core.inference.blocks import Block, BlockMaker, cover
from cocogan_core.inference.engine import PROVIDERS, Cell, Engine, choose_engine
from cocogan_core.inference.graph_cache import GraphCache
from cocogan_core.inference.latents import sample_z

__all__ = ["PatchGenerator"]

PROBES = 384  # random z whose responses give the principal directions
DIRECTIONS_METHOD = 1  # the viewer keeps directions under this number: raise it when they come about otherwise


class PatchGenerator:
    """Makes the patches of one checkpoint's panoramas, on one device.

    Attributes:
        metadata: what the checkpoint says of itself: model, projection, provenance.
        at_once: how many groups of neighbours (:meth:`blocks`) are made at a time.
    """

    directions_method = DIRECTIONS_METHOD

    def __init__(self, metadata: Metadata, engine: Engine[Any]) -> None:
        """Use :meth:`load`."""
        self.metadata = metadata
        self.at_once = engine.at_once
        self._engine = engine
        self._blocks = BlockMaker(engine)

    @classmethod
    def load(cls, path: Path | str, device: str = "auto", *, engine: str = "auto", threads: int | None = None) -> Self:
        """Read a checkpoint.

        Args:
            path: a .safetensors file.
            device: "cpu"; "cuda", "directml", "coreml" or "mps" where ONNX Runtime or torch has it; or "auto", the best
                that the installed ONNX Runtime has.
            engine: "onnxruntime"; "torch", which alone imports torch; or "auto", as the device needs.
            threads: of the CPU, as many as there are cores if left out.

        Raises:
            CheckpointError: the file cannot be used (see :mod:`cocogan_core.checkpoint`).
            ConfigError: there is no such device or engine here.
        """
        metadata = read_metadata(path)
        try:
            return cls(metadata, _open(Path(path), metadata, choose_engine(device, engine), threads))
        except CheckpointError as error:
            raise error if str(path) in str(error) else CheckpointError(f"{path}: {error}") from error

    def blocks(
        self, z: NDArray[np.float32], ids: Sequence[Cell], *, level: int = 0, most: int | None = None
    ) -> list[list[Cell]]:
        """The same patches in groups of neighbours that are made in one pass each, in the order of each group's first.

        Which they are depends on how the room of ``z`` is turned, where a symmetry turns rooms. ``most`` is a group's
        largest size.
        """
        _, cells = self._as_known(z, ids, level)
        names = dict(zip(cells, ids, strict=True))
        return [[names[cell] for cell in block.cells()] for block in self._cover(list(names), level, most)]

    def patches(self, z: NDArray[np.float32], ids: Sequence[tuple[int, int]], *, level: int = 0) -> NDArray[np.uint8]:
        """Make micro patches of one room, each a function of z and its place alone (paper §2).

        Neighbours are made together, and nothing that is not asked for; on one machine a patch has the same bytes
        whatever else is asked for with it. What finer levels need of the newest z's level 0 is kept for them.

        Args:
            z: (z_dim,), trained on [−1, 1] (:func:`cocogan_core.sample_z`).
            ids: n pairs (row, column) in the level's grid of micro patches; columns wrap on a cylinder.
            level: of detail, in [0, ``grid.levels``); level l has 2^l times the rows and columns.

        Returns:
            sRGB bytes (n, s, s, 3), s being the grid's ``patch_px``.

        Raises:
            ConfigError: the model has no such level, or an id lies outside the grid.
            NotFiniteError: the model's numbers overflow for this z.
        """
        room, cells = self._as_known(z, ids, level)
        made, s = self._make(np.asarray(room.numbers, np.float32), cells, level), self.metadata.model.grid.patch_px
        return room.undo(np.stack([made[cell] for cell in cells]) if cells else np.zeros((0, s, s, 3), np.uint8))

    def _as_known(self, z: NDArray[np.float32], ids: Sequence[Cell], level: int) -> tuple[Upright, list[Cell]]:
        """The room as G knows it, upright where a symmetry says so, and the patches' (row, column) there."""
        model, numbers = self.metadata.model, np.asarray(z, np.float32)
        cells, columns = self._cells(ids, level), model.grid.at_level(level).columns
        if model.symmetry is None:
            return Upright(numbers, turns=0, mirrored=False), cells
        room = model.symmetry.upright(numbers, model.latent_names)
        return room, room.cells(cells, columns)

    def _cells(self, ids: Sequence[Cell], level: int) -> list[Cell]:
        """(row, column) within a level's grid; ConfigError where one lies outside."""
        grid = self.metadata.model.grid.at_level(level)
        grid.require_inside(np.reshape(np.asarray(ids, int), (-1, 2)))
        return [(int(row), int(column) % grid.columns) for row, column in ids]

    def _make(self, z: NDArray[np.float32], cells: list[Cell], level: int) -> dict[Cell, NDArray[np.uint8]]:
        """Every patch once, by blocks."""
        blocks, made = self._cover(cells, level), dict[Cell, NDArray[np.uint8]]()
        for block, patches in zip(blocks, self._blocks.make(z, blocks, level), strict=True):
            made.update(zip(block.cells(), patches, strict=True))
        return made

    def _cover(self, cells: list[Cell], level: int, most: int | None = None) -> list[Block]:
        shapes = self._engine.shapes(level)
        return cover(cells, [shape for shape in shapes if most is None or shape[0] * shape[1] <= max(most, 1)])

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
            NotFiniteError: as :meth:`patches`.
        """
        grid = self.metadata.model.grid.at_level(level)
        ids = [(int(row), int(column)) for row, column in grid.micro_ids()]
        merged: NDArray[np.uint8] = grid.merge(self.patches(z, ids, level=level))
        return merged

    def principal_directions(self, count: int) -> NDArray[np.float32]:
        """The ``count`` unit directions (count, z_dim) in z that change the picture most, strongest first.

        At most ``z_dim`` of them; ``z + amount * directions[i]`` walks along one. PCA of the generator's first features
        over random z, regressed back onto z (GANSpace, Härkönen et al. 2020, §2.2). The probes are fixed, so the same
        checkpoint always has the same directions. Where rooms have symmetries, these are the directions that do the
        same to a room however it is turned.

        Raises:
            NotFiniteError: the features of some of these z overflow.
        """
        model = self.metadata.model
        z = sample_z(0, model.z_dim, count=PROBES)
        upright = z if model.symmetry is None else upright_rooms(z, model.latent_names, model.symmetry)
        features = self._engine.responses(np.asarray(upright, np.float32))
        if not np.isfinite(features).all():
            raise NotFiniteError
        centred = features - features.mean(0)
        if model.symmetry is not None:
            z = model.symmetry.shared(z, model.latent_names)
            centred = _explained(centred, z)
        # the left singular vectors, from the small Gram matrix: many times faster than a decomposition of the features
        _, scores = np.linalg.eigh(centred @ centred.T)
        directions = scores[:, ::-1][:, : min(count, model.z_dim)].T @ z
        unit = directions / np.maximum(np.linalg.norm(directions, axis=1, keepdims=True), 1e-12)
        return np.asarray(unit, np.float32)

    def patch_gflop(self, level: int = 0) -> float:
        """10⁹ floating-point operations that one micro patch costs in the largest block, margins included.

        A multiply-add counts as two. Of a fine level without what it shares with others: level 0's features.
        """
        return self._engine.flop(level) / 1e9


def _explained(centred: NDArray[np.float32], z: NDArray[np.float32]) -> NDArray[np.float32]:
    """The part of centred features (n, d) that is linear in z (n, z_dim)."""
    left, size, _ = np.linalg.svd(z - z.mean(0), full_matrices=False)
    span = left[:, size > 1e-4 * size[0]]
    part: NDArray[np.float32] = span @ (span.T @ centred)
    return part


def _open(path: Path, metadata: Metadata, chosen: tuple[str, str], threads: int | None) -> Engine[Any]:
    """The engine that was chosen, for a checkpoint file; imports what it needs."""
    name, device = chosen
    if name == "torch":
        try:
            from cocogan_core.inference.torch_engine import TorchEngine
        except ImportError as error:
            raise ConfigError(
                f"device {device} needs PyTorch, which is not here: pip install 'cocogan-panorama[train]', or use "
                "--device cpu"
            ) from error
        return TorchEngine(load_checkpoint(path), device, threads=threads)
    from cocogan_core.inference.onnx_engine import OnnxEngine
    from cocogan_core.inference.onnx_session import optimised, optimiser

    on_cpu = device == PROVIDERS["cpu"]
    engine_of = partial(OnnxEngine, provider=device, threads=threads)
    graphs = GraphCache(path, finish=optimised, finished_by=optimiser()) if on_cpu else GraphCache(path)
    if metadata.model.generator == "micro":
        return engine_of(metadata.model, graphs, alone=not on_cpu)
    from cocogan_core.inference.ablation_engines import FullEngine, MultipleEngine
    from cocogan_core.inference.graph import build_graph

    if metadata.model.generator == "full":
        return FullEngine(engine_of(metadata.model, graphs, alone=True))
    return MultipleEngine(
        load_checkpoint(path), lambda part: engine_of(part.metadata.model, partial(build_graph, part), alone=True)
    )
