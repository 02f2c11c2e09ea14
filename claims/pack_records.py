"""From the plain data of a valid pack to records."""

from datetime import date
from typing import Any

from checks.known import KnownFigure, KnownWording
from claims.record import CitationRecord, ClaimRecord, DocumentRecord, PackRecord, PointRecord

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
    return KnownFigure(
        low=float(figure["low"] if "low" in figure else figure["value"]),
        high=float(figure["high"] if "high" in figure else figure["value"]),
        unit=figure["unit"],
        bound=figure["bound"],
        role=figure.get("role", "claim"),
        subject_en=figure["subject"]["en"],
        subject_zh=figure["subject"]["zh"],
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
