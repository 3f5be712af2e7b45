"""Graphs of opened checkpoints, kept in the platform's cache folder: the second start builds none.

An entry is named after the checkpoint's content and the code that built it, so that it never goes stale, and begins
with its own checksum. A cache that cannot be read or written costs the time of building, nothing else.
"""

import hashlib
import logging
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from cocogan_core.checkpoint import Checkpoint, load_checkpoint
from cocogan_core.errors import OutputError
from cocogan_core.files import cache_folder, read_limited, write_atomically
from cocogan_core.inference.graph_request import GraphRequest

__all__ = ["GraphCache"]

MOST_BYTES = 512 << 20  # of all entries; the shipped room's take 29 MB
CHECKSUM_BYTES = 32


class GraphCache:
    """Graphs of one checkpoint file, from the cache or built; call it with a :class:`GraphRequest`."""

    def __init__(
        self,
        path: Path,
        folder: Path | None = None,
        most_bytes: int = MOST_BYTES,
        *,
        finish: Callable[[bytes], bytes] | None = None,
        finished_by: str = "",
    ) -> None:
        """Graphs of the checkpoint at ``path``; ``folder`` is the platform's if left out.

        ``finish`` is applied to what was built, by what ``finished_by`` names, with its version; what it gives back as
        it was is used, and not kept.
        """
        self._path, self._most_bytes = path, most_bytes
        self._finish, self._by = finish, finished_by
        self._folder = cache_folder() / "graphs" if folder is None else folder

    def __call__(self, request: GraphRequest) -> bytes:
        """The graph as an ONNX file.

        Raises:
            CheckpointError: the checkpoint cannot be used; nothing is kept then.
        """
        rows, columns = request.block
        entry = self._folder / f"{self._key}{self._by}-{request.part}-{request.level}-{rows}x{columns}.onnx"
        graph = _read(entry)
        if graph is None:
            from cocogan_core.inference import graph as graphs  # only now: a second start builds none

            built = graphs.build_graph(self.checkpoint, request)
            graph = built if self._finish is None else self._finish(built)
            if self._finish is None or graph is not built:
                self._keep(entry, graph)
        return graph

    @cached_property
    def checkpoint(self) -> Checkpoint:
        """The checkpoint, read when a graph has to be built."""
        return load_checkpoint(self._path)

    @cached_property
    def _key(self) -> str:
        """Of the checkpoint's content and of everything that folds and writes graphs."""
        with self._path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        package = Path(__file__).parent.parent
        numbers = [package / "models" / name for name in ("dimensions.py", "object_scene.py")]
        sources = (*numbers, *sorted((package / "inference").glob("*.py")))
        code = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
        return f"{content[:32]}-{code[:16]}"

    def _keep(self, entry: Path, graph: bytes) -> None:
        try:
            write_atomically(entry, hashlib.sha256(graph).digest() + graph)
            self._forget_oldest()
        except (OutputError, OSError) as error:
            logging.getLogger(__name__).info("%s", error)

    def _forget_oldest(self) -> None:
        """Remove what has been used longest ago, until the rest is small enough."""
        entries = sorted(self._folder.glob("*.onnx"), key=lambda entry: entry.stat().st_mtime, reverse=True)
        total = 0
        for entry in entries:
            total += entry.stat().st_size
            if total > self._most_bytes:
                entry.unlink()


def _read(entry: Path) -> bytes | None:
    """The graph of an entry, which counts as used; None if there is none, or a broken one."""
    try:
        content = read_limited(entry, MOST_BYTES)
        entry.touch()
    except (OSError, ValueError):
        return None
    graph = content[CHECKSUM_BYTES:]
    return graph if hashlib.sha256(graph).digest() == content[:CHECKSUM_BYTES] else None
