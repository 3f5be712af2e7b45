"""docs/architecture.md is true: every module stands in it, and its walks name functions that exist, in their order."""

import re
import sys
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest
from walks import PAGE, found, walk

import cocogan_core

ROOT = Path(__file__).parents[2]
MODULES = sorted(path for package in ("cocogan_core", "viewer") for path in (ROOT / package).rglob("*.py"))
CODE = {".py", ".sh", ".glsl", ".frag", ".vert"}
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
WALKS = ("From a slider to a pixel", "From a Matterport3D zip to a batch", "A training step")


def test_every_module_is_listed_exactly_once():
    listed: Counter[str] = Counter()
    folder = ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if heading := re.fullmatch(r"#{3,4} ((?:cocogan_core|viewer)[\w/]*)", line):
            folder = heading[1]
            listed[f"{folder}/__init__.py"] += 1
        elif row := re.match(r"\| `(\w+\.py)` \| .+ \|$", line):
            listed[f"{folder}/{row[1]}"] += 1
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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_lists_begin_after_an_empty_line(page):
    """Else the site runs them into the paragraph before, unlike GitHub."""
    blocks = re.split(r"\n\s*\n", page.read_text(encoding="utf-8"))
    assert not [block for block in blocks if not block.startswith("- ") and re.search(r"^- ", block, re.MULTILINE)]


def test_the_reference_has_every_public_name():
    page = (ROOT / "docs" / "reference" / "api.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^::: cocogan_core\.(\w+)$", page, re.MULTILINE)) == sorted(cocogan_core.__all__)
