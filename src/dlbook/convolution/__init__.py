"""Convolution, pooling and what is built of them."""

from .conv import CONVENTIONS, convolve, convolve_at_pixels, cross_correlate, im2col, output_size
from .conv_layers import Conv1D, Conv2D, Convolution
from .layer import KernelCache
from .matrix import convolution_matrix
from .pooling import (
    AveragePooling1D,
    AveragePooling2D,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalPooling,
    MaxPooling1D,
    MaxPooling2D,
    Pooling,
    PoolingCache,
)
from .shaping import Flatten, Reshape
from .transposed import Conv1DTranspose, Conv2DTranspose, TransposedConvolution, transposed_convolve

__all__ = [
    "CONVENTIONS",
    "AveragePooling1D",
    "AveragePooling2D",
    "Conv1D",
    "Conv1DTranspose",
    "Conv2D",
    "Conv2DTranspose",
    "Convolution",
    "Flatten",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "GlobalPooling",
    "KernelCache",
    "MaxPooling1D",
    "MaxPooling2D",
    "Pooling",
    "PoolingCache",
    "Reshape",
    "TransposedConvolution",
    "convolution_matrix",
    "convolve",
    "convolve_at_pixels",
    "cross_correlate",
    "im2col",
    "output_size",
    "transposed_convolve",
]
