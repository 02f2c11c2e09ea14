"""The import of claims: read a file, try it dry, write it as one revision."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from checks.lexicon import Lexicon
from checks.tuning import Tuning
from claims.base import ClaimBase
from claims.changing import change
from claims.claim_state import claim_state
from claims.differences import differences
from claims.exchange.incoming import Incoming
from claims.exchange.intents import import_intents
from claims.exchange.near import NearFinder
from claims.exchange.plain import canonical
from claims.exchange.plan import ImportEntry, ImportPlan, ImportReport
from claims.exchange.review_import import read_reviews
from claims.exchange.sheet_import import read_sheet
from claims.exchange.source import Source, read_bytes, read_file
from claims.exchange.steps import PackSteps, Step, Steps
from claims.exchange.yaml_import import read_yaml
from claims.history import Deed
from claims.rights import Actor, permit
from config.errors import PlanChangedError
from config.faults import FieldDifference

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
