"""Stops a PyTorch notebook where a CUDA GPU would; conftest.py has each kernel of the tests run this first.

On a CPU these go unnoticed. cuDNN refuses the way back through a recurrent layer in eval mode (PyTorch issues 5878,
15788), and a first state that is not contiguous, such as half of another array.
"""

from pathlib import Path

import torch
from torch import nn
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
from torch.optim.optimizer import register_optimizer_step_pre_hook

REMEDY = "call model.train() before the loop: predict and evaluate leave a model in eval mode"


def watch() -> None:
    """From now on, an eval-mode layer raises RuntimeError on the way back (recurrent) or when it is to learn (any), and
    so does a recurrent layer whose first state is not contiguous.
    """
    register_module_forward_pre_hook(_check_first_state)
    register_module_forward_hook(_look)
    register_optimizer_step_pre_hook(_check_step)


def _check_first_state(module, inputs):
    if isinstance(module, nn.RNNBase) and len(inputs) > 1 and inputs[1] is not None:
        states = inputs[1] if isinstance(inputs[1], (tuple, list)) else (inputs[1],)
        if not all(state.is_contiguous() for state in states):
            raise RuntimeError("a first state that is not contiguous: call .contiguous() on it")


def _look(module, inputs, output):
    if not torch.is_grad_enabled():
        return
    for parameter in module.parameters(recurse=False):
        parameter.in_eval_mode = not module.training
    if isinstance(module, nn.RNNBase) and not module.training and torch.backends.cudnn.enabled:
        states = output[0].data if isinstance(output[0], nn.utils.rnn.PackedSequence) else output[0]
        if states.requires_grad:
            states.register_hook(_refuse)


def _refuse(gradient):
    raise RuntimeError(f"the way back through a recurrent layer in eval mode: {REMEDY}")


def _check_step(optimizer, args, kwargs):
    learning = [p for group in optimizer.param_groups for p in group["params"] if p.grad is not None]
    if any(getattr(parameter, "in_eval_mode", False) for parameter in learning):
        raise RuntimeError(f"a training step of a model in eval mode: {REMEDY}")


if Path.cwd().name == "pytorch":  # as a start-up file of a kernel: the folder of the PyTorch notebooks
    watch()
