"""Speed, side by side with what a learner would otherwise write: `make bench`. README.md has the results.

Each part is a module with a function `section`, which measures and returns its part of README.md:

    pipeline  what common tutorials do, against the course's way from text to a trained model
    cells     recurrent layers written by hand, against the library's
    growth    time and memory of a training step as length, batch and state double
    gpu       the library's LSTM on a GPU, against the CPU
    tracks    each lesson's PyTorch notebook, against its TensorFlow twin

What is measured is in `benchmarks.pytorch` and `benchmarks.tensorflow`, two halves with the same functions; a part asks
both for the same things. Each half runs in a process of its own.
"""
