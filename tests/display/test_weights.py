"""Weights as text: the smallest form that leaves the score as it is."""

import numpy as np
import pytest

from dlbook.display import pack


def weights() -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.normal(size=(20, 10)), rng.normal(size=10)]


def test_a_coarse_score_allows_bytes() -> None:
    rng = np.random.default_rng(2)
    x, arrays = rng.normal(size=(200, 20)), weights()
    packed = pack(arrays, lambda read: float(((x @ read[0] + read[1]).argmax(axis=1) == 3).mean().round(1)))
    assert [one["kind"] for one in packed] == ["int6", "int6"]
    assert [one["shape"] for one in packed] == [[20, 10], [10]]


def test_each_array_is_stored_as_its_part_of_the_score_allows() -> None:
    exact = weights()

    def close(read: list[np.ndarray]) -> bool:
        return bool(np.abs(read[0] - exact[0]).max() < 0.01 and np.abs(read[1] - exact[1]).max() < 1e-6)

    packed = pack(exact, close)
    assert [one["kind"] for one in packed] == ["int8", "float32"]
    assert len(packed[1]["data"]) == 56  # 40 bytes


def test_large_numbers_do_not_fit_into_float16() -> None:
    (packed,) = pack([[1e6, 1.0]], lambda read: read[0].round(0))
    assert packed["kind"] == "float32"


@pytest.mark.parametrize("array", [np.zeros(3), np.zeros((0, 2))])
def test_zeros_and_nothing(array: np.ndarray) -> None:
    if array.size:
        assert pack([array], lambda read: read[0])[0]["kind"] == "int6"
    else:
        with pytest.raises(ValueError, match="weights"):
            pack([array], lambda read: read[0])


def test_what_cannot_be_stored_is_refused() -> None:
    with pytest.raises(ValueError, match="slopes must hold at least one array, got none"):
        pack([], lambda read: 0, name="slopes")
    with pytest.raises(ValueError, match=r"weights\[0\] must be finite"):
        pack([[np.inf]], lambda read: 0)
    with pytest.raises(ValueError, match="same score as float32, got another one"):
        pack([[1 / 3]], lambda read: read[0][0])
    with pytest.raises(ValueError, match=r"net must take at most 0\.1 KB, got 0\.2 KB"):
        pack(weights(), lambda read: 1, max_kilobytes=0.1, name="net")
