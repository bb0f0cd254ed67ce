"""Helpers that the notebooks import. Each module's first lines say what is in it.

Shapes are written ``(batch, time, feature)`` everywhere. Only ``utils.pytorch``
imports PyTorch and only ``utils.tensorflow`` imports TensorFlow.
"""
