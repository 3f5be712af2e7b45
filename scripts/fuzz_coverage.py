"""Fuzzing led by coverage: ``pip install atheris``, then ``python scripts/fuzz_coverage.py zips -max_total_time=600``.

The readers of ``make fuzz``, given files that atheris (libFuzzer) changes. It begins with ``tests/fuzz/corpus``, keeps
what reaches new lines of our code in ``out/corpus``, and what fails in ``out/fuzz``. The classes are those of
tests/fuzz; options after the class are libFuzzer's.
"""

import sys
import tempfile
import warnings
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["cocogan_core", "viewer"]):
    from tests.conftest import TINY, write_checkpoint
    from tests.fuzz.corpus_files import CORPUS, unpacked
    from tests.fuzz.readers import READERS, attempt

UNINTERESTING = -1  # libFuzzer's word for what is not to be kept


def main() -> None:
    """Until libFuzzer's own limits, or the first failure, whose input it keeps as a file."""
    name = sys.argv.pop(1)
    warnings.simplefilter("ignore")
    folder = Path(tempfile.mkdtemp())
    sound = write_checkpoint(folder / "sound.safetensors", TINY)
    place = folder / "place"
    place.mkdir()
    _, read = READERS[name](place, sound)  # type: ignore[no-untyped-call]

    def one(data: bytes) -> int:
        try:
            given = unpacked(name, data)  # type: ignore[no-untyped-call]
        except ValueError:
            return UNINTERESTING
        attempt(read, given)  # type: ignore[no-untyped-call]
        return 0

    kept, failed = Path("out/corpus") / name, Path("out/fuzz") / name
    for there in (kept, failed):
        there.mkdir(parents=True, exist_ok=True)
    atheris.Setup([*sys.argv, f"-artifact_prefix={failed}/", str(kept), str(CORPUS / name)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
