"""Public data sets for the `full` profile. Each is downloaded once, checked, and read without unpickling."""

import re
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from .. import checks
from .downloads import fetch, load_idx, load_npz

Split = tuple[np.ndarray, np.ndarray]

_KERAS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets"
_ZALANDO = "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion"

# Name in the cache: address, SHA-256.
_FILES: dict[str, tuple[str, str]] = {
    "mnist.npz": (
        f"{_KERAS}/mnist.npz",
        "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
    ),
    "fashion-train-images-idx3-ubyte.gz": (
        f"{_ZALANDO}/train-images-idx3-ubyte.gz",
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    ),
    "fashion-train-labels-idx1-ubyte.gz": (
        f"{_ZALANDO}/train-labels-idx1-ubyte.gz",
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    ),
    "fashion-t10k-images-idx3-ubyte.gz": (
        f"{_ZALANDO}/t10k-images-idx3-ubyte.gz",
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    ),
    "fashion-t10k-labels-idx1-ubyte.gz": (
        f"{_ZALANDO}/t10k-labels-idx1-ubyte.gz",
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    ),
    "cifar-10-binary.tar.gz": (
        "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
        "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
    ),
    "aclImdb_v1.tar.gz": (
        "https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",
        "c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe",
    ),
    "tinyshakespeare.txt": (
        "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",
        "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
    ),
}


def keras_dataset(name: str) -> tuple[Split, Split]:
    """Load pictures with labels, in the arrays that ``keras.datasets`` gives.

    Parameters
    ----------
    name : str
        ``"mnist"`` (handwritten digits, 11 MB), ``"fashion_mnist"`` (ten kinds of clothes, 31 MB) or
        ``"cifar10"`` (ten kinds of animals and vehicles in colour, 170 MB).

    Returns
    -------
    train : tuple of (ndarray, ndarray)
        Pictures as ``uint8`` from 0 to 255 and their classes as ``uint8``. The pictures have the shape
        (60000, 28, 28), or (50000, 32, 32, 3) for CIFAR-10. The classes have the shape (60000,), or
        (50000, 1) for CIFAR-10.
    test : tuple of (ndarray, ndarray)
        10000 more of both.

    Raises
    ------
    ValueError
        If there is no such data set.
    DownloadError
        If it is not in the cache and cannot be downloaded.

    Notes
    -----
    The arrays are those of ``keras.datasets.mnist.load_data()`` and so on, without importing Keras. Keras
    reads CIFAR-10 by unpickling and does not check the digest of Fashion-MNIST. Here CIFAR-10 comes from its
    binary edition, and every digest is checked.

    References
    ----------
    - Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-based learning applied to document
      recognition", Proceedings of the IEEE 86(11), 1998.
    - H. Xiao, K. Rasul and R. Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine
      learning algorithms", 2017.
    - A. Krizhevsky, "Learning multiple layers of features from tiny images", University of Toronto, 2009.
    """
    return _IMAGES[checks.choice(name, "name", _IMAGES)]()


def movie_reviews() -> tuple[tuple[list[str], np.ndarray], tuple[list[str], np.ndarray]]:
    """Load 50 000 film reviews in English with the opinion of each (84 MB).

    Returns
    -------
    train : tuple of (list of str, ndarray)
        25 000 reviews, and 1 for each that praises, 0 for each that pans. The order is that of the archive,
        so shuffle them.
    test : tuple of (list of str, ndarray)
        25 000 more of both, of other films.

    Raises
    ------
    DownloadError
        If they are not in the cache and cannot be downloaded.

    Notes
    -----
    ``keras.datasets.imdb`` gives the same reviews as numbers of words, from a pickled file. This is their
    text, with a line break wherever it had an HTML one.

    References
    ----------
    - A. L. Maas, R. E. Daly, P. T. Pham, D. Huang, A. Y. Ng and C. Potts, "Learning word vectors for
      sentiment analysis", Annual Meeting of the Association for Computational Linguistics, 2011.
    """
    texts: dict[str, list[str]] = {"train": [], "test": []}
    labels: dict[str, list[int]] = {"train": [], "test": []}
    for path, content in _members("aclImdb_v1.tar.gz", r"aclImdb/(train|test)/(pos|neg)/\d+_\d+\.txt"):
        _, split, opinion, _ = path.rsplit("/", 3)
        texts[split].append(content.decode("utf-8").replace("<br />", "\n"))
        labels[split].append(int(opinion == "pos"))
    return (texts["train"], np.array(labels["train"])), (texts["test"], np.array(labels["test"]))


def tiny_shakespeare() -> str:
    """Load a million characters from Shakespeare's plays (1 MB).

    Returns
    -------
    str
        1 115 394 characters of 65 kinds: speeches, each under the name of its speaker.

    Raises
    ------
    DownloadError
        If it is not in the cache and cannot be downloaded.

    References
    ----------
    - A. Karpathy, "The unreasonable effectiveness of recurrent neural networks", 2015.
    """
    return _file("tinyshakespeare.txt").read_text(encoding="ascii")


def _mnist() -> tuple[Split, Split]:
    arrays = load_npz(_file("mnist.npz"))
    return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])


def _fashion_mnist() -> tuple[Split, Split]:
    images, labels = (
        [load_idx(_file(f"fashion-{part}-{kind}-ubyte.gz")) for part in ("train", "t10k")]
        for kind in ("images-idx3", "labels-idx1")
    )
    return (images[0], labels[0]), (images[1], labels[1])


def _cifar10() -> tuple[Split, Split]:
    batches = dict(_members("cifar-10-binary.tar.gz", r"cifar-10-batches-bin/\w+_batch(_\d)?\.bin"))
    train = [_cifar_records(content) for path, content in sorted(batches.items()) if "data_batch" in path]
    test = next(_cifar_records(content) for path, content in batches.items() if "test_batch" in path)
    images, labels = zip(*train, strict=True)
    return (np.concatenate(images), np.concatenate(labels)), test


def _cifar_records(content: bytes) -> Split:
    """Split records of one label and 3 x 32 x 32 bytes into pictures and labels."""
    records = np.frombuffer(content, dtype=np.uint8).reshape(-1, 1 + 3 * 32 * 32)
    images = records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)  # (records, height, width, colours)
    return np.ascontiguousarray(images), records[:, :1].copy()


_IMAGES: dict[str, Callable[[], tuple[Split, Split]]] = {
    "mnist": _mnist,
    "fashion_mnist": _fashion_mnist,
    "cifar10": _cifar10,
}


def _file(name: str) -> Path:
    """Return a known file, downloaded if need be."""
    url, sha256 = _FILES[name]
    return fetch(url, sha256=sha256, name=name)


def _members(name: str, pattern: str) -> Iterator[tuple[str, bytes]]:
    """Read the matching files of an archive one by one. Nothing is unpacked to the disk."""
    with tarfile.open(_file(name), "r|gz") as archive:
        for member in archive:
            if member.isfile() and re.fullmatch(pattern, member.name):
                content = archive.extractfile(member)
                if content is not None:
                    yield member.name, content.read()
