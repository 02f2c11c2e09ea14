"""Which of the three languages a person on Discord gets."""

from typing import Literal

from discord import Locale

from bot.texts import msgid
from checks.finding import Language

# How people choose a language; `auto` is that of each message.
LANGUAGE_NAMES = {
    "auto": msgid("as the message"),
    "en": "English",
    "zh-Hans": "简体中文",
    "zh-Hant": "繁體中文",
}
_CHINESE: dict[Locale, Language] = {Locale.chinese: "zh-Hans", Locale.taiwan_chinese: "zh-Hant"}


def language_of(locale: Locale) -> Language:
    """Return the language for a client's locale; everything that is not Chinese gets English."""
    return _CHINESE.get(locale, "en")


def chosen_language(*settings: Language | Literal["auto"] | None, otherwise: Language) -> Language:
    """Return the first setting there is, or the language given where there is none or it says `auto`."""
    for setting in settings:
        if setting is not None:
            return otherwise if setting == "auto" else setting
    return otherwise
