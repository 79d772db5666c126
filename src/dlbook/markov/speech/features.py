"""From sound to features: frames, spectra, the mel scale and cepstral coefficients."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ... import checks
from ...data.speech.checks import as_features, as_signal

Floats = NDArray[np.float64]
FLOOR = 1e-10
"""Least power that a logarithm is taken of."""
HIGHEST = 7e5
"""Mel beyond this have no frequency that is a number."""


def pre_emphasize(samples: ArrayLike, coefficient: float = 0.97) -> Floats:
    r"""Lift the high frequencies, which speech has little of.

    Parameters
    ----------
    samples : array_like of shape (n_samples,)
        The signal.
    coefficient : float, default 0.97
        Share of the sample before that is taken away, from 0 to 1.

    Returns
    -------
    ndarray of shape (n_samples,)
        The signal :math:`y_t = x_t - c \, x_{t-1}`; the first sample stays as it is.

    Raises
    ------
    ValueError
        If the signal is not finite or the coefficient is out of range.

    Examples
    --------
    >>> pre_emphasize([1.0, 1.0, 0.0], 0.5).tolist()
    [1.0, 0.5, -0.5]
    """
    signal, coefficient = as_signal(samples, "samples"), checks.probability(coefficient, "coefficient")
    return np.concatenate([signal[:1], signal[1:] - coefficient * signal[:-1]])


def cut_frames(samples: ArrayLike, width: int, hop: int) -> Floats:
    """Cut a signal into frames that overlap.

    Parameters
    ----------
    samples : array_like of shape (n_samples,)
        The signal, at least one frame long.
    width : int
        Samples in a frame.
    hop : int
        Samples from the start of one frame to that of the next.

    Returns
    -------
    ndarray of shape (n_frames, width)
        The frames that lie within the signal; a rest shorter than a frame is left out.

    Raises
    ------
    ValueError
        If the signal is shorter than a frame or not finite, or `width` or `hop` is below 1.

    Examples
    --------
    >>> cut_frames([0, 1, 2, 3, 4, 5], width=4, hop=2).tolist()
    [[0.0, 1.0, 2.0, 3.0], [2.0, 3.0, 4.0, 5.0]]
    """
    width, hop = checks.count(width, "width"), checks.count(hop, "hop")
    signal = as_signal(samples, "samples", width)
    return np.lib.stride_tricks.sliding_window_view(signal, width)[::hop].copy()


def power_spectra(frames: ArrayLike, n_fft: int | None = None) -> Floats:
    r"""Return the power of every frame at every frequency.

    Parameters
    ----------
    frames : array_like of shape (n_frames, width)
        The frames. Each is multiplied by a Hamming window.
    n_fft : int, optional
        Length of the Fourier transform, at least `width`; zeros are added. Without it, the next power of two.

    Returns
    -------
    ndarray of shape (n_frames, n_fft // 2 + 1)
        The power :math:`\lvert X_k \rvert^2 / n` at the frequencies :math:`k f_s / n`.

    Raises
    ------
    ValueError
        If the frames are not a finite table or `n_fft` is shorter than a frame.

    Notes
    -----
    .. math:: X_k = \sum_{t=0}^{n-1} w_t x_t e^{-2 \pi i k t / n},
              \qquad w_t = 0.54 - 0.46 \cos \frac{2 \pi t}{\text{width} - 1}

    ==================  ==========  =======================================
    symbol              name        meaning
    ==================  ==========  =======================================
    :math:`x_t`         `frames`    one frame, then zeros
    :math:`w_t`         (internal)  the window
    :math:`n`           `n_fft`     length of the transform
    :math:`X_k`         (internal)  part of the frame at one frequency
    ==================  ==========  =======================================

    Examples
    --------
    >>> power_spectra([[1.0, 1.0, 1.0, 1.0]], n_fft=4).round(4).tolist()
    [[0.7225, 0.2381, 0.0]]
    """
    table = as_features(frames, "frames")
    width = table.shape[1]
    length = 1 << (width - 1).bit_length() if n_fft is None else checks.count(n_fft, "n_fft", width)
    spectra = np.fft.rfft(table * np.hamming(width), length, axis=1)
    return (spectra.real**2 + spectra.imag**2) / length


def hz_to_mel(frequency: ArrayLike) -> Floats:
    r"""Turn frequencies into mel, the scale on which equal steps sound equally wide.

    Parameters
    ----------
    frequency : float or array_like
        Frequencies in Hz, not negative.

    Returns
    -------
    float or ndarray
        Their values in mel.

    Raises
    ------
    ValueError
        If a frequency is negative or not finite.

    Notes
    -----
    Of the formulas in use this is the one that speech recognizers follow:

    .. math:: m = 2595 \log_{10} \left( 1 + \frac{f}{700} \right)

    References
    ----------
    - D. O'Shaughnessy, "Speech Communication: Human and Machine", Addison-Wesley, 1987.

    Examples
    --------
    >>> hz_to_mel([0, 700, 1000]).round(1).tolist()
    [0.0, 781.2, 1000.0]
    """
    given = _not_negative(frequency, "frequency")
    return 2595 * np.log10(1 + given / 700)


def mel_to_hz(mel: ArrayLike) -> Floats:
    """Turn mel into frequencies.

    Parameters
    ----------
    mel : float or array_like
        Values in mel, not negative.

    Returns
    -------
    float or ndarray
        Frequencies in Hz.

    Raises
    ------
    ValueError
        If a value is negative or not finite.

    Examples
    --------
    >>> mel_to_hz(hz_to_mel([50, 3000])).round(6).tolist()
    [50.0, 3000.0]
    """
    given = _not_negative(mel, "mel")
    if (given > HIGHEST).any():
        raise ValueError(f"mel must be at most {HIGHEST:g}, got {given.max():.6g}")
    return 700 * (10 ** (given / 2595) - 1)


def _not_negative(value: ArrayLike, name: str) -> Floats:
    given = checks.array(value, name)
    if (given < 0).any():
        raise ValueError(f"{name} must not be negative, got {given.min():.6g}")
    return given


def mel_filterbank(
    n_filters: int, n_fft: int, sample_rate: float, *, low: float = 64.0, high: float | None = None
) -> Floats:
    """Return triangular filters that are equally wide in mel.

    Parameters
    ----------
    n_filters : int
        How many filters.
    n_fft : int
        Length of the Fourier transform.
    sample_rate : float
        Samples per second.
    low : float, default 64.0
        Where the first filter begins, in Hz.
    high : float, optional
        Where the last filter ends, in Hz. Without it, half the sample rate.

    Returns
    -------
    ndarray of shape (n_filters, n_fft // 2 + 1)
        Weights. Each filter rises to 1 at its centre, where its neighbours are 0.

    Raises
    ------
    ValueError
        If the band is empty or exceeds half the sample rate, or a filter is so narrow that no frequency of
        the transform falls into it.

    Notes
    -----
    The corners of the triangles are equally spaced in mel (`hz_to_mel`). Within a triangle the weight is
    linear in mel as well.

    References
    ----------
    - S. B. Davis and P. Mermelstein, "Comparison of parametric representations for monosyllabic word
      recognition in continuously spoken sentences", IEEE Transactions on Acoustics, Speech, and Signal
      Processing 28(4), 1980, pp. 357-366.

    Examples
    --------
    >>> filters = mel_filterbank(20, 256, 8000)
    >>> filters.shape
    (20, 129)
    """
    n_filters, n_fft = checks.count(n_filters, "n_filters"), checks.count(n_fft, "n_fft", 2)
    sample_rate, low = checks.positive(sample_rate, "sample_rate"), checks.number(low, "low")
    top = sample_rate / 2 if high is None else checks.number(high, "high")
    if not 0 <= low < top <= sample_rate / 2:
        raise ValueError(
            f"low and high must be 0 <= low < high <= {sample_rate / 2:g} Hz, got {low} and {top}"
        )
    filters = _mel_filterbank(n_filters, n_fft, sample_rate, low, top)
    empty = np.flatnonzero(filters.sum(axis=1) == 0)
    if len(empty):
        raise ValueError(
            f"n_filters must be small enough for {n_fft // 2 + 1} frequencies, but of {n_filters} filters "
            f"number {empty[0]} has none"
        )
    return filters


def _mel_filterbank(n_filters: int, n_fft: int, sample_rate: float, low: float, high: float) -> Floats:
    at = hz_to_mel(np.arange(n_fft // 2 + 1) * sample_rate / n_fft)
    corners = np.linspace(hz_to_mel(low), hz_to_mel(high), n_filters + 2)
    left, centre, right = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    return np.clip(np.minimum((at - left) / (centre - left), (right - at) / (right - centre)), 0.0, None)


def cosine_transform(n_outputs: int, n_inputs: int) -> Floats:
    r"""Return the matrix of the discrete cosine transform (type II, orthonormal).

    Parameters
    ----------
    n_outputs : int
        Number of coefficients kept, at most `n_inputs`.
    n_inputs : int
        Number of values that are transformed.

    Returns
    -------
    ndarray of shape (n_outputs, n_inputs)
        Row k holds a cosine of k half periods.

    Raises
    ------
    ValueError
        If a number is below 1, or more coefficients are asked for than there are values.

    Notes
    -----
    .. math:: c_k = s_k \sum_{j=0}^{n-1} x_j \cos \frac{\pi k (j + 1/2)}{n},
              \qquad s_0 = \sqrt{1 / n}, \quad s_k = \sqrt{2 / n}

    Examples
    --------
    >>> matrix = cosine_transform(4, 4)
    >>> bool(np.allclose(matrix @ matrix.T, np.eye(4)))
    True
    """
    n_inputs = checks.count(n_inputs, "n_inputs")
    n_outputs = checks.count(n_outputs, "n_outputs", most=n_inputs)
    order, position = np.arange(n_outputs)[:, None], np.arange(n_inputs) + 0.5
    matrix = np.sqrt(2 / n_inputs) * np.cos(np.pi * order * position / n_inputs)
    matrix[0] /= np.sqrt(2)
    return matrix


def deltas(features: ArrayLike, reach: int = 2) -> Floats:
    r"""Return how fast every feature changes: the slope of a line through the frames around.

    Parameters
    ----------
    features : array_like of shape (n_frames, n_features)
        One frame a row.
    reach : int, default 2
        How many frames on each side count. The first and the last frame are repeated beyond the ends.

    Returns
    -------
    ndarray of shape (n_frames, n_features)
        Change per frame.

    Raises
    ------
    ValueError
        If the features are not a finite table, or `reach` is below 1.

    Notes
    -----
    .. math:: d_t = \frac{\sum_{k=1}^{r} k (x_{t+k} - x_{t-k})}{2 \sum_{k=1}^{r} k^2}

    Examples
    --------
    >>> deltas([[0.0], [1.0], [2.0], [3.0], [4.0]]).ravel().tolist()
    [0.5, 0.8, 1.0, 0.8, 0.5]
    """
    table, reach = as_features(features, "features"), checks.count(reach, "reach")
    n_frames = len(table)
    padded = np.pad(table, ((reach, reach), (0, 0)), mode="edge")
    steps = range(1, reach + 1)
    change = sum(k * (padded[reach + k :][:n_frames] - padded[reach - k :][:n_frames]) for k in steps)
    return np.asarray(change) / (2 * sum(k * k for k in steps))


def normalize_mean(features: ArrayLike) -> Floats:
    """Take the mean over the utterance from every feature (cepstral mean normalization).

    A microphone or a long vocal tract multiplies the spectrum, which adds a constant to the logarithms and so
    to the cepstrum. The mean takes that constant away, and with it what all of the utterance's sounds share.

    Parameters
    ----------
    features : array_like of shape (n_frames, n_features)
        One frame a row.

    Returns
    -------
    ndarray of shape (n_frames, n_features)
        Features with a mean of zero.

    Raises
    ------
    ValueError
        If the features are not a finite table.

    Examples
    --------
    >>> normalize_mean([[1.0, 5.0], [3.0, 5.0]]).tolist()
    [[-1.0, 0.0], [1.0, 0.0]]
    """
    table = as_features(features, "features")
    return table - table.mean(axis=0)
