"""Names and descriptions of the commands in the languages of the catalogue."""

from collections.abc import Callable

from discord import Locale, app_commands

from bot.discord.languages import language_of
from bot.texts import Texts
from checks.finding import Language

TRANSLATED = (Locale.chinese, Locale.taiwan_chinese)


class CatalogueTranslator(app_commands.Translator):
    """Translates command texts at sync time, from the same catalogue as the replies."""

    def __init__(self, texts: Callable[[Language], Texts]) -> None:
        super().__init__()
        self._texts = texts

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: Locale,
        context: app_commands.TranslationContextTypes,  # noqa: ARG002  the signature is discord.py's
    ) -> str | None:
        """Return the Chinese text, or None where Discord shall show the English one."""
        if locale not in TRANSLATED:
            return None
        translated = self._texts(language_of(locale))(string.message)
        return translated if translated != string.message else None
