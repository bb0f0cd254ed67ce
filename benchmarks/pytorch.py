"""The PyTorch half of the benchmarks: pipelines from text to a trained model, recurrent layers, a training step."""

from itertools import islice

import torch
from torch import nn

from benchmarks import news
from benchmarks.pipeline import EMBEDDING_SIZE, HIDDEN_SIZE, LEARNING_RATE, Setting, vocabulary
from utils.pytorch import evaluate, fit, get_weights, start_like_keras
from utils.text import Batches, encode, tokenise

# From what common tutorials do to what the course does, one change at a time.
PIPELINES = {
    "common": Setting(once=False, batch_size=16, every_word=True),
    "encoded once, in length buckets": Setting(once=True, batch_size=16, every_word=True),
    "and Adam fused": Setting(once=True, batch_size=16, every_word=True, optimizer="fused"),
    "and batches of 128": Setting(once=True, batch_size=128, every_word=True, optimizer="fused"),
    "course": Setting(once=True, batch_size=128, every_word=False, optimizer="fused"),
    "with `fit` of the lessons": Setting(once=True, batch_size=128, every_word=False, optimizer="lessons"),
}


class LSTMClassifier(nn.Module):
    """Read the words in order, classify the state after the last one: the RNN classifier of lesson 01, as an LSTM."""

    def __init__(self, vocabulary_size):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, EMBEDDING_SIZE, padding_idx=0)
        self.embedding.weight.data *= 0.1
        self.lstm = nn.LSTM(EMBEDDING_SIZE, HIDDEN_SIZE, batch_first=True)
        self.classifier = nn.Linear(HIDDEN_SIZE, news.NUM_CLASSES)

    def forward(self, tokens):
        states, _ = self.lstm(self.embedding(tokens))  # (batch, time, hidden)
        last_word = (tokens != 0).sum(dim=1) - 1
        return self.classifier(states[torch.arange(len(tokens)), last_word])


class Pipeline:
    """A model that is being trained on texts in the way a setting says."""

    def __init__(self, setting, train, *, seed):
        torch.manual_seed(seed)
        self.setting = setting
        self.vocabulary = vocabulary(setting, train)
        self.data = self._encoded_once(train, seed) if setting.once else self._batch_by_batch(train)
        self.model = LSTMClassifier(len(self.vocabulary))
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=LEARNING_RATE, fused=setting.optimizer == "fused")

    def _batch_by_batch(self, texts):
        def collate(rows):
            tokens = [torch.tensor(self.vocabulary.ids(tokenise(text))) for text, _ in rows]
            return nn.utils.rnn.pad_sequence(tokens, batch_first=True), torch.tensor([label for _, label in rows])

        rows = list(zip(texts.texts, texts.labels.tolist(), strict=True))
        return torch.utils.data.DataLoader(rows, self.setting.batch_size, shuffle=True, collate_fn=collate)

    def _encoded_once(self, texts, seed=0):
        encoded = encode(map(tokenise, texts.texts), self.vocabulary)
        return Batches(encoded, texts.labels, batch_size=self.setting.batch_size, seed=seed)

    def train(self, num_texts):
        """Train on texts drawn anew."""
        batches = islice(self.data, num_texts // self.setting.batch_size)
        if self.setting.optimizer == "lessons":
            fit(self.model, batches, epochs=1, learning_rate=LEARNING_RATE)
            return
        for tokens, labels in batches:
            logits = self.model(torch.as_tensor(tokens))
            loss = nn.functional.cross_entropy(logits, torch.as_tensor(labels, dtype=torch.long))
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()

    def accuracy(self, texts) -> float:
        """Share of texts that get their own topic."""
        return evaluate(self.model, self._encoded_once(texts))


LAYERS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


def layer_steps(kind, *, batch_size, num_steps, size):
    """Two functions, by hand and library, that go forward and backward and return the gradients of x and the weights.

    Both have the same weights: those of an RNN or LSTM are W_xh, W_hh, b_h; a GRU has b_x and b_h.
    """
    layer = LAYERS[kind](size, size, batch_first=True)
    start_like_keras(layer)
    [[w]] = get_weights(layer)
    arrays = [w.W_xh, w.W_hh, w.b_x, w.b_h] if kind == "gru" else [w.W_xh, w.W_hh, w.b_x + w.b_h]
    weights = [nn.Parameter(torch.tensor(array)) for array in arrays]
    x = torch.randn(batch_size, num_steps, size, requires_grad=True)
    learned = [parameter for parameter in layer.parameters() if parameter.requires_grad]

    def by_hand():
        return torch.autograd.grad(BY_HAND[kind](x, *weights).sum(), [x, *weights])

    def library():
        states, _ = layer(x)
        return torch.autograd.grad(states.sum(), [x, *learned])

    return by_hand, library


def rnn(x, W_xh, W_hh, b_h):
    """All states (batch, time, hidden): lesson 02."""
    h = torch.zeros(len(x), len(W_hh))
    states = []
    for x_t in x.unbind(dim=1):
        h = torch.tanh(x_t @ W_xh + h @ W_hh + b_h)
        states.append(h)
    return torch.stack(states, dim=1)


def lstm(x, W_xh, W_hh, b_h):
    """All hidden states (batch, time, hidden): lesson 05."""
    h = c = torch.zeros(len(x), len(W_hh))
    states = []
    for x_t in x.unbind(dim=1):
        i, f, g, o = (x_t @ W_xh + h @ W_hh + b_h).chunk(4, dim=1)
        i, f, g, o = torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)
        c = f * c + i * g
        h = o * torch.tanh(c)
        states.append(h)
    return torch.stack(states, dim=1)


def gru(x, W_xh, W_hh, b_x, b_h):
    """All states (batch, time, hidden): lesson 07, reset after the product."""
    h = torch.zeros(len(x), len(W_hh))
    states = []
    for x_t in x.unbind(dim=1):
        x_r, x_z, x_n = (x_t @ W_xh + b_x).chunk(3, dim=1)
        h_r, h_z, h_n = (h @ W_hh + b_h).chunk(3, dim=1)
        r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
        n = torch.tanh(x_n + r * h_n)
        h = z * h + (1 - z) * n
        states.append(h)
    return torch.stack(states, dim=1)


BY_HAND = {"rnn": rnn, "lstm": lstm, "gru": gru}


def product(size):
    """A function that multiplies two square matrices."""
    a, b = torch.randn(size, size), torch.randn(size, size)
    return lambda: a @ b


def places() -> list[str]:
    """Where a training step can run: the CPU, and a GPU if PyTorch sees one."""
    return ["cpu", "cuda"] if torch.cuda.is_available() else ["cpu"]


def training_step(*, batch_size, num_steps, input_size, hidden_size, place="cpu"):
    """A function that makes one training step of a library LSTM, and returns the loss when it is done."""
    layer = nn.LSTM(input_size, hidden_size, batch_first=True).to(place)
    optimizer = torch.optim.Adam(layer.parameters())
    x = torch.randn(batch_size, num_steps, input_size, device=place)

    def step():
        states, _ = layer(x)
        loss = states.square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if place == "cuda":
            torch.cuda.synchronize()
        return loss.item()

    return step
