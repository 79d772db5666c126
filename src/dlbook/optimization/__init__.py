"""Optimizers: from the gradients of a step to the parameters after it. NumPy only."""

from .adam import Adam

__all__ = ["Adam"]
