"""The texts that the code shows, extracted with Babel; run as a program it brings the catalogues up to date."""

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from bot.texts import LANGUAGES, read_catalogue
from checks.finding import Language

BOT = Path(__file__).parents[2] / "bot"
TRANSLATED = tuple(language for language in LANGUAGES if language != "en")
# Which calls name a text: Texts.__call__ (by the name it is kept under), Texts.plural and msgid.
KEYWORDS = {"texts": None, "_texts": None, "plural": (1, 2), "msgid": None}


def extract() -> Catalog:
    """Return the texts of the code."""
    catalogue = Catalog()
    for _, _, text, _, _ in extract_from_dir(BOT, [("**.py", "python")], keywords=KEYWORDS, strip_comment_tags=True):
        catalogue.add(text)
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
