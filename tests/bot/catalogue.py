"""The texts that the code shows, extracted with Babel; run as a program it brings the catalogues up to date."""

from io import BytesIO
from itertools import product
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from bot.texts import read_catalogue
from config.languages import SHOWN, Language
from config.settings import Settings

ROOT = Path(__file__).parents[2]
BOT = ROOT / "bot"
# The bot shows texts of its own, and those that the errors of the layers below carry.
ROOMS = (BOT, ROOT / "claims", ROOT / "checks", ROOT / "config")
TRANSLATED = tuple(language for language in SHOWN if language != "en")
_FAULTS = ("FieldFault", "refuse")
# Which arguments of which calls are texts, counted from 1: Texts.__call__ (by the name it is kept under), msgid, errors
# and faults of fields. Babel takes two numbers for singular and plural, so that a second text needs a second round.
KEYWORDS: tuple[dict[str, tuple[int, ...] | None], ...] = (
    {
        "texts": None,
        "_texts": None,
        "plain": None,
        "plural": (1, 2),
        "msgid": None,
        "worded": None,
        "NotAllowedError": None,
    }
    | {"UnknownEntryError": None, "NotUndoableError": None, "AlreadyWrittenError": None, "DocumentTextError": None}
    | {"DocumentRefusedError": None, "AddressRefusedError": None, "ExtractionError": None}
    | {"SiteError": None, "RobotsError": None, "OfflineError": None}
    | dict.fromkeys(_FAULTS, (2,)),
    dict.fromkeys(_FAULTS, (3,)),
)


def extract() -> Catalog:
    """Return the texts of the code."""
    catalogue = Catalog()
    for room, keywords in product(ROOMS, KEYWORDS):
        for _, _, text, _, _ in extract_from_dir(room, [("**.py", "python")], keywords=keywords):
            catalogue.add(text)
    # A faulty setting is told with what it is for.
    for setting in Settings.model_fields.values():
        catalogue.add(setting.description or "")
    return catalogue


def texts_of(catalogue: Catalog) -> set[str | tuple[str, ...]]:
    """Return the ids of a catalogue: a string, or singular and plural."""
    return {tuple(m.id) if m.pluralizable else m.id for m in catalogue if m.id}


def renewed(language: Language) -> bytes:
    """Return the `.po` file of a language with new texts added, empty, and unused ones taken out."""
    catalogue = read_catalogue(language)
    catalogue.update(extract(), no_fuzzy_matching=True)
    file = BytesIO()
    write_po(file, catalogue, width=120, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True)
    return file.getvalue()


if __name__ == "__main__":
    for language in TRANSLATED:
        path = BOT / "locale" / language.replace("-", "_") / "LC_MESSAGES" / "touchstone.po"
        path.write_bytes(renewed(language))
