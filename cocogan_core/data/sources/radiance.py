"""Radiance's picture format (.hdr, .pic): shared-exponent pixels, run-length coded or flat. Numpy only.

Written from Greg Ward's description, "Real Pixels", Graphics Gems II, and Radiance's file format notes.
"""

import re

import numpy as np
from numpy.typing import NDArray

from cocogan_core.data.sources.budgets import MOST_LIGHT_PIXELS, refuse_size

__all__ = ["decode_radiance"]

PIXELS_A_BYTE = 16  # run-length coded: 127 pixels in two bytes for each of four channels
MOST_HEADER_BYTES = 1 << 16
RLE_WIDTHS = range(8, 0x8000)  # scanlines of other widths are never run-length coded


def decode_radiance(content: bytes) -> NDArray[np.float32]:
    """Linear light (H, W, 3) of a file's bytes, top row first.

    Raises:
        ValueError: it is no such file, is truncated, or stands in another order than top to bottom, left to right.
    """
    header = re.match(rb"#\?.*?\n\n-Y (\d{1,9}) \+X (\d{1,9})\n", content[:MOST_HEADER_BYTES], re.DOTALL)
    if header is None:
        raise ValueError("not a Radiance picture from top left to bottom right")
    height, width = int(header[1]), int(header[2])
    refuse_size(width, height, len(content), MOST_LIGHT_PIXELS)
    if height * width > PIXELS_A_BYTE * len(content):
        raise ValueError("truncated")
    light, shared = np.empty((height, width, 3), np.float32), np.empty((width, 4), np.uint8)
    position = header.end()
    for row in range(height):
        position = _decode_scanline(content, position, shared)
        scale = np.ldexp(np.float32(1), shared[:, 3:].astype(np.int32) - 136)  # 128 of bias, 8 bits of mantissa
        light[row] = np.where(shared[:, 3:] > 0, (shared[:, :3] + np.float32(0.5)) * scale, 0)
    return light


def _decode_scanline(content: bytes, position: int, line: NDArray[np.uint8]) -> int:
    """Fill ``line`` (W, 4); where the next one begins."""
    width = len(line)
    if width in RLE_WIDTHS and content[position : position + 4] == bytes((2, 2, width >> 8, width & 255)):
        position += 4
        for channel in range(4):
            position = _decode_runs(content, position, line[:, channel])
        return position
    flat = content[position : position + 4 * width]
    if len(flat) < 4 * width:
        raise ValueError("truncated")
    line[:] = np.frombuffer(flat, np.uint8).reshape(width, 4)
    return position + 4 * width


def _decode_runs(content: bytes, position: int, values: NDArray[np.uint8]) -> int:
    """Fill one channel of a scanline from runs (count > 128, value) and literals (count, values …)."""
    filled = 0
    while filled < len(values):
        if position + 1 >= len(content):
            raise ValueError("truncated")
        count = content[position]
        run = count > 128
        count -= 128 if run else 0
        if not 0 < count <= len(values) - filled:
            raise ValueError("a run leaves its line")
        length = 1 if run else count
        part = content[position + 1 : position + 1 + length]
        if len(part) < length:
            raise ValueError("truncated")
        values[filled : filled + count] = np.frombuffer(part, np.uint8)
        position, filled = position + 1 + length, filled + count
    return position
