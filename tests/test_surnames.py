"""The two sets of surnames: what a reader may rely on. Nothing here leaves this machine."""

import hashlib
import json
import os
import subprocess
import sys
import threading
import unicodedata
from collections import Counter
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path

import numpy as np
import pytest

from utils import datasets
from utils.datasets import DataError, registry
from utils.datasets.surnames import three_parts, without_accents

ROOT = Path(__file__).parents[1]
needs_the_files = pytest.mark.skipif(
    not datasets.is_available("surnames_18"), reason="surnames_18 is not in COURSE_DATA; datasets.download fetches it"
)


def rows_of(data):
    """(name, origin, part) of every row."""
    return [
        (name, data.classes[label], part)
        for part in ("train", "validation", "test")
        for name, label in zip(getattr(data, part).texts, getattr(data, part).labels, strict=True)
    ]


@pytest.fixture(scope="module")
def surnames():
    return datasets.load("surnames")


def test_the_surnames_are_the_same_in_every_run(surnames):
    code = "import json; from utils import datasets; print(json.dumps(datasets.load('surnames').train.texts))"
    other_hashes = {**os.environ, "PYTHONHASHSEED": "1"}
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=other_hashes, capture_output=True, check=True)
    assert json.loads(answer.stdout) == surnames.train.texts


def test_the_order_of_the_lists_does_not_change_the_parts():
    rows = [(f"name {k}", k % 3) for k in range(100)]
    parts = [part.texts for part in three_parts(rows)]
    assert parts == [part.texts for part in three_parts(rows[::-1])]
    assert [len(part) for part in parts] == [70, 15, 15]
    assert sorted(name for part in parts for name in part) == sorted(name for name, _ in rows)


def test_no_surname_has_two_origins_or_is_in_two_parts_not_even_in_another_spelling(surnames):
    names = [without_accents(name) for name, _, _ in rows_of(surnames)]
    assert len(names) == len(set(names))


def test_case_and_accents_do_not_make_another_name():
    assert without_accents("López") == without_accents("LOPEZ") == "lopez"
    assert without_accents("Łoś") != without_accents("Los")


def test_surnames_are_composed_latin_letters(surnames):
    for name, _, _ in rows_of(surnames):
        assert name == name.strip() == unicodedata.normalize("NFC", name)
        assert all(unicodedata.name(sign).startswith("LATIN") for sign in name if sign not in " '’-")


def test_there_are_about_ten_thousand_surnames_and_no_origin_is_a_majority(surnames):
    origins = Counter(origin for _, origin, _ in rows_of(surnames))
    assert len(surnames.classes) == 12 and set(origins) == set(surnames.classes)
    assert 9_500 <= origins.total() <= 11_000
    assert min(origins.values()) >= 150
    assert 0.20 <= max(origins.values()) / origins.total() <= 0.26
    assert len(surnames.train) == round(0.7 * origins.total())
    for part in (surnames.train, surnames.validation, surnames.test):
        assert set(part.labels.tolist()) == set(range(12))


def test_labels_belong_to_their_names(surnames):
    origin_of = {name: origin for name, origin, _ in rows_of(surnames)}
    known = {"Virtanen": "Finnish", "Kowalski": "Polish", "Ó Dubhlainn": "Irish", "van der Meer": "Dutch"}
    assert {name: origin_of.get(name) for name in known} == known


def test_surnames_need_no_download():
    assert datasets.is_available("surnames")
    datasets.download("surnames")


@needs_the_files
def test_surnames_18_has_the_origins_of_the_tutorial_and_half_are_russian():
    data = datasets.load("surnames_18")
    origins = Counter(origin for _, origin, _ in rows_of(data))
    assert len(data.classes) == 18 and data.classes[0] == "Arabic" and data.classes[-1] == "Vietnamese"
    assert (len(data.train), len(data.validation), len(data.test)) == (12_608, 2_702, 2_702)
    assert origins["Russian"] == 9_340 and origins["Arabic"] == 108
    assert np.bincount(data.train.labels, minlength=18).min() > 0


@needs_the_files
def test_surnames_18_has_each_name_once_in_an_origin_but_some_in_several():
    rows = [(name, origin) for name, origin, _ in rows_of(datasets.load("surnames_18"))]
    assert len(rows) == len(set(rows))
    assert sum(count > 1 for count in Counter(name for name, _ in rows).values()) == 469


@needs_the_files
def test_surnames_18_is_the_same_each_time():
    assert rows_of(datasets.load("surnames_18")) == rows_of(datasets.load("surnames_18"))


def test_a_missing_file_of_surnames_18_says_how_to_fetch_it(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    assert not datasets.is_available("surnames_18")
    with pytest.raises(DataError, match=r"surnames/Arabic.txt is not in .*datasets.download\('surnames_18'\)"):
        datasets.load("surnames_18")


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture
def two_origins(monkeypatch, tmp_path):
    """Put two small files of our own in place of the eighteen. Returns the empty folder for them."""
    contents = {"Dutch": "Bakker\nde Wit\nBakker\n\n", "Spanish": " Lo\u0301pez \nBakker"}
    (tmp_path / "site").mkdir()
    server = HTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path / "site"))
    files = []
    for origin, text in contents.items():
        (tmp_path / "site" / f"{origin}.txt").write_bytes(text.encode())
        files.append(
            {
                "name": f"surnames/{origin}.txt",
                "url": f"http://127.0.0.1:{server.server_port}/{origin}.txt",
                "bytes": len(text.encode()),
                "sha256": hashlib.sha256(text.encode()).hexdigest(),
            }
        )
    monkeypatch.setitem(registry.REGISTRY, "surnames_18", {"source": "a test", "files": files})
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "cache"))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield tmp_path / "cache"
    server.shutdown()
    server.server_close()


def test_the_files_are_fetched_into_a_folder_of_their_own(two_origins):
    datasets.download("surnames_18")
    assert sorted(os.listdir(two_origins / "surnames")) == ["Dutch.txt", "Spanish.txt"]
    assert datasets.is_available("surnames_18")


def test_names_are_stripped_composed_and_kept_once_in_each_origin(two_origins):
    datasets.download("surnames_18")
    data = datasets.load("surnames_18")
    names = sorted((name, origin) for name, origin, _ in rows_of(data))
    assert names == [("Bakker", "Dutch"), ("Bakker", "Spanish"), ("López", "Spanish"), ("de Wit", "Dutch")]
    assert data.classes == ("Dutch", "Spanish")


def test_one_damaged_file_is_refused_and_repaired(two_origins):
    datasets.download("surnames_18")
    (two_origins / "surnames" / "Spanish.txt").write_text("López\n", encoding="utf-8")
    assert not datasets.is_available("surnames_18")
    with pytest.raises(DataError, match=r"Spanish.txt is damaged: .*datasets.download\('surnames_18'\)"):
        datasets.load("surnames_18")
    datasets.download("surnames_18")
    assert datasets.is_available("surnames_18")
