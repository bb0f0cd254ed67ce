"""Text files are read and written as UTF-8 everywhere, whatever the system's own encoding is."""

import ast

import pytest

from tools.files import ROOT

FOLDERS = ("utils", "cluster", "tools", "benchmarks", "tests")
FILES = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))] + [ROOT / "conftest.py"]
READS = {"open", "read_text", "write_text"}
STARTS = {"run", "Popen", "check_output"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_text_is_read_and_written_as_utf_8(path):
    for call in (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)):
        name = getattr(call.func, "attr", getattr(call.func, "id", None))
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        binary = any(isinstance(a, ast.Constant) and "b" in str(a.value) for a in [*call.args, given.get("mode")])
        ours = isinstance(call.func, ast.Name) and name != "open"  # a function of the course
        if name in READS and not ours and not (name == "open" and (binary or ast.unparse(call.func) == "os.open")):
            assert "encoding" in given, f"line {call.lineno}: {name} without encoding"
        if name in STARTS:
            assert "text" not in given, f"line {call.lineno}: text=True takes the system's encoding: name one"
