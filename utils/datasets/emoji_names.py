"""Names of emoji in eight languages: which language is this name? Real text, inside the package `emoji`.

The names are those of the Unicode CLDR (English: the package's own short names).
"""

import numpy as np

from utils.datasets.types import TextDataset, split_of

LANGUAGES = {
    "en": "English", "es": "Spanish", "pt": "Portuguese", "it": "Italian",
    "fr": "French", "de": "German", "id": "Indonesian", "tr": "Turkish",
}  # fmt: skip
SKIN_TONES = {chr(code) for code in range(0x1F3FB, 0x1F400)}


def load() -> TextDataset:
    """All emoji without skin tones, split 70/15/15 by emoji: the eight names of one emoji stay in one part.

    The split is the same in every run (it does not depend on ``COURSE_SEED``), so that results compare.
    """
    import emoji  # only here: lessons that load other sets do not need it

    emoji.config.load_language()
    names = [
        [entry[code].strip(":").replace("_", " ") for code in LANGUAGES]
        for symbol, entry in emoji.EMOJI_DATA.items()
        if entry["status"] == emoji.STATUS["fully_qualified"]
        and not SKIN_TONES & set(symbol)
        and all(code in entry for code in LANGUAGES)
    ]
    order = np.random.default_rng(0).permutation(len(names))
    ends = [round(0.70 * len(names)), round(0.85 * len(names))]
    parts = [[(name, label) for k in part for label, name in enumerate(names[k])] for part in np.split(order, ends)]
    return TextDataset(
        name="emoji_names",
        classes=tuple(LANGUAGES.values()),
        train=split_of(parts[0]),
        validation=split_of(parts[1]),
        test=split_of(parts[2]),
        source="Unicode CLDR short names, from the package emoji",
    )
