"""Writes ONNX models: https://onnx.ai/onnx/repo-docs/IR.html. Knows no networks.

An ONNX file is a Protocol Buffers message, and of its format we need six messages and three wire types. Writing them
here is quicker than importing the `onnx` package (30 MB, 0.35 s), which whoever only looks at a room would have to
install for this alone; the tests have that package check every graph we write.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Attribute", "GraphBuilder", "metadata_entry", "metadata_of"]

IR_VERSION = 8
OPSET = 18
ELEMENT_TYPES = {"float32": 1, "uint8": 2, "int8": 3, "int64": 7, "bool": 9}  # TensorProto.DataType
FLOAT, INT, STRING, FLOATS, INTS = 1, 2, 3, 6, 7  # AttributeProto.AttributeType

Shape = Sequence[int | str]  # a word names a size that may be anything
Attribute = int | float | str | Sequence[int] | Sequence[float]


class GraphBuilder:
    """A graph under construction; values are named by strings, and whoever asks for a node gets its output's name.

    Attributes:
        flop: floating-point operations of the products so far, a multiply-add counted as two.
    """

    def __init__(self) -> None:
        """Begin with an empty graph."""
        self.flop = 0.0
        self._nodes: list[bytes] = []
        self._constants: list[bytes] = []
        self._inputs: list[bytes] = []
        self._outputs: list[bytes] = []
        self._names = 0

    def input(self, name: str, shape: Shape, kind: str = "float32") -> str:
        """An input of a shape and element type; returns ``name``."""
        self._inputs.append(_value_info(name, shape, kind))
        return name

    def output(self, name: str, value: str, shape: Shape, kind: str = "float32") -> None:
        """Give a value to the outside as ``name``."""
        self._nodes.append(_node("Identity", (value,), [name], {}))
        self._outputs.append(_value_info(name, shape, kind))

    def constant(self, array: NDArray[Any] | Sequence[int] | Sequence[Sequence[int]] | float) -> str:
        """A constant; lists are integers (shapes, axes), a single number is a float."""
        kind = np.float32 if isinstance(array, float) else np.int64 if isinstance(array, Sequence) else None
        name = self._fresh("c")
        self._constants.append(_tensor(name, np.asarray(array, kind)))
        return name

    def add(self, operator: str, *inputs: str, **attributes: Attribute) -> str:
        """A node of one output; https://onnx.ai/onnx/operators lists the operators. An absent input is ``""``."""
        output = self._fresh("v")
        self._nodes.append(_node(operator, inputs, [output], attributes))
        return output

    def split(self, value: str, axis: int, sizes: Sequence[int]) -> list[str]:
        """Consecutive parts of a value."""
        parts = [self._fresh("v") for _ in sizes]
        self._nodes.append(_node("Split", (value, self.constant(sizes)), parts, {"axis": axis}))
        return parts

    def slice(self, value: str, axis: int, start: int, stop: int) -> str:
        """Entries from ``start`` to before ``stop``."""
        return self.add("Slice", value, *(self.constant([n]) for n in (start, stop, axis)))

    def reshape(self, value: str, shape: Sequence[int]) -> str:
        """0 keeps a size, −1 is what remains."""
        return self.add("Reshape", value, self.constant(shape))

    def linear(self, x: str, weight: NDArray[np.float32], bias: NDArray[np.float32] | None, rows: int) -> str:
        """(…, in) → (…, out) with a weight (out, in), for ``rows`` vectors."""
        self.flop += 2.0 * rows * weight.size
        y = self.add("MatMul", x, self.constant(np.ascontiguousarray(weight.T)))
        return y if bias is None else self.add("Add", y, self.constant(bias))

    def convolve(
        self, x: str, weight: NDArray[np.float32], bias: NDArray[np.float32] | None, pixels: int, padding: int = 0
    ) -> str:
        """(B, C, h, w) → (B, C', h', w') with a weight (C', C, k, k), for h'·w' = ``pixels``."""
        self.flop += 2.0 * pixels * weight.size
        constants = [self.constant(weight)] + ([] if bias is None else [self.constant(bias)])
        return self.add("Conv", x, *constants, kernel_shape=weight.shape[2:], pads=[padding] * 4)

    def finish(self, metadata: Mapping[str, str]) -> bytes:
        """The whole model as an ONNX file, ``metadata`` in its properties."""
        graph = _text(2, "cocogan") + _all(1, self._nodes) + _all(5, self._constants)
        graph += _all(11, self._inputs) + _all(12, self._outputs)
        head = _integer(1, IR_VERSION) + _text(2, "cocogan-panorama") + _bytes(8, _integer(2, OPSET))
        return head + _bytes(7, graph) + b"".join(metadata_entry(*pair) for pair in metadata.items())

    def _fresh(self, letter: str) -> str:
        self._names += 1
        return f"{letter}{self._names}"


def metadata_entry(key: str, value: str) -> bytes:
    """One of a model's properties; behind a finished model it joins those that are there."""
    return _bytes(14, _text(1, key) + _text(2, value))


def metadata_of(model: bytes) -> dict[str, str]:
    """A finished model's properties, read without its graph, of which a session takes 0.1 s."""
    entries = (content for field, content in _fields(memoryview(model)) if field == 14)
    pairs = ([bytes(text).decode() for _, text in _fields(entry)] for entry in entries)
    return dict(pairs)


def _fields(message: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Numbers and contents of a model's fields that have a length; the others are varints, and are passed over."""
    at = 0
    while at < len(message):
        tag, at = _read_varint(message, at)
        size, at = _read_varint(message, at)
        if tag & 7 == 2:
            yield tag >> 3, message[at : at + size]
            at += size


def _read_varint(message: memoryview, at: int) -> tuple[int, int]:
    """A number, and where it ends."""
    value = shift = 0
    while message[at] > 0x7F:
        value, shift, at = value | (message[at] & 0x7F) << shift, shift + 7, at + 1
    return value | message[at] << shift, at + 1


def _node(operator: str, inputs: Iterable[str], outputs: list[str], attributes: Mapping[str, Attribute]) -> bytes:
    """NodeProto."""
    names = b"".join(_text(1, name) for name in inputs) + b"".join(_text(2, name) for name in outputs)
    return (
        names + _text(3, outputs[0]) + _text(4, operator) + _all(5, (_attribute(*item) for item in attributes.items()))
    )


def _attribute(name: str, value: Attribute) -> bytes:
    """AttributeProto: field of the value and its type's number, as the value is."""
    if isinstance(value, str):
        body, kind = _text(4, value), STRING
    elif isinstance(value, int):
        body, kind = _integer(3, value), INT
    elif isinstance(value, float):
        body, kind = _float(2, value), FLOAT
    elif all(isinstance(entry, int) for entry in value):
        body, kind = b"".join(_integer(8, int(entry)) for entry in value), INTS
    else:
        body, kind = b"".join(_float(7, entry) for entry in value), FLOATS
    return _text(1, name) + body + _integer(20, kind)


def _tensor(name: str, array: NDArray[Any]) -> bytes:
    """TensorProto."""
    dimensions = b"".join(_integer(1, size) for size in array.shape)
    return dimensions + _integer(2, ELEMENT_TYPES[array.dtype.name]) + _text(8, name) + _bytes(9, array.tobytes())


def _value_info(name: str, shape: Shape, kind: str) -> bytes:
    """ValueInfoProto of a tensor."""
    sizes = (_text(2, size) if isinstance(size, str) else _integer(1, size) for size in shape)
    tensor = _integer(1, ELEMENT_TYPES[kind]) + _bytes(2, _all(1, sizes))
    return _text(1, name) + _bytes(2, _bytes(1, tensor))


def _all(field: int, messages: Iterable[bytes]) -> bytes:
    return b"".join(_bytes(field, message) for message in messages)


def _text(field: int, text: str) -> bytes:
    return _bytes(field, text.encode())


def _bytes(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _integer(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value % (1 << 64))  # negative ones as two's complement


def _float(field: int, value: float) -> bytes:
    return _varint(field << 3 | 5) + np.float32(value).tobytes()


def _varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first; the high bit says that more follow."""
    low = bytearray()
    while value > 0x7F:
        low.append(value & 0x7F | 0x80)
        value >>= 7
    low.append(value)
    return bytes(low)
