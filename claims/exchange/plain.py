"""Records as the plain data of a pack: the way back from `claims.pack_records`."""

import math
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from checks.known import KnownFigure, KnownWording
from claims.claim_state import claim_digest
from claims.record import ClaimRecord, DocumentRecord, PackRecord, PointRecord

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
        "figures": [_figure(figure) for figure in claim.figures],
        "points": [_point(point) for point in claim.points],
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


def _figure(figure: KnownFigure) -> PlainData:
    low, high = plain_number(figure.low), plain_number(figure.high)
    single = low == high and figure.bound != "range"
    return {
        **({"value": low} if single else {"low": low, "high": high}),
        "unit": figure.unit,
        "bound": figure.bound,
        "role": figure.role,
        "subject": {"en": figure.subject_en, "zh": figure.subject_zh},
    }


def _point(point: PointRecord) -> PlainData:
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
