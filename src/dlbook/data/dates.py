"""Dates as people write them, in several languages, and the same dates in the form of ISO 8601."""

import datetime
from collections.abc import Iterable
from typing import Any

import numpy as np

from .. import checks

LOCALES = ("en_US", "en_GB", "de", "fr", "es", "it", "nl", "hi")
"""The languages of `written_dates`, if none are given."""

DATE_FORMATS = ("full", "long", "medium")
"""The forms of `written_dates`, if none are given: with the weekday, without it, and shortened."""

_FORMS = (*DATE_FORMATS, "short")
_FIRST, _LAST = 1900, 2099
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " "})


def written_dates(
    n_samples: int,
    *,
    rng: np.random.Generator,
    locales: Iterable[str] = LOCALES,
    formats: Iterable[str] = DATE_FORMATS,
    first_year: int = _FIRST,
    last_year: int = _LAST,
) -> tuple[list[str], list[str]]:
    """Write dates as the Unicode locale data say that people write them.

    Parameters
    ----------
    n_samples : int
        Number of dates, at least 1.
    rng : numpy.random.Generator
        Source of randomness.
    locales : iterable of str, optional
        Names of locales that the library Babel knows; `LOCALES` if not given.
    formats : iterable of {"full", "long", "medium", "short"}, optional
        `DATE_FORMATS` if not given. The short one gives most years two digits and puts the month before the
        day in some places and behind it in others, so that not even a person can tell what is meant.
    first_year, last_year : int, default 1900 and 2099
        The years from which days are drawn, all of them equally often; from 1 to 9999.

    Returns
    -------
    texts : list of str
        The dates as they are written, in lower case and with plain spaces. Language and form are drawn for
        each of them.
    answers : list of str
        The same dates as ``yyyy-mm-dd``, ten characters each.

    Raises
    ------
    ValueError
        If an argument is outside its range, or a locale is unknown.

    Notes
    -----
    The patterns and the names of months and days are those of the Unicode Common Locale Data Repository in
    the installed version of Babel. With the locales and forms that stand here if none are given, a text
    belongs to one date.

    Examples
    --------
    >>> texts, answers = written_dates(3, rng=np.random.default_rng(4), locales=["en_US", "de"])
    >>> for text, answer in zip(texts, answers, strict=True):
    ...     print(answer, text)
    2045-04-15 15.04.2045
    2088-08-11 mittwoch, 11. august 2088
    2076-04-12 12. april 2076
    """
    n_samples = checks.count(n_samples, "n_samples")
    rng = checks.rng(rng)
    names = checks.texts(locales, "locales")
    forms = tuple(checks.choice(form, "formats", _FORMS) for form in checks.texts(formats, "formats"))
    for name, given in (("locales", names), ("formats", forms)):
        if not given:
            raise ValueError(f"{name} must have at least one entry, got none")
    first = checks.count(first_year, "first_year", least=1, most=9999)
    last = checks.count(last_year, "last_year", least=first, most=9999)
    known = [_locale(name) for name in names]

    from babel.dates import format_date

    start = datetime.date(first, 1, 1).toordinal()
    end = datetime.date(last, 12, 31).toordinal()
    days = rng.integers(start, end + 1, n_samples)
    which = rng.integers(len(known), size=n_samples)
    how = rng.integers(len(forms), size=n_samples)
    texts, answers = [], []
    for day, place, form in zip(days.tolist(), which, how, strict=True):
        date = datetime.date.fromordinal(day)
        written = format_date(date, format=forms[form], locale=known[place])
        texts.append(" ".join(written.translate(_SPACES).lower().split()))
        answers.append(date.isoformat())
    return texts, answers


def _locale(name: str) -> Any:
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(name)
    except (UnknownLocaleError, ValueError):
        raise ValueError(f"locales must be names that Babel knows, such as en_GB, got {name!r}") from None
