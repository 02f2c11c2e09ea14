"""Claims, documents and findings made by hand, for tests of what is said about them."""

from datetime import date

from bot.reply import Composer
from bot.texts import Texts
from checks.model import FigureFinding, Finding, KnownFigure, Match
from claims.record import TEXTS, CitationRecord, ClaimRecord, DocumentRecord, PointRecord
from config.languages import ByLanguage, Language, typed_texts

TODAY = date(2026, 1, 5)
WHOLE_ISLAND = KnownFigure(40, 40, "kW", subject=ByLanguage(en="the whole island", zh="整座岛"))
FIRST = CitationRecord("yearbook", 1203, 1398, "a")
SECOND = CitationRecord("yearbook", 2000, 2040, "b")


def by_language(values: dict[str, object]) -> dict[str, object]:
    """Return the fields of a record, of which each language of a text was given as one of its own (`title_en`)."""
    stems = {stem: typed_texts(values, stem) for stem in TEXTS}
    rest = {name: value for name, value in values.items() if name.rpartition("_")[0] not in TEXTS}
    return rest | {stem: ByLanguage(texts) for stem, texts in stems.items() if texts}


def document(**changes: object) -> DocumentRecord:
    values = {
        "id": "yearbook",
        "title": "From the harbour's yearbook",
        "author": "Harbour office",
        "publisher": "Harbour office",
        "published": "2025-05",
        "language": "en",
        "address": "https://harbour.example/yearbook",
        "sha256": "0",
    }
    return DocumentRecord(**(values | changes))


def point(**changes: object) -> PointRecord:
    values = {
        "role": "refutes",
        "speaker_en": "The yearbook",
        "speaker_zh": "港口年鉴",
        "date": "2025-05-01",
        "text_en": "The crane was built in 1954.",
        "text_zh": "吊车建于1954年,数据来自服务器。",
        "citations": (FIRST,),
    }
    return PointRecord(**by_language(values | changes))


def claim(**changes: object) -> ClaimRecord:
    values = {
        "id": "crane",
        "kind": "contested",
        "title_en": "The crane was built in 1920",
        "title_zh": "吊车建于1920年",
        "pack": "harbour",
        "version": 1,
        "as_of": date(2025, 5, 1),
        "review_by": None,
        "wordings": (),
        "figures": (),
        "points": (point(),),
    }
    return ClaimRecord(**by_language(values | changes))


def match(claim_id: str = "crane", **changes: object) -> Match:
    values = {"claim": claim_id, "score": 0.9, "stance": "asserts", "wording": "", "action": "reply"}
    return Match(**(values | changes))


def finding(*matches: Match, action: str = "reply") -> Finding:
    return Finding("the crane is from 1920", "en", action, matches or (match(),))


def differing(**changes: object) -> Match:
    """A match whose figure differs from the documented one."""
    figure = FigureFinding("5 kg", "1.2 kg", agrees=False, **by_language(changes))
    return match(figures=(FigureFinding("3 days", "3 days", agrees=True), figure))


def composer(*claims: ClaimRecord, language: Language = "en", documents=None, passage=lambda _: None) -> Composer:
    known = {each.id: each for each in claims or (claim(),)}
    sources = {each.id: each for each in documents or (document(),)}
    return Composer(known, sources, Texts.open(language), passage, TODAY)
