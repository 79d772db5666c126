"""Receptive fields: which inputs an output can see, and which of them it listens to."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import array, count, number
from ..nn import Layer


class Window(NamedTuple):
    """A window that slides along one axis: a row of the table that `receptive_fields` takes.

    Parameters
    ----------
    name : str
        What the layer is called.
    size : int
        Number of its entries.
    stride : int, default 1
        How many places it moves at once.
    padding : int, default 0
        How many places are added before the input.
    dilation : int, default 1
        Distance of its entries.
    """

    name: str
    size: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1


class ReceptiveField(NamedTuple):
    """What one output of a layer sees of the input of the network, along one axis.

    Parameters
    ----------
    name : str
        What the layer is called.
    size : int
        Number of inputs from the first to the last that it sees.
    jump : int
        Distance between the fields of two neighbouring outputs.
    start : int
        Place of the first input that the first output sees, negative inside the padding.
    """

    name: str
    size: int
    jump: int
    start: int


def receptive_fields(layers: Sequence[Sequence[Any]]) -> list[ReceptiveField]:
    r"""Follow the receptive field through the layers of a network, along one axis.

    Parameters
    ----------
    layers : sequence of (str, int, ...)
        One row a layer, from the input on, convolution and pooling alike: name, size of the window, and, if
        they are not 1, 0 and 1, stride, padding before the input, and dilation. See `Window`.

    Returns
    -------
    list of ReceptiveField
        Size, jump and start after each layer.

    Raises
    ------
    ValueError
        If a row has another form, or a number is too small.

    Notes
    -----
    .. math::

       r_l = r_{l-1} + (K_l - 1) \, d_l \, j_{l-1}, \qquad
       j_l = j_{l-1} \, s_l, \qquad
       a_l = a_{l-1} - p_l \, j_{l-1}

    ==============  =========  ==========================================================
    symbol          name       meaning
    ==============  =========  ==========================================================
    :math:`r_l`     `size`     of the field of one output of layer l, 1 before the first
    :math:`j_l`     `jump`     from one output to the next, 1 before the first
    :math:`a_l`     `start`    of the field of the first output, 0 before the first
    :math:`K_l`     size       of the window
    :math:`s_l`     stride
    :math:`d_l`     dilation
    :math:`p_l`     padding    before the input
    ==============  =========  ==========================================================

    Output i of layer l sees the inputs from :math:`a_l + i j_l` to :math:`a_l + i j_l + r_l - 1`. With
    dilation, or a stride wider than the window, it may miss some of those in between.

    References
    ----------
    - A. Araujo, W. Norris and J. Sim, "Computing receptive fields of convolutional neural networks", Distill,
      2019.

    Examples
    --------
    >>> for field in receptive_fields([("conv1", 3), ("conv2", 3), ("conv3", 3)]):
    ...     print(field.name, field.size)
    conv1 3
    conv2 5
    conv3 7
    >>> receptive_fields([("conv", 5), ("pool", 2, 2), ("conv", 5)])[-1]
    ReceptiveField(name='conv', size=14, jump=2, start=0)
    """
    size, jump, start = 1, 1, 0
    fields = []
    for row in _checked(layers):
        size += (row.size - 1) * row.dilation * jump
        start -= row.padding * jump
        jump *= row.stride
        fields.append(ReceptiveField(row.name, size, jump, start))
    return fields


def input_gradients(layers: Sequence[Layer], x: ArrayLike) -> NDArray[np.float64]:
    r"""Measure how much the output in the middle of the last map depends on each place of the input.

    Parameters
    ----------
    layers : sequence of Layer
        Convolution and pooling layers, from the input on. They stay as they are.
    x : array_like of shape (n_samples, height, width, n_channels) or (n_samples, length, n_channels)
        Inputs: several, as the gradient depends on them wherever a layer is not linear.

    Returns
    -------
    ndarray of shape (height, width) or (length,)
        Root of the mean square of the gradient, over samples, channels of the input and of the output. Zero
        wherever the output cannot see.

    Raises
    ------
    ValueError
        If `layers` holds something else, or the input does not fit.

    Notes
    -----
    .. math:: E_{pq} = \sqrt{ \operatorname{mean}_{n, c, f}
              \left( \frac{\partial Y_{n, i_0, j_0, f}}{\partial X_{npqc}} \right)^{2} }

    with :math:`(i_0, j_0)` the place in the middle of the last map, rounded down. The places where E is not
    zero lie in the receptive field of the theory, `receptive_fields`; where it is large is what the output
    listens to. For layers with random weights it has the form of a bell whose width grows like the square
    root of the number of layers, while the field grows like the number itself.

    References
    ----------
    - W. Luo, Y. Li, R. Urtasun and R. Zemel, "Understanding the effective receptive field in deep
      convolutional neural networks", Advances in Neural Information Processing Systems 29, 2016.

    Examples
    --------
    >>> from dlbook.convolution import Conv1D
    >>> layers = [Conv1D(1, 1, 3, padding="same", kernel=np.ones((3, 1, 1))) for _ in range(2)]
    >>> input_gradients(layers, np.zeros((1, 7, 1)))
    array([0., 1., 2., 3., 2., 1., 0.])
    """
    output = array(x, "x", ("n_samples", ..., "n_channels"))
    chain = _layers(layers)
    caches = []
    for layer in chain:
        output, cache = layer.forward(output)
        caches.append(cache)
    middle = tuple((n - 1) // 2 for n in output.shape[1:-1])
    total = np.zeros(np.shape(x)[1:-1])
    for channel in range(output.shape[-1]):
        grad = np.zeros(output.shape)
        grad[(slice(None), *middle, channel)] = 1.0
        for layer, cache in zip(reversed(chain), reversed(caches), strict=True):
            grad = layer.backward(grad, cache).inputs
        total += (grad**2).mean(axis=(0, -1))
    return np.sqrt(total / output.shape[-1])


def effective_size(gradients: ArrayLike, *, share: float = 0.0455) -> float:
    r"""Turn a map of gradients into one number: the side of a square as large as what counts.

    Parameters
    ----------
    gradients : array_like of shape (length,) or (height, width)
        What `input_gradients` returns: not negative.
    share : float, default 0.0455
        A place counts if its gradient is larger than this share of the largest, from 0 to below 1. The
        default is what lies outside of two standard deviations of a normal distribution.

    Returns
    -------
    float
        Number of the places that count; of an image the square root of it.

    Examples
    --------
    >>> effective_size([0.0, 0.01, 0.4, 1.0, 0.4, 0.01, 0.0])
    3.0
    """
    table = array(gradients, "gradients", least=0)
    if table.ndim not in (1, 2):
        raise ValueError(f"gradients must have one axis or two, got shape {table.shape}")
    share = number(share, "share", least=0, below=1)
    n_places = int((table > share * table.max()).sum())
    return float(n_places ** (1 / table.ndim))


def _checked(layers: Sequence[Sequence[Any]]) -> list[Window]:
    if not isinstance(layers, list | tuple):
        raise ValueError(f"layers must be a list of rows, got {type(layers).__name__}")
    rows = []
    for row in layers:
        if not isinstance(row, list | tuple) or not 2 <= len(row) <= 5 or not isinstance(row[0], str):
            raise ValueError(f"layers must have rows of a name and one to four numbers, got {row!r:.60}")
        name, *numbers = row
        window = Window(name, *numbers)
        rows.append(
            Window(
                name,
                count(window.size, f"layers, size of {name!r},"),
                count(window.stride, f"layers, stride of {name!r},"),
                count(window.padding, f"layers, padding of {name!r},", 0),
                count(window.dilation, f"layers, dilation of {name!r},"),
            )
        )
    return rows


def _layers(layers: Sequence[Layer]) -> list[Layer]:
    if not isinstance(layers, list | tuple) or not layers:
        raise ValueError(f"layers must be a list of at least one layer, got {layers!r:.60}")
    for layer in layers:
        if not isinstance(layer, Layer):
            raise ValueError(f"layers must be layers, got {type(layer).__name__}")
    return list(layers)
