"""Writes the table of what is installed with the program, and under which licence, into docs/licences.md.

``python scripts/dependency_licences.py``: from the metadata of the packages that the lock files name, as they are
installed here; a test sees that the page is what this writes. What is not installed (another platform's) is left out.
"""

import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "licences.md"
LONGEST = 60  # where a package has its whole text in the field


def pinned(lock: str) -> list[str]:
    """Names of a lock file's packages."""
    return re.findall(r"^([A-Za-z0-9_.-]+)==", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE)


def licence(name: str) -> str:
    """As a package states it: an SPDX expression, else the classifiers, else a short field."""
    stated = metadata(name)
    if "License-Expression" in stated:
        return str(stated["License-Expression"])
    classes = [line.split(" :: ")[-1] for line in stated.get_all("Classifier", []) if line.startswith("License ::")]
    written = stated["License"].strip() if "License" in stated else ""
    if classes:
        return ", ".join(sorted(classes))
    said = 0 < len(written) <= LONGEST and "\n" not in written and written != "UNKNOWN"
    return written if said else "not stated; see its files"


def page() -> str:
    """The whole page."""
    looking = set(pinned("requirements-view.lock"))
    names = sorted({*pinned("requirements.lock"), "torch"}, key=str.lower)
    rows = []
    for name in names:
        try:
            rows.append(f"| {name} | {licence(name)} | {'looking' if name in looking else 'the rest'} |")
        except PackageNotFoundError:
            continue
    head = (
        "# Licences\n\nWhat is installed with the program, pinned in the lock files, and the licence that each package "
        "states in its metadata.\nMost are there for training and for tests; looking at rooms needs those marked so. "
        "None of their files is in the repository.\nPyTorch's builds for CUDA come with NVIDIA's libraries, under "
        "NVIDIA's terms.\n\nWritten by `scripts/dependency_licences.py`.\n\n"
        "| package | licence | for |\n|---|---|---|\n"
    )
    return head + "\n".join(rows) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
