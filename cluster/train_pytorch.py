"""Train a small tagger on one process or on many, with DistributedDataParallel.

    python train_pytorch.py --out run                                           one process
    torchrun --standalone --nproc-per-node=2 train_pytorch.py --out run         two processes on this machine
    torchrun --nnodes=2 --nproc-per-node=8 --rdzv-backend=c10d --rdzv-endpoint=HOST:29500 \
        train_pytorch.py --out /shared/run --checkpoint /shared/run/checkpoint.pt    sixteen on two, started on each

Whatever the number of processes, the training is the same. Process 0 writes record.json and weights.npy into ``--out``.
With ``--checkpoint`` it also saves the training every few steps, and a job that finds that file goes on from there.
"""

import argparse
import itertools
import json
import os
import pickle
import signal
import statistics
import time
from datetime import timedelta
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler

SYMBOLS = 8  # ids 1 to 8; 0 is padding
PATIENCE = timedelta(seconds=60)  # how long a process waits for the others before it gives up
UNEQUAL = (
    "would begin with step {first}, others with another: expected all to find the same checkpoint; "
    "put it into a folder that all machines share"
)


def make_rows(seed, *, size=256, length=16):
    """Token ids (size, length), int64: random symbols, rows of 2 to ``length`` of them, then padding."""
    rng = np.random.default_rng(seed)
    tokens = rng.integers(1, SYMBOLS + 1, (size, length))
    lengths = rng.integers(2, length + 1, size)
    return np.where(np.arange(length) < lengths[:, None], tokens, 0)


def two_before(tokens):
    """What the tagger has to say at each place: the symbol that stood two places before, at first 0."""
    return nn.functional.pad(tokens[:, :-2], (2, 0))


class Tagger(nn.Module):
    def __init__(self, *, symbols=SYMBOLS, hidden_size=32):
        super().__init__()
        self.embedding = nn.Embedding(symbols + 1, 16)
        self.rnn = nn.LSTM(16, hidden_size, batch_first=True)
        self.head = nn.Linear(hidden_size, symbols + 1)

    def forward(self, tokens):
        return self.head(self.rnn(self.embedding(tokens))[0])


def loss_sum(model, tokens, targets):
    """The sum of the losses of all symbols, padding left out."""
    real = tokens != 0
    return nn.functional.cross_entropy(model(tokens)[real], targets[real], reduction="sum")


def one_step(model, optimizer, tokens, *, count, clip):
    """One step with the rows of this process; returns the mean loss over the symbols of all processes."""
    world = world_size()
    own = (tokens != 0).sum()  # symbols
    everywhere = summed(own)
    loss = loss_sum(model, tokens, two_before(tokens))
    divisor = everywhere if count == "all" else own * world  # "own": the mean of means
    optimizer.zero_grad()
    # Here DDP exchanges, and takes the mean over the processes. Times their number, that is the sum.
    (loss / divisor * world).backward()
    nn.utils.clip_grad_norm_(model.parameters(), clip)
    optimizer.step()
    return (summed(loss.detach()) / everywhere).item()


def train(
    *,
    seed=0,
    steps=20,
    batch_size=32,
    hidden_size=32,
    count="all",
    clip=1.0,
    learning_rate=1e-2,
    checkpoint=None,
    every=5,
    die=None,
    device="cpu",
):
    """Train; return {"losses", "weights" (steps, all weights), "first_step", "processes", "seconds"}.

    batch_size  of all processes together
    count       what a sum of losses is divided by: the symbols of "all" processes, or those of each one's "own" rows
    checkpoint  a file to go on from, if it is there, and to save to after each ``every`` steps
    die         (process, step): this process kills itself before this step, unless torchrun has restarted the job
    """
    world, rank = world_size(), dist.get_rank() if dist.is_initialized() else 0
    if batch_size % world:
        raise SystemExit(
            f"expected a batch that {world} processes can share equally, got --batch-size {batch_size}: "
            f"take a multiple of {world}"
        )
    torch.manual_seed(seed)  # the same on each process: all start from the same weights
    model = Tagger(hidden_size=hidden_size).to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate, eps=1e-7)
    first = load(checkpoint, model, optimizer, device) if checkpoint else 0
    if int(summed(torch.tensor(first, device=device))) != first * world:
        raise SystemExit(f"process {rank} {UNEQUAL.format(first=first)}")
    parallel = DistributedDataParallel(model) if dist.is_initialized() else model
    parallel.train()

    rows = torch.as_tensor(make_rows(seed))
    sampler = DistributedSampler(rows, num_replicas=world, rank=rank, shuffle=True, seed=seed)
    losses, weights, seconds = [], [], []
    for step, tokens in batches(rows, sampler, batch_size // world, first, steps):
        if die == (rank, step) and os.environ.get("TORCHELASTIC_RESTART_COUNT", "0") == "0":
            os.kill(os.getpid(), signal.SIGKILL)
        start = time.perf_counter()
        losses.append(one_step(parallel, optimizer, tokens.to(device), count=count, clip=clip))
        seconds.append(time.perf_counter() - start)
        weights.append(torch.cat([part.detach().flatten() for part in model.parameters()]).cpu().numpy())
        if checkpoint and rank == 0 and (step + 1) % every == 0:
            save(checkpoint, model, optimizer, step + 1)
    return {
        "losses": losses,
        "weights": np.array(weights),
        "first_step": first,
        "processes": world,
        "seconds": statistics.median(seconds) if seconds else None,
    }


def batches(rows, sampler, size, first, last):
    """Number and batch of the steps from ``first`` to ``last`` - 1; a new pass begins where the rows are used up."""
    loader = DataLoader(rows, batch_size=size, sampler=sampler, drop_last=True)
    step = 0
    for epoch in itertools.count():
        sampler.set_epoch(epoch)  # without it, each pass has the order of the first
        for batch in loader:
            if step == last:
                return
            if step >= first:
                yield step, batch
            step += 1


def world_size():
    return dist.get_world_size() if dist.is_initialized() else 1


def summed(number):
    """The sum of a number over all processes."""
    number = number.clone()
    if dist.is_initialized():
        dist.all_reduce(number)
    return number


def save(path, model, optimizer, step):
    """Write the checkpoint beside its place and move it there, so that a kill leaves the old one or the new one."""
    part = Path(f"{path}.part")
    torch.save({"step": step, "model": model.state_dict(), "optimizer": optimizer.state_dict()}, part)
    part.replace(path)


def load(path, model, optimizer, device):
    """Fill model and optimizer from the checkpoint, if there is one; return the step to go on with."""
    if not Path(path).exists():
        return 0
    try:
        saved = torch.load(path, map_location=device, weights_only=True)  # tensors and numbers, never code
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        return int(saved["step"])
    except (EOFError, KeyError, RuntimeError, TypeError, ValueError, pickle.UnpicklingError) as error:
        why = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise SystemExit(
            f"{path} is no checkpoint of this model ({why}): expected one that this script saved with the same "
            "--hidden-size; remove it to start afresh"
        ) from None


def process_and_step(text):
    """ "1:12" as (1, 12)."""
    process, step = text.split(":")
    return int(process), int(step)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for record.json and weights.npy")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--batch-size", type=int, default=32, help="of all processes together")
    parser.add_argument("--hidden-size", type=int, default=32)
    parser.add_argument("--count", choices=["all", "own"], default="all", help="own: the mean of means, a fault")
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--die", type=process_and_step, metavar="PROCESS:STEP", help="kill one process, to try it")
    parser.add_argument("--device", choices=["auto", "cpu"], default="auto")
    options = vars(parser.parse_args(arguments))
    out, wanted = options.pop("out"), options.pop("device")

    local = int(os.environ.get("LOCAL_RANK", 0))
    gpu = wanted == "auto" and torch.cuda.device_count() >= int(os.environ.get("LOCAL_WORLD_SIZE", 1))
    if gpu:
        torch.cuda.set_device(local)
    if "RANK" in os.environ:  # torchrun sets it
        dist.init_process_group("nccl" if gpu else "gloo", timeout=PATIENCE)
    record = train(device=f"cuda:{local}" if gpu else "cpu", **options)
    if not dist.is_initialized() or dist.get_rank() == 0:
        out.mkdir(parents=True, exist_ok=True)
        np.save(out / "weights.npy", record.pop("weights"))
        (out / "record.json").write_text(json.dumps(record), encoding="utf-8")
    if dist.is_initialized():
        dist.barrier()
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
