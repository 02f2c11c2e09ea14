"""From the steps of an import to the states that it writes: packs and documents first, then claims, then origins."""

from collections.abc import Iterator
from dataclasses import asdict
from itertools import count

from sqlalchemy import func, select
from sqlmodel import Session, col

from claims.changing import Intent
from claims.claim_state import claim_digest, claim_state
from claims.exchange.incoming import IncomingClaim
from claims.exchange.steps import PackSteps, Step
from claims.keepers import source
from claims.keepers.claim import CLAIM
from claims.keepers.claim_origin import CLAIM_ORIGIN
from claims.keepers.pack import DOCUMENT, PACK
from claims.pack_documents import FACTS
from claims.record import DocumentRecord
from claims.tables import Claim


def import_intents(session: Session, part: PackSteps, server: int | None) -> list[Intent]:
    """Return the new states for one pack of a file; none where no claim of it was taken."""
    if all(step.outcome == "refused" for step in part.steps):
        return []
    written = [step for step in part.steps if step.outcome in {"new", "changed"}]
    positions = _free_positions(session, server)
    return [
        *_head(part),
        *_documents(part, server),
        *(Intent(CLAIM, step.claim, claim_state(step.incoming.record)) for step in written if step.incoming),
        *_origins(part, server, positions),
    ]


def _head(part: PackSteps) -> Iterator[Intent]:
    head = part.pack.head
    if head is not None and part.age == "fresh":
        state = asdict(head) | {"as_of": head.as_of.isoformat(), "sha256": part.pack.sha256}
        yield Intent(PACK, head.id, state)


def _documents(part: PackSteps, server: int | None) -> Iterator[Intent]:
    """Yield the file's documents: for a server only the sources of its own that points of this import cite."""
    cited = {
        citation.document
        for step in part.steps
        if step.incoming is not None and step.outcome in {"new", "changed"}
        for point in step.incoming.record.points
        for citation in point.citations
    }
    for document in part.pack.documents:
        if part.texts.clashes(document.id):
            continue
        if server is None:
            yield Intent(DOCUMENT, document.id, _facts(document, FACTS))
        elif document.id in cited and not part.texts.knows(document.id):
            yield Intent(source.SOURCE, document.id, _facts(document, source.FACTS))


def _facts(document: DocumentRecord, facts: tuple[str, ...]) -> dict[str, object]:
    return {fact: getattr(document, fact) for fact in facts}


def _free_positions(session: Session, server: int | None) -> Iterator[int]:
    last = session.scalar(select(func.max(col(Claim.position))).where(col(Claim.server) == server))
    return count(0 if last is None else last + 1)


def _origins(part: PackSteps, server: int | None, positions: Iterator[int]) -> Iterator[Intent]:
    for step in part.steps:
        if step.incoming is not None and step.outcome in {"new", "changed"}:
            yield _origin(step, step.incoming, part, server, positions)
        elif step.incoming is not None and step.outcome == "unchanged" and _given(step.incoming, part):
            # The pack now gives the claim as it is here: it is no longer one that was changed here.
            yield _origin(step, step.incoming, part, server, positions)


def _origin(
    step: Step, incoming: IncomingClaim, part: PackSteps, server: int | None, positions: Iterator[int]
) -> Intent:
    row, head = step.row, part.pack.head
    pack = row.pack if row is not None else head.id if head is not None and server is None else None
    remembered = server is not None or pack is None or _given(incoming, part)
    before = row.loaded_digest if row is not None and row.server == server else None
    state = {
        "pack": pack,
        "position": row.position if row is not None else next(positions),
        "loaded_digest": claim_digest(incoming.record) if remembered else before,
    }
    return Intent(CLAIM_ORIGIN, step.claim, state)


def _given(incoming: IncomingClaim, part: PackSteps) -> bool:
    """Tell whether the claim is as its pack gives it, in a version that the base did not have."""
    return part.age == "fresh" and incoming.state is None
