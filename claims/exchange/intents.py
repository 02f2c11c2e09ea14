"""From the steps of an import to the states that it writes: packs and documents first, then claims, then origins."""

from collections.abc import Iterator
from dataclasses import asdict

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


def import_intents(part: PackSteps, server: int | None) -> list[Intent]:
    """Return the new states for one pack of a file; none where no claim of it was taken."""
    if all(step.outcome == "refused" for step in part.steps):
        return []
    written = [step for step in part.steps if step.outcome in {"new", "changed"}]
    return [
        *_head(part),
        *_documents(part, server),
        *(Intent(CLAIM, step.claim, claim_state(step.incoming.record)) for step in written if step.incoming),
        *_origins(part, server),
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


def _origins(part: PackSteps, server: int | None) -> Iterator[Intent]:
    for step in part.steps:
        # Where a newer pack gives a claim as it is here already, the claim is no longer one that was changed here.
        known = step.outcome == "unchanged" and step.incoming is not None and _given(step.incoming, part)
        if step.incoming is not None and (known or step.outcome in {"new", "changed"}):
            yield _origin(step, step.incoming, part, server)


def _origin(step: Step, incoming: IncomingClaim, part: PackSteps, server: int | None) -> Intent:
    row, head = step.row, part.pack.head
    pack = row.pack if row is not None else head.id if head is not None and server is None else None
    if server is not None or pack is None or _given(incoming, part):
        digest = claim_digest(incoming.record)
    else:
        digest = row.loaded_digest if row is not None else None
    return Intent(CLAIM_ORIGIN, step.claim, {"pack": pack, "loaded_digest": digest})


def _given(incoming: IncomingClaim, part: PackSteps) -> bool:
    """Tell whether the claim is as its pack gives it, in a version that the base did not have."""
    return part.age == "fresh" and incoming.state is None
