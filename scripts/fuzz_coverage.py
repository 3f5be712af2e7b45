"""Fuzzing led by coverage: ``pip install atheris``, then ``python scripts/fuzz_coverage.py zips -max_total_time=600``.

The same readers and the same broken files as ``make fuzz``, chosen by atheris (libFuzzer), which keeps what reaches new
lines of our code. The classes are those of tests/fuzz; options after the class are libFuzzer's.
"""

import sys
import tempfile
import warnings
from pathlib import Path

import atheris
from hypothesis import HealthCheck, given, settings

with atheris.instrument_imports(include=["cocogan_core", "viewer"]):
    from tests.conftest import TINY, write_checkpoint
    from tests.fuzz.readers import READERS, attempt


def main() -> None:
    """Until libFuzzer's own limits, or the first failure, whose input it keeps as a file."""
    name = sys.argv.pop(1)
    warnings.simplefilter("ignore")
    folder = Path(tempfile.mkdtemp())
    sound = write_checkpoint(folder / "sound.safetensors", TINY)
    place = folder / "place"
    place.mkdir()
    strategy, read = READERS[name](place, sound)  # type: ignore[no-untyped-call]

    @settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def run(given: object) -> None:
        attempt(read, given)  # type: ignore[no-untyped-call]

    atheris.Setup(sys.argv, run.hypothesis.fuzz_one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
