"""Surnames of twelve origins: where is this name from? Real lists, inside the package `faker`."""

import re
import unicodedata
from importlib import import_module

import numpy as np

from utils.datasets.types import TextDataset, split_of

LISTS = {
    "Croatian": ["hr_HR.last_names"],
    "Dutch": ["nl_NL.last_names"],
    "English": ["en_GB.last_names", "en_US.last_names"],
    "Finnish": ["fi_FI.last_names"],
    "French": ["fr_FR.last_names"],
    "German": ["de_AT.last_names", "de_DE.last_names"],
    "Irish": ["ga_IE.last_names"],  # the Irish spelling: Ó Dubhlainn, not Doolin
    "Italian": ["it_IT.last_names"],
    "Polish": ["pl_PL.male_last_names"],
    "Slovak": ["sk_SK.last_names_male"],  # the other list holds the same families with -ová
    "Spanish": ["es_ES.last_names"],
    "Swedish": ["sv_SE.last_names"],
}
LATIN = re.compile("[A-Za-zÀ-ÖØ-öø-ɏ '’-]+")


def load() -> TextDataset:
    """Names in Latin letters, composed (NFC), each of one origin only; split 70/15/15, the same in every run.

    Two names are one when they differ only in case and accents (Lopez, López). A name with several origins is left
    out; of several spellings in one origin, the last in the order of the alphabet is kept.
    """
    spellings = {}
    for label, lists in enumerate(LISTS.values()):
        for name in {name for address in lists for name in _names(address)}:
            spellings.setdefault(without_accents(name), set()).add((name, label))
    rows = [max(found) for found in spellings.values() if len({label for _, label in found}) == 1]
    train, validation, test = three_parts(rows)
    return TextDataset(
        name="surnames",
        classes=tuple(LISTS),
        train=train,
        validation=validation,
        test=test,
        source="lists of surnames from the package Faker",
    )


def three_parts(rows):
    """Training, validation and test Split, 70/15/15. The order of ``rows`` does not matter."""
    rows = sorted(rows)
    order = np.random.default_rng(0).permutation(len(rows))
    ends = [round(0.70 * len(rows)), round(0.85 * len(rows))]
    return [split_of([rows[k] for k in part]) for part in np.split(order, ends)]


def without_accents(name) -> str:
    """The name in lower case, without the marks that Unicode can take off: López becomes lopez, but Łoś becomes łos."""
    return "".join(sign for sign in unicodedata.normalize("NFD", name.casefold()) if not unicodedata.combining(sign))


def _names(address):
    locale, attribute = address.split(".")
    # Imported only here: a lesson that loads other sets needs no Faker.
    provider = import_module(f"faker.providers.person.{locale}").Provider
    names = (unicodedata.normalize("NFC", name.strip()) for name in getattr(provider, attribute))
    return [name for name in names if LATIN.fullmatch(name)]
