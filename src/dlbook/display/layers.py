"""The layers of a convolutional network for the page, from the configuration that Keras writes."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .. import checks

__all__ = ["read_layers"]

#: How Keras calls the activations of the page.
ACTIVATIONS = {
    "linear": "identity",
    "relu": "relu",
    "tanh": "tanh",
    "sigmoid": "logistic",
    "softmax": "softmax",
}
TITLES = {"conv": "convolution", "max": "max pooling", "mean": "average pooling", "dense": "dense"}
IDLE = ("InputLayer", "Dropout")  # they change nothing when the network answers
ROW = 42  # units of a dense layer that stand in a row
MOST_PRODUCTS = 5_000_000  # of one answer, so that it comes while the reader draws

Shape = tuple[int, int, int]
Read = tuple[dict[str, Any], list[tuple[int, ...]]]


def read_layers(
    layers: Sequence[Mapping[str, Any]], shape: Shape, where: str = ""
) -> tuple[list[dict[str, Any]], list[tuple[int, ...]]]:
    """Read the layers of a network, as ``model.get_config()["layers"]`` of Keras lists them.

    Parameters
    ----------
    layers : sequence of dict
        Of the classes Conv2D (with a bias, in steps of one), MaxPooling2D and AveragePooling2D without
        padding, Flatten, and Dense, the last of them with softmax. Dropout is left out.
    shape : tuple of int
        Height, width and channels of the picture.
    where : str
        Begins the messages.

    Returns
    -------
    described : list of dict
        For each layer with units its ``kind`` (conv, max, mean or dense) and a ``title``, the shapes of its
        ``input`` and ``output``, the ``size``, ``strides`` and ``pad`` (above and to the left) of its
        window, its ``activation``, ``at``, the place of its kernel among the weights, and how many maps are
        ``shown`` as tiles, how wide and how high. The units of a dense layer make one.
    weights : list of tuple of int
        The shapes of all kernels and biases, in the order of Keras.

    Raises
    ------
    ValueError
        If a layer is of another class, does not fit the one before, or does what the page cannot. The message
        names it.

    Examples
    --------
    >>> conv = {"class_name": "Conv2D", "config": {"filters": 2, "kernel_size": (3, 3), "activation": "relu"}}
    >>> flat = {"class_name": "Flatten", "config": {}}
    >>> last = {"class_name": "Dense", "config": {"units": 10, "activation": "softmax"}}
    >>> described, weights = read_layers([conv, flat, last], (28, 28, 1))
    >>> [layer["output"] for layer in described], weights
    ([[26, 26, 2], [1, 1, 10]], [(3, 3, 1, 2), (2,), (1352, 10), (10,)])
    """
    described: list[dict[str, Any]] = []
    weights: list[tuple[int, ...]] = []
    now, flat, products = tuple(checks.sides(shape, f"{where}shape", 1)), False, 0
    if not isinstance(layers, Sequence) or isinstance(layers, str) or not layers:
        raise ValueError(f"{where}layers must be a list of layers, such as get_config()['layers']")
    for k, layer in enumerate(layers):
        if not isinstance(layer, Mapping) or not {"class_name", "config"} <= set(layer):
            raise ValueError(f"{where}layers[{k}] must have a class_name and a config, got {layer!r}")
        kind, config = layer["class_name"], layer["config"]
        name = f"{where}layers[{k}], {kind}:"
        if kind in IDLE:
            continue
        if kind == "Flatten":
            flat = True
            continue
        if kind not in READERS:
            known = ", ".join((*READERS, "Flatten", *IDLE))
            raise ValueError(f"{where}layers[{k}] must be one of {known}, got {kind!r}")
        if flat is not (kind == "Dense"):
            raise ValueError(f"{name} there must be a Flatten before Dense, and nothing else after it")
        read, added = READERS[kind](name, config, now)
        read |= {"input": list(now), "at": len(weights)}
        now = tuple(read["output"])
        units = f"{now[2]} maps of {now[0]} \u00d7 {now[1]}" if kind != "Dense" else f"{now[2]} units"
        read["title"] = f"Layer {len(described) + 1}, {TITLES[read['kind']]}: {units}"
        high, wide, tiles = now if kind != "Dense" else (-(-now[2] // ROW), min(now[2], ROW), 1)
        read["shown"] = {"tiles": tiles, "wide": wide, "high": high}
        products += math.prod(read["size"]) * math.prod(now) * (read["input"][2] if added else 1)
        if products > MOST_PRODUCTS:
            raise ValueError(f"{name} an answer must take at most {MOST_PRODUCTS:,} products")
        described.append(read)
        weights += added
    if any(one["activation"] == "softmax" for one in described[:-1]):
        raise ValueError(f"{where}only the last layer may have softmax")
    if not described or described[-1]["activation"] != "softmax":
        raise ValueError(f"{where}the last layer must be Dense with softmax")
    return described, weights


def _conv(name: str, config: Mapping[str, Any], shape: Sequence[int]) -> Read:
    size = _pair(name, config, "kernel_size")
    for key, one in (("strides", (1, 1)), ("dilation_rate", (1, 1))):
        if _pair(name, config, key, one) != one:
            raise ValueError(f"{name} {key} must be 1, got {config[key]}")
    for key, wanted in (("groups", 1), ("use_bias", True), ("data_format", "channels_last")):
        if config.get(key, wanted) not in (wanted, None):
            raise ValueError(f"{name} {key} must be {wanted}, got {config[key]!r}")
    padding = checks.choice(config.get("padding", "valid"), f"{name} padding", ("valid", "same"))
    filters = checks.count(config.get("filters", 0), f"{name} filters")
    same = padding == "same"
    output = [shape[d] if same else shape[d] - size[d] + 1 for d in (0, 1)]
    _fits(name, size, shape)
    read = {
        "kind": "conv",
        "size": list(size),
        "strides": [1, 1],
        "pad": [(s - 1) // 2 if same else 0 for s in size],
        "activation": _activation(name, config),
        "output": [*output, filters],
    }
    return read, [(*size, shape[2], filters), (filters,)]


def _pool(kind: str) -> Callable[[str, Mapping[str, Any], Sequence[int]], Read]:
    def read(name: str, config: Mapping[str, Any], shape: Sequence[int]) -> Read:
        size = _pair(name, config, "pool_size", (2, 2))
        strides = _pair(name, config, "strides", size)
        if config.get("padding", "valid") != "valid":
            raise ValueError(f"{name} padding must be valid, got {config['padding']!r}")
        _fits(name, size, shape)
        output = [(shape[d] - size[d]) // strides[d] + 1 for d in (0, 1)]
        window = {"size": list(size), "strides": list(strides), "pad": [0, 0]}
        return {"kind": kind, **window, "activation": None, "output": [*output, shape[2]]}, []

    return read


def _dense(name: str, config: Mapping[str, Any], shape: Sequence[int]) -> Read:
    units = checks.count(config.get("units", 0), f"{name} units")
    if not config.get("use_bias", True):
        raise ValueError(f"{name} use_bias must be True, got False")
    window = {"size": list(shape[:2]), "strides": [1, 1], "pad": [0, 0]}
    read = {"kind": "dense", **window, "activation": _activation(name, config), "output": [1, 1, units]}
    return read, [(math.prod(shape), units), (units,)]


def _activation(name: str, config: Mapping[str, Any]) -> str:
    given = config.get("activation") or "linear"
    return ACTIVATIONS[checks.choice(given, f"{name} activation", ACTIVATIONS)]


def _pair(
    name: str, config: Mapping[str, Any], key: str, otherwise: tuple[int, int] | None = None
) -> tuple[int, int]:
    given = config.get(key, otherwise)
    if given is None and otherwise is not None:
        given = otherwise
    sides = checks.sides(given, f"{name} {key}", 1)
    if len(sides) > 2:
        raise ValueError(f"{name} {key} must be one or two numbers, got {given}")
    return sides[0], sides[-1]


def _fits(name: str, size: Sequence[int], shape: Sequence[int]) -> None:
    if size[0] > shape[0] or size[1] > shape[1]:
        raise ValueError(f"{name} a window of {tuple(size)} must fit into {tuple(shape[:2])}")


READERS: dict[str, Callable[[str, Mapping[str, Any], Sequence[int]], Read]] = {
    "Conv2D": _conv,
    "MaxPooling2D": _pool("max"),
    "AveragePooling2D": _pool("mean"),
    "Dense": _dense,
}
