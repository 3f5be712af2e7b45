"""docs/architecture.md is true: every module stands in it, and its walks name functions that exist, in their order."""

import re
import sys
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "architecture.md"
MODULES = sorted(path for package in ("cocogan_core", "viewer") for path in (ROOT / package).rglob("*.py"))
CODE = {".py", ".sh", ".glsl", ".frag", ".vert"}
WALKS = ("From a slider to a pixel", "From a Matterport3D zip to a batch", "A training step")


def walk(title: str) -> list[str]:
    """The dotted names of a walk: the first code span of each numbered line under its heading."""
    _, _, rest = PAGE.read_text(encoding="utf-8").partition(f"### {title}\n")
    section, _, _ = rest.partition("\n#")
    return re.findall(r"^\d+\. `([\w.]+)`", section, re.MULTILINE)


def found(name: str) -> object:
    """What a dotted name means: a module, then attributes of it."""
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            thing: object = import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            thing = getattr(thing, part)
        return thing
    raise ModuleNotFoundError(name)


def test_every_module_is_listed_exactly_once():
    listed = Counter(re.findall(r"`((?:cocogan_core|viewer)/[\w/]+\.py)`", PAGE.read_text(encoding="utf-8")))
    assert listed == Counter(path.relative_to(ROOT).as_posix() for path in MODULES)


def test_the_list_says_what_the_files_say():
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        page = PAGE.read_text(encoding="utf-8")
        assert page == import_module("module_map").rewritten(page), "run `python scripts/module_map.py`"
    finally:
        sys.path.pop(0)


@pytest.mark.parametrize("title", WALKS)
def test_walks_name_functions_that_exist(title):
    names = walk(title)
    assert len(names) >= 8
    for name in names:
        assert callable(found(name)), name


def test_code_cites_no_document_that_is_not_here():
    folders = ("cocogan_core", "viewer", "shaders", "benchmarks", "scripts", "tests")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in CODE]
    cited = {(path, name) for path in files for name in re.findall(r"[\w-]+\.md\b", path.read_text(encoding="utf-8"))}
    here = {path.name for path in ROOT.rglob("*.md") if ".venv" not in path.parts}
    assert not {(path.name, name) for path, name in cited if name not in here}
