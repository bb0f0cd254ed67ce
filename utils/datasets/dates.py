"""Dates as five languages write them, in words and figures, and in ISO 8601. Generated with Babel, seeded.

The names of months and days and their order come from the Unicode Common Locale Data Repository, which is in Babel.
"""

import datetime

import numpy as np

from utils.datasets.types import Dataset, Pairs

LANGUAGES = {"en": "English", "fr": "French", "de": "German", "es": "Spanish", "zh_Hant": "Traditional Chinese"}
STYLES = ("full", "long")  # with the day of the week, and without
FIRST, LAST = datetime.date(1900, 1, 1).toordinal(), datetime.date(2099, 12, 31).toordinal()


def load(*, seed=0, train_size=16_000, test_size=500) -> Dataset:
    """Pairs of a date as a text, such as "jeudi 3 octobre 1968", and its ISO form, "1968-10-03".

    Each day from 1900 to 2099 occurs once at most, in a language and a style drawn at random: no date of the test part
    is trained on, in no language. Raises ValueError if more days are asked for than there are.
    """
    days = LAST - FIRST + 1
    if min(train_size, test_size) < 1 or train_size + test_size > days:
        raise ValueError(f"expected at least 1 date in each part and {days:,} together, got {train_size}, {test_size}")
    rng = np.random.default_rng(seed)
    order = FIRST + rng.permutation(days)
    return Dataset(
        name="dates",
        classes=tuple(LANGUAGES),
        train=_pairs(rng, order[:train_size]),
        test=_pairs(rng, order[-test_size:]),
        source="generated with Babel, from the Unicode Common Locale Data Repository",
    )


def written(iso) -> dict[str, str]:
    """A date in each of the languages, with its day of the week: {"English": "Thursday, October 3, 1968", …}.

    Raises ValueError if ``iso`` is no date from 1900 to 2099, such as "1968-10-03".
    """
    expected = "expected a day from 1900-01-01 to 2099-12-31, written like 1968-10-03"
    try:
        day = datetime.date.fromisoformat(iso)
    except (TypeError, ValueError):
        raise ValueError(f"{iso!r} is no date: {expected}") from None
    if not FIRST <= day.toordinal() <= LAST or day.isoformat() != iso:
        raise ValueError(f"{iso!r} is not one of these dates: {expected}")
    return {language: _text(day, "full", name) for name, language in LANGUAGES.items()}


def _pairs(rng, ordinals):
    days = [datetime.date.fromordinal(int(ordinal)) for ordinal in ordinals]
    names, styles = rng.choice(list(LANGUAGES), len(days)), rng.choice(STYLES, len(days))
    looks = zip(days, styles, names, strict=True)
    return Pairs([_text(*look) for look in looks], [day.isoformat() for day in days])


def _text(day, style, language):
    from babel.dates import format_date  # only here: lessons that load other sets do not need it

    return format_date(day, str(style), locale=str(language))
