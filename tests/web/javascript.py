"""Runs the page's modules in Node, for comparing them with Python's."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

WEB = Path(__file__).parents[2] / "web"
PACKAGES = WEB / "node_modules"
# scripts/page_packages.sh brings them, which `make test` calls: in CI these tests must not be left out unnoticed
needs_packages = pytest.mark.skipif(
    not (PACKAGES / "typescript").is_dir() and "CI" not in os.environ, reason="needs scripts/page_packages.sh"
)
OPENING = """
import {{ readFileSync }} from "node:fs";
const WEB = {web};
const data = JSON.parse(readFileSync(0, "utf8"));
const load = (name) => import(new URL(name, WEB));
const bytes = (path) => new Uint8Array(readFileSync(path)).buffer;
const base64 = (array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString("base64");
"""
# Node can wait for ever at its end for a thread that compiles in the background and waits for Node to collect garbage
# (nodejs/node#54918, one call in some hundreds), so that there are to be no such threads.
NODE = ["node", "--single-threaded"]
CLOSING = "\nprocess.stdout.write(JSON.stringify(await main()));\n"


def javascript(code: str, data: object = None, *, seconds: float = 120) -> Any:
    """What ``async function main()`` in ``code`` returns; it sees ``data``, and modules by ``await load(NAME)``."""
    source = OPENING.format(web=json.dumps(f"{WEB.as_uri()}/")) + code + CLOSING
    command = [*NODE, "--input-type=module", "--eval", source]
    done = subprocess.run(command, input=json.dumps(data), capture_output=True, text=True, timeout=seconds, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
