"""`touchstone sources check`: the pages of documents looked after, one line each, and where it was stopped."""

import json
import socket
from functools import partial

import pytest

from claims.documents.addresses import AddressBook
from claims.documents.fetching import PageReader
from claims.documents.upkeep import SourceWatch
from tests.claims.documents.site import answer, site, to

PAGE = (
    "<html><head><title>Yearbook {n}</title></head><body><p>The harbour office has kept a yearbook since 190{n}.</p>"
    "<p>The old crane was built in 1954 by the yard's own workers, as all of them said.</p></body></html>"
)


@pytest.fixture
def here(surroundings, tmp_path, call):
    """A site with three pages, and a base with a document of each that has an address."""
    surroundings.setenv("TOUCHSTONE_DATABASE_URL", f"sqlite:///{tmp_path / 'own.db'}")
    surroundings.setenv("TOUCHSTONE_PACKS", "none")
    with site() as running:
        watch = partial(SourceWatch, reader=running.reader(), pause=0)
        surroundings.setattr("claims.documents.upkeep.SourceWatch", watch)
        surroundings.setattr("claims.documents.fetching.PageReader", running.reader)
        for n in range(1, 4):
            running.pages[f"/page{n}"] = answer(body=PAGE.format(n=n).encode())
            address = running.address(f"/page{n}")
            given = ("--author", "Office", "--publisher", "Office", "--date", "2025", "--language", "en")
            assert call("documents", "add", address, *given).code == 0
        running.asked.clear()
        yield running


def test_each_page_gets_a_line_and_none_is_asked_for_twice_a_day(call, here):
    done = call("sources", "check")
    assert (done.code, done.out.count("as it was")) == (0, 3)
    assert "3/3" in done.out
    assert "3 pages checked, 0 to look at." in done.out
    assert "Nothing is due." in call("sources", "check").out
    assert len([path for path, _ in here.asked if path != "/robots.txt"]) == 3
    assert "1/1  yearbook-1: as it was" in call("sources", "check", "yearbook-1").out


def test_what_is_gone_and_what_has_moved_is_named(call, here):
    here.pages["/page1"] = answer("404 Not Found", b"", None)
    here.pages["/page2"] = to("/page3", "301 Moved Permanently")
    done = call("sources", "check")
    assert "yearbook-1: is gone (404)" in done.out
    assert f"yearbook-2: has moved to {here.address('/page3')}" in done.out
    assert "2 to look at" in done.out
    found = {each["document"]: each for each in json.loads(call("sources", "check", "--again", "--json").out)}
    assert (found["yearbook-1"]["state"], found["yearbook-1"]["to_look_at"]) == ("dead", True)
    assert found["yearbook-3"]["state"] == "fine"


def test_what_cannot_be_asked_says_why(call, here):
    here.pages["/robots.txt"] = answer(body=b"User-agent: *\nDisallow: /", kind="text/plain")
    said = " ".join(call("sources", "check", "yearbook-1").out.split())
    assert "good.example asks programs not to read this page" in said
    found = {each["document"]: each["reason"] for each in json.loads(call("sources", "check", "--json").out)}
    assert "asks programs not to read" in found["yearbook-2"]


def no_name_server(_host, _port):
    raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")


@pytest.mark.usefixtures("here")
def test_without_a_network_that_is_said_once_and_every_page_stays_due(call, monkeypatch):
    with monkeypatch.context() as patched:
        offline = partial(SourceWatch, reader=PageReader(AddressBook(no_name_server)))
        patched.setattr("claims.documents.upkeep.SourceWatch", offline)
        done = call("sources", "check")
    assert (done.code, done.out) == (1, "")
    assert done.err.count("no name server answers") == 1
    assert "3 pages checked, 0 to look at." in call("sources", "check").out


def test_an_unknown_document_is_told(call, here):  # noqa: ARG001
    done = call("sources", "check", "nothing")
    assert done.code == 2
    assert "There is no document nothing with an address" in done.err


@pytest.mark.usefixtures("here")
def test_stopped_in_the_middle_the_next_call_goes_on_with_the_rest(call, monkeypatch):
    def stopping(_terminal, text="", **_):
        if text.startswith("2/3"):
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("bot.terminal.console.Terminal.print", stopping)
        done = call("sources", "check")
    assert done.code == 130
    assert done.err == "touchstone: 2 of 3 checked. The same command goes on with the rest.\n"
    assert "1/1" in call("sources", "check").out


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("how", ["--again", "yearbook-1"])
def test_stopped_where_all_or_some_were_asked_for_nothing_is_promised_that_would_not_come(call, monkeypatch, how):
    def stopping(_terminal, text="", **_):
        if text.startswith("1/"):
            raise KeyboardInterrupt

    monkeypatch.setattr("bot.terminal.console.Terminal.print", stopping)
    done = call("sources", "check", how)
    assert done.code == 130
    assert "The same command checks all of them anew." in done.err
