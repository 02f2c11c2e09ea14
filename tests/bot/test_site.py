"""The static site: what its pages say and never hold, and how its folder is kept."""

import asyncio
import json
import re
import shutil
import subprocess
import time
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.service import Touchstone
from bot.site import MANIFEST, write_site
from bot.site_pages import Frame, SiteClaim, claim_page, feed
from bot.texts import Texts
from claims.exchange.formats import IncomingClaim
from claims.exchange.importing import read_import
from claims.moderation.editor import Editor
from claims.moderation.edits import EditTexts, SetStatus
from claims.moderation.history import Milestone
from claims.moderation.rights import Actor
from config.errors import SiteError
from config.languages import SHOWN
from config.settings import Settings
from tests.bot.records import FIRST, claim, composer, document, point
from tests.claims.exchange.vocabulary import faults
from tests.quick import examples

OPERATOR = Actor.operator()
PLAIN = Frame("Touchstone")
PUBLIC = Frame("The harbour's readers", "https://claims.example/site")
CRANE = "crane-built-1920"
ENGLISH = Texts.open("en")

ELEMENTS = {
    "html", "head", "meta", "title", "link", "style", "script", "body", "header", "nav", "main", "article", "section",
    "footer", "h1", "h2", "h3", "p", "ul", "ol", "li", "a", "bdi", "cite", "blockquote", "span", "br", "time",
}  # fmt: skip
ATTRIBUTES = {
    "lang", "charset", "http-equiv", "content", "name", "rel", "href", "hreflang", "type", "id", "class", "value",
    "datetime", "{http://www.w3.org/XML/1998/namespace}lang",
}  # fmt: skip


def strict(written: str) -> ET.Element:
    return ET.fromstring(written)  # noqa: S314  our own


def parsed(page: str) -> ET.Element:
    """Read a page strictly; it holds nothing but known elements and attributes, and no id twice."""
    assert page.startswith("<!DOCTYPE html>\n")
    root = strict(page.partition("\n")[2])
    ids = [each.get("id") for each in root.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    for each in root.iter():
        each.tag = each.tag.removeprefix("{http://www.w3.org/1999/xhtml}")
        assert each.tag in ELEMENTS
        assert set(each.attrib) <= ATTRIBUTES
        assert each.tag != "script" or each.get("type") == "application/ld+json"
        assert not each.get("href", "").startswith("#") or each.get("href", "")[1:] in ids
    return root


def text_in(root: ET.Element) -> str:
    return "".join(root.itertext())


def on_site(record=None, language="en", passages=None, milestones=(), reviews=()) -> SiteClaim:
    record = record or claim()
    return SiteClaim(
        record, composer(record, language=language).describe(record.id), passages or {}, milestones, reviews
    )


@pytest.fixture
def touchstone(tmp_path, templates):
    with Touchstone.open(Settings(database_url=templates.copy("both", tmp_path / "touchstone.db"))) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "site"


def files(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_each_claim_has_a_page_in_each_language_and_every_link_leads_to_a_file(touchstone, folder):
    done = write_site(touchstone, folder, PLAIN)
    claims = touchstone.base.claims()
    assert done.claims == len(claims) > 50
    for language in SHOWN:
        assert {path.stem for path in (folder / language / "claims").iterdir()} == {each.id for each in claims}
    for path in folder.rglob("*.html"):
        root = parsed(path.read_text("utf-8"))
        for each in root.iter():
            address = each.get("href", "")
            if address and not re.match(r"https?://|#|data:,$", address):
                assert (path.parent / address).resolve().is_file(), (path, address)
            # Nothing is fetched from elsewhere: addresses of others are only ever there to be clicked.
            assert each.tag == "a" or not address.startswith("http")


def test_a_page_says_points_with_speakers_sources_and_changes(touchstone, folder):
    write_site(touchstone, folder, PLAIN)
    shown = text_in(parsed((folder / "en" / "claims" / f"{CRANE}.html").read_text("utf-8")))
    for part in ("The old harbour crane was built in 1920", "The documents dispute this.", "Against it", "May 2025"):
        assert part in shown
    assert "From the harbour's yearbook" in shown
    assert "Published." in shown
    chinese = text_in(parsed((folder / "zh-Hant" / "claims" / f"{CRANE}.html").read_text("utf-8")))
    assert "港口的老吊車建於1920年" in chinese


def test_the_words_of_a_citation_stand_below_its_source():
    page = claim_page(on_site(passages={FIRST: "The crane was\nbuilt in 1954."}), ENGLISH, PLAIN)
    (words,) = parsed(page).iter("blockquote")
    assert words.text == "The crane was\nbuilt in 1954."


def test_what_has_not_changed_stays_untouched_and_what_has_is_replaced(touchstone, folder):
    first = write_site(touchstone, folder, PLAIN)
    before = files(folder)
    assert (first.written, first.unchanged, first.removed) == (len(before) - 1, 0, 0)
    again = write_site(touchstone, folder, PLAIN)
    assert (again.written, again.unchanged, again.removed) == (0, len(before) - 1, 0)
    assert files(folder) == before
    Editor(touchstone.base).edit(OPERATOR, CRANE, None, EditTexts({"en": "Built in 1921"}))
    write_site(touchstone, folder, PLAIN)
    changed = {name for name, kept in files(folder).items() if kept != before[name]}
    assert changed == {f"{each}/{end}" for each in SHOWN for end in (f"claims/{CRANE}.html", "feed.xml")} | {
        "en/index.html"
    }
    shown = text_in(parsed((folder / "en" / "claims" / f"{CRANE}.html").read_text("utf-8")))
    assert "The old harbour crane was built in 1920 → Built in 1921" in shown


def test_a_withdrawn_claim_leaves_a_page_without_a_word_of_it_and_no_other_trace(touchstone, folder):
    write_site(touchstone, folder, PLAIN)
    Editor(touchstone.base).edit(OPERATOR, CRANE, None, SetStatus("withdrawn"))
    write_site(touchstone, folder, PLAIN)
    for language in SHOWN:
        page = (folder / language / "claims" / f"{CRANE}.html").read_text("utf-8")
        parsed(page)
        assert "1920年" not in page
        assert "harbour crane" not in page
        assert 'content="noindex"' in page
        assert CRANE not in (folder / language / "index.html").read_text("utf-8")
        assert CRANE not in (folder / language / "feed.xml").read_text("utf-8")


def test_pages_of_claims_that_are_no_longer_in_force_go_and_files_of_others_stay(touchstone, folder):
    write_site(touchstone, folder, PLAIN)
    (folder / "CNAME").write_text("claims.example")
    with_few = Touchstone(touchstone.settings, touchstone.base.limited(frozenset({"ai-economy"})))
    done = write_site(with_few, folder, PLAIN)
    assert done.removed == 4 * len(SHOWN)
    assert not (folder / "en" / "claims" / f"{CRANE}.html").exists()
    assert (folder / "CNAME").exists()


def test_a_file_that_is_not_the_sites_own_is_never_replaced(touchstone, folder):
    folder.mkdir()
    (folder / "index.html").write_text("mine")
    with pytest.raises(SiteError, match=r"such as index\.html"):
        write_site(touchstone, folder, PLAIN)
    assert {path.name for path in folder.iterdir()} == {"index.html"}


def test_a_folder_of_other_files_is_left_alone_unless_they_are_hidden(touchstone, folder):
    (folder / ".git").mkdir(parents=True)
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(SiteError, match=r"such as notes\.txt"):
        write_site(touchstone, folder, PLAIN)
    assert {path.name for path in folder.iterdir()} == {".git", "notes.txt"}
    (folder / "notes.txt").unlink()
    assert write_site(touchstone, folder, PLAIN).written


def test_a_list_of_files_that_was_tampered_with_leads_nowhere_else(touchstone, folder, tmp_path):
    write_site(touchstone, folder, PLAIN)
    (tmp_path / "precious").write_text("keep")
    kept = json.loads((folder / MANIFEST).read_text("utf-8"))
    kept["files"] += ["../precious", str(tmp_path / "precious"), "..\\precious"]
    (folder / MANIFEST).write_text(json.dumps(kept), "utf-8")
    write_site(touchstone, folder, PLAIN)
    assert (tmp_path / "precious").read_text() == "keep"
    (folder / MANIFEST).write_text("nonsense", "utf-8")
    with pytest.raises(SiteError, match="does not say which files"):
        write_site(touchstone, folder, PLAIN)


def test_a_run_that_was_cut_off_is_finished_by_the_next(touchstone, folder, monkeypatch):
    places = iter(range(20))
    replace = Path.replace

    def failing(self, target):
        if next(places, None) is None:
            raise OSError(28, "No space left on device")
        return replace(self, target)

    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", failing)
        with pytest.raises(SiteError, match="No space left"):
            write_site(touchstone, folder, PLAIN)
    assert not [name for name in files(folder) if name.endswith(".new")]
    done = write_site(touchstone, folder, PLAIN)
    assert done.written + done.unchanged == len(files(folder)) - 1
    assert done.unchanged == 19


def test_a_folder_that_cannot_be_made_is_told(touchstone, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SiteError, match="cannot be written"):
        write_site(touchstone, tmp_path / "file" / "site", PLAIN)


def test_a_servers_own_version_is_on_the_site_of_that_server_alone(touchstone, folder, tmp_path):
    server = 1_300_000_000_000_000_001
    manager = Actor(7, server, can_manage_server=True)
    Editor(touchstone.base).edit(manager, CRANE, None, EditTexts({"en": "Ours alone"}), "asked by somebody in private")
    write_site(touchstone, folder, PLAIN)
    write_site(touchstone, tmp_path / "own", PLAIN, server)
    shared, own = ((each / "en" / "claims" / f"{CRANE}.html").read_text("utf-8") for each in (folder, tmp_path / "own"))
    assert "Ours alone" not in shared
    assert "Ours alone" in own
    # Who has changed it, and why, is the moderators' alone.
    assert "in private" not in own
    assert ">7<" not in own


@pytest.mark.parametrize("frame", [PLAIN, PUBLIC])
def test_every_page_carries_a_review_that_our_own_reader_takes_for_this_claim(touchstone, folder, frame):
    write_site(touchstone, folder, frame)
    today = date(2026, 2, 1)
    for language in SHOWN:
        for path in (folder / language / "claims").iterdir():
            (script,) = parsed(path.read_text("utf-8")).iter("script")
            node = json.loads(script.text or "")
            assert list(faults(node)) == []
            assert node["inLanguage"] == language
            address = f"{PUBLIC.address}/{language}/claims/{path.name}" if frame is PUBLIC else None
            assert node.get("url") == address
    for language, rated in (("en", "disputed by"), ("zh-Hans", "对此有异议"), ("zh-Hant", "對此有異議")):
        page = folder / language / "claims" / f"{CRANE}.html"
        assert rated in page.read_text("utf-8").partition("</script>")[0]
        (draft,) = read_import(page, today).packs[0].claims
        assert isinstance(draft, IncomingClaim)
        assert (draft.record.id, draft.record.kind) == (CRANE, "contested")


def test_the_address_of_the_site_stands_in_pages_and_feeds_where_it_is_known(touchstone, folder):
    write_site(touchstone, folder, PUBLIC)
    page = (folder / "en" / "claims" / f"{CRANE}.html").read_text("utf-8")
    assert f'<link rel="canonical" href="https://claims.example/site/en/claims/{CRANE}.html"/>' in page
    assert "Published by The harbour&#x27;s readers, with Touchstone." in page


ATOM = "{http://www.w3.org/2005/Atom}"


def test_the_feed_names_the_latest_changes_first_under_ids_that_stay(touchstone, folder):
    write_site(touchstone, folder, PUBLIC)
    Editor(touchstone.base).edit(OPERATOR, "ferry-closed-2030", None, EditTexts({"en": "Changed last"}))
    write_site(touchstone, folder, PUBLIC)
    root = strict((folder / "en" / "feed.xml").read_text("utf-8"))
    entries = root.findall(f"{ATOM}entry")
    assert entries[0].findtext(f"{ATOM}title") == "Changed last"
    ids = [each.findtext(f"{ATOM}id") for each in entries]
    assert len(set(ids)) == len(ids) == 50
    assert root.findtext(f"{ATOM}updated") == entries[0].findtext(f"{ATOM}updated")
    for needed in ("title", "id", "updated", "author"):
        assert root.find(f"{ATOM}{needed}") is not None
    assert entries[0].find(f"{ATOM}link").get("href") == f"{PUBLIC.address}/en/claims/ferry-closed-2030.html"


def test_pages_and_feeds_have_the_colons_of_their_language(touchstone, folder):
    write_site(touchstone, folder, PUBLIC)
    entries = strict((folder / "zh-Hant" / "feed.xml").read_text("utf-8")).findall(f"{ATOM}entry")
    assert not [each for each in entries if re.search(r"[\u4e00-\u9fff]: ", "".join(each.itertext()))]
    lines = (folder / "index.html").read_text("utf-8")
    assert re.search(r'lang="zh-Hant">[^<]*：', lines)
    assert re.search(r'lang="en">[^<]*: ', lines)


HOSTILE = (
    "</title><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "]]><!--",
    "--><svg/onload=alert(1)>",
    "&lt;b&gt; &amp; &#0;",
    "\u202eright to left\u202c \x00\x08\x1b\ufffe\ud800",
    "</script><script>alert(1)</script>",
    "\u2028\u2029\u0085\x9f",
)


@pytest.mark.parametrize("said", HOSTILE)
@pytest.mark.parametrize("language", SHOWN)
def test_no_text_becomes_markup(said, language):
    assert_only_text(said, language)


@settings(max_examples=examples(300))
@given(st.text(st.characters(codec=None, exclude_categories=()), min_size=1, max_size=60))
def test_no_text_of_any_kind_becomes_markup(said):
    assert_only_text(said, "en")


def assert_only_text(said: str, language: str) -> None:
    """Put a text wherever somebody can write one, and look that the page has the same elements as with a plain one."""

    def page(said: str) -> str:
        speakers = {"speaker_en": said, "speaker_zh": said, "text_en": said, "text_zh": said}
        record = claim(title_en=said, title_zh=said, points=(point(**speakers),))
        source = document(title=said, publisher=said, author=said)
        reply = composer(record, language=language, documents=(source,)).describe(record.id)
        past = (Milestone(datetime(2026, 1, 1, tzinfo=UTC), "published"),)
        review = {"@type": "ClaimReview", "claimReviewed": said}
        shown = SiteClaim(record, reply, {FIRST: said}, past, (review,))
        strict(feed([shown], Texts.open(language), Frame(said)))
        return claim_page(shown, Texts.open(language), Frame(said))

    def elements(page: str) -> list[str]:
        return [each.tag for each in parsed(page).iter() if each.tag not in {"bdi", "blockquote"}]

    assert elements(page(said)) == elements(page("harmless"))
    (script,) = parsed(page(said)).iter("script")
    kept = json.loads(script.text or "")["claimReviewed"]
    # A code point beyond the basic plane that is none has no escape, and is the one thing that is lost.
    assert all(mine in (theirs, "\ufffd") for mine, theirs in zip(kept, said, strict=True))


def test_an_address_that_is_none_is_no_link():
    source = document(address="javascript:alert(1)//https://x.example")
    record = claim()
    reply = composer(record, documents=(source,)).describe(record.id)
    page = claim_page(SiteClaim(record, reply, {}, (), ()), ENGLISH, PLAIN)
    assert not [each for each in parsed(page).iter("a") if "javascript" in each.get("href", "")]


BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PHONE = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
LOOK = """JSON.stringify({
  wide: document.documentElement.scrollWidth, seen: innerWidth,
  paper: getComputedStyle(document.body).backgroundColor, ink: getComputedStyle(document.body).color,
  size: parseFloat(getComputedStyle(document.body).fontSize), mode: document.compatMode,
  language: document.documentElement.lang,
  scripts: [...document.scripts].filter(each => each.type !== 'application/ld+json').length,
  small: [...document.querySelectorAll('nav a')].filter(each => each.getBoundingClientRect().height < 24).length})"""


@contextmanager
def browser(folder: Path):
    """A headless browser that can reach no network; yields the address of its debugger."""
    options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0", "--no-first-run"]
    options += [f"--user-data-dir={folder}", "--host-resolver-rules=MAP * ~NOTFOUND", "about:blank"]
    process = subprocess.Popen([BROWSER, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        port = folder / "DevToolsActivePort"
        for _ in range(300):
            if port.exists() and port.read_text().count("\n"):
                break
            time.sleep(0.1)
        yield int(port.read_text().split()[0])
    finally:
        process.kill()
        process.wait()


class Tab:
    """One tab, driven over the browser's debugger."""

    def __init__(self, socket) -> None:
        self._socket = socket
        self._number = 0
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.loaded = False

    async def tell(self, method: str, **parameters):
        self._number += 1
        await self._socket.send_json({"id": self._number, "method": method, "params": parameters})
        while True:
            heard = await self._socket.receive_json(timeout=30)
            if heard.get("id") == self._number:
                return heard.get("result")
            self._note(heard)

    def _note(self, heard) -> None:
        about = heard.get("params", {})
        if heard.get("method") == "Network.requestWillBeSent":
            self.asked.append(about["request"]["url"])
        elif heard.get("method") == "Log.entryAdded":
            self.complaints.append(about["entry"]["text"])
        self.loaded |= heard.get("method") == "Page.loadEventFired"

    async def open(self, path: Path) -> None:
        self.loaded = False
        await self.tell("Page.navigate", url=path.as_uri())
        while not self.loaded:
            self._note(await self._socket.receive_json(timeout=30))

    async def look(self) -> dict:
        return json.loads((await self.tell("Runtime.evaluate", expression=LOOK))["result"]["value"])


def luminance(colour: str) -> float:
    parts = [int(each) / 255 for each in re.findall(r"\d+", colour)[:3]]
    linear = [each / 12.92 if each <= 0.03928 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(seen: dict) -> float:
    dark, light = sorted(map(luminance, (seen["paper"], seen["ink"])))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None, reason="there is no Chromium here")
def test_a_browser_shows_the_pages_on_a_phone_and_in_the_dark_without_asking_anybody(touchstone, folder, tmp_path):
    Editor(touchstone.base).edit(OPERATOR, CRANE, None, EditTexts({"en": "W" * 200 + " <script>alert(1)</script>"}))
    write_site(touchstone, folder, PUBLIC)
    with browser(tmp_path / "profile") as port:
        asyncio.run(looked_at(port, folder))


async def looked_at(port: int, folder: Path) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
            place = next(each for each in await answer.json() if each["type"] == "page")["webSocketDebuggerUrl"]
        async with session.ws_connect(place, max_msg_size=0) as socket:
            tab = Tab(socket)
            for domain in ("Page", "Network", "Log", "Runtime"):
                await tab.tell(f"{domain}.enable")
            await tab.tell("Emulation.setDeviceMetricsOverride", **PHONE)
            for name in (
                "index.html",
                "en/index.html",
                f"en/claims/{CRANE}.html",
                "zh-Hant/claims/silver-h100-1.2kg.html",
            ):
                papers = set()
                for scheme in ("light", "dark"):
                    wanted = [{"name": "prefers-color-scheme", "value": scheme}]
                    await tab.tell("Emulation.setEmulatedMedia", features=wanted)
                    await tab.open(folder / name)
                    seen = await tab.look()
                    assert seen["wide"] <= seen["seen"] == PHONE["width"], name
                    assert (seen["mode"], seen["scripts"], seen["small"]) == ("CSS1Compat", 0, 0), name
                    assert seen["size"] >= 16
                    assert contrast(seen) >= 7
                    papers.add(luminance(seen["paper"]) > 0.5)
                assert papers == {True, False}, name
            assert all(each.startswith(("file:///", "data:")) for each in tab.asked)
            assert tab.complaints == []
