"""The house rules that no linter checks: what modules offer, and that the wheel carries its files."""

import ast
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from cocogan_core.errors import CocoganError
from cocogan_core.files import resource

ROOT = Path(__file__).parents[2]
MODULES = sorted(path for package in ("cocogan_core", "viewer") for path in (ROOT / package).rglob("*.py"))


def offered(tree: ast.Module) -> list[str] | None:
    """The literal ``__all__`` of a module, if it has one."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return ast.literal_eval(node.value)
    return None


def bound(tree: ast.Module) -> set[str]:
    """Names bound at a module's top level, or there for type checkers and bound when first asked for."""
    names = set()
    lazy = [node for block in tree.body if ast.unparse(block).startswith("if TYPE_CHECKING:") for node in block.body]
    for node in [*tree.body, *lazy]:
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.ClassDef | ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            names |= {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_offer_only_what_they_have(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = offered(tree)
    if path.name == "__init__.py" and names is None:
        assert not [node for node in tree.body if not isinstance(node, ast.Expr)]  # a bare docstring offers nothing
        return
    assert names is not None
    assert len(names) == len(set(names))  # their order is ruff's rule RUF022
    assert set(names) <= bound(tree)


def test_the_wheel_carries_shaders_and_the_default_room(tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    for name in ("shaders/view.frag", "assets/rooms.safetensors", "web/generator/kernel.wasm", "web/page/main.js"):
        code = f"from cocogan_core.files import resource; print(resource({name!r}))"
        found = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path / "site", check=True, capture_output=True, text=True
        )
        inside = Path(found.stdout.strip())
        assert inside == tmp_path / "site" / "cocogan_core" / name
        assert inside.read_bytes() == resource(name).read_bytes()


def test_a_file_that_did_not_travel_is_named():
    with pytest.raises(CocoganError, match=r"shaders/absent\.frag is missing"):
        resource("shaders/absent.frag")
