"""The import of claims: read a file, try it dry, write it as one revision."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path

from checks.lexicon import Lexicon
from checks.tuning import Tuning
from claims.base import ClaimBase
from claims.exchange.claimreview import read_reviews
from claims.exchange.formats import Incoming, IncomingClaim
from claims.exchange.plan import ImportEntry, ImportPlan, ImportReport, NearFinder, PackSteps, Step, Steps
from claims.exchange.sheet import read_sheet
from claims.exchange.source import Source, read_bytes, read_file
from claims.exchange.yaml import read_yaml
from claims.moderation.rights import Actor, permit
from claims.packs.plain import canonical
from claims.record import DocumentRecord, claim_digest, claim_state, differences
from claims.store import changes as source
from claims.store.changes import CLAIM, CLAIM_ORIGIN, DOCUMENT, FACTS, PACK, Intent, change
from claims.store.revisions import Deed
from config.errors import PlanChangedError
from config.faults import FieldDifference


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
            yield Intent(source.SOURCE, document.id, _facts(document, source.SOURCE_FACTS))


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


IMPORT_ACT = "claim.import"


def read_import(path: Path, today: date) -> Incoming:
    """Read a file for import; raises ImportRefusedError with line, fault and mend.

    `today` dates a ClaimReview that has no date itself.
    """
    return _read(read_file(path), today)


def read_import_bytes(name: str, raw: bytes, today: date) -> Incoming:
    """Read an attached file for import, as `read_import` does; `name` tells its format, where its ending does."""
    return _read(read_bytes(name, raw), today)


def plan_import(base: ClaimBase, incoming: Incoming, server: int | None = None) -> ImportPlan:
    """Say what the import would do for a server (None: to the shared claims), without writing anything."""
    with base.database.reading() as session:
        steps = Steps(session, incoming, server)
        parts = tuple(steps.packs())
    new = [step.incoming.record for part in parts for step in part.steps if step.outcome == "new" and step.incoming]
    known = [claim for claim in steps.known if claim.status != "withdrawn"]
    if not new or not (known or incoming.drafts):
        return _plan(incoming, parts)
    # Claims of a pack have been told apart by its authors; those of a feed may repeat one another.
    finder = NearFinder(known, new if incoming.drafts else (), Lexicon.load(), Tuning.load())
    return _plan(incoming, parts, finder)


def import_claims(base: ClaimBase, incoming: Incoming, actor: Actor, agreed: str | None = None) -> ImportReport:
    """Write the import into the claims of the actor's server (the operator: into the shared ones).

    It is one revision, which can be undone as one, or nothing at all. What was changed between a dry run and this is
    seen: such claims are conflicting now, and stay as they are; with `agreed`, the mark of the plan that somebody has
    said yes to, PlanChangedError is raised in place of writing anything else. Raises NotAllowedError.
    """
    server = actor.server
    with base.database.changing() as session:
        permit(session, actor, "claim.import")
        parts = tuple(Steps(session, incoming, server).packs())
        plan = _plan(incoming, parts)
        if agreed is not None and agreed != plan.mark:
            raise PlanChangedError(incoming.name)
        intents = [intent for part in parts for intent in import_intents(part, server)]
        deed = Deed(actor.who, IMPORT_ACT, Path(incoming.name).name, server)
        written = change(session, deed, intents, base.clock())
    return ImportReport(plan, written.revision if written.changes else None)


def _read(source: Source, today: date) -> Incoming:
    match source.format:
        case "yaml":
            return read_yaml(source)
        case "csv":
            return read_sheet(source)
        case "claimreview":
            return read_reviews(source, today)


def _plan(incoming: Incoming, parts: tuple[PackSteps, ...], finder: NearFinder | None = None) -> ImportPlan:
    entries = tuple(_entry(step, finder) for part in parts for step in part.steps)
    return ImportPlan(incoming.name, incoming.format, incoming.drafts, entries)


def _entry(step: Step, finder: NearFinder | None) -> ImportEntry:
    record = step.incoming.record if step.incoming else None
    titles = (record.title_en, record.title_zh) if record else ("", "")
    near = finder.near(record) if finder and record and step.outcome == "new" else ()
    return ImportEntry(step.claim, *titles, step.outcome, step.line, step.problems, near, tuple(_fields(step)))


def _fields(step: Step) -> Iterable[FieldDifference]:
    if step.before is None or step.incoming is None or step.outcome not in {"changed", "conflicting"}:
        return ()
    return differences(claim_state(canonical(step.before)), claim_state(canonical(step.incoming.record)))
