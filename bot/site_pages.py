"""The site's pages as HTML and its feeds as Atom: every text escaped, no script, nothing fetched from anywhere.

The markup is well-formed XML as well, so that a strict parser can find a text that has slipped through unescaped.
"""

import base64
import hashlib
import html
import json
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from bot.quantities import figure_text, source_text
from bot.reply import PointLine, Reply, ReplyEntry, SourceLine, claim_path, display_date
from bot.short import beside
from bot.texts import Texts
from bot.wording import difference_lines
from checks.model import KnownFigure
from claims.exchange.claimreview import PUBLISHER
from claims.moderation.history import Milestone
from claims.record import CitationRecord, ClaimRecord
from config.languages import CODES, FIRST_SHOWN, SHOWN, Language, content_language, written_language

Passages = Mapping[CitationRecord, str | None]

_STYLE = """
:root{color-scheme:light dark;--ink:#1c1b19;--faint:#5c5850;--paper:#fdfcf9;--line:#dcd6c8;--accent:#7d5a06}
@media (prefers-color-scheme:dark){:root{--ink:#ece8df;--faint:#b0a999;--paper:#181714;--line:#3d3930;--accent:#e3b341}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0 auto;max-width:44rem;padding:1rem;background:var(--paper);color:var(--ink);overflow-wrap:anywhere;
font:1.0625rem/1.6 system-ui,sans-serif}
a{color:var(--accent)}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;margin:0;padding:0}
nav a{display:inline-block;padding:.4rem 0}
h1{font-size:1.6rem;line-height:1.3;margin:1rem 0 .5rem}
h2{font-size:1.2rem;margin:2rem 0 .5rem;padding-top:.75rem;border-top:1px solid var(--line)}
h3{font-size:1rem;margin:1.25rem 0 .25rem;color:var(--accent)}
p{margin:.4rem 0}
.kind{font-weight:600}
.small{color:var(--faint);font-size:.9rem}
blockquote{margin:.5rem 0;padding-left:.9rem;border-left:3px solid var(--line);white-space:pre-line}
ol,ul{padding-left:1.4rem}
li{margin:.5rem 0}
footer{margin-top:2.5rem;padding-top:.75rem;border-top:1px solid var(--line)}
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src data:; base-uri 'none'; form-action 'none'"
# What neither HTML nor XML may hold: controls, halves of characters, and code points that are none.
_UNFIT = re.compile("[^\t\n\u0020-\u007e\u00a0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010fffd]")
_LATIN = re.compile(r"[A-Za-z]{2}")
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
MOST_IN_FEED = 50
_NAMES = uuid.uuid5(uuid.NAMESPACE_URL, "https://github.com/touchstone-bot/site")


@dataclass(frozen=True, slots=True)
class Frame:
    """What all pages share: `address` is where the site is published, without a slash at its end; "" where unknown."""

    publisher: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class SiteClaim:
    """One claim as the site shows it in one language: its reply, the words of its citations, and its past.

    `reviews` are its ClaimReviews in this language.
    """

    claim: ClaimRecord
    reply: Reply
    passages: Passages
    milestones: tuple[Milestone, ...]
    reviews: tuple[Mapping[str, Any], ...]

    @property
    def entry(self) -> ReplyEntry:
        """What is said about the claim."""
        return self.reply.entries[0]

    @property
    def changed(self) -> datetime:
        """When readers last saw something new; the day that the claim stands for, where no revision says so."""
        if self.milestones:
            return self.milestones[-1].at
        return datetime.combine(self.claim.as_of, datetime.min.time(), UTC)


def text(said: str) -> str:
    """Return a text as HTML and XML show it, letter by letter; what no page may hold becomes U+FFFD."""
    return html.escape(_UNFIT.sub("\ufffd", said.replace("\r\n", "\n").replace("\r", "\n")), quote=True)


def _line(said: str) -> str:
    return text(" ".join(said.split()))


def _heading(said: str) -> str:
    return f"<h2>{_line(said)}</h2>"


def _apart(said: str, language: str) -> str:
    """Return a text among others: in its own direction, and marked where it is in another language than the page."""
    other = _other_language(said, language)
    return f'<bdi lang="{other}">{_line(said)}</bdi>' if other else f"<bdi>{_line(said)}</bdi>"


def _other_language(said: str, language: str) -> str:
    other = written_language(said)
    is_told = other != CODES[0] or _LATIN.search(said)
    return other if is_told and other != content_language(language) else ""


def claim_page(shown: SiteClaim, texts: Texts, frame: Frame) -> str:
    """Return the page of one claim."""
    entry, language = shown.entry, texts.language
    parts = [
        f"<h1>{_apart(entry.heading, language)}</h1>",
        f'<p class="kind">{_line(entry.kind_line)}</p>',
        f'<p class="small">{_line(entry.age_line)}</p>',
        *_figures(shown.claim.figures, texts),
        _heading(texts("What is said")),
        *(line for number, point in enumerate(entry.points) for line in _point(point, number, language)),
        *_sources(shown, texts),
        *_changes(shown.milestones, texts),
    ]
    data = "".join(f'\n<script type="application/ld+json">{_json(node)}</script>' for node in shown.reviews)
    body = "\n".join(["<article>", *parts, "</article>"])
    path = claim_path(shown.claim.id, language)
    return _page(entry.heading, entry.kind_line, path, body, texts, frame, data)


def withdrawn_page(claim: ClaimRecord, milestones: Sequence[Milestone], texts: Texts, frame: Frame) -> str:
    """Return what stands in place of a claim that was published once: not a word of it."""
    day = display_date(milestones[-1].at.date().isoformat(), texts)
    said = texts("This claim was withdrawn on {date}; it is answered no more.", date=day)
    heading = texts("Withdrawn")
    body = f"<h1>{text(heading)}</h1>\n<p>{text(said)}</p>"
    robots = '\n<meta name="robots" content="noindex"/>'
    return _page(heading, said, claim_path(claim.id, texts.language), body, texts, frame, robots)


def index_page(claims: Iterable[tuple[str, Sequence[SiteClaim]]], texts: Texts, frame: Frame) -> str:
    """Return the list of all claims of a language, under the titles of their packs."""
    heading = site_title(texts)
    parts, count = list[str](), 0
    for title, members in claims:
        parts += [f"<h2>{_apart(title, texts.language)}</h2>", "<ul>"] if title else ["<ul>"]
        parts += (_index_line(each, texts.language) for each in members)
        parts.append("</ul>")
        count += len(members)
    counted = text(texts.plural("{count} claim", "{count} claims", count))
    body = "\n".join([f"<h1>{text(heading)}</h1>", f'<p class="small">{counted}</p>', *parts])
    return _page(heading, counted, f"{texts.language}/index.html", body, texts, frame)


def _index_line(shown: SiteClaim, language: str) -> str:
    address = f"claims/{quote(shown.claim.id, safe='')}.html"
    entry = shown.entry
    kind = f'<br/><span class="small">{_line(entry.kind_line)} {_line(entry.age_line)}</span>'
    return f'<li><a href="{text(address)}">{_apart(entry.heading, language)}</a>{kind}</li>'


def entry_page(texts_of: Iterable[Texts], frame: Frame) -> str:
    """Return the page at the top of the site, which leads to each language."""
    lines = [
        f'<li><a href="{texts.language}/index.html" hreflang="{texts.language}" lang="{texts.language}">'
        f"{text(texts.named(language_name(texts.language), site_title(texts)))}</a></li>"
        for texts in texts_of
    ]
    first = Texts.open(FIRST_SHOWN)
    body = "\n".join(["<h1>Touchstone</h1>", "<ul>", *lines, "</ul>"])
    return _page("Touchstone", site_title(first), "index.html", body, first, frame)


def site_title(texts: Texts) -> str:
    """Return what the site is called."""
    return texts("Claims, and what the documents say")


def language_name(language: Language) -> str:
    """Return what a language calls itself."""
    return SHOWN[language].name


def _figures(figures: Sequence[KnownFigure], texts: Texts) -> Iterator[str]:
    if not figures:
        return
    yield _heading(texts("Figures"))
    yield "<ul>"
    for figure in figures:
        subject = texts.pick(figure.subject)
        claimed = figure_text(figure, texts)
        if subject:
            claimed = texts("{label}: ", label=subject) + claimed
        if given := source_text(figure, texts):
            sourced = beside(given, texts.reworded(figure.documented_place), texts)
            claimed = texts("{claimed}; the source gives {given}", claimed=claimed, given=sourced)
        yield f"<li>{_line(claimed)}</li>"
    yield "</ul>"


def _point(point: PointLine, number: int, language: str) -> Iterator[str]:
    yield f'<section id="point-{number + 1}">'
    yield f"<h3>{_line(point.label)}</h3>"
    other = _other_language(point.text, language)
    yield f'<p lang="{other}">{text(point.text)}</p>' if other else f"<p>{text(point.text)}</p>"
    said = [_apart(part, language) for part in (point.speaker, point.date) if part]
    said += [f'<a href="#source-{each}">[{each}]</a>' for each in point.source_numbers]
    yield f'<p class="small">{" · ".join(said)}</p>'
    yield "</section>"


def _sources(shown: SiteClaim, texts: Texts) -> Iterator[str]:
    if not shown.reply.sources:
        return
    yield _heading(texts("Sources"))
    yield "<ol>"
    for source in shown.reply.sources:
        words = shown.passages.get(source.citation)
        yield f'<li id="source-{source.number}" value="{source.number}">{_source(source, texts.language)}'
        if words and words.strip():
            other = _other_language(words, texts.language)
            marked = f' lang="{other}"' if other else ""
            yield f"<blockquote{marked}>{text(words.strip())}</blockquote>"
        yield "</li>"
    yield "</ol>"


def _source(source: SourceLine, language: str) -> str:
    title = f"<cite>{_apart(source.title, language)}</cite>"
    if source.address and _ADDRESS.fullmatch(source.address):
        title = f'<a href="{text(source.address)}" rel="noopener">{title}</a>'
    facts = (source.publisher, source.date, source.language, source.place, source.note)
    rest = [_apart(part, language) for part in facts if part]
    return f'{title}<br/><span class="small">{" · ".join(rest)}</span>'


def _changes(milestones: Sequence[Milestone], texts: Texts) -> Iterator[str]:
    if not milestones:
        return
    said = {"published": texts("Published."), "changed": texts("Changed."), "withdrawn": texts("Withdrawn.")}
    yield _heading(texts("Changes"))
    yield "<ul>"
    for each in reversed(milestones):
        day = each.at.date().isoformat()
        yield f'<li><time datetime="{day}">{text(display_date(day, texts))}</time> {text(said[each.kind])}'
        if each.fields:
            yield "<ul>"
            yield from (f"<li>{_apart(line, texts.language)}</li>" for line in difference_lines(each.fields, texts))
            yield "</ul>"
        yield "</li>"
    yield "</ul>"


def _page(title: str, about: str, path: str, body: str, texts: Texts, frame: Frame, head: str = "") -> str:
    """Return a whole page; `path` is its place in the site, from which its links lead."""
    up = "../" * path.count("/")
    top = path == "index.html"
    whole = title if top or title == site_title(texts) else f"{title} – {site_title(texts)}"
    canonical = f'\n<link rel="canonical" href="{text(f"{frame.address}/{path}")}"/>' if frame.address else ""
    others = "" if top else "".join(map(str, _alternates(path, up)))
    feed = "" if top else f'\n<link rel="alternate" type="application/atom+xml" href="{up}{texts.language}/feed.xml"/>'
    navigation = "" if top else _navigation(path, up, texts)
    publisher = texts("Published with Touchstone.")
    if frame.publisher != PUBLISHER:
        publisher = texts("Published by {publisher}, with Touchstone.", publisher=frame.publisher)
    return f"""<!DOCTYPE html>
<html lang="{texts.language}" xml:lang="{texts.language}" xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="{_POLICY}"/>
<title>{_line(whole)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<meta name="referrer" content="no-referrer"/>
<meta name="description" content="{_line(about)}"/>
<link rel="icon" href="data:,"/>{canonical}{others}{feed}
<style>{_STYLE}</style>{head}
</head>
<body>
{navigation}<main>
{body}
</main>
<footer class="small"><p>{_line(publisher)}</p></footer>
</body>
</html>
"""


def _alternates(path: str, up: str) -> Iterator[str]:
    rest = path.partition("/")[2]
    for language in SHOWN:
        yield f'\n<link rel="alternate" hreflang="{language}" href="{text(f"{up}{language}/{rest}")}"/>'


def _navigation(path: str, up: str, texts: Texts) -> str:
    rest = path.partition("/")[2]
    every, latest = texts("All claims"), texts("Feed")
    links = [f'<li><a href="{up}{texts.language}/index.html">{text(every)}</a></li>']
    links += [
        f'<li><a href="{text(f"{up}{language}/{rest}")}" hreflang="{language}" lang="{language}">'
        f"{text(language_name(language))}</a></li>"
        for language in SHOWN
        if language != texts.language
    ]
    links.append(f'<li><a href="{up}{texts.language}/feed.xml">{text(latest)}</a></li>')
    return "<header><nav><ul>\n" + "\n".join(links) + "\n</ul></nav></header>\n"


def _json(node: Mapping[str, Any]) -> str:
    """Return JSON that may stand in a script element, and in XML, whatever its texts hold."""
    written = json.dumps(node, ensure_ascii=False, indent=1)
    for sign in "<>&":
        written = written.replace(sign, f"\\u{ord(sign):04x}")
    return _UNFIT.sub(lambda found: f"\\u{ord(found[0]):04x}" if found[0] <= "\uffff" else "\ufffd", written)


def feed(claims: Iterable[SiteClaim], texts: Texts, frame: Frame) -> str:
    """Return the Atom feed of a language: the claims that were published or changed last."""
    latest = sorted(claims, key=lambda each: (each.changed, each.claim.id), reverse=True)[:MOST_IN_FEED]
    updated = latest[0].changed if latest else datetime.fromtimestamp(0, UTC)
    own = f'<link rel="self" href="{text(f"{frame.address}/{texts.language}/feed.xml")}"/>\n' if frame.address else ""
    place = f"{frame.address}/{texts.language}/" if frame.address else ""
    entries = "".join(_feed_entry(each, texts, place) for each in latest)
    return f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{texts.language}">
<title>{_line(site_title(texts))}</title>
<id>{_name(frame.address, texts.language)}</id>
<updated>{_moment(updated)}</updated>
<author><name>{_line(frame.publisher)}</name></author>
{own}<link rel="alternate" type="text/html" href="{text(place)}index.html"/>
{entries}</feed>
"""


def _feed_entry(shown: SiteClaim, texts: Texts, place: str) -> str:
    entry = shown.entry
    said = [entry.kind_line, *(texts.named(point.label, point.text) for point in entry.points)]
    address = f"{place}claims/{quote(shown.claim.id, safe='')}.html"
    return f"""<entry>
<title>{_line(entry.heading)}</title>
<id>{_name(shown.claim.id, texts.language)}</id>
<updated>{_moment(shown.changed)}</updated>
<link rel="alternate" type="text/html" href="{text(address)}"/>
<summary>{text(chr(10).join(said))}</summary>
</entry>
"""


def _name(subject: str, language: str) -> str:
    """Return a name that stays the same when the site is made anew; that of a claim also when the site moves."""
    return f"urn:uuid:{uuid.uuid5(_NAMES, f'{subject} {language}')}"


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
