"""`make fuzz`: so many fresh files of each class (10,000 if not said), and one line that sums them up."""

import sys
import tempfile
import warnings
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings

from tests.conftest import TINY, write_checkpoint
from tests.fuzz.corpus_files import packed
from tests.fuzz.failure import FailureError
from tests.fuzz.readers import READERS, attempt

CHUNK = 500  # hypothesis keeps what it has generated


def main():
    """Exit code 1 if a reader failed."""
    cases, names = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000, sys.argv[2:] or list(READERS)
    failures = {}
    for name in names:
        tried, failures[name] = fuzz(name, cases)
        print(f"{name}: {tried} cases, " + (str(dict(failures[name])) if failures[name] else "no failure"), flush=True)
    found = sum(sum(counted.values()) for counted in failures.values())
    print(f"{len(names)} classes of {cases} cases: {found} failures")
    sys.exit(found > 0)


def fuzz(name, cases):
    """How many files were tried, and the failures by kind."""
    tried, failed = Counter(), Counter()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sound = write_checkpoint(Path(folder) / "sound.safetensors", TINY)
        place = Path(folder) / "place"
        place.mkdir()
        strategy, read = READERS[name](place, sound)

        @settings(
            max_examples=min(cases, CHUNK), deadline=None, database=None, suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        )  # fmt: skip
        @given(strategy)
        def run(given):
            tried[name] += 1
            try:
                attempt(read, given)
            except FailureError as failure:
                kind = str(failure)
                if not failed[kind]:
                    out = Path("out/fuzz") / name / f"{len(failed)}.refused"
                    out.parent.mkdir(parents=True, exist_ok=True)
                    out.write_bytes(packed(name, given))
                failed[kind] += 1

        while tried[name] < cases:
            run()
    return tried[name], failed


if __name__ == "__main__":
    main()
