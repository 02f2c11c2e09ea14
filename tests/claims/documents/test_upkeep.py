"""The pages of documents, checked: what is gone, moved or changed is noticed, and no site is asked too often."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete

from checks.lexicon import Lexicon
from claims.base import ClaimBase
from claims.documents.fetching import Fetched
from claims.documents.intake import DocumentFacts
from claims.documents.loading import SourceState
from claims.documents.upkeep import SourceWatch
from claims.exchange.chosen_packs import leave_out_pack
from claims.moderation.candidate_items import QueueDecisions
from claims.moderation.editor import Editor
from claims.moderation.edits import EditPoint
from claims.moderation.queue import Queue
from claims.moderation.sources import DocumentShelf
from claims.store.tables import Document, DocumentText
from tests.claims.conftest import KEY
from tests.claims.documents.site import Site, answer, site, to
from tests.claims.people import CLAIM, MODERATOR, OPERATOR, STRANGER, settled

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
WORDS = "The old crane was built in 1954 by the yard's own workers."
BODY = (
    "<html><head><title>Yearbook</title></head><body><p>The harbour office has kept a yearbook since 1901.</p>"
    f"<p>{WORDS}</p><p>It was painted red in the year after, and nobody has painted it again.</p></body></html>"
)


class Here:
    """A base with one document of a page, cited by a published claim; a site; and a clock that tests turn."""

    def __init__(self, base: ClaimBase, running: Site) -> None:
        self.base, self.site, self.now = base, running, START
        base.clock = lambda: self.now
        self.shelf = DocumentShelf(base, Lexicon.load())
        self.watch = SourceWatch(base.database, lambda: self.now, self._text, running.reader(), pause=0)
        self.show(BODY)

    def _text(self, page) -> str:
        return self.shelf.read(page.data, page.name, page.charset, page.address).text

    def show(self, body: str | bytes, path: str = "/page", **headers: str) -> None:
        self.site.pages[path] = body if isinstance(body, bytes) else answer(body=body.encode(), **headers)

    def add(self, path: str = "/page", text: str = BODY) -> str:
        intake = self.shelf.read(text.encode(), "page.html", "utf-8", self.site.address(path))
        facts = intake.facts.or_else(DocumentFacts("Yearbook", "", "Office", "2025", "en"))
        return self.shelf.add(OPERATOR, intake, facts).document

    def cite(self, document: str, words: str = WORDS, actor=OPERATOR) -> None:
        point = EditPoint(0, citations=f'{document} "{words}"')
        Editor(self.base).edit(actor, CLAIM, None, point)

    def check(self, *named: str, days: float = 1, again: bool = False) -> dict[str, SourceState]:
        self.now += timedelta(days=days)
        return {each.document: each for each in self.watch.run(named, again=again)}

    def waiting(self, actor=MODERATOR):
        return Queue(self.base, KEY).items(actor, kind="source").items

    def asked(self, path: str = "/page") -> list[dict[str, str]]:
        return [headers for asked, headers in self.site.asked if asked == path]


@pytest.fixture
def here(base: ClaimBase, tmp_path) -> Iterator[Here]:
    with site() as running:
        yield Here(settled(base, tmp_path), running)


@pytest.fixture
def document(here: Here) -> str:
    name = here.add()
    here.cite(name)
    return name


def only(found: dict[str, SourceState], document: str) -> SourceState:
    return found[document]


def test_a_page_that_says_the_same_is_fine_and_is_asked_for_changes_only(here: Here, document: str) -> None:
    here.show(BODY, etag='"one"', last_modified="Sun, 01 Mar 2026 08:00:00 GMT")
    assert only(here.check(), document).state == "fine"
    here.show(b"HTTP/1.1 304 Not Modified\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
    assert only(here.check(), document).state == "fine"
    first, second = here.asked()
    assert "if-none-match" not in first
    assert (second["if-none-match"], second["if-modified-since"]) == ('"one"', "Sun, 01 Mar 2026 08:00:00 GMT")
    assert here.waiting() == ()


def test_a_page_with_a_mark_that_cannot_be_sent_back_is_asked_for_as_a_whole(here: Here, document: str) -> None:
    page = answer(body=BODY.encode(), etag='"one"', last_modified="Sun, 01 Mar 2026 08:00:00 GMT")
    here.show(page.replace(b'"one"', b'"\xe9tage"'))
    assert only(here.check(), document).state == "fine"
    assert only(here.check(), document).state == "fine"
    assert [("if-none-match" in asked, "if-modified-since" in asked) for asked in here.asked()] == [
        (False, False),
        (False, True),
    ]


def test_what_was_checked_today_is_not_due_and_is_checked_when_it_is_named(here: Here, document: str) -> None:
    here.check()
    assert here.check(days=0.5) == {}
    assert set(here.check(document, days=0)) == {document}
    assert document in here.check(days=0, again=True)


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone", "451 Unavailable"])
def test_a_page_that_is_gone_waits_in_the_queue_until_it_is_back(here: Here, document: str, status: str) -> None:
    here.check()
    here.show(answer(status, b"", None))
    assert only(here.check(), document).state == "dead"
    (item,) = here.waiting()
    assert (item.claim, item.payload["state"], item.payload["document"]) == (CLAIM, "dead", document)
    assert len(here.waiting()) == 1
    here.show(BODY)
    assert only(here.check(), document).state == "fine"
    assert here.waiting() == ()


def test_a_host_that_alone_cannot_be_looked_up_does_not_answer_while_others_do(here: Here, document: str) -> None:
    lost = here.add("/lost", BODY.replace("crane", "bridge"))
    with here.base.database.changing() as session:
        session.get_one(Document, lost).address = here.site.address("/lost", "lost.example")
    known = here.site.reader()

    def resolve(host: str, port: int):
        if host == "lost.example":
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return known.book.resolve(host, port)

    here.watch = replace(here.watch, reader=replace(known, book=replace(known.book, resolve=resolve)))
    found = here.check()
    assert (found[document].state, found[lost].state, found[lost].failures) == ("fine", "silent", 1)


def test_what_only_packs_that_are_left_out_cite_is_not_asked_for_unless_it_is_named(here: Here, document: str) -> None:
    leave_out_pack(here.base, "tiny")
    entries = {each.document.id: each.in_force for each in here.shelf.entries(None)}
    assert entries[document] is False
    assert document not in here.check(again=True)
    assert document in here.check(document)


def test_a_page_that_leads_to_the_front_page_now_is_gone(here: Here, document: str) -> None:
    here.show(to("/"))
    here.show("<html><body><p>Welcome to the harbour, dear reader.</p></body></html>", "/")
    assert only(here.check(), document).state == "dead"


def test_a_page_that_has_moved_for_good_is_told_with_its_new_address_and_a_detour_is_not(here, document) -> None:
    here.show(BODY, "/new")
    here.show(to("/new", "302 Found"))
    assert only(here.check(), document).state == "fine"
    here.show(to("/new", "301 Moved Permanently"))
    assert only(here.check(), document).state == "moved"
    (item,) = here.waiting()
    assert item.payload["found_at"] == here.site.address("/new")


def test_no_address_and_no_page_ends_the_round_for_the_others(here: Here, document: str) -> None:
    broken = here.add("/broken", BODY.replace("crane", "bridge"))
    here.show(BODY, "/broken")
    with here.base.database.changing() as session:
        session.get_one(Document, "doc").address = "https://[example.com/x"
    read = here.watch.read

    def failing(page: Fetched) -> str:
        if page.address.endswith("/broken"):
            raise ValueError
        return read(page)

    found = replace(here.watch, read=failing).run()
    assert {each.document for each in found} == {document, "doc"}
    assert set(here.check()) == {document, "doc", broken}


def test_a_changed_passage_is_found_again_by_its_neighbourhood(here: Here, document: str) -> None:
    here.check()
    here.show(BODY.replace("in 1954", "in 1945"))
    found = only(here.check(), document)
    assert found.state == "changed"
    (item,) = here.waiting()
    assert item.payload["passages"] == [[WORDS, WORDS.replace("1954", "1945")]]
    (record,) = [each for each in here.base.documents() if each.id == document]
    assert record.changed_on == here.now.date()
    here.show(BODY)
    here.check()
    assert [each.changed_on for each in here.base.documents() if each.id == document] == [None]


def test_a_lost_passage_is_told_as_lost(here: Here, document: str) -> None:
    here.check()
    here.show(BODY.replace(f"<p>{WORDS}</p>", ""))
    assert [each.outcome for each in only(here.check(), document).passages] == ["lost"]
    (item,) = here.waiting()
    assert item.payload["passages"] == [[WORDS, ""]]


def test_a_change_elsewhere_in_the_page_is_none(here: Here, document: str) -> None:
    here.check()
    here.show(BODY.replace("painted red", "painted blue").replace("<body>", "<body><p>Advertisement of today</p>"))
    assert only(here.check(), document).state == "fine"


def test_a_page_that_had_changed_before_its_first_check_is_seen_through(here: Here, document: str) -> None:
    here.show(BODY.replace("in 1954", "in 1945"))
    assert only(here.check(), document).state == "changed"


def test_a_page_that_never_showed_the_words_as_that_of_a_video_has_not_changed(here: Here, document: str) -> None:
    here.show("<html><body><p>Watch our film about the harbour and its cranes.</p></body></html>")
    found = only(here.check(), document)
    assert (found.state, [each.outcome for each in found.passages]) == ("fine", ["unseen"])


def test_of_a_document_without_its_text_a_page_that_has_become_another_is_noticed(here: Here, document: str) -> None:
    with here.base.database.changing() as session:
        session.connection().execute(delete(DocumentText))
    lines = [f"<p>Sentence number {n} of this page stands here.</p>" for n in range(20)]
    here.show(f"<html><body>{''.join(lines)}</body></html>")
    assert only(here.check(), document).state == "fine"
    here.show(f"<html><body>{''.join(lines[2:])}<p>Something new is told at the end.</p></body></html>")
    assert only(here.check(), document).state == "fine"
    here.show(f"<html><body>{''.join(lines[9:])}</body></html>")
    assert only(here.check(), document).state == "changed"
    here.show(b"HTTP/1.1 304 Not Modified\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
    assert only(here.check(), document).state == "changed"


def test_a_site_that_does_not_answer_is_left_alone_for_ever_longer_and_told_after_a_while(here, document) -> None:
    here.check()
    here.show(answer("503 Service Unavailable", b"", None))
    assert only(here.check(), document).state == "fine"
    assert document in here.check(days=1)
    assert document not in here.check(days=1)
    assert document in here.check(days=1)
    assert here.waiting() == ()
    found = only(here.check(days=4), document)
    assert (found.state, found.failures, found.reported) == ("silent", 4, True)
    assert [item.payload["state"] for item in here.waiting()] == ["silent"]


def test_a_site_that_never_answers_is_looked_after_for_years(here: Here, document: str) -> None:
    here.check()
    here.show(answer("503 Service Unavailable", b"", None))
    found = [only(here.check(again=True), document) for _ in range(35)][-1]
    assert (found.state, found.failures) == ("silent", 35)


def test_a_site_that_names_a_time_is_not_asked_before_it(here: Here, document: str) -> None:
    here.show(answer("429 Too Many Requests", b"", None, retry_after=str(5 * 86_400)))
    here.check()
    assert document not in here.check(days=4)
    assert document in here.check(days=1.1)


def test_a_site_that_does_not_want_programs_is_not_read_and_soon_not_asked_again(here: Here, document: str) -> None:
    here.show(answer(body=b"User-agent: *\nDisallow: /page", kind="text/plain"), "/robots.txt")
    assert only(here.check(), document).state == "barred"
    assert here.asked() == []
    assert document not in here.check(days=6)
    assert here.waiting() == ()


def test_of_one_site_one_page_is_asked_for_after_the_other_and_the_rules_once(here: Here, document: str) -> None:
    others = [here.add(f"/page{n}", BODY.replace("1901", f"190{n}")) for n in range(2, 5)]
    open_now, most = [0], [0]

    def slowly(client, *_: object) -> None:
        open_now[0] += 1
        most[0] = max(most[0], open_now[0])
        client.sendall(answer(body=BODY.encode()))
        open_now[0] -= 1

    for path in ("/page", "/page2", "/page3", "/page4"):
        here.site.pages[path] = slowly
    assert {document, *others} <= set(here.check())
    assert most == [1]
    assert len(here.asked("/robots.txt")) == 1


def test_an_inner_address_is_never_asked(here: Here) -> None:
    text = BODY.replace("1901", "1902")
    intake = here.shelf.read(text.encode(), "page.html", "utf-8", here.site.address("/page", "inner.example"))
    name = here.shelf.add(OPERATOR, intake, intake.facts.or_else(DocumentFacts("Y", "", "O", "2025", "en"))).document
    found = only(here.check(), name)
    assert found.state == "silent"
    assert "no host of the public internet" in str(found.reason)


def test_what_another_server_cites_is_not_told(here: Here) -> None:
    name = here.add()
    here.cite(name, actor=MODERATOR)
    here.show(BODY.replace("in 1954", "in 1945"))
    here.check()
    assert [item.payload["document"] for item in here.waiting()] == [name]
    assert here.waiting(STRANGER) == ()


def test_an_interrupted_round_goes_on_with_the_rest(here: Here, document: str) -> None:
    others = [here.add(f"/page{n}", BODY.replace("1901", f"190{n}")) for n in range(2, 5)]
    for n in range(2, 5):
        here.show(BODY, f"/page{n}")
    seen: list[str] = []

    def stop(state: SourceState, *_: int) -> None:
        seen.append(state.document)
        if len(seen) == 2:
            raise KeyboardInterrupt

    here.now += timedelta(days=1)
    with pytest.raises(KeyboardInterrupt):
        here.watch.run((), stop)
    rest = set(here.check(days=0))
    assert rest >= {document, *others} - set(seen)
    assert not rest & set(seen)


def test_a_new_citation_and_a_new_address_are_looked_at_anew(here: Here, document: str) -> None:
    here.show(BODY, etag='"one"')
    here.check()
    here.cite(document, "It was painted red in the year after")
    here.check()
    assert "if-none-match" not in here.asked()[-1]
    here.check()
    assert here.asked()[-1]["if-none-match"] == '"one"'


@pytest.mark.usefixtures("document")
def test_an_item_that_was_dismissed_does_not_come_again_for_the_same_change(here: Here) -> None:
    here.show(BODY.replace("in 1954", "in 1945"))
    here.check()
    (item,) = here.waiting()
    QueueDecisions(here.base).dismiss(MODERATOR, item.id)
    here.check()
    assert here.waiting() == ()
    here.show(BODY.replace("in 1954", "in 1846"))
    here.check()
    assert len(here.waiting()) == 1


def test_a_page_of_a_kind_that_is_not_read_is_there_and_no_more(here: Here, document: str) -> None:
    here.show(answer(body=b"\x00\x01" * 40, kind="video/mp4"))
    assert only(here.check(), document).state == "fine"
