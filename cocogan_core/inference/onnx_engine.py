"""The engine that everybody has: ONNX Runtime, on the CPU or whatever else it was built for. Never imports torch."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cocogan_core.config import ModelConfig
from cocogan_core.cores import usable_cores
from cocogan_core.errors import NotFiniteError
from cocogan_core.inference.engine import PROVIDERS, Cell, Latent, Patches, Shape
from cocogan_core.inference.graph_request import FLOP, GraphRequest, block_shapes
from cocogan_core.inference.memo import Memo
from cocogan_core.inference.onnx_file import metadata_of
from cocogan_core.inference.onnx_runtime import onnxruntime
from cocogan_core.inference.onnx_session import open_session
from cocogan_core.models.dimensions import MARGIN

__all__ = ["OnnxEngine"]

MOST_AT_ONCE = 16  # blocks; each takes some tens of MB while it is made

Features = NDArray[np.float32]


class OnnxEngine:
    """Runs a checkpoint's graphs; see :class:`cocogan_core.inference.engine.Engine` for the methods.

    One session for each graph, made when it is first needed. On the CPU every pixel is the same sum in the same order
    whatever the shape of its block (tests hold it to that); a GPU's libraries choose their kernels by shape, so that
    patches are to be made ``alone`` there.
    """

    def __init__(
        self,
        model: ModelConfig,
        graphs: Callable[[GraphRequest], bytes],
        *,
        provider: str = PROVIDERS["cpu"],
        threads: int | None = None,
        alone: bool = False,
    ) -> None:
        """Take ``graphs`` as they are needed.

        ``threads`` are as many as there are cores if left out. On the CPU each makes a block of its own: a pass is many
        small operations, in which a second thread finds little to do. ``alone``: every patch in a pass of its own, one
        after the other.

        Raises:
            ConfigError: the provider does not work here.
            CheckpointError: what ``graphs`` raises for the smallest one that every patch needs.
        """
        self._model, self._graphs, self._provider = model, graphs, provider
        self._alone = alone
        self.at_once = 1 if alone else min(threads or usable_cores(), MOST_AT_ONCE)
        self._threads = threads if alone else 1
        self._sessions: Memo[GraphRequest, onnxruntime.InferenceSession] = Memo()
        self._newest: tuple[Latent, dict[str, Latent]] | None = None  # z and what its style's graph says of it
        compact = model.architecture == "compact" and model.generator == "micro"
        self._session(GraphRequest("style") if compact else GraphRequest("base", block=self.shapes(0)[0]))

    def shapes(self, level: int) -> Sequence[Shape]:
        """As :class:`Engine`; of the ablation "optimal G" the whole image only."""
        every = block_shapes(self._model, level)
        return every[-1:] if self._alone else every

    def base(self, z: Latent, corner: Cell, shape: Shape) -> tuple[Patches, Sequence[Features]]:
        """As :class:`Engine`; features (1, C, h, w), views of the block's."""
        session = self._session(GraphRequest("base", block=shape))
        inputs: dict[str, NDArray[Any]] = self._known(session, z) | {"corners": _corners(corner)}
        patches, *features = _run(session, inputs, self._model.grid.levels > 1)
        if not features:
            return patches, ()
        cells = [(row, column) for row in range(shape[0]) for column in range(shape[1])]
        side = self._model.grid.patch_px
        return patches, [_crop(features[0], (row * side, column * side), (side, side)) for row, column in cells]

    def fine(self, z: Latent, corner: Cell, shape: Shape, level: int, features: Features) -> Patches:
        """As :class:`Engine`."""
        side = self._model.grid.patch_px >> level  # level 0's pixels in a fine patch
        start = [at % (1 << level) * side for at in corner]
        near = _crop(features, (start[0], start[1]), (shape[0] * side, shape[1] * side))
        inputs: dict[str, NDArray[Any]] = {"features": np.ascontiguousarray(near), "corners": _corners(corner)}
        session = self._session(GraphRequest("fine", level, shape))
        return _run(session, inputs | self._known(session, z))[0]

    def responses(self, z: Latent) -> NDArray[np.float32]:
        """As :class:`Engine`."""
        answers: NDArray[np.float32] = self._session(GraphRequest("responses")).run(None, {"z": z})[0]
        return answers

    def flop(self, level: int) -> float:
        """As :class:`Engine`. Opens no session: one asks for this while others wait for patches."""
        block = self.shapes(level)[0]
        stated = metadata_of(self._graphs(GraphRequest("fine" if level else "base", level, block)))
        return float(stated[FLOP]) / (block[0] * block[1])

    def _known(self, session: onnxruntime.InferenceSession, z: Latent) -> dict[str, NDArray[Any]]:
        """What a graph needs of z: itself, where there are walls or the networks are the paper's; style and more."""
        needed = {entry.name for entry in session.get_inputs()}
        known = {"z": z} if "z" in needed else {}
        if needed <= {"z", "corners", "features"}:
            return known
        return known | {name: value for name, value in self._of_room(z).items() if name in needed}

    def _of_room(self, z: Latent) -> dict[str, Latent]:
        """Worked out once a room, not once a block."""
        newest = self._newest  # as it is now: a block of another z, left behind by an error, may still be under way
        if newest is None or not np.array_equal(z, newest[0]):
            session = self._session(GraphRequest("style"))
            names = [entry.name for entry in session.get_outputs()]
            self._newest = newest = z.copy(), dict(zip(names, session.run(names, {"z": z}), strict=True))
        return newest[1]

    def _session(self, request: GraphRequest) -> onnxruntime.InferenceSession:
        return self._sessions.get(request, lambda: self._open(self._graphs(request)))

    def _open(self, graph: bytes) -> onnxruntime.InferenceSession:
        return open_session(graph, self._provider, self._threads)


def _run(
    session: onnxruntime.InferenceSession, inputs: dict[str, NDArray[Any]], features: bool = False
) -> list[NDArray[Any]]:
    """Patches, and features where there are any; NotFiniteError if bytes would hide what the patches are made of."""
    total, *made = session.run(["total", "patches", *(["features"] if features else [])], inputs)
    if not np.isfinite(total):
        raise NotFiniteError
    return list(made)


def _crop(features: Features, start: tuple[int, int], size: tuple[int, int]) -> Features:
    """``size`` pixels of level 0 from ``start`` on, with their margin."""
    (top, left), (height, width) = start, size
    return features[:, :, top : top + height + 2 * MARGIN, left : left + width + 2 * MARGIN]


def _corners(corner: Cell) -> NDArray[np.int64]:
    return np.array([corner], np.int64)
