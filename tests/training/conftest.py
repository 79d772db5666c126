"""What the tests of the Keras side share. They run on the backend that ``KERAS_BACKEND`` names."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dlbook.training import _shared


@pytest.fixture(scope="session")
def keras() -> Any:
    return _shared.load_keras()


@pytest.fixture(scope="session")
def values() -> Callable[[Any], list[np.ndarray]]:
    """Return a function that gives the trained weights of a network as arrays."""

    def read(network: Any) -> list[np.ndarray]:
        return [_shared.to_numpy(variable) for variable in network.trainable_variables]

    return read
