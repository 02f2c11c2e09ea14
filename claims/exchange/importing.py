"""The import of claims: read a file, try it dry, write it as one revision."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date
from importlib import resources
from itertools import islice
from pathlib import Path

from sqlalchemy import select
from sqlmodel import Session, col

from checks.lexicon import Lexicon
from checks.tuning import Tuning
from claims.base import ClaimBase
from claims.exchange.claimreview import read_reviews
from claims.exchange.formats import Incoming, IncomingClaim, RefusedClaim, Source, file_bytes, read_bytes, read_file
from claims.exchange.plan import ImportEntry, ImportPlan, ImportReport, NearFinder, PackSteps, Step, Steps
from claims.exchange.reading import MOST_TOLD
from claims.exchange.sheet import read_sheet
from claims.exchange.yaml import read_yaml
from claims.moderation.rights import Actor, permit
from claims.packs.plain import canonical
from claims.record import DocumentRecord, claim_fingerprint, claim_state, differences, plain_fields
from claims.store.changes import (
    CLAIM,
    CLAIM_ORIGIN,
    DOCUMENT,
    DOCUMENT_FACTS,
    PACK,
    SOURCE,
    SOURCE_FACTS,
    Change,
    write_changes,
)
from claims.store.claim_rows import order_claims
from claims.store.revisions import TOUCHSTONE, AuditEntry
from claims.store.tables import Pack
from config.errors import ImportRefusedError, PackProblem, PlanChangedError
from config.faults import FieldDifference, worded


def import_changes(part: PackSteps, server: int | None) -> list[Change]:
    """Return the new states for one pack of a file; none where no claim of it was taken."""
    if all(step.outcome == "refused" for step in part.steps):
        return []
    written = [step for step in part.steps if step.outcome in {"new", "changed"}]
    return [
        *_head(part),
        *_documents(part, server),
        *(Change(CLAIM, step.claim, claim_state(step.incoming.record)) for step in written if step.incoming),
        *_origins(part, server),
    ]


def _head(part: PackSteps) -> Iterator[Change]:
    head = part.pack.head
    if head is not None and part.age == "fresh":
        yield Change(PACK, head.id, plain_fields(head) | {"sha256": part.pack.sha256})


def _documents(part: PackSteps, server: int | None) -> Iterator[Change]:
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
            yield Change(DOCUMENT, document.id, _facts(document, DOCUMENT_FACTS))
        elif document.id in cited and not part.texts.knows(document.id):
            yield Change(SOURCE, document.id, _facts(document, SOURCE_FACTS))


def _facts(document: DocumentRecord, facts: tuple[str, ...]) -> dict[str, object]:
    return {fact: getattr(document, fact) for fact in facts}


def _origins(part: PackSteps, server: int | None) -> Iterator[Change]:
    for step in part.steps:
        # Where a newer pack gives a claim as it is here already, the claim is no longer one that was changed here.
        known = step.outcome == "unchanged" and step.incoming is not None and _given(step.incoming, part)
        if step.incoming is not None and (known or step.outcome in {"new", "changed"}):
            yield _origin(step, step.incoming, part, server)


def _origin(step: Step, incoming: IncomingClaim, part: PackSteps, server: int | None) -> Change:
    row, head = step.row, part.pack.head
    pack = row.pack if row is not None else head.id if head is not None and server is None else None
    if server is not None or pack is None or _given(incoming, part):
        digest = claim_fingerprint(incoming.record)
    else:
        digest = row.loaded_digest if row is not None else None
    return Change(CLAIM_ORIGIN, step.claim, {"pack": pack, "loaded_digest": digest})


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
    """Write what the plan says, as it stands at this moment: all of it or nothing, in one revision.

    The operator imports into the shared claims, a moderator into those of the actor's server. `agreed` is the
    fingerprint of the plan that somebody has said yes to. Raises NotAllowedError, and PlanChangedError where the base
    has changed since that plan.
    """
    with base.database.changing() as session:
        permit(session, actor, "claim.import")
        entry = AuditEntry(actor.who, IMPORT_ACT, Path(incoming.name).name, actor.server)
        return _write(base, session, incoming, entry, agreed)


def load_shipped_packs(base: ClaimBase) -> None:
    """Load the packs that come with Touchstone; those already loaded cost next to nothing."""
    with resources.as_file(resources.files("claims") / "packs") as folder:
        for path in sorted(folder.glob("*.yaml")):
            load_pack(base, path)


def load_pack(base: ClaimBase, path: Path) -> ImportReport | None:
    """Import a whole pack into the shared claims: what moderators have changed stays, what it lacks is withdrawn.

    None: the base holds this very file, or a newer version. Raises ImportRefusedError with all problems found (at most
    twenty); then nothing was written.
    """
    raw = file_bytes(path)
    with base.database.reading() as session:
        same = col(Pack.sha256) == hashlib.sha256(raw).hexdigest()
        if session.scalar(select(col(Pack.id)).where(same)) is not None:
            return None
    incoming = read_pack(read_bytes(str(path), raw))
    [pack] = incoming.packs
    with base.database.changing() as session:
        row = session.get(Pack, pack.head.id) if pack.head else None
        if pack.head is None or (row is not None and (row.sha256 == pack.sha256 or row.version > pack.head.version)):
            return None
        entry = AuditEntry(TOUCHSTONE, "pack.load", f"{pack.head.id} version {pack.head.version}")
        report = _write(base, session, incoming, entry)
        _refuse(incoming.name, (problem for entry in report.plan.of("refused") for problem in entry.problems))
        order_claims(session, [entry.claim for entry in report.plan.entries])
        return report


def read_pack(source: Source) -> Incoming:
    """Read a whole pack, of which every claim has to be sound; raises ImportRefusedError."""
    incoming = read_yaml(source, whole=True)
    claims = [claim for pack in incoming.packs for claim in pack.claims]
    _refuse(source.name, (fault for claim in claims if isinstance(claim, RefusedClaim) for fault in claim.problems))
    if len(incoming.packs) != 1:
        mend = worded("Keep one pack in a file, without ---.")
        raise ImportRefusedError(source.name, (PackProblem(0, "", worded("it does not hold one pack"), mend),))
    return incoming


def _refuse(name: str, problems: Iterable[PackProblem]) -> None:
    told = tuple(islice(problems, MOST_TOLD))
    if told:
        raise ImportRefusedError(name, told)


def _write(
    base: ClaimBase, session: Session, incoming: Incoming, entry: AuditEntry, agreed: str | None = None
) -> ImportReport:
    parts = tuple(Steps(session, incoming, entry.server).packs())
    plan = _plan(incoming, parts)
    if agreed is not None and agreed != plan.fingerprint:
        raise PlanChangedError(incoming.name)
    changes = [change for part in parts for change in import_changes(part, entry.server)]
    written = write_changes(session, entry, changes, base.clock())
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
