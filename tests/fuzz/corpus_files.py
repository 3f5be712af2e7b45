"""Every file at which a reader failed once, and a sound one or two: ``corpus/CLASS/NAME.refused`` or ``.taken``.

The ending says what has to become of it today. A file is what the reader is given; where that has a name or numbers
beside its bytes (:data:`NAMED`), they stand as a JSON list in a line before them. What `make fuzz` and atheris keep is
written the same way, so that it is moved here as it is.
"""

import json
from functools import cache
from pathlib import Path

CORPUS = Path(__file__).with_name("corpus")
NAMED = ("checkpoints", "pictures", "data_sets", "sky_boxes", "caches")


def files(reader):
    """The files of a class."""
    return sorted((CORPUS / reader).iterdir())


def packed(reader, given):
    """What a reader is given, as one file."""
    return json.dumps(given[:-1]).encode() + b"\n" + given[-1] if reader in NAMED else given


def unpacked(reader, data):
    """What :func:`packed` was given; ValueError where the first line is none of the corpus's (it may name any file)."""
    if reader not in NAMED:
        return data
    line, _, content = data.partition(b"\n")
    if line not in _first_lines(reader):
        raise ValueError("another name")
    return *json.loads(line), content


@cache
def _first_lines(reader):
    return {path.read_bytes().partition(b"\n")[0] for path in files(reader)}
