"""Claims as documents: all that a claim's wordings say, once."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from checks.index import IndexedWording


@dataclass(frozen=True, slots=True)
class ClaimDocument:
    """A claim's positive wordings taken together.

    Attributes:
        text: the wordings, without those that another one contains.
        counts: how often each word stands in that text.
        holders: in how many of all wordings each word and concept stands.
        size: number of wordings.
    """

    text: str
    counts: Counter[str]
    holders: Counter[str]
    size: int


def claim_documents(wordings: Sequence[IndexedWording], claims: int) -> list[ClaimDocument]:
    """Return the documents of all claims, in the order of their numbers."""
    by_claim: list[list[IndexedWording]] = [[] for _ in range(claims)]
    for wording in wordings:
        if not wording.negative:
            by_claim[wording.claim].append(wording)
    return [_document(each) for each in by_claim]


def _document(wordings: Sequence[IndexedWording]) -> ClaimDocument:
    text = ""
    for wording in sorted(wordings, key=lambda each: -len(each.reading.text)):
        if wording.reading.text.strip() not in text:
            text = f"{text}\n{wording.reading.text}"
    counts = Counter(wordings[0].reading.lexicon.tokenizer.forms(text))
    holders: Counter[str] = Counter()
    for wording in wordings:
        holders.update(wording.reading.words)
        holders.update(wording.reading.concepts)
    return ClaimDocument(text, counts, holders, len(wordings))
