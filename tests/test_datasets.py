"""The data sets, and the download path with what can go wrong on it. Nothing here leaves this machine."""

import hashlib
import os
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import pytest

from utils import datasets
from utils.datasets import DataError, Split, TextDataset, registry
from utils.text import tokenise

CONTENT = b'"1","A title","and a description"\n"4","Another","one"\n'


def test_an_unknown_name_lists_the_known_ones():
    for function in (datasets.load, datasets.is_available, datasets.download):
        with pytest.raises(ValueError, match="'imdb': expected one of " + ", ".join(datasets.names())):
            function("imdb")


def test_both_sentences_of_a_pair_have_one_bag_and_opposite_labels():
    pairs = datasets.load("same_bag")
    for part in (pairs.train, pairs.validation, pairs.test):
        assert part.labels.tolist() == [0, 1] * (len(part) // 2)
        for one, other in zip(part.texts[::2], part.texts[1::2], strict=True):
            assert one != other and Counter(one.split()) == Counter(other.split())


def test_no_pair_occurs_in_two_parts():
    pairs = datasets.load("same_bag")
    parts = [set(part.texts) for part in (pairs.train, pairs.validation, pairs.test)]
    assert [len(part) for part in parts] == [2000, 400, 1600]
    assert not (parts[0] & parts[1] or parts[0] & parts[2] or parts[1] & parts[2])


def test_the_seed_decides_the_pairs():
    assert datasets.load("same_bag", seed=1).train.texts == datasets.load("same_bag", seed=1).train.texts
    assert datasets.load("same_bag", seed=1).train.texts != datasets.load("same_bag", seed=2).train.texts


def test_asking_for_more_pairs_than_exist_is_refused():
    with pytest.raises(ValueError, match="asked for 6000 pairs, but only 2916 different ones exist"):
        datasets.load("same_bag", train_pairs=5000)


def test_the_names_of_one_emoji_stay_in_one_part():
    names = datasets.load("emoji_names")
    for part in (names.train, names.validation, names.test):
        assert part.labels.tolist() == list(range(8)) * (len(part) // 8)
        assert all(tokenise(text) for text in part.texts)
    assert len(names.train) + len(names.validation) + len(names.test) >= 15_000
    assert len(names.train) == pytest.approx(0.7 * 8 * 1923, rel=0.05)


def test_generated_and_packaged_sets_are_always_available_and_need_no_download():
    assert datasets.is_available("same_bag") and datasets.is_available("emoji_names")
    datasets.download("same_bag")


@pytest.mark.skipif(
    not datasets.is_available("ag_news"), reason="AG News is not in COURSE_DATA; datasets.download fetches it"
)
def test_ag_news_is_split_in_6000_and_1600():
    news = datasets.load("ag_news")
    assert (len(news.train), len(news.validation), len(news.test)) == (6000, 0, 1600)
    labels = np.concatenate([news.train.labels, news.test.labels])
    assert np.bincount(labels).tolist() == [1900] * 4


def test_parity_counts_the_ones_so_far_and_asks_for_more_as_training_goes_on():
    bits = datasets.load("parity", seed=3, test_size=4, test_length=50)
    ones = bits.train.inputs - 1
    assert set(np.unique(bits.train.inputs)) == {1, 2} and bits.test.inputs.shape == (4, 50)
    asked = bits.train.targets >= 0
    assert np.array_equal(bits.train.targets[asked], (ones.cumsum(axis=1) % 2)[asked])
    assert asked[0].sum() == 2 and asked[-1].all() and len(bits.train) == len(asked) == 16_000
    assert (bits.test.targets >= 0).all() and len(bits.test) == 4


PRONOUNS = {"train_size": 3000, "validation_size": 200, "test_size": 300}


def test_a_pronoun_follows_from_the_names():
    data = datasets.load("pronouns", seed=3, **PRONOUNS)
    feminine = {"Alice", "Clara", "Emma", "Nora", "Rosa", "Vera"}
    names = feminine | {"Ben", "Hugo", "Leo", "Oscar", "Paul", "Tom"}
    for part in (data.train, data.validation, data.test):
        for text, label in zip(part.texts, part.labels, strict=True):
            *words, last = text.split()
            found = [word for word in words if word in names]
            assert last == "because" and len(words) < 19 and len(set(found)) == len(found) == 1 + ("and" in words)
            expected = "they" if len(found) == 2 else "she" if found[0] in feminine else "he"
            assert data.classes[label] == expected
        shares = np.bincount(part.labels) / len(part)
        assert np.allclose(shares, [0.25, 0.25, 0.5], atol=0.1)


def test_no_pronoun_sentence_occurs_twice_and_the_seed_decides():
    data, again, other = (datasets.load("pronouns", seed=seed, **PRONOUNS) for seed in (0, 0, 1))
    texts = data.train.texts + data.validation.texts + data.test.texts
    assert [len(data.train), len(data.validation), len(data.test)] == [3000, 200, 300]
    assert len(set(texts)) == 3500
    assert data.train.texts == again.train.texts != other.train.texts


def test_pronoun_parts_of_a_negative_size_are_refused():
    with pytest.raises(ValueError, match=r"sizes of 0 or more, got train, validation and test sizes \[5, -1, 5\]"):
        datasets.load("pronouns", train_size=5, validation_size=-1, test_size=5)


@pytest.mark.parametrize("length", [1, 3])
def test_copying_asks_for_the_symbols_again_in_their_order(length):
    copying = datasets.load("copying", seed=3, length=length, train_size=50, test_size=400)
    for part, size in ((copying.train, 50), (copying.test, 400)):
        read, turn = part.inputs[:, :length], part.inputs[:, length:]
        assert part.inputs.shape == part.targets.shape == (size, 2 * length) and len(part) == size
        assert (turn == 7).all() and (part.targets[:, :length] == -1).all()
        assert (part.targets[:, length:] == read - 1).all()
    assert set(np.unique(copying.test.targets)) == {-1, *range(6)} and len(copying.classes) == 6


def test_the_seed_decides_what_is_copied_and_nothing_cannot_be_copied():
    first, again, other = (datasets.load("copying", seed=seed, train_size=9).train.inputs for seed in (0, 0, 1))
    assert (first == again).all() and (first != other).any()
    with pytest.raises(ValueError, match="at least 1 symbol to copy, got 0"):
        datasets.load("copying", length=0)


@pytest.mark.parametrize("label", [-1, 2])
def test_a_label_out_of_range_is_refused(label):
    good, bad = Split(["a"], np.array([0])), Split(["a", "b"], np.array([0, label]))
    message = rf"toy, test, row 1: label {label} is out of range, expected 0 to 1 for 2 classes"
    with pytest.raises(ValueError, match=message):
        TextDataset("toy", ("no", "yes"), good, good, bad, "made up")


def test_a_missing_label_is_refused():
    good, short = Split(["a"], np.array([0])), Split(["a", "b"], np.array([0]))
    with pytest.raises(ValueError, match=r"toy, train: expected 2 labels, one a text, got shape \(1,\)"):
        TextDataset("toy", ("no", "yes"), short, good, good, "made up")


class Files(BaseHTTPRequestHandler):
    """Serves CONTENT, or the first half of it."""

    def do_GET(self):
        body = {"/whole.csv": CONTENT, "/half.csv": CONTENT[: len(CONTENT) // 2]}.get(self.path)
        self.send_response(200 if body else 404)
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def server():
    server = HTTPServer(("127.0.0.1", 0), Files)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def news_from(monkeypatch, tmp_path):
    """Point the registry's AG News to an address, and COURSE_DATA to an empty folder, which is returned."""

    def point(address):
        entry = {
            "name": "ag_news_test.csv",
            "url": address,
            "bytes": len(CONTENT),
            "sha256": hashlib.sha256(CONTENT).hexdigest(),
        }
        monkeypatch.setitem(registry.REGISTRY, "ag_news", {"source": "a test", "files": [entry]})
        monkeypatch.setenv("COURSE_DATA", str(tmp_path / "cache"))
        return tmp_path / "cache"

    return point


def test_a_download_is_checked_kept_and_not_repeated(news_from, server):
    folder = news_from(f"{server}/whole.csv")
    assert not datasets.is_available("ag_news")
    datasets.download("ag_news")
    assert datasets.is_available("ag_news")
    assert os.listdir(folder) == ["ag_news_test.csv"]
    written = (folder / "ag_news_test.csv").stat().st_mtime_ns
    datasets.download("ag_news")
    assert (folder / "ag_news_test.csv").stat().st_mtime_ns == written


def test_loading_a_set_that_is_not_here_says_how_to_fetch_it_and_fetches_nothing(news_from, server):
    folder = news_from(f"{server}/whole.csv")
    with pytest.raises(
        DataError, match=r"ag_news_test.csv is not in .*datasets.download\('ag_news'\) fetches it .* from http"
    ):
        datasets.load("ag_news")
    assert not folder.exists()


def test_a_truncated_download_leaves_nothing_behind(news_from, server):
    folder = news_from(f"{server}/half.csv")
    with pytest.raises(DataError, match=r"what came from .*half.csv is not the file we know \(sha256 differs\)"):
        datasets.download("ag_news")
    assert os.listdir(folder) == []


def test_a_missing_page_names_the_address(news_from, server):
    folder = news_from(f"{server}/moved.csv")
    with pytest.raises(DataError, match=r"no answer from .*moved.csv \(HTTPError\)"):
        datasets.download("ag_news")
    assert os.listdir(folder) == []


def test_no_network_names_the_address(news_from):
    folder = news_from("http://127.0.0.1:9/whole.csv")
    with pytest.raises(
        DataError, match=r"no answer from http://127.0.0.1:9/whole.csv \(ConnectionError\). Check the network"
    ):
        datasets.download("ag_news")
    assert os.listdir(folder) == []


@pytest.mark.parametrize("damaged", [CONTENT[:10], CONTENT.replace(b"title", b"TITLE")])
def test_a_damaged_file_is_refused_and_a_new_download_repairs_it(news_from, server, damaged):
    folder = news_from(f"{server}/whole.csv")
    folder.mkdir()
    (folder / "ag_news_test.csv").write_bytes(damaged)
    assert not datasets.is_available("ag_news")
    with pytest.raises(DataError, match=rf"is damaged: expected {len(CONTENT)} bytes .* got {len(damaged)} bytes"):
        datasets.load("ag_news")
    datasets.download("ag_news")
    assert datasets.is_available("ag_news")


def test_a_cache_that_cannot_be_written_is_named(news_from, server, tmp_path):
    news_from(f"{server}/whole.csv")
    (tmp_path / "cache").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(DataError, match=r"cannot write to .*cache .*Set COURSE_DATA to a folder"):
        datasets.download("ag_news")


def test_a_missing_bundle_of_certificates_is_a_matter_of_the_network(news_from, server, monkeypatch):
    folder = news_from(f"{server}/whole.csv".replace("http:", "https:"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/gone/corporate.pem")
    with pytest.raises(DataError) as error:
        datasets.download("ag_news")
    said = str(error.value)
    assert "no safe connection to https://" in said and "/gone/corporate.pem" in said and "REQUESTS_CA_BUNDLE" in said
    assert "permission" not in said and os.listdir(folder) == []


def test_a_tilde_in_course_data_is_the_users_own_folder(news_from, server, monkeypatch, tmp_path):
    news_from(f"{server}/whole.csv")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("COURSE_DATA", "~/rnn-data")
    datasets.download("ag_news")
    assert datasets.is_available("ag_news") and os.listdir(tmp_path / "rnn-data") == ["ag_news_test.csv"]


def test_without_course_data_the_users_cache_is_used(monkeypatch):
    monkeypatch.delenv("COURSE_DATA", raising=False)
    assert registry.folder().name == "rnn-course"


def test_every_registered_file_has_address_size_checksum_and_licence():
    for entry in registry.REGISTRY.values():
        assert entry["licence"] and entry["source"]
        for file in entry["files"]:
            assert file["url"].startswith("https://") and len(file["sha256"]) == 64 and file["bytes"] > 0
