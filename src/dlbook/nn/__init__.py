"""Neural networks in NumPy: activations, losses, layers, initializers, optimizers and training."""

from .activation import Activation
from .activations import ACTIVATIONS
from .batch_normalization import BatchNormalization
from .binary_losses import binary_cross_entropy, binary_cross_entropy_from_logits
from .categorical_losses import (
    categorical_cross_entropy,
    categorical_cross_entropy_from_logits,
    kl_divergence,
    sparse_categorical_cross_entropy,
    sparse_categorical_cross_entropy_from_logits,
)
from .clipping import (
    NonFiniteGradientError,
    check_finite_gradients,
    clip_by_global_norm,
    clip_by_norm,
    clip_by_value,
    global_norm,
)
from .dropout import Dropout, dropout_mask
from .early_stopping import EarlyStopping
from .fitting import descend
from .gradient_check import GradientReport, check_gradients, check_network, numerical_gradient
from .history import History
from .initializers import (
    INITIALIZERS,
    TRUNCATED_DEVIATION,
    fans,
    glorot_normal,
    glorot_uniform,
    he_normal,
    he_uniform,
    lecun_normal,
    lecun_uniform,
    xavier_normal,
    xavier_uniform,
)
from .layer import Layer, LayerGradients, Module
from .layers import ActivationLayer, Dense
from .loss import Loss
from .losses import LOSSES, huber_loss, mean_absolute_error, mean_squared_error, poisson_loss
from .optimizer import SGD, Optimizer
from .penalties import L1, L1L2, L2, max_norm, smooth_labels
from .rectifiers import leaky_relu, prelu, prelu_slope_derivative, randomized_relu, randomized_slopes, relu
from .sequential import Sequential
from .smooth_rectifiers import elu, gelu, gelu_tanh, selu, silu, softplus
from .softmax_functions import log_softmax, softmax
from .squashing import arctan, identity, logistic, step, tanh

__all__ = [
    "ACTIVATIONS",
    "INITIALIZERS",
    "L1",
    "L1L2",
    "L2",
    "LOSSES",
    "SGD",
    "TRUNCATED_DEVIATION",
    "Activation",
    "ActivationLayer",
    "BatchNormalization",
    "Dense",
    "Dropout",
    "EarlyStopping",
    "GradientReport",
    "History",
    "Layer",
    "LayerGradients",
    "Loss",
    "Module",
    "NonFiniteGradientError",
    "Optimizer",
    "Sequential",
    "arctan",
    "binary_cross_entropy",
    "binary_cross_entropy_from_logits",
    "categorical_cross_entropy",
    "categorical_cross_entropy_from_logits",
    "check_finite_gradients",
    "check_gradients",
    "check_network",
    "clip_by_global_norm",
    "clip_by_norm",
    "clip_by_value",
    "descend",
    "dropout_mask",
    "elu",
    "fans",
    "gelu",
    "gelu_tanh",
    "global_norm",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "huber_loss",
    "identity",
    "kl_divergence",
    "leaky_relu",
    "lecun_normal",
    "lecun_uniform",
    "log_softmax",
    "logistic",
    "max_norm",
    "mean_absolute_error",
    "mean_squared_error",
    "numerical_gradient",
    "poisson_loss",
    "prelu",
    "prelu_slope_derivative",
    "randomized_relu",
    "randomized_slopes",
    "relu",
    "selu",
    "silu",
    "smooth_labels",
    "softmax",
    "softplus",
    "sparse_categorical_cross_entropy",
    "sparse_categorical_cross_entropy_from_logits",
    "step",
    "tanh",
    "xavier_normal",
    "xavier_uniform",
]
