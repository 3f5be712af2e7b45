"""docs/architecture.md is true: every module stands in it, and its walks name functions that exist, in their order."""

import re
import sys
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest
from walks import PAGE, found, walk

ROOT = Path(__file__).parents[2]
MODULES = sorted(path for package in ("cocogan_core", "viewer") for path in (ROOT / package).rglob("*.py"))
CODE = {".py", ".sh", ".glsl", ".frag", ".vert"}
WALKS = ("From a slider to a pixel", "From a Matterport3D zip to a batch", "A training step")


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
