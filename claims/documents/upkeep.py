"""Whether the addresses of documents still give what is cited: asked politely, compared by quotation, remembered.

A site is asked for one page after the other with a pause between, under what its robots.txt says, and for changes only
(`If-None-Match`, `If-Modified-Since`). Who does not answer is left alone for ever longer. What was found out is written
page by page, so that a round which is cut off goes on where it stopped, and two processes never ask for the same.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlsplit

from sqlalchemy import select, update
from sqlmodel import Session, col

from claims.documents.cleaning import unmarked
from claims.documents.fetching import Fetched, Look, PageReader, Robots, Seen
from claims.documents.loading import (
    SILENT_AFTER,
    PassageState,
    SourceCheck,
    SourceState,
    SourceStateName,
    is_loaded,
    left_out_documents,
    state_of,
)
from claims.documents.markup import form_of
from claims.documents.quotations import Page, quotation_of, sentence_marks
from claims.store.database import Database, insert_into, rows_written
from claims.store.tables import Citation, Document, DocumentText
from config.errors import AddressRefusedError, ClaimBaseError, DocumentRefusedError, OfflineError, RobotsError

_log = logging.getLogger(__name__)

# A little less than a day, so that a round that begins every day at the same hour finds all of them due.
DAY = timedelta(hours=22)
_LONGEST = timedelta(days=30)
# More often the pause need not be doubled to be the longest, and no pause holds thirty of them.
_DOUBLED = 6
_BARRED = timedelta(days=7)
# For so long a page belongs to whoever has begun to ask for it.
_LEASE = timedelta(hours=1)
_HOSTS = 4
_OK, _SAME = 200, 304
_GONE = frozenset({404, 410, 451})
_CLOSED = frozenset({401, 402, 403, 407})
# A page with half of a document's sentences is that document, and what it lacks is a change.
_IS_DOCUMENT = 0.5
# Without the document's text, a page that keeps fewer of its sentences than this has changed.
_STANDS = 0.8
_LONGEST_WORDS = 300


Told = Callable[[SourceState, int, int], None]


@dataclass(frozen=True, slots=True)
class _Task:
    document: str
    address: str
    sha256: str

    @property
    def host(self) -> str:
        try:
            return (urlsplit(self.address).hostname or "").lower()
        except ValueError:  # no address: it is refused when it is looked at
            return ""


@dataclass(frozen=True, slots=True)
class SourceWatch:
    """Goes round the addresses of all documents; `read` gives the text of a page, or raises DocumentRefusedError."""

    database: Database
    clock: Callable[[], datetime]
    read: Callable[[Fetched], str]
    reader: PageReader = field(default_factory=PageReader)
    pause: float = 2.0

    def run(self, named: Sequence[str] = (), told: Told | None = None, *, again: bool = False) -> list[SourceState]:
        """Check what is due and of use, or the named documents; `again`: also what is not due. Runs its own event loop.

        `told` hears of each as it is done, with how many are done and how many there are. An interruption loses nothing
        but the pages that were just being asked for, and these are due again. Raises OfflineError where no name server
        answers for any page; all of them are due then as before.
        """
        tasks = self._due(frozenset(named), again=again or bool(named))
        return asyncio.run(self._run(tasks, told, again=again or bool(named)))

    def documents(self) -> frozenset[str]:
        """Return the ids of the documents that have an address."""
        with self.database.reading() as session:
            return frozenset(session.scalars(select(col(Document.id)).where(col(Document.address).is_not(None))))

    def _due(self, named: frozenset[str], *, again: bool) -> list[_Task]:
        now = self.clock()
        query = (
            select(col(Document.id), col(Document.address), col(Document.sha256), col(SourceCheck.next_at))
            .join(SourceCheck, col(SourceCheck.document) == col(Document.id), isouter=True)
            .where(col(Document.address).is_not(None))
            .order_by(col(Document.id))
        )
        with self.database.reading() as session:
            rows = cast("list[tuple[str, str, str, datetime | None]]", session.connection().execute(query).all())
            unused = frozenset[str]() if named else left_out_documents(session)
        return [
            _Task(name, address, sha256)
            for name, address, sha256, next_at in rows
            if (name in named if named else name not in unused) and (again or next_at is None or next_at <= now)
        ]

    async def _run(self, tasks: Sequence[_Task], told: Told | None, *, again: bool) -> list[SourceState]:
        hosts: dict[str, list[_Task]] = defaultdict(list)
        for task in tasks:
            hosts[task.host].append(task)
        robots, done, room = Robots(), list[SourceState](), asyncio.Semaphore(_HOSTS)
        unfound: list[tuple[_Task, OfflineError]] = []

        def tell(found: SourceState | None) -> None:
            if found is not None:
                done.append(found)
                if told is not None:
                    told(found, len(done), len(tasks))

        async def one_host(waiting: Sequence[_Task]) -> None:
            async with room:
                for number, task in enumerate(waiting):
                    await asyncio.sleep(self.pause if number else 0)
                    try:
                        tell(await self._tried(task, robots, again=again))
                    except OfflineError as error:
                        # Its other pages would not be found either, and stay due.
                        unfound.append((task, error))
                        return

        await asyncio.gather(*map(one_host, hosts.values()))
        if unfound and not robots:
            raise OfflineError("No page was checked: no name server answers. Look at the network; all are due still.")
        # Others have answered, so that it is these sites whose names cannot be found.
        for task, error in unfound:
            tell(await self._check(task, robots, again=True, refusal=error))
        return done

    async def _tried(self, task: _Task, robots: Robots, *, again: bool) -> SourceState | None:
        try:
            return await self._check(task, robots, again=again)
        except ClaimBaseError:
            raise
        except Exception:  # noqa: BLE001  whatever it is, it is due again and must not end the round
            _log.exception("The page of the document %s could not be checked", task.document)
            return None

    async def _check(
        self, task: _Task, robots: Robots, *, again: bool, refusal: AddressRefusedError | None = None
    ) -> SourceState | None:
        """Check one page and write what was found; None where another process has it.

        With a `refusal` nothing is asked any more; without one, raises OfflineError where no name server answers.
        """
        now = self.clock()
        before = self._take(task, now, again=again)
        if before is None:
            return None
        try:
            look = refusal or await self._look(task, before, robots)
            made, row = await asyncio.to_thread(self._judged, task, before, look, now)
        except BaseException:
            self._write(task, {"next_at": now})
            raise
        self._write(task, row)
        return made

    async def _look(self, task: _Task, before: SourceCheck, robots: Robots) -> Look | AddressRefusedError:
        try:
            return await self.reader.look(task.address, Seen(before.found_at, before.etag, before.modified), robots)
        except OfflineError:
            raise
        except AddressRefusedError as refusal:
            return refusal

    def _take(self, task: _Task, now: datetime, *, again: bool) -> SourceCheck | None:
        fresh: dict[str, Any] = {
            "document": task.document, "address": task.address, "text_sha256": task.sha256, "state": "silent",
            "since": now, "next_at": now, "failures": 0, "status": 0, "found_at": "", "etag": "",
            "modified": "", "marks": [], "passages": [],
        }  # fmt: skip
        mine = update(SourceCheck).where(col(SourceCheck.document) == task.document)
        if not again:
            mine = mine.where(col(SourceCheck.next_at) <= now)
        with self.database.writing() as session:
            rows_written(session, insert_into(session, SourceCheck).values(fresh).on_conflict_do_nothing())
            if not rows_written(session, mine.values(next_at=now + _LEASE)):
                return None
            row = session.get_one(SourceCheck, task.document)
            session.refresh(row)
            if (row.address, row.text_sha256) != (task.address, task.sha256):
                # Another address, or another text: nothing that was known holds any more.
                row.sqlmodel_update(fresh | {"next_at": now + _LEASE})
            elif _lacks_passages(session, row):
                row.sqlmodel_update({"etag": "", "modified": ""})
            session.add(row)
            session.flush()
            session.refresh(row)
            session.expunge(row)
        return row

    def _write(self, task: _Task, values: dict[str, Any]) -> None:
        with self.database.writing() as session:
            rows_written(
                session, update(SourceCheck).where(col(SourceCheck.document) == task.document).values(**values)
            )

    def _judged(
        self, task: _Task, before: SourceCheck, look: Look | AddressRefusedError, now: datetime
    ) -> tuple[SourceState, dict[str, Any]]:
        """Return what was found, and the columns that keep it."""
        known = state_of(before)
        if isinstance(look, RobotsError) or (isinstance(look, Look) and look.status in _CLOSED):
            made = replace(known, state="barred", failures=0, reason=look if isinstance(look, RobotsError) else None)
            return self._kept(made, known, look, now, _BARRED)
        if isinstance(look, AddressRefusedError) or not (look.status in {_OK, _SAME} or look.status in _GONE):
            failures = known.failures + 1
            state = known.state if failures < SILENT_AFTER else "silent"
            made = replace(known, state=state, failures=failures)
            if isinstance(look, AddressRefusedError):
                made = replace(made, reason=look)
            wait = timedelta(seconds=look.wait) if isinstance(look, Look) else timedelta()
            return self._kept(made, known, look, now, max(min(DAY * 2 ** min(failures - 1, _DOUBLED), _LONGEST), wait))
        if look.status in _GONE or _is_front(look.seen.address, task.address):
            return self._kept(replace(known, state="dead", failures=0), known, look, now, DAY)
        made, extra = replace(known, failures=0), dict[str, Any]()
        if look.status == _OK and look.page is not None:
            made, extra = self._compared(made, before, look.page)
        is_another = extra.pop("changed", False)
        changed = is_another or any(each.outcome in {"changed", "lost"} for each in made.passages)
        if look.status == _SAME or not extra:
            changed = changed or known.state == "changed"
        has_moved = look.moved and not _is_upgrade(task.address, look.seen.address)
        state: SourceStateName = "changed" if changed else "moved" if has_moved else "fine"
        made, columns = self._kept(replace(made, state=state), known, look, now, DAY)
        return made, columns | extra

    def _kept(
        self, made: SourceState, known: SourceState, look: Look | AddressRefusedError, now: datetime, pause: timedelta
    ) -> tuple[SourceState, dict[str, Any]]:
        since = known.since if made.state == known.state else now
        made = replace(made, since=since, status=look.status if isinstance(look, Look) else 0)
        columns: dict[str, Any] = {
            "state": made.state, "since": since, "next_at": now + pause, "failures": made.failures,
            "status": made.status,
        }  # fmt: skip
        if isinstance(look, Look) and look.status == _OK:
            made = replace(made, found_at=look.seen.address)
            columns |= {"found_at": made.found_at, "etag": look.seen.etag, "modified": look.seen.modified}
        return made, columns

    def _compared(
        self, known: SourceState, before: SourceCheck, fetched: Fetched
    ) -> tuple[SourceState, dict[str, Any]]:
        """Hold a page against what was cited, or without the document's text against what the page was at first."""
        try:
            raw = self.read(fetched)
        except DocumentRefusedError:
            return known, {}
        text = unmarked(raw, form_of(raw)).text
        page = Page(text)
        with self.database.reading() as session:
            loaded = session.get(DocumentText, before.text_sha256) if before.text_sha256 else None
            spans = _cited(session, known.document) if loaded else []
        if loaded is None:
            marks = before.marks or sentence_marks(text)
            return known, {"marks": marks, "changed": page.share(marks) < _STANDS}
        passages = tuple(_passages(loaded.text, spans, page, known.passages))
        kept = [_plain(each) for each in passages]
        return replace(known, passages=passages), {"passages": kept}


def _passages(
    raw: str, spans: Iterable[tuple[int, int]], page: Page, before: Sequence[PassageState]
) -> Iterator[PassageState]:
    """Yield what became of each span; one that the page never showed is no change, unless the page is that document."""
    view = unmarked(raw, form_of(raw))
    watched = {(each.start, each.end) for each in before if each.outcome != "unseen"}
    is_document = page.share(sentence_marks(view.text)) >= _IS_DOCUMENT
    for start, end in spans:
        quotation = quotation_of(view, start, end)
        found = page.find(quotation)
        was = quotation.exact[:_LONGEST_WORDS]
        if found.outcome == "same":
            yield PassageState(start, end, "same")
        elif is_document or (start, end) in watched:
            yield PassageState(start, end, found.outcome, was, found.words[:_LONGEST_WORDS])
        else:
            yield PassageState(start, end, "unseen")


def _lacks_passages(session: Session, row: SourceCheck) -> bool:
    """Tell whether other spans are cited than were looked for last, so that the page has to be read once more."""
    if not row.text_sha256 or not is_loaded(session, row.text_sha256):
        return False
    return set(_cited(session, row.document)) != {(each["start"], each["end"]) for each in row.passages}


def _cited(session: Session, document: str) -> list[tuple[int, int]]:
    query = select(col(Citation.start), col(Citation.end)).where(col(Citation.document) == document).distinct()
    rows = session.connection().execute(query.order_by(col(Citation.start), col(Citation.end)))
    return [(row[0], row[1]) for row in rows if row[1] > row[0]]


def _plain(passage: PassageState) -> dict[str, Any]:
    return {name: getattr(passage, name) for name in PassageState.__slots__}


def _is_front(found: str, asked: str) -> bool:
    """Tell of a page that leads to its site's front page now: it is gone, whatever the status says."""
    return urlsplit(found).path in {"", "/"} and not urlsplit(found).query and urlsplit(asked).path not in {"", "/"}


def _is_upgrade(asked: str, found: str) -> bool:
    """Tell whether an address differs in its scheme only, or by the `www.` and the last slash that nobody cites by."""

    def bare(address: str) -> tuple[str, str, str]:
        parts = urlsplit(address)
        return (parts.hostname or "").removeprefix("www."), parts.path.rstrip("/"), parts.query

    return bare(asked) == bare(found)
