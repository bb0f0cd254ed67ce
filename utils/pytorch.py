"""The PyTorch half: seed, device, and the training loop of lesson 01.

`fit`, `evaluate` and `predict` are written out and explained in lesson 01; later lessons import them from here.
"""

import random

import numpy as np
import torch
from torch import nn

from utils.settings import course_device, course_seed


def set_seed() -> int:
    """Seed Python, NumPy and PyTorch with ``COURSE_SEED`` (default 0) and return the seed."""
    seed = course_seed()
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    return seed


def device() -> torch.device:
    """Where models run: a CUDA GPU if there is one, else the CPU; ``COURSE_DEVICE`` (cpu, gpu) decides otherwise.

    Raises RuntimeError if a GPU is asked for and there is none.
    """
    wanted = course_device()
    if wanted == "gpu" and not torch.cuda.is_available():
        raise RuntimeError("COURSE_DEVICE is gpu, but PyTorch sees no CUDA GPU: unset it or set it to cpu")
    return torch.device("cuda" if wanted != "cpu" and torch.cuda.is_available() else "cpu")


def fit(model, batches, *, epochs, learning_rate):
    """Train a classifier with Adam; return the mean loss of each epoch."""
    device = next(model.parameters()).device
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate, eps=1e-7)
    history = []
    model.train()
    for _ in range(epochs):
        losses = []
        for tokens, labels in batches:
            tokens = torch.as_tensor(tokens, device=device)
            labels = torch.as_tensor(labels, device=device, dtype=torch.long)
            loss = nn.functional.cross_entropy(model(tokens), labels)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            losses.append(loss.item())
        history.append(float(np.mean(losses)))
    return history


def predict(model, tokens):
    """Logits of a batch of token ids, as a NumPy array (batch, classes)."""
    device = next(model.parameters()).device
    model.eval()
    with torch.no_grad():
        return model(torch.as_tensor(tokens, device=device)).cpu().numpy()


def evaluate(model, batches):
    """Share of texts whose largest logit is at the right class."""
    hits = [predict(model, tokens).argmax(axis=1) == labels for tokens, labels in batches]
    return float(np.concatenate(hits).mean())
