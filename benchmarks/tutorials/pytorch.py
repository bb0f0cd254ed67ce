"""The steps of two PyTorch tutorials ("NLP From Scratch"), for lessons 12 and 13, and a loop for lesson 14.

The optimiser is the lessons' Adam in all, so that only the step differs.
"""

from itertools import pairwise

import torch
from torch import nn

LEARNING_RATE = 1e-2
LOSSES = {"per_pixel": nn.functional.binary_cross_entropy_with_logits}  # which lessons bind when they run


def _adam(module):
    return torch.optim.Adam(module.parameters(), lr=LEARNING_RATE, eps=1e-7)


def character_step(model):
    """One update on a line of text, ids (length,), as in "Generating Names with a Character-Level RNN".

    The batch is 1: one call of the model for each character, the losses added up.
    """
    optimizer, criterion = _adam(model), nn.CrossEntropyLoss()

    def step(line):
        line = torch.as_tensor(line).long()
        model.train()
        optimizer.zero_grad()
        state, loss = None, 0
        for now, following in pairwise(line):
            logits, state = model(now.view(1, 1), state)
            loss = loss + criterion(logits[0], following.view(1))
        (loss / (len(line) - 1)).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()

    return step


def translation_step(model):
    """One update on a batch of pairs, as in "Translation with a Sequence to Sequence Network and Attention".

    The encoder reads whole rows; the decoder is called once for each symbol, under teacher forcing. Encoder and decoder
    have an optimiser each.
    """
    optimizers = _adam(model.encoder), _adam(model.decoder)
    criterion = nn.NLLLoss(ignore_index=0)

    def step(source, before, target):
        source, before, target = (torch.as_tensor(rows).long() for rows in (source, before, target))
        model.train()
        for optimizer in optimizers:
            optimizer.zero_grad()
        states, real, state = model.encoder(source)
        outputs = []
        for t in range(target.shape[1]):
            logits, state, _ = model.decoder(before[:, t : t + 1], state, states, real)
            outputs.append(logits)
        log_p = torch.cat(outputs, dim=1).log_softmax(dim=-1)
        criterion(log_p.flatten(0, 1), target.flatten()).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()

    return step


def recording_step(model, loss):
    """One update on one recording (frames, bands) and its labels: a batch of 1, as in a loop over recordings."""
    optimizer = _adam(model)

    def step(clip, labels):
        clip, labels = torch.as_tensor(clip)[None], torch.as_tensor(labels)[None].long()
        model.train()
        optimizer.zero_grad()
        loss(model(clip), labels).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()

    return step
