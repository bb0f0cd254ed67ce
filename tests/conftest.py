"""What several test files use."""

import csv

import pytest


@pytest.fixture
def write(tmp_path):
    """Write rows, or the text of a file, and return its path."""

    def write(content, name="mine.csv", encoding="utf-8", **form):
        path = tmp_path / name
        with open(path, "w", newline="", encoding=encoding) as file:
            if isinstance(content, str):
                file.write(content)
            else:
                csv.writer(file, **form).writerows(content)
        return path

    return write
