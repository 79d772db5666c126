"""Public data sets, from small files of the same form on a server of the test."""

import gzip
import hashlib
import importlib.util
import io
import re
import tarfile
from pathlib import Path

import numpy as np
import pytest

from dlbook.data import DownloadError, keras_dataset, movie_reviews, public, tiny_shakespeare


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Send every download of this module to a folder of the test."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))


@pytest.fixture
def offer(server, monkeypatch):
    """Return a function that puts a file in the place of a public one."""

    def put(name: str, content: bytes) -> None:
        monkeypatch.setitem(public._FILES, name, server.offer(name, content))

    return put


def archive(files: dict[str, bytes]) -> bytes:
    """Pack files into a tar.gz."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def test_every_file_has_a_safe_address_and_a_whole_digest():
    for name, (url, sha256) in public._FILES.items():
        assert url.startswith("https://"), name
        assert re.fullmatch(r"[0-9a-f]{64}", sha256), name
    digests = [sha256 for _, sha256 in public._FILES.values()]
    assert len(set(digests)) == len(digests)


def test_digest_of_mnist_is_the_one_in_keras():
    """Keras states the address and the digest in its source."""
    found = importlib.util.find_spec("keras")
    if found is None or found.origin is None:
        pytest.skip("Keras is not installed")
    text = Path(found.origin).with_name("src").joinpath("datasets", "mnist.py").read_text(encoding="utf-8")
    url, sha256 = public._FILES["mnist.npz"]
    assert sha256 in text
    assert url.removesuffix("mnist.npz") in text


def test_mnist(offer):
    rng = np.random.default_rng(0)
    arrays = {
        "x_train": rng.integers(0, 256, (6, 28, 28), dtype=np.uint8),
        "y_train": np.arange(6, dtype=np.uint8),
        "x_test": rng.integers(0, 256, (4, 28, 28), dtype=np.uint8),
        "y_test": np.arange(4, dtype=np.uint8),
    }
    packed = io.BytesIO()
    np.savez_compressed(packed, **arrays)
    offer("mnist.npz", packed.getvalue())
    (x_train, y_train), (x_test, y_test) = keras_dataset("mnist")
    for found, name in ((x_train, "x_train"), (y_train, "y_train"), (x_test, "x_test"), (y_test, "y_test")):
        np.testing.assert_array_equal(found, arrays[name])
        assert found.dtype == np.uint8


def test_fashion_mnist(offer):
    rng = np.random.default_rng(1)
    wanted = {}
    for split, n_samples in (("train", 5), ("t10k", 3)):
        images = rng.integers(0, 256, (n_samples, 28, 28), dtype=np.uint8)
        labels = rng.integers(0, 10, n_samples, dtype=np.uint8)
        wanted[split] = images, labels
        head = b"\0\0\x08\x03" + b"".join(size.to_bytes(4, "big") for size in images.shape)
        offer(f"fashion-{split}-images-idx3-ubyte.gz", gzip.compress(head + images.tobytes()))
        head = b"\0\0\x08\x01" + n_samples.to_bytes(4, "big")
        offer(f"fashion-{split}-labels-idx1-ubyte.gz", gzip.compress(head + labels.tobytes()))
    for found, expected in zip(keras_dataset("fashion_mnist"), wanted.values(), strict=True):
        np.testing.assert_array_equal(found[0], expected[0])
        np.testing.assert_array_equal(found[1], expected[1])


def test_cifar10(offer):
    rng = np.random.default_rng(2)
    images = rng.integers(0, 256, (18, 32, 32, 3), dtype=np.uint8)
    labels = rng.integers(0, 10, (18, 1), dtype=np.uint8)
    # A record is the label, then all red bytes, all green, all blue.
    records = [
        bytes(label) + image.transpose(2, 0, 1).tobytes() for image, label in zip(images, labels, strict=True)
    ]
    files = {"cifar-10-batches-bin/readme.html": b"nothing to read"}
    for batch in (4, 2, 5, 1, 3):  # in no order
        files[f"cifar-10-batches-bin/data_batch_{batch}.bin"] = b"".join(records[3 * batch - 3 : 3 * batch])
    files["cifar-10-batches-bin/test_batch.bin"] = b"".join(records[15:])
    offer("cifar-10-binary.tar.gz", archive(files))
    (x_train, y_train), (x_test, y_test) = keras_dataset("cifar10")
    np.testing.assert_array_equal(x_train, images[:15])
    np.testing.assert_array_equal(y_train, labels[:15])
    np.testing.assert_array_equal(x_test, images[15:])
    np.testing.assert_array_equal(y_test, labels[15:])
    assert x_train.flags.c_contiguous
    assert x_train.flags.writeable


def test_movie_reviews(offer):
    offer(
        "aclImdb_v1.tar.gz",
        archive(
            {
                "aclImdb/README": b"about",
                "aclImdb/train/neg/0_2.txt": b"A film.<br /><br />Bad.",
                "aclImdb/train/pos/0_9.txt": "Très good".encode(),
                "aclImdb/train/unsup/0_0.txt": b"no opinion",
                "aclImdb/test/pos/3_10.txt": b"Fine",
                "../../test/pos/4_10.txt": b"somewhere else",
                "aclImdb/test/pos/../pos/5_10.txt": b"somewhere else",
                "aclImdb/test/pos/notes.txt": b"no review",
            }
        ),
    )
    (train_texts, train_labels), (test_texts, test_labels) = movie_reviews()
    assert train_texts == ["A film.\n\nBad.", "Très good"]
    assert train_labels.tolist() == [0, 1]
    assert test_texts == ["Fine"]
    assert test_labels.tolist() == [1]


def test_archives_are_not_unpacked(offer, tmp_path):
    offer("aclImdb_v1.tar.gz", archive({"aclImdb/test/pos/4_10.txt": b"x", "../escaped.txt": b"y"}))
    assert movie_reviews()[1][0] == ["x"]
    names = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert names == {"aclImdb_v1.tar.gz", ".aclImdb_v1.tar.gz.lock"}


def test_tiny_shakespeare(offer):
    offer("tinyshakespeare.txt", b"First Citizen:\nSpeak.\n")
    assert tiny_shakespeare() == "First Citizen:\nSpeak.\n"


def test_unknown_name_lists_the_known_ones():
    for name in ("imdb", 3, ["mnist"]):
        with pytest.raises(ValueError, match=r"^name must be one of mnist, fashion_mnist, cifar10"):
            keras_dataset(name)


@pytest.mark.parametrize("load", [tiny_shakespeare, movie_reviews, lambda: keras_dataset("cifar10")])
def test_another_content_is_refused(server, monkeypatch, load):
    for name, (_, sha256) in list(public._FILES.items()):
        url, other = server.offer(name, b"something else")
        assert other == hashlib.sha256(b"something else").hexdigest() != sha256
        monkeypatch.setitem(public._FILES, name, (url, sha256))
    with pytest.raises(DownloadError, match="was removed"):
        load()


def test_pickled_mnist_is_refused(offer):
    packed = io.BytesIO()
    np.savez(packed, x_train=np.array([{}], dtype=object))
    offer("mnist.npz", packed.getvalue())
    with pytest.raises(ValueError, match="is no archive of plain arrays"):
        keras_dataset("mnist")
