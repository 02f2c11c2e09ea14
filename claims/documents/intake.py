"""What a file or an answer holds: its text as it is kept, and what it says of itself."""

import hashlib
import html
import io
import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from pathlib import PurePath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from claims.documents.cleaning import CleaningRules, unmarked
from claims.documents.decoding import canonical, decoded, digest_of, editions
from claims.documents.markup import form_of
from claims.documents.wrapping import PAGE, reflowed
from claims.fields import is_address
from config.errors import DocumentRefusedError
from config.languages import Language, tagged_language

if TYPE_CHECKING:
    from pypdf import PdfReader

_MOST_PAGES = 2000
_MOST_CHARACTERS = 8_000_000
_LEAST_TEXT = 20


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What is known of a document; `published` is a day, month or year, empty where nothing is known."""

    title: str = ""
    author: str = ""
    publisher: str = ""
    published: str = ""
    language: str = ""
    address: str | None = None

    def or_else(self, other: "DocumentFacts") -> "DocumentFacts":
        """Return these facts, with those of the other where nothing is known here."""
        return DocumentFacts(
            self.title or other.title,
            self.author or other.author,
            self.publisher or other.publisher,
            self.published or other.published,
            self.language or other.language,
            self.address or other.address,
        )


@dataclass(frozen=True, slots=True)
class Intake:
    """A text that may become a document: `sha256` is that of the kept text, of a PDF that of its file."""

    text: str
    sha256: str
    data: bytes
    facts: DocumentFacts


class IntakeReader:
    """Reads files of the kinds that can become documents; holds tables only, so that all threads share one."""

    def __init__(self, rules: CleaningRules, language_of: Callable[[str], Language]) -> None:
        """Take over the cleaning rules, for titles, and what tells the language of a text."""
        self._rules = rules
        self._language_of = language_of

    def read(self, data: bytes, name: str = "", charset: str = "", address: str | None = None) -> Intake:
        """Return what the bytes hold; raises DocumentRefusedError with the reason and the mend."""
        kind = next((kind for magic, kind in _OTHERS if data.startswith(magic)), "")
        if _ARCHIVED.search(data[:_TOP_OF_TEXT]):
            kind = "MHTML"
        if kind:
            raise DocumentRefusedError(
                "This is {kind}, which is not read. Save it as text, a page, Markdown, subtitles or a PDF.", kind=kind
            )
        if is_pdf(data):
            text, facts = _read_pdf(data)
            sha256 = hashlib.sha256(data).hexdigest()
        else:
            text = canonical(decoded(data, charset))
            if text.lstrip().startswith("<?xml") and "<!ENTITY" in text[:20_000]:
                raise DocumentRefusedError(
                    "This XML defines entities of its own, which are not read. Save it as a page or text."
                )
            facts, sha256 = _said_of_itself(text), digest_of(text)
        _refuse_longer(len(text))
        clean = self._rules.clean(text)
        # Signs without a shape, such as those that join others, are none to read.
        seen = (sign for sign in clean.view.text.strip() if sign.isprintable() or sign.isspace())
        if len([*islice(seen, _LEAST_TEXT)]) < _LEAST_TEXT:
            raise DocumentRefusedError("There is no text to read in it. Check that it was saved whole.")
        host = urlsplit(address).hostname if address else None
        found = DocumentFacts(
            clean.title or PurePath(name).stem.replace("_", " "),
            publisher=host or "",
            language=self._language_of(clean.view.text[:_MOST_OF_TEXT]),
            address=address,
        )
        site, facts = facts.publisher, facts.or_else(found)
        facts = _apart(replace(facts, title=_line(facts.title), author=_line(facts.author)), site, text)
        return Intake(text, sha256, data, facts)


_SITE = re.compile(r"\s+[|–—·-]\s+|\s*[|｜_]\s*")


def _apart(facts: DocumentFacts, site: str, text: str) -> DocumentFacts:
    """Return the facts with the site's name taken from behind the title, where the text has the title without it."""
    cuts = list(_SITE.finditer(facts.title))
    if not cuts:
        return facts
    head = "".join(unmarked(text[:_MOST_OF_TEXT], form_of(text)).text[:_TOP_OF_TEXT].split())
    for cut in reversed(cuts):
        title, name = facts.title[: cut.start()], facts.title[cut.end() :]
        stands = "".join(title.split()) in head and "".join(facts.title.split()) not in head
        if title and name and (stands or name == site):
            return replace(facts, title=title, publisher=site or _line(name))
    return facts


_TOP_OF_TEXT = 3000
# So much of a text tells its language.
_MOST_OF_TEXT = 20_000
_ARCHIVED = re.compile(rb"^Content-Type:\s*multipart/related", re.IGNORECASE | re.MULTILINE)
_OTHERS = (
    (b"PK\x03\x04", "ZIP / Office"),
    (b"PK\x05\x06", "ZIP"),
    (b"\x1f\x8b", "gzip"),
    (b"\xd0\xcf\x11\xe0", "Office"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"ID3", "MP3"),
    (b"\x7fELF", "ELF"),
    (b"{\\rtf", "RTF"),
)


def forms_of(data: bytes) -> dict[str, str]:
    """Return the texts as which a file may be known, by SHA-256: its `editions`, or of a PDF what is read of its file.

    Raises DocumentRefusedError.
    """
    return {hashlib.sha256(data).hexdigest(): _read_pdf(data)[0]} if is_pdf(data) else dict(editions(data))


def is_pdf(data: bytes) -> bool:
    """Tell whether a file is a PDF, by how it begins."""
    return data[:1024].lstrip().startswith(b"%PDF-")


def _refuse_longer(length: int) -> None:
    if length > _MOST_CHARACTERS:
        raise DocumentRefusedError(
            "The text has more than {most:,} characters. Keep the part that matters.", most=_MOST_CHARACTERS
        )


def _read_pdf(data: bytes) -> tuple[str, DocumentFacts]:
    from pypdf import PdfReader  # noqa: PLC0415  (takes long to load, and only PDFs need it)

    try:
        reader = PdfReader(io.BytesIO(data))
        _refuse_locked(reader)
        pages: list[str] = []
        length = 0
        for page in reader.pages:
            pages.append(reflowed(_PRESENTED.sub(_plain, page.extract_text().replace(PAGE, "\n"))))
            length += len(pages[-1])
            _refuse_longer(length)
        facts = _pdf_facts(reader, "".join(pages)[:_TOP])
    except DocumentRefusedError:
        raise
    except Exception as error:  # whatever is wrong with the file, the library says so in many ways
        raise DocumentRefusedError(
            "The PDF is broken ({reason}). Save it anew.", reason=type(error).__name__
        ) from error
    text = canonical(f"\n{PAGE}\n".join(pages).replace("\x00", "").encode("utf-8", "ignore").decode())
    if len(text.strip()) < _LEAST_TEXT:
        raise DocumentRefusedError(
            "The PDF has no text layer: it holds pictures of pages. Run text recognition over it first."
        )
    return text, facts


# Radicals and ligatures as fonts have them, in place of the characters that people type.
_PRESENTED = re.compile("[\u2e80-\u2fdf\ufb00-\ufb06]")


def _plain(found: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", found.group())


def _refuse_locked(reader: "PdfReader") -> None:
    if reader.is_encrypted and not reader.decrypt(""):
        raise DocumentRefusedError("The PDF is locked with a password. Save it without one.")
    if len(reader.pages) > _MOST_PAGES:
        raise DocumentRefusedError("The PDF has more than {most} pages. Keep those that matter.", most=_MOST_PAGES)


def _pdf_facts(reader: "PdfReader", top: str) -> DocumentFacts:
    """Return what the text and the file say: a page that somebody printed was made long after it was published."""
    about, said = reader.metadata, _top_facts(top)
    if about is None:
        return said
    made = about.creation_date
    return DocumentFacts(
        about.title or "", about.author or said.author, "", said.published or (made.date().isoformat() if made else "")
    )


_FRONT = re.compile(r"\A---\n((?:[\w-]{1,40}:[^\n]{0,500}\n){1,40})---\n")
_DATES = re.compile(
    r"(?<![\d./-])((?:19|20)\d\d)(?:(?P<cut>[-/.])(\d{1,2})(?P=cut)(\d{1,2})|\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?日)(?![./-]?\d)"
)
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_MONTH = "(" + "|".join(rf"{name[:3]}(?:t?\.|t?|{name[3:]})" for name in _MONTHS) + ")"
_MONTH_NUMBERS = {name[:3]: number for number, name in enumerate(_MONTHS, 1)}
_LONG_DATE = re.compile(
    rf"\b(?:(\d{{1,2}})(?:st|nd|rd|th)?\.? {_MONTH}|{_MONTH} (\d{{1,2}})(?:st|nd|rd|th)?),? ((?:19|20)\d\d)\b"
)
_BYLINE = re.compile(r"^[*_]{0,3}By ((?:[A-Z][\w.'-]+|the|of|and)(?: (?:[A-Z][\w.'-]+|of|and)){0,6})", re.MULTILINE)
_AUTHOR = re.compile(
    r"^(?:作者|文|撰文)\s?[:：/／|｜]\s?(\S{2,30})|^[〔【\[(（]?(?:记者|記者)\s?[:：]?\s?([\u4e00-\u9fff·]{2,5})(?=\s?[／/]|\s|报道|報導|報道|$)",
    re.MULTILINE,
)
_TOP = 600


def _said_of_itself(text: str) -> DocumentFacts:
    form = form_of(text)
    if form == "page":
        return _page_facts(text)
    if front := _FRONT.match(text):
        said = {
            key.lower(): value.strip().strip("\"'")
            for key, _, value in (line.partition(":") for line in front[1].splitlines())
        }
        # Sites name their own pages by paths, and languages by countries.
        address = url if is_address(url := said.get("url", "")) else None
        return DocumentFacts(
            said.get("title", ""), said.get("author", ""), said.get("publisher", ""), _day(said.get("date", "")),
            tagged_language(said.get("lang", "")), address,
        )  # fmt: skip
    return _top_facts(text[:_TOP])


def _top_facts(top: str) -> DocumentFacts:
    byline = _AUTHOR.search(top) or _BYLINE.search(top)
    author = next(filter(None, byline.groups()), "") if byline else ""
    return DocumentFacts(author=author, published=_day(top))


def _page_facts(text: str) -> DocumentFacts:
    if len(text) > _MOST_PAGE:
        return DocumentFacts()
    import trafilatura  # noqa: PLC0415  (takes long to load, and only pages need it)

    try:
        about = trafilatura.extract_metadata(text)
    except (ValueError, RecursionError, AttributeError, TypeError, json.JSONDecodeError):
        return DocumentFacts()
    # Names of one word, as Chinese ones are, are passed over there.
    author = about.author or _author_of(text[:_MOST_OF_TEXT])
    day = _day(about.date or "")
    is_named = day in _days(text)
    # The year of a copyright, or one that is only mentioned, becomes its first day there.
    is_written = is_named or not day.endswith("-01") or day.replace("-", "/") in text
    published = day if is_written else ""
    if not is_named and any(day in _readings(found) for found in _TWO_WAYS.finditer(text)):
        published = day[: len("2026")]
    return DocumentFacts(about.title or "", author, about.sitename or "", published)


_TWO_WAYS = re.compile(r"(?<![\d/])(0?[1-9]|1[0-2])/(0?[1-9]|1[0-2])/((?:19|20)\d\d)(?![\d/])")


def _readings(found: re.Match[str]) -> set[str]:
    """Return the two days that numbers between strokes may mean; nothing where they mean the same."""
    first, second, year = map(int, found.groups())
    return {_iso(year, first, second), _iso(year, second, first)} if first != second else set()


_META_AUTHOR = re.compile(
    r"<meta\b(?=[^>]{0,600}\b(?:name|property)\s*=\s*[\"']?(?:author|article:author|byl)\b)"
    r"[^>]{0,600}\bcontent\s*=\s*(?:\"([^\"]{2,60})\"|'([^']{2,60})')",
    re.IGNORECASE,
)


def _author_of(page: str) -> str:
    found = _META_AUTHOR.search(page)
    name = html.unescape(found[1] or found[2]).strip() if found else ""
    return "" if "://" in name else name


_MOST_PAGE = 3_000_000


def _day(text: str) -> str:
    """Return the first day that a text names, or ""."""
    if days := _days(text):
        return days[0]
    return text if re.fullmatch(r"\d{4}(?:-\d{2})?", text) else ""


def _days(text: str) -> list[str]:
    """Return the days that a text names, in order."""
    found = [*map(_short_day, _DATES.finditer(text)), *map(_long_day, _LONG_DATE.finditer(text))]
    return [day for _, day in sorted(found) if day]


def _short_day(found: re.Match[str]) -> tuple[int, str]:
    month, day = (found[3], found[4]) if found["cut"] else (found[5], found[6])
    return found.start(), _iso(int(found[1]), int(month), int(day))


def _long_day(found: re.Match[str]) -> tuple[int, str]:
    month, day = (found[2], found[1]) if found[1] else (found[3], found[4])
    return found.start(), _iso(int(found[5]), _MONTH_NUMBERS[month[:3]], int(day))


def _iso(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""


def _line(text: str) -> str:
    return " ".join(text.split())[:300]
