"""How much a picture file may ask for, judged by its first bytes before anything is decoded. Knows no pixels."""

import struct

__all__ = ["MOST_FILE_BYTES", "MOST_LIGHT_PIXELS", "MOST_PIXELS", "refuse_canvas", "refuse_size"]

MOST_FILE_BYTES = 512 << 20
MOST_PIXELS = 1 << 27  # 16384×8192, of 8 bits a channel
MOST_LIGHT_PIXELS = 1 << 25  # 8192×4096, of float32
ALWAYS_PIXELS = 1 << 24  # in a file of any size: a picture of one colour is a small file
PIXELS_A_BYTE = 512  # beyond that; a photograph has ten, and a plain PNG at most 344


def refuse_size(width: int, height: int, file_bytes: int, most: int = MOST_PIXELS) -> None:
    """Refuse a picture that would be too large in memory, or that is far too small a file for its size.

    Raises:
        ValueError: it is.
    """
    pixels = width * height
    if not 0 < pixels <= most:
        raise ValueError(f"{width}×{height} pixels; at most {most} are decoded")
    if pixels > max(ALWAYS_PIXELS, PIXELS_A_BYTE * file_bytes):
        raise ValueError(f"{width}×{height} pixels out of {file_bytes} bytes; no photograph is so small a file")


def refuse_canvas(content: bytes, file_bytes: int) -> None:
    """As :func:`refuse_size` for WebP, whose decoder allocates its canvas as soon as a file is opened.

    ``content`` are the first 30 bytes at least, of ``file_bytes``.
    """
    if content[:4] == b"RIFF" and content[8:16] == b"WEBPVP8X" and len(content) >= 30:
        width, height = (1 + int.from_bytes(content[at : at + 3], "little") for at in (24, 27))
    elif content[:4] == b"RIFF" and content[8:16] == b"WEBPVP8 " and len(content) >= 30:
        width, height = (side & 0x3FFF for side in struct.unpack("<HH", content[26:30]))
    elif content[:4] == b"RIFF" and content[8:16] == b"WEBPVP8L" and len(content) >= 25:
        bits = int.from_bytes(content[21:25], "little")
        width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    else:
        return  # another format, or no picture
    refuse_size(width, height, file_bytes)
