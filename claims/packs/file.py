"""Reading a pack file: from bytes to records, or every problem with its line, field and mend."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from claims.packs.lines import LinedYaml, YamlRefusedError
from claims.packs.plain import read_records
from claims.packs.schema import broken_rules, schema_problems
from claims.record import ClaimRecord, DocumentRecord, PackRecord
from config.errors import PackError, PackProblem

MAX_BYTES = 4 * 1024 * 1024
MAX_LINE = 20_000
MAX_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class PackFile:
    """A valid pack: its head, its documents, its claims in order, and the SHA-256 of the file."""

    path: Path
    sha256: str
    pack: PackRecord
    documents: tuple[DocumentRecord, ...]
    claims: tuple[ClaimRecord, ...]


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a pack file; raises PackError where it cannot be read or is too large."""
    return hashlib.sha256(_bytes(path)).hexdigest()


def read_pack(path: Path) -> PackFile:
    """Read and validate a pack; raises PackError with all problems found (at most twenty)."""
    raw = _bytes(path)
    text = _text(path, raw)
    try:
        lined = LinedYaml(text)
    except YamlRefusedError as error:
        raise PackError(path, (error.problem,)) from error
    problems = schema_problems(lined) or broken_rules(lined)
    if problems:
        raise PackError(path, tuple(sorted(problems, key=lambda p: p.line)[:MAX_PROBLEMS]))
    pack, documents, claims = read_records(lined.data)
    return PackFile(path, hashlib.sha256(raw).hexdigest(), pack, documents, claims)


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise _refused(path, 0, f"it cannot be read ({reason})", "Check the path and your rights on it") from error
    if len(raw) > MAX_BYTES:
        _refuse_long_lines(path, raw.decode("utf-8", errors="replace"))
        raise _refused(path, 0, f"it is larger than {MAX_BYTES // 1024 // 1024} MB", "Split it into several packs")
    return raw


def _text(path: Path, raw: bytes) -> str:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _refused(path, line, f"byte {error.start} is not UTF-8", "Save the file as UTF-8") from error
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise _refused(path, line, "the line holds a NUL character", "Save the file as plain UTF-8 text")
    _refuse_long_lines(path, text)
    return text


def _refuse_long_lines(path: Path, text: str) -> None:
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > MAX_LINE:
            fault = f"the line has more than {MAX_LINE:,} characters"
            raise _refused(path, number, fault, "Break it up: one wording or text a line")


def _refused(path: Path, line: int, fault: str, mend: str) -> PackError:
    return PackError(path, (PackProblem(line, "", fault, f"{mend}."),))
