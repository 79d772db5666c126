"""What every notebook does first: its profile, its seeds, a quiet backend, the book's figures.

Two lines of a notebook are enough::

    from dlbook.runtime import setup
    run = setup(profile, seed)

Importing this module is cheap. Keras is imported only when :func:`setup` is asked for it.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import json
import logging
import operator
import os
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from .files import write_text

if TYPE_CHECKING:
    import numpy as np

__all__ = [
    "BACKENDS",
    "PROFILES",
    "Run",
    "backend_name",
    "device",
    "grow_gpu_memory",
    "load_keras",
    "profile",
    "setup",
]

PROFILES = ("quick", "full")
"""The profiles a notebook can run in."""

BACKENDS = ("tensorflow", "jax")
"""The Keras backends the book is tested on; the first is the default."""

_LARGEST_SEED = 2**32 - 1  # what numpy.random.seed accepts

Value = TypeVar("Value")


@dataclass(frozen=True)
class Run:
    """The profile and the randomness of one notebook run.

    Parameters
    ----------
    profile : str
        ``"quick"`` or ``"full"``.
    seed : int
        The seed everything random starts from.
    rng : numpy.random.Generator
        A generator seeded with `seed`; pass it to the functions of the book.

    Examples
    --------
    >>> import numpy as np
    >>> run = Run("quick", 0, np.random.default_rng(0))
    >>> run.full
    False
    >>> run.choose(quick=5, full=100)
    5
    """

    profile: str
    seed: int
    rng: np.random.Generator = field(repr=False, compare=False)

    @property
    def full(self) -> bool:
        """Whether this is the run on real data, for a GPU."""
        return self.profile == "full"

    def choose(self, *, quick: Value, full: Value) -> Value:
        """Pick the value that belongs to the profile.

        Parameters
        ----------
        quick : object
            The value on two processor cores.
        full : object
            The value on a GPU.

        Returns
        -------
        object
            `full` in the full profile, `quick` otherwise.
        """
        return full if self.full else quick


def setup(profile: str = "quick", seed: int = 0, *, keras: bool = False) -> Run:
    """Prepare a notebook: seeds, figure style and, where asked for, a quiet Keras.

    Nothing is printed. The legacy global generators of Python and NumPy are seeded because Keras and
    scikit-learn fall back to them; the book's own functions take ``run.rng``.

    Parameters
    ----------
    profile : str, default "quick"
        ``"quick"`` for two processor cores and bundled data, ``"full"`` for real data and a GPU.
    seed : int, default 0
        Where all randomness starts, from 0 to 2**32 - 1.
    keras : bool, default False
        Import Keras, without the messages its backend writes, and seed it too.

    Returns
    -------
    Run
        The profile, the seed and a seeded generator.

    Raises
    ------
    ValueError
        If the profile or the seed is not one of the choices, or `keras` is true and the backend named by
        ``KERAS_BACKEND`` is not.
    ModuleNotFoundError
        If `keras` is true and Keras or its backend is not installed.

    Notes
    -----
    What the notebook shows does not depend on anybody's settings: ``keras.json`` is not read, and of a
    ``matplotlibrc`` nothing is left.

    Three environment variables matter. ``KERAS_BACKEND`` names the backend (``tensorflow`` where unset).
    ``DLBOOK_OUTPUT`` says where the outputs go: ``live`` (where unset), ``page`` or ``standalone``.
    ``DLBOOK_MEASURE`` is a file that receives the profile, seed, backend and device as JSON.

    A GPU is not taken whole: memory grows as it is needed, so that several notebooks can share a card.

    Examples
    --------
    >>> run = setup("quick", 7)
    >>> run.choose(quick="digits", full="MNIST")
    'digits'
    >>> setup("fast")
    Traceback (most recent call last):
    ...
    ValueError: profile must be one of quick, full, got 'fast'
    """
    if profile not in PROFILES:
        raise ValueError(f"profile must be one of {', '.join(PROFILES)}, got {profile!r}")
    seed = _checked_seed(seed)
    backend = _choose_backend(needed=keras)

    import numpy as np

    if keras:
        module = _import_keras(backend)
        with _quiet_stderr():  # on every backend, seeding imports TensorFlow
            module.utils.set_random_seed(seed)
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002

    from .display.style import use_style

    _show_figures()
    use_style()

    target = os.environ.get("DLBOOK_MEASURE")
    if target:
        used = sys.modules["keras"].backend.backend() if keras else None
        measured = {"profile": profile, "seed": seed, "backend": used, "device": device()}
        write_text(target, json.dumps(measured))
    _STATE["profile"] = profile
    return Run(profile, seed, np.random.default_rng(seed))


def profile() -> str:
    """Return the profile of the last :func:`setup` in this process.

    Returns
    -------
    str
        ``"quick"`` or ``"full"``; ``"quick"`` where there was no setup.
    """
    return _STATE["profile"]


_STATE = {"profile": PROFILES[0]}


def device() -> str:
    """Name the device that Keras computes on.

    Keras is not imported for the answer: where no cell has imported it, everything runs on the processor.

    Returns
    -------
    str
        ``"CPU"``, or ``"GPU: "`` with the name of the first card.

    Examples
    --------
    >>> device()  # doctest: +SKIP
    'CPU'
    """
    keras = sys.modules.get("keras")
    if keras is None:
        return "CPU"
    name = keras.backend.backend()
    if name == "tensorflow":
        import tensorflow as tf

        cards = tf.config.list_physical_devices("GPU")
        if cards:
            details = tf.config.experimental.get_device_details(cards[0])
            return f"GPU: {details.get('device_name', cards[0].name)}"
    elif name == "jax":
        import jax

        first = jax.devices()[0]
        if first.platform != "cpu":
            return f"{first.platform.upper()}: {first.device_kind}"
    return "CPU"


def backend_name() -> str:
    """Return the Keras backend that is asked for.

    Returns
    -------
    str
        The value of ``KERAS_BACKEND``, or the first of :data:`BACKENDS` where it is not set.

    Raises
    ------
    ValueError
        If it is not one of :data:`BACKENDS`.

    Examples
    --------
    >>> backend_name() in BACKENDS
    True
    """
    backend = os.environ.get("KERAS_BACKEND") or BACKENDS[0]
    if backend not in BACKENDS:
        raise ValueError(
            f"the environment variable KERAS_BACKEND must be one of {', '.join(BACKENDS)}, got {backend!r}"
        )
    return backend


def load_keras() -> Any:
    """Return Keras; import it without the lines that its libraries print, if nobody has imported it.

    Returns
    -------
    module
        Keras, on the backend of :func:`backend_name` where this call imports it.

    Raises
    ------
    ValueError
        If the backend is not one of :data:`BACKENDS`.
    ModuleNotFoundError
        If Keras or its backend is not installed.
    """
    loaded = sys.modules.get("keras")
    return loaded if loaded is not None else _import_keras(_choose_backend())


def grow_gpu_memory() -> None:
    """Let TensorFlow take a card's memory as it needs it, so that several notebooks can share a card."""
    import tensorflow as tf

    for card in tf.config.list_physical_devices("GPU"):
        # Too late once the card is in use; the setting of the first call then stands.
        with contextlib.suppress(RuntimeError, ValueError):
            tf.config.experimental.set_memory_growth(card, True)


def _checked_seed(seed: int) -> int:
    try:
        number = operator.index(seed)
    except TypeError:
        raise ValueError(f"seed must be a whole number, got {seed!r}") from None
    if not 0 <= number <= _LARGEST_SEED:
        raise ValueError(f"seed must lie between 0 and {_LARGEST_SEED}, got {number}")
    return number


def _choose_backend(*, needed: bool = True) -> str:
    """Set what must be set before a backend is imported, by whomever; return its name, checked if needed."""
    backend = backend_name() if needed else os.environ.get("KERAS_BACKEND") or BACKENDS[0]
    os.environ["KERAS_BACKEND"] = backend
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    return backend


def _import_keras(backend: str) -> Any:
    """Import Keras on `backend`, without the lines that its C++ libraries print."""
    loaded = sys.modules.get("keras")
    if loaded is not None and loaded.backend.backend() != backend:
        raise ValueError(
            f"KERAS_BACKEND is {backend!r}, but this session already runs Keras on "
            f"{loaded.backend.backend()!r}: restart the kernel"
        )
    with _quiet_stderr(), _no_settings():
        try:
            keras = importlib.import_module("keras")
        except ModuleNotFoundError as error:
            missing = error.name or "a package"
            raise ModuleNotFoundError(
                f"Keras on {backend} needs {missing}, which is not installed: install it, "
                f"or set KERAS_BACKEND to another of {', '.join(BACKENDS)}",
                name=error.name,
            ) from None
        if backend == "tensorflow":
            grow_gpu_memory()
    # TensorFlow prints what it compiles again as a warning, in the middle of a page.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    # Whoever imported Keras before this may have read settings.
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")
    keras.config.set_epsilon(1e-7)
    keras.config.set_image_data_format("channels_last")
    return keras


@contextlib.contextmanager
def _no_settings() -> Iterator[None]:
    """Let Keras read no variable of the reader's and no ``keras.json``, and write none into the home folder.

    Yields
    ------
    None
    """
    from .surroundings import own_folder

    names = [name for name in os.environ if name.startswith("KERAS_") and name != "KERAS_BACKEND"]
    saved = {name: os.environ.pop(name) for name in names}
    os.environ["KERAS_HOME"] = str(own_folder("keras"))
    try:
        yield
    finally:
        del os.environ["KERAS_HOME"]
        os.environ.update(saved)


@contextlib.contextmanager
def _quiet_stderr() -> Iterator[None]:
    """Drop what compiled code writes to the error stream, but keep Python's own messages.

    TensorFlow prints before its log level counts, straight to file descriptor 2. That descriptor points
    at the null device inside the block. Where ``sys.stderr`` writes to the same descriptor (outside a
    notebook), it is moved to a copy of it, so that warnings and tracebacks still show.

    Yields
    ------
    None
    """
    try:
        saved = os.dup(2)
    except OSError:  # no error stream at all, as under some services
        yield
        return
    stream, moved = sys.stderr, None
    try:
        stream.flush()
        if stream.fileno() == 2:
            copy = os.dup(saved)
            moved = os.fdopen(copy, "w", buffering=1, encoding=stream.encoding, errors=stream.errors)
            sys.stderr = moved
    except (AttributeError, OSError, ValueError):  # a stream without a descriptor
        pass
    try:
        with open(os.devnull, "wb") as null:
            os.dup2(null.fileno(), 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        if moved is not None:
            if sys.stderr is moved:
                sys.stderr = stream
            # A handler made inside the block may keep the copy: it must stay usable.
            moved.flush()
            atexit.register(moved.flush)


def _show_figures() -> None:
    """Let a kernel show figures in the notebook, whatever ``MPLBACKEND`` says, and with twice the pixels."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None or not hasattr(shell, "kernel"):
        return
    from matplotlib_inline.backend_inline import set_matplotlib_formats

    if "inline" not in os.environ.get("MPLBACKEND", "inline"):
        shell.enable_matplotlib("inline")
    set_matplotlib_formats("retina")
