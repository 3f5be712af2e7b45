"""The end of every graph: maps in about [−1, 1] to bytes of micro patches."""

from cocogan_core.inference.onnx_file import GraphBuilder

__all__ = ["patches_from_maps", "total_of_maps"]


def patches_from_maps(b: GraphBuilder, maps: str, block: tuple[int, int], patch_px: int) -> str:
    """(n, 3, rows·s, columns·s) in [−1, 1], of blocks of (rows, columns) patches → bytes (n·rows·columns, s, s, 3)."""
    (rows, columns), s = block, patch_px
    scaled = b.add("Add", b.add("Mul", maps, b.constant(127.5)), b.constant(127.5))
    pixels = b.add("Cast", b.add("Clip", b.add("Round", scaled), b.constant(0.0), b.constant(255.0)), to=2)
    cells = b.reshape(pixels, [-1, 3, rows, s, columns, s])
    return b.reshape(b.add("Transpose", cells, perm=[0, 2, 4, 3, 5, 1]), [-1, s, s, 3])


def total_of_maps(b: GraphBuilder, maps: str) -> str:
    """The sum of all maps' entries: not finite where one of them is not, which bytes do not show."""
    return b.add("ReduceSum", maps, keepdims=0)
