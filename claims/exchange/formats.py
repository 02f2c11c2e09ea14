"""What files hold, in whatever format: bytes, refused or text; then claims by pack, each pack with its documents."""

import codecs
import re
from collections import defaultdict
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal, get_args

from sqlalchemy import select
from sqlmodel import Session, col

from checks.text import count_han
from claims.base import ClaimBase
from claims.documents.loading import read_documents
from claims.packs.plain import canonical, exported_state
from claims.packs.schema import UNFIT
from claims.record import ClaimRecord, DocumentRecord, PackRecord, claim_fingerprint
from claims.store.claim_rows import pack_record, read_rows, unknown_claim
from claims.store.tables import Claim, Pack
from config.errors import ImportRefusedError, PackProblem, Worded, worded
from config.named_files import open_named

Format = Literal["yaml", "csv", "claimreview"]
FORMATS: tuple[Format, ...] = get_args(Format)
SUFFIXES: dict[Format, str] = {"yaml": ".yaml", "csv": ".csv", "claimreview": ".json"}


@dataclass(frozen=True, slots=True)
class IncomingClaim:
    """A claim of a file that is sound in itself; `state` marks how it was when it was exported, where that is known.

    `citation_lines` are those of the citations, point by point. `partial`: the file is a review that this base has
    written itself, and says only part of the claim (its title, kind and days). `warnings` are for whoever looks.
    """

    record: ClaimRecord
    line: int
    state: str | None = None
    citation_lines: tuple[tuple[int, ...], ...] = ()
    partial: bool = False
    warnings: tuple[Worded, ...] = ()


@dataclass(frozen=True, slots=True)
class RefusedClaim:
    """A claim that cannot be taken: its id, or what else tells it apart, its line, and all that is wrong with it."""

    claim: str
    line: int
    problems: tuple[PackProblem, ...]


@dataclass(frozen=True, slots=True)
class IncomingPack:
    """One pack of a file (no head: claims of no pack), and the SHA-256 of its text; claims stand in their order."""

    head: PackRecord | None
    sha256: str
    documents: tuple[DocumentRecord, ...]
    claims: tuple[IncomingClaim | RefusedClaim, ...]


@dataclass(frozen=True, slots=True)
class Incoming:
    """All that a file holds, pack by pack; `whole`: each pack is all there is of it, and what it lacks is withdrawn.

    `strays` are the lines of parts that could not be told to belong to any claim of the file. `code_page` names what
    the file was found to be written in, where that is not Unicode.
    """

    name: str
    format: Format
    packs: tuple[IncomingPack, ...]
    whole: bool = False
    strays: tuple[int, ...] = ()
    code_page: str = ""

    @property
    def drafts(self) -> bool:
        """Whether the claims are proposals for moderators, which never change what these have published."""
        return self.format == "claimreview"


@dataclass(frozen=True, slots=True)
class ExportedClaim:
    """A claim of any status, and the mark of its state; `as_loaded`: it is as its pack gave it."""

    record: ClaimRecord
    state: str
    as_loaded: bool


@dataclass(frozen=True, slots=True)
class ExportedPack:
    """A pack with its documents and claims, in order; None as the head for the claims that belong to no pack."""

    head: PackRecord | None
    documents: tuple[DocumentRecord, ...]
    claims: tuple[ExportedClaim, ...]


def read_contents(base: ClaimBase, server: int | None, only: Collection[str] = ()) -> tuple[ExportedPack, ...]:
    """Read everything that the server sees (None: what is shared) in one state of the base, packs by id.

    Documents stand with each pack whose claims cite them; those that nothing cites stand with the first pack.
    `only`: the claims of these ids, without the heads of their packs, of which they are a part. Raises
    UnknownClaimError.
    """
    with base.database.reading() as session:
        heads = _heads(session)
        documents = {document.id: document for document in read_documents(session, server)}
        groups: dict[str, list[ExportedClaim]] = defaultdict(list)
        rows = read_rows(session, server, only or None)
        if missing := sorted(set(only).difference(record.id for _, record in rows)):
            raise unknown_claim(session, server, missing[0])
        for row, record in rows:
            groups["" if only else record.pack].append(_exported(row, record))
    uncited = set(documents) - {name for claims in groups.values() for name in _cited(claims)}
    packs: list[ExportedPack] = []
    for name in sorted(groups, key=lambda pack: (not pack, pack)):
        wanted = _cited(groups[name]) | (set[str]() if packs or only or server is not None else uncited)
        cited = tuple(documents[each] for each in sorted(wanted))
        packs.append(ExportedPack(heads.get(name), cited, tuple(groups[name])))
    return tuple(packs)


def _heads(session: Session) -> dict[str, PackRecord]:
    return {row.id: pack_record(row) for row in session.scalars(select(Pack).order_by(col(Pack.id)))}


def _exported(row: Claim, record: ClaimRecord) -> ExportedClaim:
    as_loaded = bool(record.pack) and row.server is None and claim_fingerprint(record) == row.loaded_digest
    return ExportedClaim(canonical(record), exported_state(record), as_loaded)


def _cited(claims: list[ExportedClaim]) -> set[str]:
    return {cited.document for claim in claims for point in claim.record.points for cited in point.citations}


MAX_BYTES = 8 * 1024 * 1024
# Of what the operator names: an export of many thousand claims has to come back in.
MAX_FILE_BYTES = 4 * MAX_BYTES
_AS_CSV = worded("Save the sheet with the claims as CSV in UTF-8 (in Excel: “CSV UTF-8”), and import that.")
_AS_TEXT = worded("Import a pack (YAML), a sheet (CSV in UTF-8) or ClaimReview (JSON).")
_UNPACK = worded("Unpack it, and import the file that has the claims.")
_LEADS: tuple[tuple[bytes, Worded, Worded], ...] = (
    (b"PK\x03\x04", worded("a zip archive"), _UNPACK),
    (b"PK\x05\x06", worded("an empty zip archive"), _UNPACK),
    (b"\x1f\x8b", worded("a gzip archive"), _UNPACK),
    (b"Rar!", worded("a rar archive"), _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", worded("a 7z archive"), _UNPACK),
    (b"BZh", worded("a bzip2 archive"), _UNPACK),
    (b"\xfd7zXZ\x00", worded("an xz archive"), _UNPACK),
    (b"\x28\xb5\x2f\xfd", worded("a zstd archive"), _UNPACK),
    (b"\xd0\xcf\x11\xe0", worded("an old Office file (.xls or .doc)"), _AS_CSV),
    (b"%PDF", worded("a PDF"), _AS_TEXT),
    (b"SQLite format 3\x00", worded("a database"), _AS_TEXT),
    (b"\x89PNG", worded("a picture"), _AS_TEXT),
)
_SPREADSHEETS = (".xlsx", ".xlsm", ".ods", ".numbers")
# What stands in the zip archives that programs save.
_ZIPPED: tuple[tuple[bytes, Worded, Worded], ...] = (
    (b"xl/workbook", worded("a spreadsheet"), _AS_CSV),
    (b"opendocument.spreadsheet", worded("a spreadsheet"), _AS_CSV),
    (b".iwa", worded("a spreadsheet"), _AS_CSV),
    (b"word/document", worded("a document of a word processor"), _AS_TEXT),
    (b"opendocument.text", worded("a document of a word processor"), _AS_TEXT),
)
# A workbook saved as a web page or as XML, whatever its name ends with.
_WORKBOOK = re.compile("urn:schemas-microsoft-com:office:(?:excel|spreadsheet)")
_HEAD = 2_000
_TAR_MARK, _TAR_PLACE = b"ustar", 257
_AS_UTF_8 = worded("Save it as UTF-8.")
_SUFFIXES: dict[str, Format] = {
    ".yaml": "yaml",
    ".yml": "yaml",
    ".csv": "csv",
    ".tsv": "csv",
    ".json": "claimreview",
    ".jsonld": "claimreview",
    ".jsonl": "claimreview",
    ".ndjson": "claimreview",
    ".html": "claimreview",
    ".htm": "claimreview",
    ".xhtml": "claimreview",
}
_SHEET_WORDS = {"claim", "row"}
# Spreadsheets write and read a first line that names the delimiter.
SEPARATOR = re.compile(r'\A"?sep=(.)"?[ \t,;]*(?:\r\n|\r|\n)', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Source:
    """A text for import; `name` is that of its file, `code_page` what it was found to be in, where not in Unicode."""

    name: str
    format: Format
    text: str
    code_page: str = ""


def read_file(path: Path) -> Source:
    """Read a file for import; raises ImportRefusedError."""
    return read_bytes(str(path), file_bytes(path), MAX_FILE_BYTES)


def file_bytes(path: Path) -> bytes:
    """Return what a file holds, or little more than is allowed; raises ImportRefusedError where it cannot be read."""
    try:
        with open_named(path) as file:
            return file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        fault = worded("it cannot be read ({reason})", reason=error.strerror or type(error).__name__)
        raise _refused(str(path), fault, worded("Check the path and your rights on it.")) from error


def read_bytes(name: str, raw: bytes, most: int = MAX_BYTES) -> Source:
    """Take bytes for import: in UTF-8, UTF-16 with its mark, or what is surely Chinese in GBK or Big5.

    Raises ImportRefusedError where they are too many, packed, or no such text.
    """
    if len(raw) > most:
        fault = worded("it is larger than {limit} MB", limit=most // 1024 // 1024)
        raise _refused(name, fault, worded("Split it into several files."))
    if packed := _packed(name, raw):
        raise _refused(name, worded("it is {packed}", packed=packed[0]), packed[1])
    text, code_page = text_in(name, raw)
    if _WORKBOOK.search(text[:_HEAD]):
        raise _refused(name, worded("it is {packed}", packed=worded("a spreadsheet")), _AS_CSV)
    found = UNFIT.search(text)
    if found:
        place = f"{ord(found[0]):#06x}"
        fault = worded(
            "the line holds a character that no text has ({place}): a binary file, or a damaged one", place=place
        )
        raise _refused(name, fault, worded("Save it as plain text in UTF-8."), text.count("\n", 0, found.start()) + 1)
    if not text.strip():
        raise _refused(name, worded("it is empty"), worded("Export the claims again."))
    form = _format(name, text)
    if form != "claimreview" and (garbled := _garbled(text)):
        place, seen, meant = garbled
        fault = worded("“{seen}” was read in a wrong encoding: “{meant}” is meant", seen=seen[:20], meant=meant[:20])
        mend = worded("Open the file as UTF-8 where it was still right, and save it as UTF-8.")
        raise _refused(name, fault, mend, text.count("\n", 0, place) + 1)
    return Source(name, form, text, code_page)


def _packed(name: str, raw: bytes) -> tuple[Worded, Worded] | None:
    """Return what bytes are that are no text by how they begin, and the mend; None where they may be one."""
    if raw.startswith(b"PK") and Path(name).suffix.lower() in _SPREADSHEETS:
        return worded("a spreadsheet"), _AS_CSV
    if raw[_TAR_PLACE : _TAR_PLACE + len(_TAR_MARK)] == _TAR_MARK:
        return worded("a tar archive"), _UNPACK
    found = next(((what, mend) for lead, what, mend in _LEADS if raw.startswith(lead)), None)
    inner = ((what, mend) for part, what, mend in _ZIPPED if part in raw) if raw.startswith(b"PK") else ()
    return next(iter(inner), found)


# Programs take UTF-8 for the code page of their country. Han characters in UTF-8 begin with a byte from e4 to e9: with
# what that becomes, a run of letters seldom begins; and it is no chance where so many such characters come out.
_OF_HAN = bytes(byte for lead in range(0xE4, 0xEA) for trail in range(0x80, 0xC0) for byte in (lead, trail))
_GARBLED = {
    "cp1252": (re.compile(r"(?<![^\x00-\x7f])[ä-é][^\x00-\x7f]{5,200}"), 2),
    "gbk": (re.compile(rf"(?<![^\x00-\x7f])[{_OF_HAN.decode('gbk')}][^\x00-\x7f]{{5,200}}"), 4),
}


_MOST_RUNS = 1_000


def _garbled(text: str) -> tuple[int, str, str] | None:
    """Return where Chinese stands that was read in a wrong encoding, how it looks there, and what was meant."""
    for code_page, (looks_so, least) in _GARBLED.items():
        for run in islice(looks_so.finditer(text), _MOST_RUNS):
            meant = _meant(run[0], code_page)
            if count_han(meant) >= least:
                return run.start(), run[0], meant
    return None


def _meant(run: str, code_page: str) -> str:
    """Return the text in UTF-8 of which this code page makes the beginning of a run."""
    raw = b""
    with suppress(UnicodeEncodeError):
        for character in run:
            # Bytes that the code page leaves free stay what they are; that of the euro sign is of Windows alone.
            free = code_page == "cp1252" and character <= "\xff"
            raw += b"\x80" if character == "€" else character.encode("latin-1" if free else code_page)
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        return raw[: error.start].decode()


def text_in(name: str, raw: bytes) -> tuple[str, str]:
    """Return the text of bytes, and the code page that it was in, where it was in one; raises ImportRefusedError."""
    if raw.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise _refused(name, worded("it is in UTF-32"), _AS_UTF_8)
    marked = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if not marked and b"\x00" in raw:
        if _looks_like_utf_16(raw):
            raise _refused(name, worded("it is in UTF-16 without a byte order mark"), _AS_UTF_8)
        line = raw.count(b"\n", 0, raw.index(b"\x00")) + 1
        fault = worded("the line holds a NUL byte: a binary file, or a damaged one")
        raise _refused(name, fault, _AS_UTF_8, line)
    encoding = "utf-16" if marked else "utf-8-sig"
    try:
        return raw.decode(encoding), ""
    except UnicodeDecodeError as error:
        if marked and not _is_text(raw[2:], "utf-16-le" if raw.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"):
            raise _refused(name, worded("it is no text: a binary file, or a damaged one"), _AS_UTF_8) from error
        # Few files are in none of Unicode's: the others do without what finds that out.
        from claims.documents.decoding import chinese  # noqa: PLC0415

        if not marked and (found := chinese(raw)) is not None:
            return found
        line = raw.count(b"\n", 0, error.start) + 1
        fault = worded("byte {place} is not {encoding}", place=error.start, encoding="UTF-16" if marked else "UTF-8")
        if not marked:
            before = raw[max(0, error.start - _AROUND) : error.start].decode(errors="ignore").rpartition("\n")[2]
            after = raw[error.start + 1 : error.start + _AROUND].decode(errors="replace").partition("\n")[0]
            around = UNFIT.sub("", f"{before}\ufffd{after}").strip()
            fault = worded("{fault}: “{around}”", fault=fault, around=around)
        in_excel = worded("Save it as UTF-8 (in Excel: “CSV UTF-8”).")
        is_sheet = _SUFFIXES.get(Path(name).suffix.lower()) == "csv"
        raise _refused(name, fault, in_excel if is_sheet else _AS_UTF_8, line) from error


_AROUND = 20


def _looks_like_utf_16(raw: bytes) -> bool:
    """Tell whether every second byte is often NUL, as in Latin letters, digits and commas, and the others never.

    Few bytes of any file may do that by chance: together they have to be text.
    """
    first, second = raw[::2].count(0), raw[1::2].count(0)
    is_wide = min(first, second) == 0 and max(first, second) * 16 >= len(raw)
    return is_wide and _is_text(raw, "utf-16-be" if first else "utf-16-le")


def _is_text(raw: bytes, encoding: str) -> bool:
    """Tell whether bytes are text in an encoding, leaving out what is damaged or cut off."""
    text = raw.decode(encoding, "ignore")
    return bool(text) and UNFIT.search(text) is None


def _format(name: str, text: str) -> Format:
    """Tell the format by the name's ending, else by how the text begins."""
    known = _SUFFIXES.get(Path(name).suffix.lower())
    if known:
        return known
    start = text.lstrip()
    if start.startswith(("{", "[", "<")):
        return "claimreview"
    heading = SEPARATOR.sub("", start).partition("\n")[0].lower().replace('"', "")
    return "csv" if {cell.strip() for cell in re.split(r"[,;\t|]", heading)} >= _SHEET_WORDS else "yaml"


def _refused(name: str, fault: str, mend: str, line: int = 0) -> ImportRefusedError:
    return ImportRefusedError(name, (PackProblem(line, "", fault, mend),))
