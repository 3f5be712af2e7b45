"""Named labels of pictures: numbers that are known of every picture in a folder, in one file that lies beside them.

The file is ``parameters.safetensors`` in the folder that the pictures are prepared from. Its tensor ``parameters``
holds (count, K) float32 in [−1, 1]. Its metadata holds ``names`` (a JSON list of the K numbers' names), ``pictures`` (a
JSON list of the pictures' names in the order of the rows, each as the source of pictures names it) and, if wanted,
``source`` and ``licence`` (words that replace the source's own) and ``recipe`` (whatever its writer wants to find
again). Knows no source of pictures.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from cocogan_core.errors import DataError
from cocogan_core.files import open_regular, write_atomically
from cocogan_core.json_text import parse_json
from cocogan_core.text import printable

__all__ = ["LABELS_FILE", "Labels", "read_labels", "write_labels"]

LABELS_FILE = "parameters.safetensors"
MOST_BYTES = 100_000_000  # what safetensors allows a header
Floats = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Labels:
    """What is known of the pictures of a folder.

    Attributes:
        names: what the K numbers mean.
        parameters: each picture's numbers (K,), by its name.
        source: what the pictures are, "" if the file does not say.
        licence: on what terms they are used, likewise.
        recipe: how their writer made them, likewise.
    """

    names: tuple[str, ...]
    parameters: Mapping[str, Floats]
    source: str = ""
    licence: str = ""
    recipe: str = ""


def read_labels(folder: Path) -> Labels | None:
    """The labels of the pictures in ``folder``, or None if it has no such file.

    Raises:
        DataError: the file is broken, or an earlier version of this program wrote it.
    """
    path = folder / LABELS_FILE
    if not path.exists():
        return None
    try:
        open_regular(path).close()
        with safe_open(path, "np") as file:
            metadata, rows = file.metadata() or {}, np.asarray(file.get_tensor("parameters"), np.float32)
        if "viewpoints" in metadata:
            raise DataError(
                f"{path} is of an earlier version: delete it and run `cocogan rooms` with the same settings again, "
                "which keeps the pictures"
            )
        names, pictures = _strings(metadata["names"]), _strings(metadata["pictures"])
        if rows.shape != (len(pictures), len(names)):
            raise ValueError(f"{rows.shape} numbers for {len(pictures)} pictures and {len(names)} names")
        if not np.isfinite(rows).all():
            raise ValueError("a number is NaN or infinite")
    except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{path} is broken ({printable(error)}); make it again, or delete it to go on without labels"
        ) from error
    about = {key: metadata.get(key, "") for key in ("source", "licence", "recipe")}
    return Labels(names=tuple(names), parameters=dict(zip(pictures, rows, strict=True)), **about)


def write_labels(folder: Path, labels: Labels) -> None:
    """Write what :func:`read_labels` reads.

    Raises:
        OutputError: the file cannot be written.
    """
    metadata = {
        "names": json.dumps(labels.names),
        "pictures": json.dumps(list(labels.parameters)),
        "source": labels.source,
        "licence": labels.licence,
        "recipe": labels.recipe,
    }
    rows = np.stack(list(labels.parameters.values()))
    write_atomically(folder / LABELS_FILE, save({"parameters": rows}, metadata))


def _strings(text: str) -> Sequence[str]:
    values = parse_json(text, most_bytes=MOST_BYTES)
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise TypeError(f"{text[:40]} is not a list of names")
    return values
