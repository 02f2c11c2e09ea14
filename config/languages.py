"""The languages: one table of those in which claims are written and the bot speaks, and texts in several of them.

A line of the table makes a language known everywhere: to packs, sheets, tables and forms as one of claims, to settings
and menus as one of the bot. Beside it stand its catalogues (`bot/locale`, a folder for each tag of `shown`) and its
lexicon, a folder of `config/lexicon` with the name of its code. A language without a lexicon is read by its letters and
by meaning alone.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import TypeAlias

# The tag of a language in which the bot speaks: one of SHOWN.
Language: TypeAlias = str


@dataclass(frozen=True, slots=True)
class ShownLanguage:
    """A language in which the bot speaks.

    `tag` (BCP 47) names it in settings, in the site, and with `_` for `-` in the folder of its catalogue; `name` is its
    own name; `locale` is the one of CLDR by which dates and numbers are written; `clients` are Discord's locales whose
    people read it; `regions` are parts of a terminal's locale that tell it from the first of its language; `face` is
    the font of the collection for pictures that draws its characters as its readers expect.
    """

    tag: Language
    name: str
    locale: str
    clients: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    face: int = 2


@dataclass(frozen=True, slots=True)
class ContentLanguage:
    """A language in which claims have their titles, wordings and points.

    `code` names it in packs, tables, sheets and fields of forms; `name` is its own name; `tag` is what files for others
    say of it (BCP 47). `letters` are characters, as in the brackets of a pattern, that no language before it in the
    table has: by them a text is known. A message is in the language where each of its letters, counted `weight` times,
    outweighs all others: more for a language that mixes a few letters of its own among Latin ones. Where words do not
    stand apart (`spaced`), a text is read by pairs of characters. Every claim has its texts in the languages that are
    `given`: where nobody wrote one, what stands in another language stands for it. `shown` are the forms of it in which
    the bot speaks, the one to take in doubt first; without any, readers get the first language of the table.
    """

    code: str
    name: str
    tag: str
    letters: str = ""
    weight: int = 4
    spaced: bool = True
    given: bool = False
    shown: tuple[ShownLanguage, ...] = ()


# What Chinese is written with, for what holds of it alone and not of every language without blanks.
HAN_LETTERS = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"

# In this order fields are drawn and columns written, and a reader whose own language a text lacks gets the first that
# it has. The texts in the code are in the first.
LANGUAGES: tuple[ContentLanguage, ...] = (
    ContentLanguage("en", "English", "en", given=True, shown=(ShownLanguage("en", "English", "en_GB"),)),
    ContentLanguage(
        "zh",
        "中文",
        "zh-Hans",
        letters=HAN_LETTERS,
        spaced=False,
        given=True,
        shown=(
            ShownLanguage("zh-Hans", "简体中文", "zh_Hans_CN", clients=("zh-CN",)),
            ShownLanguage(
                "zh-Hant", "繁體中文", "zh_Hant_TW", clients=("zh-TW",), regions=("tw", "hk", "mo", "hant"), face=3
            ),
        ),
    ),
)
CODES = tuple(language.code for language in LANGUAGES)
GIVEN = tuple(language.code for language in LANGUAGES if language.given)
SHOWN: Mapping[Language, ShownLanguage] = {shown.tag: shown for each in LANGUAGES for shown in each.shown}
# By the code of a language, in capitals, the form of it that is meant where only the language is named.
FIRST_FORMS: Mapping[str, Language] = {each.code.upper(): each.shown[0].tag for each in LANGUAGES if each.shown}
FIRST_SHOWN: Language = next(iter(SHOWN))
_LETTERS = tuple((each, re.compile(f"[{each.letters}]")) for each in reversed(LANGUAGES) if each.letters)
_CLIENTS = {locale: shown.tag for shown in SHOWN.values() for locale in shown.clients}
_LATIN = re.compile("[a-z]")


class ByLanguage(Mapping[str, str]):
    """A text in several languages, by their codes; it never changes, and a language that it lacks gives "".

    Texts that are empty are left out. The others stand in the order of the table.
    """

    # Code, text, code, text: there are very many of these, and a dictionary takes three times the room.
    __slots__ = ("_said",)

    def __init__(self, texts: Mapping[str, str] | None = None, /, **more: str) -> None:
        given = {**(texts or {}), **more}
        order = (*CODES, *(code for code in given if code not in CODES))
        self._said = tuple(part for code in order if (text := given.get(code)) for part in (code, text))

    @property
    def _texts(self) -> dict[str, str]:
        return dict(zip(self._said[::2], self._said[1::2], strict=True))

    def __getitem__(self, code: str) -> str:
        return self._texts.get(code, "")

    def __contains__(self, code: object) -> bool:
        return code in self._said[::2]

    def __iter__(self) -> Iterator[str]:
        return iter(self._said[::2])

    def __len__(self) -> int:
        return len(self._said) // 2

    def __eq__(self, other: object) -> bool:
        return self._texts == other._texts if isinstance(other, ByLanguage) else NotImplemented

    def __hash__(self) -> int:
        return hash(frozenset(self._texts.items()))

    def __repr__(self) -> str:
        return f"ByLanguage({self._texts!r})"

    def first(self, *codes: str) -> str:
        """Return the text in the first of these languages that it has, else in the first of the table; "" for none."""
        texts = self._texts
        return next((text for code in (*codes, *texts) if (text := texts.get(code))), "")

    @property
    def plain(self) -> dict[str, str]:
        """The texts fit for JSON and for packs, also where a language that is always given is empty."""
        return {**dict.fromkeys(GIVEN, ""), **self._texts}


NO_TEXT = ByLanguage()


def completed(texts: Mapping[str, str]) -> ByLanguage:
    """Return the texts in all languages that are always given; one that is empty says what the first other says."""
    written = ByLanguage(texts)
    return ByLanguage({**dict.fromkeys(GIVEN, written.first()), **written})


def by_field(stem: str, codes: Iterable[str] = CODES) -> dict[str, str]:
    """Return the name that a text has in each language where each is a field of its own (`title_en`), by code."""
    return {code: f"{stem}_{code}" for code in codes}


def typed_texts(typed: Mapping[str, str], stem: str) -> dict[str, str]:
    """Return what was typed into the fields of a text, by language; those that a form lacks are left out."""
    return {code: typed[field] for code, field in by_field(stem).items() if field in typed}


def tag_of(code: str) -> str:
    """Return the tag of a language of the table, as documents are said to be in."""
    return next(language.tag for language in LANGUAGES if language.code == code)


def language_of_code(code: str) -> ContentLanguage:
    """Return the line of the table with a code, else the first."""
    return next((language for language in LANGUAGES if language.code == code), LANGUAGES[0])


def content_language(shown: Language) -> str:
    """Return the code of the language of claims for whom reads the interface in a language: `zh` for `zh-Hant`."""
    of_tag = (each.code for each in LANGUAGES for one in each.shown if one.tag == shown)
    return next(of_tag, None) or next((code for code in CODES if f"{shown}-".startswith(f"{code}-")), shown)


def client_language(locale: str) -> Language:
    """Return the language for one of Discord's locales: the first where the table names none for it."""
    return _CLIENTS.get(locale, FIRST_SHOWN)


def terminal_language(locale: str) -> Language:
    """Return the language for a terminal's locale, such as `zh_TW.UTF-8`; the first for those that are not known."""
    parts = locale.partition(".")[0].lower().replace("-", "_").split("_")
    forms = next((each.shown for each in LANGUAGES if each.code == parts[0] and each.shown), (SHOWN[FIRST_SHOWN],))
    return next((form for form in forms if set(parts) & set(form.regions)), forms[0]).tag


def tagged_language(tag: str) -> Language:
    """Return the language that a tag (BCP 47) names, as `zh-TW` does; "" where it names none, or not which form."""
    code, _, form = tag.replace("_", "-").lower().partition("-")
    shown = next((each.shown for each in LANGUAGES if each.code == code), ())
    exact = (each.tag for each in shown if f"{code}-{form}-".startswith(f"{each.tag}-".lower()))
    return next(exact, terminal_language(tag) if shown and (form or len(shown) == 1) else "")


def written_language(text: str) -> str:
    """Return the code of the language whose letters a text has; without any, the first of the table."""
    return next((each.code for each, letters in _LETTERS if letters.search(text)), CODES[0])


def main_language(text: str) -> ContentLanguage:
    """Return the language in which most of a text is written, by the letters."""
    others = len(_LATIN.findall(text.casefold()))
    counts = {each.code: len(letters.findall(text)) for each, letters in _LETTERS}
    for each, _ in _LETTERS:
        own = counts.pop(each.code)
        if own and own * each.weight >= others + sum(counts.values()):
            return each
    return LANGUAGES[0]


def lexicon_files(name: str) -> dict[str, str]:
    """Return the text of a file from the lexicon of each language that has it, by code, in the order of the table."""
    folder = resources.files("config") / "lexicon"
    found = {code: folder / code / name for code in CODES}
    return {code: file.read_text("utf-8") for code, file in found.items() if file.is_file()}
