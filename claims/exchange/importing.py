"""The import of claims: read a file, try it dry, write it as one revision; and the export, in each of the formats."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import islice
from pathlib import Path

from sqlalchemy import select
from sqlmodel import Session, col

from checks.lexicon import Lexicon
from checks.tuning import Tuning
from claims.base import ClaimBase
from claims.exchange.claimreview import Publishing, read_reviews, write_reviews
from claims.exchange.formats import (
    MAX_FILE_BYTES,
    Format,
    Incoming,
    IncomingClaim,
    IncomingPack,
    RefusedClaim,
    Source,
    file_bytes,
    read_bytes,
    read_contents,
    read_file,
)
from claims.exchange.plan import (
    REVIEWED,
    ImportDocument,
    ImportEntry,
    ImportPlan,
    ImportReport,
    NearFinder,
    PackSteps,
    Step,
    Steps,
)
from claims.exchange.reading import MOST_TOLD, read_yaml, write_yaml
from claims.exchange.sheet import read_sheet, write_sheet
from claims.moderation.history import read_revision
from claims.moderation.rights import Actor, change_permitted, permitted
from claims.packs.handwritten import Shelf
from claims.packs.plain import canonical
from claims.packs.schema import SHOWN_BY_EXPORT
from claims.record import ClaimRecord, DocumentRecord, claim_fingerprint, claim_state, differences, plain_fields
from claims.store.changes import (
    CLAIM,
    CLAIM_ORIGIN,
    DOCUMENT,
    DOCUMENT_FACTS,
    PACK,
    SOURCE,
    SOURCE_FACTS,
    Ahead,
    Change,
    PreparedChanges,
    then,
)
from claims.store.claim_rows import order_claims
from claims.store.revisions import TOUCHSTONE, AuditEntry, ChangeResult
from claims.store.tables import Document, DocumentText, Pack
from config.errors import (
    FieldDifference,
    ImportRefusedError,
    PackProblem,
    PlanChangedError,
    worded,
)
from config.languages import NO_TEXT


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
    """Yield the documents of a pack that is newer here; else those that points of this import cite and nobody knows.

    What is known of a document stays as somebody has written it here, whatever an older file says. A server gets
    sources of its own, never a pack's documents.
    """
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
        if part.age == "fresh" or (document.id in cited and part.texts.row(document.id) is None):
            kind, facts = (DOCUMENT, DOCUMENT_FACTS) if server is None else (SOURCE, SOURCE_FACTS)
            yield Change(kind, document.id, _facts(document, facts))


def _facts(document: DocumentRecord | Document, facts: tuple[str, ...]) -> dict[str, object]:
    return {fact: getattr(document, fact) for fact in facts}


def _described(part: PackSteps) -> Iterator[ImportDocument]:
    """Yield the documents of which the file says something else than the base."""
    for document in part.pack.documents:
        row = part.texts.row(document.id)
        if row is not None and row.server is None and not part.texts.clashes(document.id):
            fields = differences(_facts(row, DOCUMENT_FACTS), _facts(document, DOCUMENT_FACTS))
            if fields:
                yield ImportDocument(document.id, tuple(fields), part.age == "fresh")


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
    position = row.position if row is not None else None
    return Change(CLAIM_ORIGIN, step.claim, {"pack": pack, "loaded_digest": digest, "position": position})


def _given(incoming: IncomingClaim, part: PackSteps) -> bool:
    """Tell whether the claim is as its pack gives it, in a version that the base did not have."""
    return part.age == "fresh" and incoming.state is None


IMPORT_ACT = "claim.import"
# So many claims of a file are held against one another: it takes some milliseconds for each, and as much memory.
MOST_COMPARED = 4_000


def read_import(path: Path, today: date) -> Incoming:
    """Read a file for import; raises ImportRefusedError with line, fault and mend.

    `today` tells which dates of a ClaimReview lie ahead.
    """
    return _read(read_file(path), today)


def read_import_bytes(name: str, raw: bytes, today: date) -> Incoming:
    """Read an attached file for import, as `read_import` does; `name` tells its format, where its ending does."""
    return _read(read_bytes(name, raw), today)


def plan_import(base: ClaimBase, incoming: Incoming, server: int | None = None, *, theirs: bool = False) -> ImportPlan:
    """Say what the import would do for a server (None: to the shared claims), without writing anything.

    Of the first MOST_COMPARED claims of the file it says which others they come near.
    `theirs`: claims that were changed here since the export are to become what the file says.
    """
    with base.database.reading() as session:
        incoming = for_server(session, incoming, server)
        steps = Steps(session, incoming, server, theirs=theirs)
        parts = tuple(steps.packs())
    new = [step.incoming.record for part in parts for step in part.steps if step.outcome == "new" and step.incoming]
    known = [claim for claim in steps.known if claim.status != "withdrawn"]
    if not new or not (known or incoming.drafts):
        return _plan(incoming, parts, server)
    # Claims of a pack have been told apart by its authors; those of a feed may repeat one another.
    finder = NearFinder(known, new[:MOST_COMPARED] if incoming.drafts else (), Lexicon.load(), Tuning.load())
    return _plan(incoming, parts, server, finder)


def import_claims(
    base: ClaimBase, incoming: Incoming, actor: Actor, agreed: str | None = None, *, theirs: bool = False
) -> ImportReport:
    """Write what the plan says, as it stands at this moment: all of it or nothing, in one revision.

    What is refused or conflicting stays out: whoever wants all or nothing asks the plan first, and hands its
    fingerprint in as `agreed`. `theirs` is as for `plan_import`.

    The operator imports into the shared claims, a moderator into those of the actor's server. `agreed` is the
    fingerprint of the plan that somebody has said yes to. Raises NotAllowedError, and PlanChangedError where the base
    has changed since that plan.
    """
    # A name need not be text: what is none of it can be kept by no base.
    entry = actor.entry(IMPORT_ACT, Path(incoming.name).name.encode("utf-8", "replace").decode())

    def prepare(session: Session) -> Ahead[ImportReport]:
        return _prepared(base, session, incoming, entry, agreed, theirs=theirs)

    return change_permitted(base.database, actor, "claim.import", prepare)


def pack_id(base: ClaimBase, path: Path) -> str:
    """Return the id of the pack in a file; one that is loaded as it is need not be read. Raises ImportRefusedError."""
    raw = file_bytes(path)
    with base.database.reading() as session:
        loaded = session.scalar(select(col(Pack.id)).where(col(Pack.sha256) == hashlib.sha256(raw).hexdigest()))
    if loaded is not None:
        return loaded
    head = read_pack(read_bytes(str(path), raw, MAX_FILE_BYTES)).packs[0].head
    return head.id if head else ""


def load_pack(base: ClaimBase, path: Path) -> ImportReport | None:
    """Import a whole pack into the shared claims: what moderators have changed stays, what it lacks is withdrawn.

    None: the base holds this very file, or a newer version. Raises ImportRefusedError with all problems found (at most
    twenty); then nothing was written.
    """
    raw = file_bytes(path)
    digest = hashlib.sha256(raw).hexdigest()
    with base.database.reading() as session:
        if session.scalar(select(col(Pack.id)).where(col(Pack.sha256) == digest)) is not None:
            return None
        incoming = read_pack(read_bytes(str(path), raw, MAX_FILE_BYTES), base.clock().date(), _shelf(session))
    # A later start knows the file by its bytes, whatever stands before its text.
    pack = replace(incoming.packs[0], sha256=digest)
    incoming = replace(incoming, packs=(pack,))

    def prepare(session: Session) -> Ahead[ImportReport | None]:
        return _prepared_pack(base, session, incoming)

    return change_permitted(base.database, Actor.operator(), "claim.import", prepare)


def _prepared_pack(base: ClaimBase, session: Session, incoming: Incoming) -> Ahead[ImportReport | None]:
    pack = incoming.packs[0]
    row = session.get(Pack, pack.head.id) if pack.head else None
    if pack.head is None or (row is not None and (row.sha256 == pack.sha256 or row.version > pack.head.version)):
        return lambda _: lambda _: None
    entry = AuditEntry(TOUCHSTONE, "pack.load", f"{pack.head.id} version {pack.head.version}")

    def put_in_order(session: Session, report: ImportReport) -> ImportReport:
        _refuse(incoming.name, (problem for entry in report.plan.of("refused") for problem in entry.problems))
        order_claims(session, [entry.claim for entry in report.plan.entries])
        return report

    return then(_prepared(base, session, incoming, entry), put_in_order)


def pack_problems(text: str) -> tuple[PackProblem, ...]:
    """Return what is wrong with the text of a pack; nothing where it is sound."""
    try:
        read_pack(Source("", "yaml", text))
    except ImportRefusedError as error:
        return error.problems
    return ()


def pack_claims(base: ClaimBase, path: Path) -> tuple[ClaimRecord, ...]:
    """Return the claims of a pack's file, without loading it; raises ImportRefusedError."""
    with base.database.reading() as session:
        incoming = read_pack(read_file(path), base.clock().date(), _shelf(session))
    return tuple(claim.record for claim in incoming.packs[0].claims if isinstance(claim, IncomingClaim))


def _shelf(session: Session) -> Shelf:
    """Return a finder of shared documents whose texts are loaded, by id or title."""

    def find(name: str) -> tuple[DocumentRecord, str] | None:
        same = (col(Document.id) == name) | (col(Document.title) == name)
        held = select(Document).join(DocumentText, col(DocumentText.sha256) == col(Document.sha256))
        row = session.scalar(held.where(same, col(Document.server).is_(None)).order_by(col(Document.id)).limit(1))
        if row is None:
            return None
        record = DocumentRecord(**{fact: getattr(row, fact) for fact in DOCUMENT_FACTS}, loaded=True)
        return record, session.get_one(DocumentText, row.sha256).text

    return find


def read_pack(source: Source, today: date | None = None, shelf: Shelf | None = None) -> Incoming:
    """Read a whole pack, of which every claim has to be sound; raises ImportRefusedError."""
    incoming = read_yaml(source, whole=True, today=today, shelf=shelf)
    claims = [claim for pack in incoming.packs for claim in pack.claims]
    _refuse(source.name, (fault for claim in claims if isinstance(claim, RefusedClaim) for fault in claim.problems))
    if len(incoming.packs) != 1:
        mend = worded("Keep one pack in a file, without ---.") if incoming.packs else SHOWN_BY_EXPORT
        raise ImportRefusedError(source.name, (PackProblem(0, "", worded("it does not hold one pack"), mend),))
    return incoming


def _refuse(name: str, problems: Iterable[PackProblem]) -> None:
    told = tuple(islice(problems, MOST_TOLD))
    if told:
        raise ImportRefusedError(name, told)


def _prepared(
    base: ClaimBase,
    session: Session,
    incoming: Incoming,
    entry: AuditEntry,
    agreed: str | None = None,
    *,
    theirs: bool = False,
) -> Ahead[ImportReport]:
    incoming = for_server(session, incoming, entry.server)
    parts = tuple(Steps(session, incoming, entry.server, theirs=theirs, is_alone=True).packs())
    plan = _plan(incoming, parts, entry.server)
    if agreed is not None and agreed != plan.fingerprint:
        raise PlanChangedError(incoming.name)
    changes = [change for part in parts for change in import_changes(part, entry.server)]
    prepared = PreparedChanges(session, entry, changes, base.clock())

    def report(_: Session, written: ChangeResult) -> ImportReport:
        return ImportReport(plan, written.revision if written.changes else None)

    return then(prepared.ahead, report)


def _read(source: Source, today: date) -> Incoming:
    match source.format:
        case "yaml":
            return read_yaml(source, today=today)
        case "csv":
            return read_sheet(source, today)
        case "claimreview":
            return read_reviews(source, today)


def _plan(
    incoming: Incoming, parts: tuple[PackSteps, ...], server: int | None, finder: NearFinder | None = None
) -> ImportPlan:
    steps = [step for part in parts for step in part.steps]
    entries = tuple(_entry(step, finder if number < MOST_COMPARED else None) for number, step in enumerate(steps))
    documents = () if server is not None else tuple(each for part in parts for each in _described(part))
    return ImportPlan(incoming.name, incoming.format, incoming.drafts, entries, documents, incoming.code_page)


def _entry(step: Step, finder: NearFinder | None) -> ImportEntry:
    record = step.incoming.record if step.incoming else None
    title = record.title if record else NO_TEXT
    near = finder.near(record) if finder and record and step.outcome == "new" else ()
    warnings = step.incoming.warnings if step.incoming and step.outcome in {"new", "changed"} else ()
    fields = tuple(_fields(step))
    return ImportEntry(step.claim, title, step.outcome, step.line, step.problems, near, fields, warnings)


def _fields(step: Step) -> Iterable[FieldDifference]:
    if step.before is None or step.incoming is None or step.outcome not in {"changed", "conflicting"}:
        return ()
    found = differences(claim_state(canonical(step.before)), claim_state(canonical(step.incoming.record)))
    return [each for each in found if not step.incoming.partial or each.field in REVIEWED]


def claims_of(base: ClaimBase, actor: Actor, revision: int) -> tuple[str, ...]:
    """Return the claims that a revision of the actor's server wrote, in its order; raises UnknownEntryError."""
    with permitted(base.database.reading(), actor, "history.see") as session:
        made = read_revision(session, actor.server, revision)
    return tuple(change.subject for change in made.changes if change.kind == CLAIM and change.after is not None)


_LONGEST_ID, _DIGITS = 64, 8


def for_server(session: Session, incoming: Incoming, server: int | None) -> Incoming:
    """Return the import with each source renamed whose id is another server's; the same file gives the same ids.

    So one file goes into any number of servers, each with sources of its own.
    """
    if server is None:
        return incoming
    given = {document.id for pack in incoming.packs for document in pack.documents if not document.sha256}
    elsewhere = col(Document.server).is_not(None) & (col(Document.server) != server)
    taken = session.scalars(select(col(Document.id)).where(col(Document.id).in_(given), elsewhere))
    names = {name: _own_id(name, server) for name in taken}
    return replace(incoming, packs=tuple(_renamed(pack, names) for pack in incoming.packs)) if names else incoming


def _own_id(name: str, server: int) -> str:
    digest = hashlib.sha256(f"{server}/{name}".encode()).hexdigest()[:_DIGITS]
    return f"{name[: _LONGEST_ID - _DIGITS - 1].rstrip('-.')}-{digest}"


def _renamed(pack: IncomingPack, names: Mapping[str, str]) -> IncomingPack:
    documents = tuple(replace(each, id=names.get(each.id, each.id)) for each in pack.documents)
    return replace(pack, documents=documents, claims=tuple(_claim(claim, names) for claim in pack.claims))


def _claim(claim: IncomingClaim | RefusedClaim, names: Mapping[str, str]) -> IncomingClaim | RefusedClaim:
    return claim if isinstance(claim, RefusedClaim) else replace(claim, record=_record(claim.record, names))


def _record(record: ClaimRecord, names: Mapping[str, str]) -> ClaimRecord:
    points = (
        replace(
            point,
            citations=tuple(
                replace(each, document=names.get(each.document, each.document)) for each in point.citations
            ),
        )
        for point in record.points
    )
    return replace(record, points=tuple(points))


def export_claims(
    base: ClaimBase,
    file_format: Format,
    server: int | None = None,
    *,
    only: Collection[str] = (),
    byte_order_mark: bool = False,
    publishing: Publishing | None = None,
) -> Iterator[str]:
    """Yield the text of an export in pieces, to be written as UTF-8 without any change of line ends.

    It holds what the server sees (None: what is shared): claims of any status in `yaml` and `csv`, published ones in
    `claimreview`. `yaml` is lossless; what a server sets on a claim (muted, cut-off), versions and history stay behind.
    `byte_order_mark` leads a `csv` with one, by which Excel knows UTF-8; `publishing` says by whom and
    where a `claimreview` is published. `only`: the claims of these ids. May raise DatabaseError at once, and
    UnknownClaimError.
    """
    contents = read_contents(base, server, only)
    match file_format:
        case "yaml":
            return write_yaml(contents)
        case "csv":
            return write_sheet(contents, bom=byte_order_mark)
        case "claimreview":
            return write_reviews(contents, publishing)
