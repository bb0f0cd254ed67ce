"""The spy that every tested PyTorch notebook runs under: it stops what a CUDA GPU would stop, and nothing else."""

import pytest
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_notebook

from tools.files import ROOT
from tools.run import execute

BEGIN = """\
import torch
from torch import nn
from utils.pytorch import predict, state_gradients

class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.head = nn.RNN(2, 3, batch_first=True), nn.Linear(3, 2)

    def forward(self, x):
        return self.head(self.rnn(x)[0][:, -1])

model, x = Reader(), torch.ones(4, 5, 2)
optimizer = torch.optim.Adam(model.parameters())
predict(model, x)
"""


def run(code):
    place = ROOT / "notebooks" / "pytorch"
    start = f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n"
    execute(new_notebook(cells=[new_code_cell(start + BEGIN + code)]), place)


@pytest.mark.parametrize(
    "code, message",
    [
        ("model(x).sum().backward()", "the way back through a recurrent layer in eval mode"),
        ("model.head(torch.ones(4, 3)).sum().backward(); optimizer.step()", "a training step of a model in eval mode"),
    ],
)
def test_training_in_eval_mode_is_stopped(code, message):
    with pytest.raises(CellExecutionError, match=message):
        run(code)


def test_a_first_state_that_is_half_of_another_array_is_stopped():
    with pytest.raises(CellExecutionError, match="a first state that is not contiguous"):
        run("model.rnn(x, torch.ones(1, 4, 6).chunk(2, dim=2)[0])")


@pytest.mark.parametrize(
    "code",
    [
        "model.train(); model.rnn(x, torch.ones(1, 4, 3)); nn.LSTM(2, 3)(x, [torch.ones(1, 5, 3)] * 2)",
        "model.train(); model(x).sum().backward(); optimizer.step(); predict(model, x)",
        "state_gradients(model.rnn, x, torch.ones(3))",
        "with torch.no_grad(): model(x)",
    ],
)
def test_training_measuring_and_predicting_go_on(code):
    run(code)
