"""Lesson 01 writes out what later lessons import."""

import ast

import pytest

from tools.files import ROOT
from tools.lesson import read


class WithoutSignOfLife(ast.NodeTransformer):
    """Takes the line that shows how far a training is out of a function: a lesson may leave it out."""

    def visit_Call(self, node):
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "progress":
            return node.args[0]
        node.keywords = [keyword for keyword in node.keywords if keyword.arg != "callbacks"]
        return node


def functions(source):
    nodes = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    return {node.name: ast.dump(WithoutSignOfLife().visit(node)) for node in nodes}


@pytest.mark.parametrize("track", ["pytorch", "tensorflow"])
def test_what_the_lesson_shows_is_what_utils_holds(track):
    shown = {}
    for cell in read("01_embeddings").track(track):
        if cell.kind == "code":
            shown |= functions(cell.source)
    held = functions((ROOT / "utils" / f"{track}.py").read_text(encoding="utf-8"))
    for name in ("fit", "predict", "evaluate"):
        assert shown[name] == held[name], f"{name} in lesson 01 differs from utils.{track}"
