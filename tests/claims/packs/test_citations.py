"""Every citation of the shipped pack is held against the documents themselves, where they are at hand."""

import hashlib
import os
from pathlib import Path

import pytest
import yaml

from claims.exchange.formats import IncomingClaim, read_file
from claims.exchange.importing import read_pack
from claims.record import CitationRecord, ClaimRecord, PointRecord

ROOT = Path(__file__).parents[3]
SHARED = Path(os.environ.get("TOUCHSTONE_SHARED", ROOT.parent / "shared"))
[PACK] = read_pack(read_file(ROOT / "claims" / "packs" / "ai-economy.yaml")).packs
CLAIMS = [claim.record for claim in PACK.claims if isinstance(claim, IncomingClaim)]
POINTS = [(claim, point) for claim in CLAIMS for point in claim.points]
NAMES = [f"{claim.id}-{number}" for claim in CLAIMS for number, _ in enumerate(claim.points)]


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """The raw text of each document, found by the SHA-256 of its file."""
    files = [path for path in (SHARED / "seeds").glob("*") if path.is_file()]
    raw = {hashlib.sha256(data).hexdigest(): data.decode() for data in map(Path.read_bytes, files)}
    missing = [document.id for document in PACK.documents if document.sha256 not in raw]
    if missing:
        pytest.skip(f"the documents {', '.join(missing)} are not here (looked in ../shared/seeds, by SHA-256)")
    return {document.id: raw[document.sha256] for document in PACK.documents}


def span(texts: dict[str, str], citation: CitationRecord) -> str:
    return texts[citation.document][citation.start : citation.end]


@pytest.mark.parametrize(("claim", "point"), POINTS, ids=NAMES)
def test_each_span_exists_and_matches_its_hash(texts: dict[str, str], claim: ClaimRecord, point: PointRecord) -> None:
    for citation in point.citations:
        text = span(texts, citation)
        assert len(text) == citation.end - citation.start, claim.id
        assert 10 <= len(text) <= 600, claim.id
        assert hashlib.sha256(text.encode()).hexdigest() == citation.sha256, claim.id


@pytest.mark.parametrize(("claim", "point"), POINTS, ids=NAMES)
def test_each_figure_of_a_point_stands_in_a_span(texts: dict[str, str], claim: ClaimRecord, point: PointRecord) -> None:
    spans = [span(texts, citation) for citation in point.citations]
    missing = [number for number in point.numbers if not any(number in text for text in spans)]
    assert missing == [], claim.id


def test_the_pack_holds_every_claim_of_the_ledger_with_its_kind() -> None:
    ledger = SHARED / "ledger.yaml"
    if not ledger.exists():
        pytest.skip("the ledger is not here (looked for ../shared/ledger.yaml)")
    expected = {claim["id"]: claim["kind"] for claim in yaml.safe_load(ledger.read_text("utf-8"))["claims"]}
    assert {claim.id: claim.kind for claim in CLAIMS} == expected


def test_contested_claims_have_two_points() -> None:
    assert [claim.id for claim in CLAIMS if claim.kind == "contested" and len(claim.points) < 2] == []


def test_points_stay_short_enough_for_a_card() -> None:
    assert [claim.id for claim, point in POINTS if max(len(point.text["en"]), len(point.text["zh"])) > 320] == []
