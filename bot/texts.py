"""Texts for people: English in the code, Chinese from the gettext catalogues under `locale/`.

The catalogues are read from their `.po` files, so there is nothing to compile and nothing that can be out of step.
"""

from gettext import GNUTranslations, NullTranslations
from importlib import resources
from io import BytesIO
from typing import Self, get_args

from babel.core import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot.script import ChineseScript
from checks.model import Language
from config.faults import msgid

__all__ = ["LANGUAGES", "Texts", "msgid", "read_catalogue"]

LANGUAGES: tuple[Language, ...] = get_args(Language)
# English dates read "15 November 2025"; the Chinese ones follow the region whose words the catalogue uses.
_LOCALES = {"en": "en_GB", "zh-Hans": "zh_Hans_CN", "zh-Hant": "zh_Hant_TW"}


class Texts:
    """The catalogue of one language; call it with an English text to get that text in its language."""

    def __init__(self, language: Language, translations: NullTranslations) -> None:
        self.language: Language = language
        self.locale = Locale.parse(_LOCALES[language])
        self._translations = translations
        self._script = None if language == "en" else ChineseScript(language)

    @classmethod
    def open(cls, language: Language) -> Self:
        """Read the catalogue of the language from the package; some 50 ms, so keep the result."""
        if language == "en":
            return cls(language, NullTranslations())
        binary = BytesIO()
        write_mo(binary, read_catalogue(language))
        binary.seek(0)
        return cls(language, GNUTranslations(binary))

    def __call__(self, text: str, /, **values: object) -> str:
        """Return the text in this language, its `{name}`s filled; a text without an entry stays English."""
        found = self._translations.gettext(text)
        return found.format_map(values) if values else found

    def plural(self, one: str, many: str, count: int, /, **values: object) -> str:
        """Return the form that belongs to the count, which fills `{count}`."""
        return self._translations.ngettext(one, many, count).format_map({"count": count, **values})

    def pick(self, english: str, chinese: str) -> str:
        """Return the one of two written texts that this language shows; where it is empty, the other one."""
        if self.language == "en":
            return english or chinese
        return self.reworded(chinese) or english

    def reworded(self, text: str) -> str:
        """Return a Chinese text in the reader's script and words; in English, and where it is so already, as typed."""
        return self._script.reworded(text) if self._script else text

    def quoted(self, text: str) -> str:
        """Return somebody else's Chinese words in the reader's script, otherwise as they are."""
        return self._script.quoted(text) if self._script else text


def read_catalogue(language: Language) -> Catalog:
    """Read the `.po` file of a language from the package."""
    locale = language.replace("-", "_")
    path = resources.files("bot") / "locale" / locale / "LC_MESSAGES" / "touchstone.po"
    return read_po(BytesIO(path.read_bytes()), locale=locale)
