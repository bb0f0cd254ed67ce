import numpy as np
import pytest
import torch
from torch import nn

from utils import pytorch
from utils.settings import course_device, course_seed
from utils.text import Batches, Vocabulary, encode


class Bag(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.EmbeddingBag(4, 8, mode="mean", padding_idx=0)
        self.classifier = nn.Linear(8, 2)

    def forward(self, tokens):
        return self.classifier(self.embedding(tokens))


@pytest.fixture
def batches():
    lists = [["a", "a"], ["b"], ["a"], ["b", "b", "b"]] * 20
    return Batches(encode(lists, Vocabulary(lists)), [0, 1, 0, 1] * 20, batch_size=8, seed=0)


def test_set_seed_makes_everything_repeat(monkeypatch):
    def draw():
        return torch.rand(3).tolist(), np.random.rand(3).tolist()

    monkeypatch.setenv("COURSE_SEED", "5")
    assert pytorch.set_seed() == 5
    first = draw()
    pytorch.set_seed()
    assert draw() == first
    monkeypatch.setenv("COURSE_SEED", "6")
    pytorch.set_seed()
    assert draw() != first


@pytest.mark.parametrize("text", ["-1", "a", "1.5", ""])
def test_a_seed_that_is_no_number_is_refused(monkeypatch, text):
    monkeypatch.setenv("COURSE_SEED", text)
    with pytest.raises(ValueError, match="COURSE_SEED must be a whole number"):
        course_seed()


def test_an_unknown_device_is_refused(monkeypatch):
    monkeypatch.setenv("COURSE_DEVICE", "tpu")
    with pytest.raises(ValueError, match="COURSE_DEVICE must be one of auto, cpu, gpu, not 'tpu'"):
        course_device()


def test_the_device_can_be_chosen(monkeypatch):
    monkeypatch.setenv("COURSE_DEVICE", "cpu")
    assert pytorch.device() == torch.device("cpu")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setenv("COURSE_DEVICE", "auto")
    assert pytorch.device() == torch.device("cuda")


def test_asking_for_a_gpu_where_there_is_none_is_refused(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setenv("COURSE_DEVICE", "gpu")
    with pytest.raises(RuntimeError, match="PyTorch sees no CUDA GPU"):
        pytorch.device()


def test_fit_learns_and_evaluate_counts_hits(batches):
    torch.manual_seed(0)
    model = Bag()
    history = pytorch.fit(model, batches, epochs=20, learning_rate=0.05)
    assert len(history) == 20 and history[-1] < 0.01 < history[0]
    assert pytorch.evaluate(model, batches) == 1.0
    assert pytorch.predict(model, np.array([[3, 0], [2, 2]], dtype=np.int32)).argmax(axis=1).tolist() == [0, 1]
