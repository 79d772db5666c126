"""Convolution and pooling: by themselves, as layers, as a matrix; filters, receptive fields, and famous
networks."""

from .architectures import KINDS, Architecture, LayerCount, Row
from .conv import CONVENTIONS, convolve, convolve_at_pixels, cross_correlate, im2col, output_size
from .conv_layers import Conv1D, Conv2D, Convolution
from .famous import ARCHITECTURES, architecture
from .filters import BORDERS, FILTERS, box_filter, filter_image, gaussian_filter, gradient_magnitude
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
from .receptive_field import ReceptiveField, Window, effective_size, input_gradients, receptive_fields
from .shaping import Flatten, Reshape
from .transposed import Conv1DTranspose, Conv2DTranspose, TransposedConvolution, transposed_convolve

__all__ = [
    "ARCHITECTURES",
    "BORDERS",
    "CONVENTIONS",
    "FILTERS",
    "KINDS",
    "Architecture",
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
    "LayerCount",
    "MaxPooling1D",
    "MaxPooling2D",
    "Pooling",
    "PoolingCache",
    "ReceptiveField",
    "Reshape",
    "Row",
    "TransposedConvolution",
    "Window",
    "architecture",
    "box_filter",
    "convolution_matrix",
    "convolve",
    "convolve_at_pixels",
    "cross_correlate",
    "effective_size",
    "filter_image",
    "gaussian_filter",
    "gradient_magnitude",
    "im2col",
    "input_gradients",
    "output_size",
    "receptive_fields",
    "transposed_convolve",
]
