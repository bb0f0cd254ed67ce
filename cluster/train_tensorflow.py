"""Train a small tagger on one device or on many, with tf.distribute.

    python train_tensorflow.py --out run                      one process
    TF_CONFIG='{"cluster": {"worker": ["HOST0:29500", "HOST1:29500"]}, "task": {"type": "worker", "index": 0}}' \
        python train_tensorflow.py --out run                  two workers, each started with its own index

Whatever the number of workers, the training is the same. The first one (the chief, where the cluster names one, else
worker 0) writes record.json and weights.npy into ``--out``.
With ``--checkpoint`` it also saves the training every few steps, and a job that finds that file goes on from there.
Many schedulers set TF_CONFIG (Kubeflow does). Slurm does not: set it for each task before.
"""

import argparse
import json
import os
import signal
import statistics
import time
import zipfile
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

SYMBOLS = 8  # ids 1 to 8; 0 is padding
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
    return tf.pad(tokens[:, :-2], [[0, 0], [2, 0]])


def Tagger(*, symbols=SYMBOLS, hidden_size=32):
    return keras.Sequential(
        [
            keras.Input((None,), dtype="int64"),
            keras.layers.Embedding(symbols + 1, 16),
            keras.layers.LSTM(hidden_size, return_sequences=True),
            keras.layers.Dense(symbols + 1),
        ]
    )


def loss_sum(model, tokens, targets):
    """The sum of the losses of all symbols, padding left out."""
    losses = keras.losses.sparse_categorical_crossentropy(targets, model(tokens, training=True), from_logits=True)
    return tf.reduce_sum(losses * tf.cast(tokens != 0, losses.dtype))


def one_step(model, optimizer, tokens, *, count, clip):
    """One step with the rows of this replica; returns its share of the mean loss over the symbols of all."""
    context = tf.distribute.get_replica_context()
    replicas = context.num_replicas_in_sync
    own = tf.reduce_sum(tf.cast(tokens != 0, tf.float32))  # symbols
    everywhere = context.all_reduce("sum", own)
    with tf.GradientTape() as tape:
        loss = loss_sum(model, tokens, two_before(tokens))
        divisor = everywhere if count == "all" else own * replicas  # "own": the mean of means
        share = loss / divisor
    gradients = tape.gradient(share, [variable.value for variable in model.trainable_variables])
    gradients = [tf.convert_to_tensor(gradient) for gradient in gradients]  # the embedding's is sparse
    gradients = context.all_reduce("sum", gradients)  # here the replicas exchange
    gradients, _ = tf.clip_by_global_norm(gradients, clip)
    # Keras sums over the replicas once more: each gives an equal part.
    optimizer.apply_gradients(zip([one / replicas for one in gradients], model.trainable_variables, strict=True))
    return loss / everywhere


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
    strategy=None,
):
    """Train; return {"losses", "weights" (steps, all weights), "first_step", "processes", "seconds"}.

    batch_size  of all replicas together
    count       what a sum of losses is divided by: the symbols of "all" replicas, or those of each one's "own" rows
    checkpoint  a file to go on from, if it is there, and to save to after each ``every`` steps
    die         (worker, step): this worker kills itself before this step
    strategy    a tf.distribute strategy; one device, if not given
    """
    strategy = strategy or tf.distribute.get_strategy()
    replicas, worker = strategy.num_replicas_in_sync, worker_index()
    if batch_size % replicas:
        raise SystemExit(
            f"expected a batch that {replicas} replicas can share equally, got --batch-size {batch_size}: "
            f"take a multiple of {replicas}"
        )
    keras.utils.set_random_seed(seed)  # the same on each worker: all start from the same weights
    with strategy.scope():
        model = Tagger(hidden_size=hidden_size)
        optimizer = keras.optimizers.Adam(learning_rate, epsilon=1e-7)
        optimizer.build(model.trainable_variables)
    first = load(checkpoint, model, optimizer) if checkpoint else 0
    found = strategy.reduce("sum", strategy.run(lambda: tf.constant(first)), axis=None)
    if int(found) != first * replicas:
        raise SystemExit(f"worker {worker} {UNEQUAL.format(first=first)}")

    @tf.function
    def step_everywhere(tokens):
        shares = strategy.run(lambda part: one_step(model, optimizer, part, count=count, clip=clip), args=(tokens,))
        return strategy.reduce("sum", shares, axis=None)

    parts = strategy.distribute_datasets_from_function(
        lambda context: batches(make_rows(seed), seed, batch_size, first, steps, context)
    )
    losses, weights, seconds = [], [], []
    for step, tokens in enumerate(parts, start=first):
        if die == (worker, step):
            os.kill(os.getpid(), signal.SIGKILL)
        start = time.perf_counter()
        losses.append(float(step_everywhere(tokens)))
        seconds.append(time.perf_counter() - start)
        weights.append(np.concatenate([part.ravel() for part in model.get_weights()]))
        if checkpoint and worker == 0 and (step + 1) % every == 0:
            save(checkpoint, model, optimizer, step + 1)
    return {
        "losses": losses,
        "weights": np.array(weights),
        "first_step": first,
        "processes": replicas,
        "seconds": statistics.median(seconds) if seconds else None,
    }


def batches(rows, seed, size, first, last, context):
    """The parts of the batches of steps ``first`` to ``last`` - 1 for this worker's replicas, one after another."""
    replicas = context.num_replicas_in_sync
    here = replicas // context.num_input_pipelines  # replicas of this worker
    a_pass = len(rows) // size

    def parts():
        for step in range(first, last):
            epoch, k = divmod(step, a_pass)
            order = np.random.default_rng([seed, epoch]).permutation(len(rows))  # each pass has an order of its own
            batch = rows[order[k * size : (k + 1) * size]]
            for replica in range(context.input_pipeline_id * here, (context.input_pipeline_id + 1) * here):
                yield batch[replica::replicas]

    shape = (size // replicas, rows.shape[1])
    return tf.data.Dataset.from_generator(parts, output_signature=tf.TensorSpec(shape, tf.int64))


def worker_index():
    """The number of this worker; a chief, where the cluster has one, comes before the workers."""
    if "TF_CONFIG" not in os.environ:
        return 0
    config = json.loads(os.environ["TF_CONFIG"])
    task = config["task"]
    return task["index"] + (task["type"] == "worker" and "chief" in config["cluster"])


def save(path, model, optimizer, step):
    """Write the checkpoint beside its place and move it there, so that a kill leaves the old one or the new one."""
    part = Path(f"{path}.part")
    arrays = {f"model_{k}": array for k, array in enumerate(model.get_weights())}
    arrays |= {f"optimizer_{k}": keras.ops.convert_to_numpy(value) for k, value in enumerate(optimizer.variables)}
    with part.open("wb") as file:
        np.savez(file, step=step, **arrays)
    part.replace(path)


def load(path, model, optimizer):
    """Fill model and optimizer from the checkpoint, if there is one; return the step to go on with."""
    if not Path(path).exists():
        return 0
    try:
        with np.load(path, allow_pickle=False) as saved:  # arrays, never code
            model.set_weights([saved[f"model_{k}"] for k in range(len(model.weights))])
            for k, variable in enumerate(optimizer.variables):
                variable.assign(saved[f"optimizer_{k}"])
            return int(saved["step"])
    except (EOFError, KeyError, OSError, ValueError, zipfile.BadZipFile) as error:
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
    parser.add_argument("--batch-size", type=int, default=32, help="of all replicas together")
    parser.add_argument("--hidden-size", type=int, default=32)
    parser.add_argument("--count", choices=["all", "own"], default="all", help="own: the mean of means, a fault")
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--die", type=process_and_step, metavar="WORKER:STEP", help="kill one worker, to try it")
    parser.add_argument("--device", choices=["auto", "cpu"], default="auto")
    options = vars(parser.parse_args(arguments))
    out, wanted = options.pop("out"), options.pop("device")

    if wanted == "cpu":
        tf.config.set_visible_devices([], "GPU")
    if "TF_CONFIG" not in os.environ and int(os.environ.get("SLURM_STEP_NUM_TASKS", 1)) > 1:
        raise SystemExit("expected TF_CONFIG, set for each task of Slurm: without it, every task would train alone")
    strategy = tf.distribute.MultiWorkerMirroredStrategy() if "TF_CONFIG" in os.environ else None
    record = train(strategy=strategy, **options)
    if worker_index() == 0:
        out.mkdir(parents=True, exist_ok=True)
        np.save(out / "weights.npy", record.pop("weights"))
        (out / "record.json").write_text(json.dumps(record), encoding="utf-8")


if __name__ == "__main__":
    main()
