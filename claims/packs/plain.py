"""Records as the plain data of a pack: the way back from `claims.pack_records`."""

import math
import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from checks.figures.own_units import is_own, join_spellings, spellings
from checks.model import Bound, KnownFigure, KnownWording
from claims.record import CitationRecord, ClaimRecord, DocumentRecord, PackRecord, PointRecord, claim_digest

Records = tuple[PackRecord, tuple[DocumentRecord, ...], tuple[ClaimRecord, ...]]


def read_records(data: Any) -> Records:  # noqa: ANN401  the schema has vouched for the form
    """Return the head, the documents and the claims of a pack."""
    pack = read_head(data["pack"])
    return pack, read_documents(data), tuple(read_claim(claim, pack.id) for claim in data["claims"])


def read_head(head: Any) -> PackRecord:  # noqa: ANN401
    """Return the head of a pack."""
    title, as_of = head["title"], date.fromisoformat(head["as_of"])
    return PackRecord(head["id"], int(head["version"]), title["en"], title["zh"], head["licence"], as_of)


def read_documents(data: Any) -> tuple[DocumentRecord, ...]:  # noqa: ANN401
    """Return the documents of a pack."""
    return tuple(DocumentRecord(**document) for document in data["documents"])


def read_claim(claim: Any, pack: str) -> ClaimRecord:  # noqa: ANN401
    """Return one claim of the pack; without a `status` it is published."""
    review_by = claim.get("review_by")
    return ClaimRecord(
        id=claim["id"],
        kind=claim["kind"],
        title_en=claim["title"]["en"],
        title_zh=claim["title"]["zh"],
        pack=pack,
        version=1,
        as_of=date.fromisoformat(claim["as_of"]),
        review_by=date.fromisoformat(review_by) if review_by else None,
        wordings=(
            *_wordings(claim["wordings"]),
            *_wordings(claim.get("not_wordings", {}), negative=True),
            *_wordings(claim.get("denials", {}), denies=True),
        ),
        figures=tuple(_figure(figure) for figure in claim.get("figures", [])),
        points=tuple(_point(point) for point in claim["points"]),
        status=claim.get("status", "published"),
    )


def _wordings(texts: Any, *, negative: bool = False, denies: bool = False) -> tuple[KnownWording, ...]:  # noqa: ANN401
    return (
        *(KnownWording(text, "en", negative, denies) for text in texts.get("en", [])),
        *(KnownWording(text, "zh", negative, denies) for text in texts.get("zh", [])),
    )


def _figure(figure: Any) -> KnownFigure:  # noqa: ANN401
    documented = figure.get("documented", {})
    low, high = (documented.get(end, documented.get("value")) for end in ("low", "high"))
    return KnownFigure(
        low=float(figure["low"] if "low" in figure else figure["value"]),
        high=float(figure["high"] if "high" in figure else figure["value"]),
        unit=figure["unit"] if isinstance(figure["unit"], str) else join_spellings(figure["unit"]),
        bound=figure["bound"],
        role=figure.get("role", "claim"),
        subject_en=figure["subject"]["en"],
        subject_zh=figure["subject"]["zh"],
        documented_low=None if low is None else float(low),
        documented_high=None if high is None else float(high),
        documented_bound=documented.get("bound", "range" if "low" in documented else "exactly"),
        documented_place=documented.get("place", ""),
    )


def _point(point: Any) -> PointRecord:  # noqa: ANN401
    return PointRecord(
        role=point["role"],
        speaker_en=point["speaker"]["en"],
        speaker_zh=point["speaker"]["zh"],
        date=point["date"],
        text_en=point["text"]["en"],
        text_zh=point["text"]["zh"],
        citations=tuple(_citation(citation) for citation in point["citations"]),
        numbers=tuple(point.get("numbers", [])),
    )


def _citation(citation: Any) -> CitationRecord:  # noqa: ANN401
    return CitationRecord(citation["document"], int(citation["start"]), int(citation["end"]), citation["sha256"])


STATE_DIGITS = 16
_EXACT = 2.0**53  # whole numbers up to here are the same as integers and as floats

PlainData = dict[str, Any]


def canonical(claim: ClaimRecord) -> ClaimRecord:
    """Return the claim with its wordings in the order of packs: said, negative, denied; English before Chinese."""
    return replace(claim, wordings=tuple(sorted(claim.wordings, key=lambda w: (w.denies, w.negative, w.language))))


def exported_state(claim: ClaimRecord) -> str:
    """Return a mark of the claim's whole state; a letter leads it, so that no spreadsheet takes it for a number."""
    return "s" + claim_digest(canonical(claim))[:STATE_DIGITS]


def plain_pack(pack: PackRecord) -> PlainData:
    """Return the head of a pack."""
    title = {"en": pack.title_en, "zh": pack.title_zh}
    as_of = pack.as_of.isoformat()
    return {"id": pack.id, "version": pack.version, "title": title, "licence": pack.licence, "as_of": as_of}


def plain_document(document: DocumentRecord) -> PlainData:
    """Return what packs say of a document."""
    return {name: value for name, value in asdict(document).items() if name != "loaded"}


def plain_claim(claim: ClaimRecord, state: str | None) -> PlainData:
    """Return the claim as packs write it, with its state mark where one is given."""
    data: PlainData = {
        "id": claim.id,
        "kind": claim.kind,
        "status": claim.status,
        "exported_state": state,
        "title": {"en": claim.title_en, "zh": claim.title_zh},
        "as_of": claim.as_of.isoformat(),
        "review_by": claim.review_by.isoformat() if claim.review_by else None,
        "wordings": _texts([w for w in claim.wordings if w.says], both=True),
        "not_wordings": _texts([w for w in claim.wordings if w.negative]),
        "denials": _texts([w for w in claim.wordings if w.denies]),
        "figures": [_plain_figure(figure) for figure in claim.figures],
        "points": [_plain_point(point) for point in claim.points],
    }
    if claim.status == "published":
        del data["status"]
    optional = ("exported_state", "review_by", "not_wordings", "denials", "figures")
    return {key: value for key, value in data.items() if value or key not in optional}


def plain_number(value: float) -> float | int:
    """Return a whole number as an integer, where that loses nothing."""
    negative_zero = value == 0 and math.copysign(1, value) < 0
    return int(value) if value.is_integer() and abs(value) < _EXACT and not negative_zero else value


def _texts(wordings: Sequence[KnownWording], *, both: bool = False) -> dict[str, list[str]]:
    texts = {name: [w.text for w in wordings if w.language == name] for name in ("en", "zh")}
    return {name: found for name, found in texts.items() if found or both}


def _plain_figure(figure: KnownFigure) -> PlainData:
    documented: PlainData = {}
    if figure.documented_low is not None and figure.documented_high is not None:
        place = {"place": figure.documented_place} if figure.documented_place else {}
        values = _plain_values(figure.documented_low, figure.documented_high, figure.documented_bound)
        documented = {"documented": {**values, "bound": figure.documented_bound, **place}}
    return {
        **_plain_values(figure.low, figure.high, figure.bound),
        "unit": list(spellings(figure.unit)) if is_own(figure.unit) else figure.unit,
        "bound": figure.bound,
        "role": figure.role,
        "subject": {"en": figure.subject_en, "zh": figure.subject_zh},
        **documented,
    }


_SOURCED = re.compile(
    r"(?:(?P<bound>about|over|under) )?(?P<low>[^\s;]+)(?: to (?P<high>[^\s;]+))?(?:\s*;\s*(?P<place>.*\S))?"
)


def write_documented(figure: KnownFigure) -> str:
    """Return what a source gives for a figure on one line (`over 5; p. 12`, `5 to 8`); "" where it gives nothing."""
    if figure.documented_low is None or figure.documented_high is None:
        return ""
    low, high = (str(plain_number(end)) for end in (figure.documented_low, figure.documented_high))
    bound = f"{figure.documented_bound} " if figure.documented_bound in ("about", "over", "under") else ""
    values = low if low == high and figure.documented_bound != "range" else f"{low} to {high}"
    return f"{bound}{values}{f'; {figure.documented_place}' if figure.documented_place else ''}"


def read_documented(written: str) -> PlainData:
    """Return such a line as plain data, {} for ""; what is no number stays text, which the schema then refuses."""
    found = _SOURCED.fullmatch(written.strip())
    if not found:
        return {"value": written.strip()} if written.strip() else {}
    values = {"low": found["low"], "high": found["high"]} if found["high"] else {"value": found["low"]}
    bound = {"bound": found["bound"]} if found["bound"] else {}
    place = {"place": found["place"]} if found["place"] else {}
    return {**{name: _number(value) for name, value in values.items()}, **bound, **place}


def _number(written: str) -> object:
    try:
        number = float(written)
    except ValueError:
        return written
    return plain_number(number) if math.isfinite(number) else written


def _plain_values(low: float, high: float, bound: Bound) -> PlainData:
    if low == high and bound != "range":
        return {"value": plain_number(low)}
    return {"low": plain_number(low), "high": plain_number(high)}


def _plain_point(point: PointRecord) -> PlainData:
    data: PlainData = {
        "role": point.role,
        "speaker": {"en": point.speaker_en, "zh": point.speaker_zh},
        "date": point.date,
        "text": {"en": point.text_en, "zh": point.text_zh},
        "numbers": list(point.numbers),
        "citations": [asdict(citation) for citation in point.citations],
    }
    if not point.numbers:
        del data["numbers"]
    return data
