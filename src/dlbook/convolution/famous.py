"""The networks of the history of image recognition, each as a table that `Architecture` counts."""

from collections.abc import Callable
from functools import cache

from ..checks import choice
from .architectures import Architecture, Row

_INCEPTION = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}
"""Filters of GoogLeNet's modules: 1x1; 3x3 after its reduction; 5x5 after its own; 1x1 after pooling."""


def architecture(name: str) -> Architecture:
    """Return a network of the history of image recognition, counted.

    Parameters
    ----------
    name : str
        One of `ARCHITECTURES`.

    Returns
    -------
    Architecture
        Its table, the shape of every output, and its numbers.

    Notes
    -----
    ======================  ===========  ==============  ==========  ====================================
    name                    parameters   multiply-adds   neurons     what the paper says
    ======================  ===========  ==============  ==========  ====================================
    LeNet-5                      60,000         328,096       8,094  60,000; 340,908 connections: agrees
    LeNet-5, all connected       61,706         416,520       6,518  (a form that is common now)
    AlexNet                  60,965,224     724,406,816     659,272  60 million, and 650,000 neurons
    AlexNet, not grouped     62,378,344   1,135,256,096     659,272  (not the paper's)
    ZFNet                    62,357,608   1,168,032,896   1,516,904
    VGG-16                  138,357,544  15,470,264,320  13,556,712  138 million
    GoogLeNet                 6,998,552   1,582,671,872   3,227,160  1.5 billion multiply-adds
    ResNet-18                11,689,512   1,814,073,344   2,484,712  1.8 billion multiply-adds
    ResNet-34                21,797,672   3,663,761,408   3,739,112  3.6 billion multiply-adds
    ResNet-50                25,557,032   3,857,973,248  10,588,136  3.8 billion multiply-adds
    ======================  ===========  ==============  ==========  ====================================

    **LeNet-5.** The 340,908 connections are those of all layers, the 840 fixed ones of the output included
    and the five of each subsampled number. Of the 96 pairs of maps between S2 and C3 60 are connected.

    **AlexNet.** The first output is 55 pixels wide for an input of 227, or with a padding; the paper says
    224. The caption of its figure 2 gives 253,440 neurons for the first layer, where 55 x 55 x 96 are
    290,400; its numbers for all other layers agree. Grouped, a filter of the second, fourth and fifth layer
    sees half of the channels.

    **ZFNet.** The sizes of the paper's figure 3, 110, 55, 26 and 13, come out with poolings that round up.

    **GoogLeNet.** The paper's table leaves biases out and counts K as 1024: so counted, the second
    convolution has its 112K and module 3a its 159K. The first convolution, 7 by 7 on three channels, has
    9.2K, not the 2.7K of the table. Twelve times fewer parameters than AlexNet, as the paper says, would be
    5.1 million; 60,965,224 / 6,998,552 is 8.7. It needs 2.2 times the multiply-adds of AlexNet, or 1.4 times
    those of an AlexNet without groups. The two auxiliary classifiers, there in training alone, are left out.

    **ResNet.** Convolutions without bias, each followed by batch normalization; a projection where the shape
    changes; the stride in the first convolution of a block, as in the paper and in `keras.applications`. The
    latter gives its convolutions biases as well: 26,560 parameters more.

    References
    ----------
    - Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-based learning applied to document
      recognition", Proceedings of the IEEE 86(11), 1998, section II.B.
    - A. Krizhevsky, I. Sutskever and G. E. Hinton, "ImageNet classification with deep convolutional neural
      networks", Advances in Neural Information Processing Systems 25, 2012, section 3.5.
    - M. D. Zeiler and R. Fergus, "Visualizing and understanding convolutional networks", European Conference
      on Computer Vision, 2014, figure 3.
    - K. Simonyan and A. Zisserman, "Very deep convolutional networks for large-scale image recognition",
      International Conference on Learning Representations, 2015, tables 1 and 2.
    - C. Szegedy et al., "Going deeper with convolutions", IEEE Conference on Computer Vision and Pattern
      Recognition, 2015, table 1.
    - K. He, X. Zhang, S. Ren and J. Sun, "Deep residual learning for image recognition", IEEE Conference on
      Computer Vision and Pattern Recognition, 2016, table 1.

    Examples
    --------
    >>> network = architecture("LeNet-5")
    >>> network.n_parameters, network.n_connections
    (60000, 340908)
    >>> architecture("AlexNet").layer("conv2").output
    (27, 27, 256)
    """
    return _made(choice(name, "name", ARCHITECTURES))


@cache
def _made(name: str) -> Architecture:
    input_shape, rows = _TABLES[name]
    return Architecture(name, input_shape, rows())


def _lenet(n_pairs: int | None, *, plain: bool = False) -> list[Row]:
    pooling = "average pooling" if plain else "subsampling"
    return [
        Row("C1", "convolution", 6, 5),
        Row("S2", pooling, size=2, stride=2),
        Row("C3", "convolution", 16, 5, n_pairs=n_pairs),
        Row("S4", pooling, size=2, stride=2),
        Row("C5", "convolution", 120, 5),
        Row("F6", "dense", 84),
        Row("output", "dense" if plain else "distance", 10),
    ]


def _alexnet(groups: int) -> list[Row]:
    return [
        Row("conv1", "convolution", 96, 11, stride=4),
        Row("pool1", "max pooling", size=3, stride=2),
        Row("conv2", "convolution", 256, 5, padding=2, groups=groups),
        Row("pool2", "max pooling", size=3, stride=2),
        Row("conv3", "convolution", 384, 3, padding=1),
        Row("conv4", "convolution", 384, 3, padding=1, groups=groups),
        Row("conv5", "convolution", 256, 3, padding=1, groups=groups),
        Row("pool5", "max pooling", size=3, stride=2),
        *_dense_end(),
    ]


def _zfnet() -> list[Row]:
    return [
        Row("conv1", "convolution", 96, 7, stride=2, padding=1),
        Row("pool1", "max pooling", size=3, stride=2, padding="same"),
        Row("conv2", "convolution", 256, 5, stride=2),
        Row("pool2", "max pooling", size=3, stride=2, padding="same"),
        Row("conv3", "convolution", 384, 3, padding=1),
        Row("conv4", "convolution", 384, 3, padding=1),
        Row("conv5", "convolution", 256, 3, padding=1),
        Row("pool5", "max pooling", size=3, stride=2),
        *_dense_end(),
    ]


def _vgg() -> list[Row]:
    rows: list[Row] = []
    for i, (n_filters, n_layers) in enumerate([(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)], start=1):
        names = [f"block{i}_conv{j}" for j in range(1, n_layers + 1)]
        rows += [Row(name, "convolution", n_filters, 3, padding=1) for name in names]
        rows += [Row(f"block{i}_pool", "max pooling", size=2, stride=2)]
    return [*rows, *_dense_end()]


def _dense_end() -> list[Row]:
    return [Row("fc6", "dense", 4096), Row("fc7", "dense", 4096), Row("fc8", "dense", 1000)]


def _googlenet() -> list[Row]:
    rows = [
        Row("conv1", "convolution", 64, 7, stride=2, padding="same"),
        Row("pool1", "max pooling", size=3, stride=2, padding="same"),
        Row("conv2_reduce", "convolution", 64),
        Row("conv2", "convolution", 192, 3, padding=1),
        Row("pool2", "max pooling", size=3, stride=2, padding="same"),
    ]
    for name, filters in _INCEPTION.items():
        if name in ("4a", "5a"):
            rows.append(Row(f"pool{int(name[0]) - 1}", "max pooling", size=3, stride=2, padding="same"))
        rows += _inception(name, filters, rows[-1].name)
    return [*rows, Row("average", "global pooling"), Row("output", "dense", 1000)]


def _inception(name: str, filters: tuple[int, ...], before: str) -> list[Row]:
    one, reduce3, three, reduce5, five, pooled = filters
    after = (before,)
    return [
        Row(f"{name}_1x1", "convolution", one, after=after),
        Row(f"{name}_3x3_reduce", "convolution", reduce3, after=after),
        Row(f"{name}_3x3", "convolution", three, 3, padding=1),
        Row(f"{name}_5x5_reduce", "convolution", reduce5, after=after),
        Row(f"{name}_5x5", "convolution", five, 5, padding=2),
        Row(f"{name}_pool", "max pooling", size=3, padding=1, after=after),
        Row(f"{name}_pool_1x1", "convolution", pooled),
        Row(name, "concatenation", after=tuple(f"{name}_{x}" for x in ("1x1", "3x3", "5x5", "pool_1x1"))),
    ]


def _resnet(n_blocks: tuple[int, ...], *, bottleneck: bool) -> list[Row]:
    rows = [_normalized("conv1", 64, 7, 2, 3), Row("pool1", "max pooling", size=3, stride=2, padding=1)]
    channels = 64
    for stage, n in enumerate(n_blocks):
        width, outputs = 64 * 2**stage, 64 * 2**stage * (4 if bottleneck else 1)
        for block in range(n):
            name, before = f"conv{stage + 2}_{block + 1}", rows[-1].name
            stride = 2 if stage and not block else 1
            if bottleneck:
                layers = [(width, 1, stride), (width, 3, 1), (outputs, 1, 1)]
            else:
                layers = [(width, 3, stride), (width, 3, 1)]
            rows += [
                _normalized(f"{name}_{i}", filters, size, step, size // 2, (before,) if i == 1 else ())
                for i, (filters, size, step) in enumerate(layers, start=1)
            ]
            inner = rows[-1].name
            if channels != outputs:
                rows.append(_normalized(f"{name}_projection", outputs, 1, stride, 0, (before,)))
                before, channels = rows[-1].name, outputs
            rows.append(Row(name, "addition", after=(inner, before)))
    return [*rows, Row("average", "global pooling"), Row("output", "dense", 1000)]


def _normalized(name: str, n: int, size: int, stride: int, padding: int, after: tuple[str, ...] = ()) -> Row:
    return Row(name, "convolution", n, size, stride, padding, after=after, bias=False, normalized=True)


_TABLES: dict[str, tuple[tuple[int, int, int], Callable[[], list[Row]]]] = {
    "LeNet-5": ((32, 32, 1), lambda: _lenet(60)),
    "LeNet-5, all connected": ((32, 32, 1), lambda: _lenet(None, plain=True)),
    "AlexNet": ((227, 227, 3), lambda: _alexnet(2)),
    "AlexNet, not grouped": ((227, 227, 3), lambda: _alexnet(1)),
    "ZFNet": ((224, 224, 3), _zfnet),
    "VGG-16": ((224, 224, 3), _vgg),
    "GoogLeNet": ((224, 224, 3), _googlenet),
    "ResNet-18": ((224, 224, 3), lambda: _resnet((2, 2, 2, 2), bottleneck=False)),
    "ResNet-34": ((224, 224, 3), lambda: _resnet((3, 4, 6, 3), bottleneck=False)),
    "ResNet-50": ((224, 224, 3), lambda: _resnet((3, 4, 6, 3), bottleneck=True)),
}

#: The names that `architecture` knows.
ARCHITECTURES: tuple[str, ...] = tuple(_TABLES)
