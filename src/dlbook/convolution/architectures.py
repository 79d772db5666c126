"""Counting a network from its table: output sizes, parameters, multiply-adds, neurons, connections."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod
from typing import NamedTuple

from ..checks import choice, count, text
from ._arguments import Padding, check_padding, outputs_of, pads_of

KINDS: tuple[str, ...] = (
    "convolution",
    "max pooling",
    "average pooling",
    "global pooling",
    "subsampling",
    "dense",
    "distance",
    "addition",
    "concatenation",
)
"""What a row of an architecture may be, see `Row`."""


class Row(NamedTuple):
    """A layer of an architecture: one row of its table.

    Parameters
    ----------
    name : str
        What the layer is called.
    kind : str
        One of `KINDS`.
    n : int, default 0
        Number of filters of a convolution, of units of a dense or of a distance layer.
    size : int, default 1
        Side of the window.
    stride : int, default 1
        How many places the window moves at once.
    padding : str or int, default 0
        Zeros around the input, a number or ``"same"``.
    groups : int, default 1
        Into how many parts the channels are divided.
    after : tuple of str, default ()
        The layers whose outputs it takes; ``"input"`` for the input. The row before if none is named.
    bias : bool, default True
        Whether there is a bias.
    normalized : bool, default False
        Whether batch normalization follows: a scale and a shift for every filter.
    n_pairs : int or None, default None
        How many pairs of a channel and a filter are connected, if not all are.
    """

    name: str
    kind: str
    n: int = 0
    size: int = 1
    stride: int = 1
    padding: Padding = 0
    groups: int = 1
    after: tuple[str, ...] = ()
    bias: bool = True
    normalized: bool = False
    n_pairs: int | None = None


class LayerCount(NamedTuple):
    """What one layer of an architecture comes to, for one input.

    Parameters
    ----------
    name : str
        What the layer is called.
    kind : str
        One of `KINDS`.
    output : tuple of int
        Shape of its output: height, width and channels, or the number of units.
    n_parameters : int
        Numbers that training changes.
    multiply_adds : int
        Products, each of which is added to a sum.
    n_neurons : int
        Outputs that have weights of their own or shared ones: not those of pooling, addition, concatenation.
    n_connections : int
        Inputs of all neurons together, biases included.
    """

    name: str
    kind: str
    output: tuple[int, ...]
    n_parameters: int
    multiply_adds: int
    n_neurons: int
    n_connections: int


@dataclass(frozen=True)
class Architecture:
    r"""A network as a table of layers, which can be counted without building it.

    Parameters
    ----------
    name : str
        What it is called.
    input_shape : tuple of int
        Height, width and channels of the input.
    rows : sequence of Row
        The table, from the input on.

    Attributes
    ----------
    layers : tuple of LayerCount
        What each row comes to. The sums over all of them are ``n_parameters``, ``multiply_adds``,
        ``n_neurons`` and ``n_connections`` of the architecture.

    Raises
    ------
    ValueError
        If a row does not fit what comes before it.

    Notes
    -----
    For a convolution with F filters of K by K on C channels in g groups, and an output of H by W:

    .. math::

       \text{parameters} = F \left( \frac{K^2 C}{g} + 1 \right), \qquad
       \text{multiply-adds} = H W F \, \frac{K^2 C}{g}, \qquad
       \text{neurons} = H W F, \qquad
       \text{connections} = H W F \left( \frac{K^2 C}{g} + 1 \right)

    A dense layer is the case of one place whose window is the whole input. Pooling, addition and activations
    have no products and count as nothing; so do the products of batch normalization, which after training can
    be taken into the kernel before it. Papers differ in this, and in whether a multiply-add is one operation
    or two.

    Examples
    --------
    >>> rows = [Row("C1", "convolution", 6, 5), Row("S2", "max pooling", size=2, stride=2)]
    >>> network = Architecture("two layers", (32, 32, 1), [*rows, Row("output", "dense", 10)])
    >>> [layer.output for layer in network.layers]
    [(28, 28, 6), (14, 14, 6), (10,)]
    >>> network.n_parameters, network.multiply_adds
    (11926, 129360)
    """

    name: str
    input_shape: tuple[int, ...]
    rows: Sequence[Row]
    layers: tuple[LayerCount, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        text(self.name, "name")
        object.__setattr__(self, "layers", tuple(_counted(self.input_shape, self.rows)))
        object.__setattr__(self, "rows", tuple(self.rows))

    @property
    def n_parameters(self) -> int:
        """Numbers that training changes."""
        return sum(layer.n_parameters for layer in self.layers)

    @property
    def multiply_adds(self) -> int:
        """Products for one input."""
        return sum(layer.multiply_adds for layer in self.layers)

    @property
    def n_neurons(self) -> int:
        """Outputs of all layers with weights."""
        return sum(layer.n_neurons for layer in self.layers)

    @property
    def n_connections(self) -> int:
        """Inputs of all neurons together, biases included."""
        return sum(layer.n_connections for layer in self.layers)

    def layer(self, name: str) -> LayerCount:
        """Return what the layer of a name comes to.

        Parameters
        ----------
        name : str
            Name of a row.

        Returns
        -------
        LayerCount
            Its output and its numbers.

        Examples
        --------
        >>> Architecture("one layer", (8, 8, 3), [Row("C1", "convolution", 4, 3)]).layer("C1").n_parameters
        112
        """
        choice(name, "name", [layer.name for layer in self.layers])
        return next(layer for layer in self.layers if layer.name == name)


def _counted(input_shape: tuple[int, ...], rows: Sequence[Row]) -> list[LayerCount]:
    if not isinstance(input_shape, list | tuple) or len(input_shape) != 3:
        raise ValueError(f"input_shape must be height, width and channels, got {input_shape!r:.60}")
    shapes: dict[str, tuple[int, ...]] = {"input": tuple(count(n, "input_shape") for n in input_shape)}
    if not isinstance(rows, list | tuple) or not all(isinstance(row, Row) for row in rows):
        raise ValueError(f"rows must be a list of Row, got {rows!r:.60}")
    counts, last = [], "input"
    for row in rows:
        choice(row.kind, f"rows, kind of {row.name!r},", KINDS)
        if row.name in shapes:
            raise ValueError(f"rows must have different names, got {row.name!r} twice")
        if unknown := [name for name in row.after if name not in shapes]:
            raise ValueError(f"rows must come after those that they take, got {unknown[0]!r} of {row.name!r}")
        taken = [shapes[name] for name in row.after or (last,)]
        counts.append(_one(row, taken))
        last = row.name
        shapes[last] = counts[-1].output
    return counts


def _one(row: Row, taken: list[tuple[int, ...]]) -> LayerCount:
    shape = taken[0]
    if row.kind in ("addition", "concatenation"):
        return LayerCount(row.name, row.kind, _merged(row, taken), 0, 0, 0, 0)
    if row.kind in ("dense", "distance"):
        n, trained = count(row.n, f"rows, n of {row.name!r},"), row.kind == "dense"
        products, biases = prod(shape) * n, n * (trained and row.bias)
        parameters = (products + biases) * trained
        return LayerCount(row.name, row.kind, (n,), parameters, products, n, products + biases)
    if len(shape) != 3:
        raise ValueError(f"rows must have maps before a {row.kind}, got shape {shape} before {row.name!r}")
    if row.kind == "global pooling":
        return LayerCount(row.name, row.kind, shape[-1:], 0, 0, 0, 0)
    sides, channels = _sides(row, shape), shape[-1]
    places, window = prod(sides), row.size**2
    if row.kind == "subsampling":  # the sum of a window, times a coefficient, plus a bias
        n = places * channels
        return LayerCount(row.name, row.kind, (*sides, channels), 2 * channels, n, n, n * (window + 1))
    if row.kind != "convolution":
        return LayerCount(row.name, row.kind, (*sides, channels), 0, 0, 0, 0)
    n, groups = count(row.n, f"rows, n of {row.name!r},"), count(row.groups, f"rows, groups of {row.name!r},")
    if channels % groups or n % groups:
        raise ValueError(f"rows must have groups that divide {channels} and {n}, got {groups}")
    weights = window * (channels // groups * n if row.n_pairs is None else row.n_pairs)
    biases = n * row.bias
    return LayerCount(
        row.name,
        row.kind,
        (*sides, n),
        weights + biases + 2 * n * row.normalized,
        places * weights,
        places * n,
        places * (weights + biases),
    )


def _sides(row: Row, shape: tuple[int, ...]) -> tuple[int, ...]:
    size = (count(row.size, f"rows, size of {row.name!r},"),) * 2
    stride = (count(row.stride, f"rows, stride of {row.name!r},"),) * 2
    pads = pads_of(check_padding(row.padding, 2), shape[:2], size, stride, (1, 1))
    return outputs_of(shape[:2], size, stride, (1, 1), pads, f"rows, the input of {row.name!r},")


def _merged(row: Row, taken: list[tuple[int, ...]]) -> tuple[int, ...]:
    same = {shape if row.kind == "addition" else shape[:-1] for shape in taken}
    if len(same) != 1:
        raise ValueError(f"rows must have one shape for an {row.kind}, got {taken} before {row.name!r}")
    if row.kind == "addition":
        return taken[0]
    return (*taken[0][:-1], sum(shape[-1] for shape in taken))
