"""The languages in which claims are written: one table, and a text in several of them as one value."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ContentLanguage:
    """A language in which claims have their titles, wordings and points.

    `code` names it in packs, tables, sheets and fields of forms; `name` is its own name; `tag` is what files for others
    say of it (BCP 47); `letters` are characters, as in the brackets of a pattern, that no language before it in the
    table has: by them a text that somebody types is known. Every claim has its texts in the languages that are `given`:
    where nobody wrote one, what stands in another language stands for it.
    """

    code: str
    name: str
    tag: str
    letters: str = ""
    given: bool = False


# In this order fields are drawn and columns written, and a reader whose own language a text lacks gets the first that
# it has.
LANGUAGES: tuple[ContentLanguage, ...] = (
    ContentLanguage("en", "English", "en", given=True),
    ContentLanguage("zh", "中文", "zh-Hans", "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff", given=True),
)
CODES = tuple(language.code for language in LANGUAGES)
GIVEN = tuple(language.code for language in LANGUAGES if language.given)
_LETTERS = tuple((each.code, re.compile(f"[{each.letters}]")) for each in reversed(LANGUAGES) if each.letters)


class ByLanguage(Mapping[str, str]):
    """A text in several languages, by their codes; it never changes, and a language that it lacks gives "".

    Texts that are empty are left out. The others stand in the order of the table.
    """

    __slots__ = ("_texts",)

    def __init__(self, texts: Mapping[str, str] | None = None, /, **more: str) -> None:
        given = {**(texts or {}), **more}
        order = (*CODES, *(code for code in given if code not in CODES))
        self._texts = {code: text for code in order if (text := given.get(code))}

    def __getitem__(self, code: str) -> str:
        return self._texts.get(code, "")

    def __contains__(self, code: object) -> bool:
        return code in self._texts

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def __eq__(self, other: object) -> bool:
        return self._texts == other._texts if isinstance(other, ByLanguage) else NotImplemented

    def __hash__(self) -> int:
        return hash(frozenset(self._texts.items()))

    def __repr__(self) -> str:
        return f"ByLanguage({self._texts!r})"

    def first(self, *codes: str) -> str:
        """Return the text in the first of these languages that it has, else in the first of the table; "" for none."""
        return next((text for code in (*codes, *self._texts) if (text := self._texts.get(code))), "")

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


def content_language(shown: str) -> str:
    """Return the language of claims for whom reads the interface in a language: `zh` for `zh-Hant`."""
    return next((code for code in CODES if shown == code or shown.startswith(f"{code}-")), shown)


def written_language(text: str) -> str:
    """Return the code of the language whose letters a text has; without any, the first of the table."""
    return next((code for code, letters in _LETTERS if letters.search(text)), CODES[0])
