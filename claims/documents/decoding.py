"""Bytes as text: the encoding found out, the same text known again whatever its line ends, marks and encoding."""

import contextlib
import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from charset_normalizer import from_bytes

from claims.documents.cleaning import documents_file
from config.errors import DocumentRefusedError, msgid
from config.named_files import STANDARD, open_named

MAX_BYTES = 32 * 1024 * 1024
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# What Chinese is written in by programs that know no UTF-8, by the codec that reads all of it.
_CODE_PAGES = {"gb18030": "GBK", "big5hkscs": "Big5"}
_CHINESE = (*_CODE_PAGES, "utf-16-le", "utf-16-be")
_DECLARED = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,30})", re.IGNORECASE)
_HAN = re.compile(r"[\u3400-\u9fff]")
_STRANGE = re.compile(r"[\ue000-\uf8ff\ufffd\x00-\x08\x0e-\x1f\x80-\x9f]")
# A share of the commonest characters among all Han characters that no text read in a wrong encoding reaches.
_LEAST_COMMON = 0.2
# From so many Han characters on, with such a share, no text of another language comes out in Chinese by chance.
_ENOUGH_HAN, _SURELY_COMMON = 30, 0.35
_SAMPLE = 200_000
# So few bytes that are wrong in UTF-8 beside many that are right: two encodings in one file.
_MOST_MIXED = 0.2
_TELLING = 3
_LETTERS, _SIGNS = re.compile(r"[^\x00-\x7f]"), "µªº"


def read_file(path: Path) -> bytes:
    """Return the bytes of a regular file, or of standard input (`-`).

    Raises DocumentRefusedError for anything else, and for what is too large.
    """
    try:
        if path == STANDARD:
            with open_named(path) as file:
                return within(file.read(MAX_BYTES + 1))
        mode = path.stat()
        if S_ISDIR(mode.st_mode):
            raise DocumentRefusedError("{path} is a folder. Name a file in it.", path=path)
        if not S_ISREG(mode.st_mode):
            raise DocumentRefusedError("{path} is no regular file. Save what it gives in a file first.", path=path)
        with path.open("rb") as file:
            return within(file.read(MAX_BYTES + 1))
    except OSError as error:
        raise DocumentRefusedError(
            "{path} cannot be read ({reason}). Check its name and who may read it.",
            path=path, reason=error.strerror or type(error).__name__,
        ) from error  # fmt: skip


def within(data: bytes) -> bytes:
    """Return the bytes; raises DocumentRefusedError where they are more than a document may have."""
    if len(data) > MAX_BYTES:
        raise DocumentRefusedError(
            "It is larger than {most} MB. Keep the part that matters.", most=MAX_BYTES // 1024 // 1024
        )
    return data


def decoded(data: bytes, declared: str = "") -> str:
    """Return the text of bytes in UTF-8, UTF-16, UTF-32, GBK, Big5 or a Western encoding, without its mark.

    Raises DocumentRefusedError for what is no text, or no text in one encoding.
    """
    if not data.strip():
        raise DocumentRefusedError("There is nothing in it. Check that it was saved whole.")
    text = _read(data, declared)
    if "\x00" in text or _mostly_strange(text):
        raise DocumentRefusedError(_NO_TEXT)
    return text


_NO_TEXT = msgid("This is no text. Save it as text, a page, Markdown, subtitles or a PDF with a text layer.")


def chinese(data: bytes) -> tuple[str, str] | None:
    """Return the text of bytes that are surely Chinese in GBK or Big5, and which of the two; None for all others."""
    readings = [(text, page) for codec, page in _CODE_PAGES.items() if (text := _try(data, codec)) is not None]
    text, page = max(readings, key=lambda each: _chineseness(each[0]), default=("", ""))
    is_much = len(_HAN.findall(text[:_SAMPLE])) >= _ENOUGH_HAN and not _STRANGE.search(text)
    return (text, page) if is_much and _chineseness(text) >= _SURELY_COMMON else None


def canonical(text: str) -> str:
    """Return the text as it is kept: without a byte order mark, every line ended by a line feed."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def digest_of(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def editions(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield (SHA-256, text) of the forms in which the same text may have been published.

    As it is first; then with other line ends, with and without the last of them. Raises DocumentRefusedError.
    """
    whole = decoded(data)
    with contextlib.suppress(UnicodeDecodeError):
        yield hashlib.sha256(data).hexdigest(), data.decode()
    text = canonical(whole)
    for each in (text, text.rstrip("\n"), text.rstrip("\n") + "\n"):
        yield digest_of(each), each
        dos = each.replace("\n", "\r\n")
        yield digest_of(dos), dos


def _read(data: bytes, declared: str) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strictly(data, encoding)
    if (wide := _wide(data)) and (text := _try(data, wide)) is not None:
        return text
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        _refuse_mixed(data)
    named = declared or _declared_in(data)
    if named and (text := _try(data, named)) is not None and not _STRANGE.search(text[:_SAMPLE]):
        return text
    readings = [text for each in _CHINESE if (text := _try(data, each)) is not None]
    best = max(readings, key=_chineseness, default="")
    if _chineseness(best) >= _LEAST_COMMON:
        return best
    western = _try(data, "cp1252")
    # Code pages share their letters more often than signs such as ¢ and ½, by which they are not told.
    if western is not None and not any(each.isalpha() and each not in _SIGNS for each in _LETTERS.findall(western)):
        return western
    found = from_bytes(data[:_SAMPLE]).best()
    text = _try(data, found.encoding) if found is not None else None
    if text is None:
        raise DocumentRefusedError("The encoding of this text cannot be told. Save it as UTF-8.")
    return text


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        rest = data.decode(encoding, "ignore")
        if not rest or _mostly_strange(rest):
            raise DocumentRefusedError(_NO_TEXT) from error
        raise DocumentRefusedError(
            "The text is broken at byte {byte}: it is not in {encoding} throughout. Save it anew as UTF-8.",
            byte=error.start, encoding=encoding.removesuffix("-sig").upper(),
        ) from error  # fmt: skip


def _refuse_mixed(data: bytes) -> None:
    """Raise DocumentRefusedError for bytes that are nearly all UTF-8, but not quite."""
    text = data[:_SAMPLE].decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    right = sum(ord(each) > 127 for each in text) - wrong
    if right > _TELLING and wrong <= _MOST_MIXED * right:
        raise DocumentRefusedError("The text mixes encodings: most of it is UTF-8, some is not. Save it anew as UTF-8.")


def _wide(data: bytes) -> str:
    """Return the encoding of Latin text in 16 bits without a mark: every second byte is empty."""
    sample = data[:4096]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if half and max(even, odd) > _MOST_EMPTY * half and min(even, odd) < half // 100 + 1:
        return "utf-16-le" if odd > even else "utf-16-be"
    return ""


_MOST_EMPTY = 0.7


def _declared_in(data: bytes) -> str:
    found = _DECLARED.search(data[:2048])
    return found[1].decode("ascii") if found else ""


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode("gb18030" if encoding.lower() in {"gb2312", "gbk"} else encoding)
    except (ValueError, LookupError):  # some names that a page may declare are refused in ways of their own
        return None


def _chineseness(text: str) -> float:
    """Return the share of the commonest characters among the Han characters, less what no text holds."""
    sample = text[:_SAMPLE]
    han = _HAN.findall(sample)
    if not han or _STRANGE.search(sample):
        return 0.0
    plain = sum(each.isascii() or "\u3000" <= each <= "\u30ff" or "\uff00" <= each <= "\uffef" for each in sample)
    foreign = len(sample) - len(han) - plain
    return sum(each in _common() for each in han) / (len(han) + 5 * foreign)


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    return frozenset(str(documents_file()["common"]))


def _mostly_strange(text: str) -> bool:
    sample = text[:_SAMPLE]
    return len(_STRANGE.findall(sample)) > len(sample) // 50
