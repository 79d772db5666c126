import numpy as np
import pytest

from dlbook.convolution import ARCHITECTURES, KINDS, Architecture, Conv2D, Row, architecture


def products_of(network, names):
    return sum(network.layer(name).multiply_adds for name in names)


# 1. published numbers


def test_lenet_has_the_parameters_and_connections_of_its_paper():
    network = architecture("LeNet-5")
    assert [layer.n_parameters for layer in network.layers] == [156, 12, 1516, 32, 48_120, 10_164, 0]
    connections = [layer.n_connections for layer in network.layers]
    assert connections == [122_304, 5_880, 151_600, 2_000, 48_120, 10_164, 840]
    assert (network.n_parameters, network.n_connections) == (60_000, 340_908)
    outputs = [layer.output for layer in network.layers[:5]]
    assert outputs == [(28, 28, 6), (14, 14, 6), (10, 10, 16), (5, 5, 16), (1, 1, 120)]
    assert architecture("LeNet-5, all connected").n_parameters == 61_706


def test_alexnet_has_sixty_million_parameters_and_650_thousand_neurons():
    network = architecture("AlexNet")
    assert network.n_parameters == 60_965_224
    assert architecture("AlexNet, not grouped").n_parameters == 62_378_344
    neurons = [layer.n_neurons for layer in network.layers if layer.n_neurons]
    assert neurons == [290_400, 186_624, 64_896, 64_896, 43_264, 4096, 4096, 1000]
    assert sum(neurons) == network.n_neurons == pytest.approx(650_000, rel=0.02)
    printed = [253_440, *neurons[1:]]  # in the caption of the paper's figure 2
    assert sum(printed) == 622_312


def test_zfnet_has_the_sizes_of_its_figure():
    sides = [layer.output[0] for layer in architecture("ZFNet").layers[:8]]
    assert sides == [110, 55, 26, 13, 13, 13, 13, 6]


def test_vgg_has_138_million_parameters():
    network = architecture("VGG-16")
    assert network.n_parameters == 138_357_544
    weights = [layer for layer in network.layers if layer.n_parameters]
    assert len(weights) == 16
    in_front = sum(layer.n_parameters for layer in weights if layer.kind == "dense")
    assert in_front / network.n_parameters > 0.89


def test_googlenet_has_rows_of_its_table():
    network = architecture("GoogLeNet")
    parts = ("1x1", "3x3_reduce", "3x3", "5x5_reduce", "5x5", "pool_1x1")

    def weights(names):
        return sum(network.layer(name).n_parameters - network.layer(name).output[-1] for name in names)

    module = [f"3a_{part}" for part in parts]
    assert network.layer("3a").output == (28, 28, 256)
    assert weights(module) // 1024 == 159
    assert products_of(network, module) == pytest.approx(128e6, rel=0.01)
    second = ["conv2_reduce", "conv2"]
    assert weights(second) == 112 * 1024
    assert products_of(network, second) == pytest.approx(360e6, rel=0.01)
    assert weights(["conv1"]) == 9408  # 2.7K in the table
    assert network.layer("5b").output == (7, 7, 1024)
    assert network.multiply_adds == pytest.approx(1.5e9, rel=0.06)


def test_googlenet_against_alexnet():
    google, alex = architecture("GoogLeNet"), architecture("AlexNet")
    assert alex.n_parameters / google.n_parameters == pytest.approx(8.7, abs=0.05)  # not 12
    assert google.multiply_adds / alex.multiply_adds == pytest.approx(2.2, abs=0.05)
    other = architecture("AlexNet, not grouped")
    assert google.multiply_adds / other.multiply_adds == pytest.approx(1.4, abs=0.05)


@pytest.mark.parametrize(
    ("name", "n_parameters", "multiply_adds"),
    [
        ("ResNet-18", 11_689_512, 1.8e9),
        ("ResNet-34", 21_797_672, 3.6e9),
        ("ResNet-50", 25_557_032, 3.8e9),
    ],
)
def test_resnets_have_the_operations_of_their_paper(name, n_parameters, multiply_adds):
    network = architecture(name)
    assert network.n_parameters == n_parameters
    assert network.multiply_adds == pytest.approx(multiply_adds, rel=0.02)
    convolutions = [x for x in network.layers if x.kind == "convolution" and "projection" not in x.name]
    assert len(convolutions) + 1 == int(name.split("-")[1])


# 2. parity with keras.applications


def convolutions_of(model):
    """Shape of the output and of the kernel of every layer of Keras's that has a kernel."""
    return sorted(
        (tuple(layer.output.shape[1:]), tuple(layer.kernel.shape))
        for layer in model.layers
        if hasattr(layer, "kernel")
    )


def shapes_of(network):
    """The same from the table."""
    found = []
    for layer, row in zip(network.layers, network.rows, strict=True):
        if layer.kind == "dense":
            found.append((layer.output, (layer.multiply_adds // layer.output[0], *layer.output)))
        elif layer.kind == "convolution":
            channels = layer.multiply_adds // (np.prod(layer.output) * row.size**2)
            found.append((layer.output, (row.size, row.size, int(channels), layer.output[-1])))
    return sorted(found)


def test_vgg_equals_that_of_keras():
    import keras

    model = keras.applications.VGG16(weights=None, include_top=False, input_shape=(224, 224, 3))
    network = architecture("VGG-16")
    ours = [shape for shape in shapes_of(network) if len(shape[0]) == 3]
    assert ours == convolutions_of(model)
    dense = sum(layer.n_parameters for layer in network.layers if layer.kind == "dense")
    assert network.n_parameters - dense == model.count_params()
    assert dense == 25_088 * 4096 + 4096 + 4096 * 4096 + 4096 + 4096 * 1000 + 1000


def test_resnet_equals_that_of_keras():
    import keras

    model = keras.applications.ResNet50(weights=None)
    network = architecture("ResNet-50")
    assert shapes_of(network) == convolutions_of(model)
    trained = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    biases = sum(layer.output[-1] for layer in network.layers if layer.kind == "convolution")
    assert biases == 26_560
    assert trained == network.n_parameters + biases


# 4. invariants


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_table_ends_in_its_classes(name):
    network = architecture(name)
    assert network.name == name
    assert network.layers[-1].output == ((10,) if name.startswith("LeNet") else (1000,))
    for layer in network.layers:
        assert layer.kind in KINDS
        assert layer.n_connections >= layer.multiply_adds or layer.kind == "subsampling"
        assert (layer.n_neurons > 0) == (layer.n_connections > 0)
    assert network.multiply_adds == sum(layer.multiply_adds for layer in network.layers)


@pytest.mark.parametrize("groups", [1, 2])
def test_a_row_counts_what_a_layer_has(groups):
    row = Row("conv", "convolution", 6, 3, stride=2, padding=1, groups=groups)
    counted = Architecture("one", (9, 7, 4), [row]).layer("conv")
    layer = Conv2D(4, 6, 3, stride=2, padding=1, groups=groups, rng=np.random.default_rng(0))
    output, cache = layer.forward(np.ones((1, 9, 7, 4)))
    assert counted.output == output.shape[1:]
    assert counted.n_parameters == layer.n_parameters
    assert counted.n_neurons == output.size
    assert counted.multiply_adds == cache.table.size * layer.n_filters // groups


# bad input


def test_bad_tables_are_named():
    conv = Row("a", "convolution", 4, 3)
    for rows in (
        "conv",
        [("a", "convolution")],
        [Row("a", "convolution")],
        [Row("a", "pooling")],
        [conv, conv],
        [conv, Row("b", "dense", 3), Row("c", "convolution", 3)],
        [Row("a", "convolution", 4, 9)],
        [Row("a", "convolution", 4, 3, groups=2)],
        [Row("a", "dense", 4, after=("b",))],
        [conv, Row("b", "addition", after=("a", "input"))],
        [conv, Row("b", "concatenation", after=("a", "input"))],
    ):
        with pytest.raises(ValueError, match=r"^rows[ ,]"):
            Architecture("bad", (8, 8, 3), rows)
    with pytest.raises(ValueError, match=r"^padding must"):
        Architecture("bad", (8, 8, 3), [Row("a", "convolution", 4, 3, padding="mirror")])
    for shape in (8, (8, 8), (8, 8, 0)):
        with pytest.raises(ValueError, match=r"^input_shape must"):
            Architecture("bad", shape, [conv])
    with pytest.raises(ValueError, match=r"^name must"):
        architecture("AlexNet-2")
    with pytest.raises(ValueError, match=r"^name must"):
        architecture("AlexNet").layer("conv9")
    with pytest.raises(ValueError, match=r"^name must"):
        Architecture(3, (8, 8, 3), [conv])
