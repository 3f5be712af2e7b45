"""Every attribute of an object is there from the start: none is first assigned outside ``__init__``."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted(path for package in ("cocogan_core", "viewer") for path in (ROOT / package).rglob("*.py"))


def assigned(function):
    """Names x of every ``self.x = …`` (also with a type, in a tuple, as a loop's or a with's target).

    Not of ``self.x += …``, which needs an x to be there.
    """
    changed = {id(node.target) for node in ast.walk(function) if isinstance(node, ast.AugAssign)}
    return {
        node.attr
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
        and id(node) not in changed
    }


def late_attributes(tree):
    """``Class.attribute`` of each that only a method other than ``__init__`` assigns.

    What the class body declares, as a dataclass does, counts as there, and so does what has a setter.
    """
    for cls in (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)):
        methods = [node for node in cls.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        known = {node.target.id for node in cls.body if isinstance(node, ast.AnnAssign)}
        targets = [target for node in cls.body if isinstance(node, ast.Assign) for target in node.targets]
        known |= {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}
        known |= {method.name for method in methods}
        known |= {name for method in methods if method.name == "__init__" for name in assigned(method)}
        late = {name for method in methods for name in assigned(method)} - known
        yield from (f"{cls.name}.{name}" for name in sorted(late))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_attribute_is_first_assigned_outside_init(path):
    assert list(late_attributes(ast.parse(path.read_text(encoding="utf-8")))) == []


def test_a_late_one_is_found():
    code = """
class A:
    kept: int
    def __init__(self):
        self.a, self.b = 1, 2
    def later(self):
        self.a = self.kept = 3
        self.c: int = 4
        for self.d in (): pass
        self.e += 1
"""
    assert list(late_attributes(ast.parse(code))) == ["A.c", "A.d"]
