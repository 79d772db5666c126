"""Sound sources and the resonators that shape them: the parts of a formant synthesizer."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ... import checks
from .checks import as_signal

Floats = NDArray[np.float64]


def resonate(samples: ArrayLike, frequency: ArrayLike, bandwidth: ArrayLike, sample_rate: float) -> Floats:
    r"""Pass a signal through a second-order resonator, which may move from sample to sample.

    Parameters
    ----------
    samples : array_like of shape (n_samples,)
        The signal.
    frequency : float or array_like of shape (n_samples,)
        Resonance in Hz, from 0 to half the sample rate.
    bandwidth : float or array_like of shape (n_samples,)
        Width of the resonance at half its power in Hz, positive.
    sample_rate : float
        Samples per second.

    Returns
    -------
    ndarray of shape (n_samples,)
        The filtered signal. A constant passes unchanged.

    Raises
    ------
    ValueError
        If the signal is empty or not finite, or a frequency or a bandwidth is out of range.

    Notes
    -----
    .. math:: y_t = a x_t + b y_{t-1} + c y_{t-2}

    .. math:: c = -e^{-2 \pi B / f_s}, \qquad b = 2 e^{-\pi B / f_s} \cos(2 \pi F / f_s),
              \qquad a = 1 - b - c

    ===========  =============  ==============
    symbol       name           meaning
    ===========  =============  ==============
    :math:`F`    `frequency`    resonance
    :math:`B`    `bandwidth`    its bandwidth
    :math:`f_s`  `sample_rate`  sample rate
    ===========  =============  ==============

    References
    ----------
    - D. H. Klatt, "Software for a cascade/parallel formant synthesizer", Journal of the Acoustical Society of
      America 67(3), 1980, pp. 971-995.

    Examples
    --------
    >>> click = [1.0, 0, 0, 0]
    >>> resonate(click, frequency=1000.0, bandwidth=100.0, sample_rate=8000).round(3).tolist()
    [0.565, 0.768, 0.522, 0.0]
    """
    signal, center, width = _check_resonator(samples, frequency, bandwidth, sample_rate)
    a, b, c = _coefficients(center, width, sample_rate)
    filtered, last, before = [], 0.0, 0.0
    # Each output needs the two before it: a loop over plain numbers is the fast way without SciPy.
    for x_t, b_t, c_t in zip((a * signal).tolist(), b.tolist(), c.tolist(), strict=True):
        last, before = x_t + b_t * last + c_t * before, last
        filtered.append(last)
    return np.array(filtered)


def antiresonate(
    samples: ArrayLike, frequency: ArrayLike, bandwidth: ArrayLike, sample_rate: float
) -> Floats:
    r"""Pass a signal through the inverse of a resonator, which takes a band out.

    Parameters
    ----------
    samples : array_like of shape (n_samples,)
        The signal.
    frequency : float or array_like of shape (n_samples,)
        Frequency in Hz that is taken out.
    bandwidth : float or array_like of shape (n_samples,)
        Its width in Hz, positive.
    sample_rate : float
        Samples per second.

    Returns
    -------
    ndarray of shape (n_samples,)
        The filtered signal.

    Raises
    ------
    ValueError
        If the signal is empty or not finite, or a frequency or a bandwidth is out of range.

    Notes
    -----
    With :math:`a`, :math:`b` and :math:`c` of `resonate`:

    .. math:: y_t = (x_t - b x_{t-1} - c x_{t-2}) / a

    Examples
    --------
    >>> y = resonate([1.0, 2.0, -1.0], 500.0, 80.0, 8000)
    >>> antiresonate(y, 500.0, 80.0, 8000).round(12).tolist()
    [1.0, 2.0, -1.0]
    """
    signal, center, width = _check_resonator(samples, frequency, bandwidth, sample_rate)
    a, b, c = _coefficients(center, width, sample_rate)
    padded = np.concatenate([[0.0, 0.0], signal])
    return (signal - b * padded[1:-1] - c * padded[:-2]) / a


def glottal_pulses(
    pitch: ArrayLike, sample_rate: float, *, rng: np.random.Generator, jitter: float = 0.01
) -> Floats:
    """Make the train of pulses that the vocal folds give.

    Parameters
    ----------
    pitch : array_like of shape (n_samples,)
        Pulses per second at every sample, positive.
    sample_rate : float
        Samples per second.
    rng : numpy.random.Generator
        Draws the jitter.
    jitter : float, default 0.01
        Standard deviation of a pulse's time in periods, from 0 to 0.2.

    Returns
    -------
    ndarray of shape (n_samples,)
        Pulses. A pulse between two samples is shared among them, and has the power of one period.

    Raises
    ------
    ValueError
        If a pitch is not positive or above half the sample rate, or `jitter` is out of range.

    Examples
    --------
    >>> import numpy as np
    >>> pulses = glottal_pulses(np.full(8000, 100.0), 8000, rng=np.random.default_rng(0), jitter=0)
    >>> len(np.flatnonzero(pulses))
    100
    """
    sample_rate = checks.positive(sample_rate, "sample_rate")
    contour, generator = as_signal(pitch, "pitch"), checks.rng(rng)
    if contour.min() <= 0 or contour.max() > sample_rate / 2:
        raise ValueError(
            f"pitch must be above 0 and at most {sample_rate / 2:g} Hz, "
            f"got {contour.min():g} to {contour.max():g}"
        )
    jitter = checks.number(jitter, "jitter", least=0, most=0.2)
    periods = np.cumsum(contour) / sample_rate
    numbers = np.arange(1, int(periods[-1] + 1e-9) + 1)
    moved = numbers + jitter * generator.standard_normal(len(numbers))
    times = np.interp(moved - 1e-9, periods, np.arange(len(contour)))
    at = times.astype(int)
    share = times - at
    share[share < 1e-6] = 0
    up = share > 1 - 1e-6
    at[up], share[up] = at[up] + 1, 0
    height = np.sqrt(sample_rate / contour[np.minimum(at, len(contour) - 1)])
    pulses = np.zeros(len(contour) + 2)
    np.add.at(pulses, at, height * (1 - share))
    np.add.at(pulses, at + 1, height * share)
    return pulses[: len(contour)]


def _coefficients(center: Floats, width: Floats, sample_rate: float) -> tuple[Floats, Floats, Floats]:
    radius = np.exp(-np.pi * width / sample_rate)
    b = 2 * radius * np.cos(2 * np.pi * center / sample_rate)
    c = -(radius**2)
    return 1 - b - c, b, c


def _check_resonator(
    samples: ArrayLike, frequency: ArrayLike, bandwidth: ArrayLike, sample_rate: float
) -> tuple[Floats, Floats, Floats]:
    checks.positive(sample_rate, "sample_rate")
    signal = as_signal(samples, "samples")
    tracks = []
    for given, name in ((frequency, "frequency"), (bandwidth, "bandwidth")):
        scalar: Any = given if np.isscalar(given) else None
        track = checks.array(given, name) if scalar is None else np.asarray(checks.number(scalar, name))
        if track.shape not in ((), signal.shape):
            raise ValueError(f"{name} must be a number or have shape {signal.shape}, got shape {track.shape}")
        tracks.append(np.broadcast_to(track, signal.shape))
    center, width = tracks
    if center.min() < 0 or center.max() > sample_rate / 2:
        raise ValueError(
            f"frequency must be from 0 to {sample_rate / 2:g} Hz, got {center.min():g} to {center.max():g}"
        )
    if width.min() <= 0:
        raise ValueError(f"bandwidth must be positive, got {width.min():g}")
    return signal, center, width
