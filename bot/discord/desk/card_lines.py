"""The lines of a claim's card: its head, and a section for each list, of which as much is shown as fits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.dates import display_date
from bot.discord.cards import source_line
from bot.discord.desk.sight import DeskSight
from bot.discord.desk.words import LIST_NAMES, ORIGINS, editor_words, field_line, figure_words, list_of, title_line
from bot.discord.escape import escape
from bot.discord.fitting import shorten
from bot.faults import value_text
from bot.field_names import field_name
from bot.sources import SourceList
from bot.texts import Texts
from claims.record import PointRecord

_FIRST = 3
_LONGEST_WORDING = 120
_LONGEST_TITLE = 300


@dataclass(frozen=True, slots=True)
class Section:
    """A list on the card: its title, the entries that may be shown, and how many it has in all."""

    title: str
    entries: Sequence[str]
    count: int


def head_lines(sight: DeskSight, texts: Texts) -> Iterator[str]:
    """Yield what the claim is, escaped."""
    claim = sight.claim
    yield title_line(claim, texts)
    for field in ("title_en", "title_zh"):
        yield field_line(field, escape(shorten(getattr(claim, field), _LONGEST_TITLE)), texts)
    facts = [field_line(field, value_text(field, getattr(claim, field), texts), texts) for field in ("kind", "status")]
    yield " · ".join([*facts, field_line("version", str(claim.version), texts)])
    dates = [field_line("as_of", display_date(claim.as_of.isoformat(), texts), texts)]
    if claim.review_by:
        dates.append(field_line("review_by", display_date(claim.review_by.isoformat(), texts), texts))
    yield " · ".join(dates)
    yield f"-# {texts(ORIGINS[sight.sight.origin])} {editor_words(claim, texts)}"
    yield f"-# {field_line('id', escape(claim.id), texts)}"
    yield from (f"**{line}**" for line in _marks(sight, texts))


def _marks(sight: DeskSight, texts: Texts) -> Iterator[str]:
    """Yield what keeps the claim from being answered as others are."""
    claim, cut_off = sight.claim, sight.sight.cut_off
    if claim.status == "draft":
        yield texts("A draft is not answered. To be published it needs a wording, and a point with its source.")
    if claim.review_by and claim.review_by < sight.today:
        yield texts("Its review is due: look whether it still holds.")
    if claim.muted:
        yield texts("Muted: it is found, but never answered.")
    if claim.paused:
        yield texts("Paused after reports of members: not answered until a moderator resumes it.")
    if claim.raised_to:
        score = _share(claim.raised_to)
        yield texts("After a report, messages up to {score} are answered more carefully.", score=score)
    if cut_off is not None:
        yield texts("Answered from {score} on; other claims have the server's cut-off.", score=_share(cut_off))
    if not sight.sight.is_used:
        yield texts("This server does not use its pack {pack}, so it is not answered.", pack=escape(claim.pack))


def _share(score: float) -> str:
    return f"{score:g}"


def sections(sight: DeskSight, texts: Texts) -> list[Section]:
    """Return the lists of the claim, escaped; sources are numbered in the order of the points."""
    claim, sources = sight.claim, sight.sources(texts)
    points = [f"{n}. {point_line(point, sources, texts)}" for n, point in enumerate(claim.points, 1)]
    figures = [f"- {escape(figure_words(figure, texts))}" for figure in claim.figures]
    cited = [source_line(source, source.number) for source in sources.lines]
    made = [Section(_title("points", len(points), texts), points, len(points))]
    made += [_wordings(sight, name, texts) for name in LIST_NAMES if list_of(claim, name)]
    made += [Section(_title("figures", len(figures), texts), figures, len(figures))] if figures else []
    made += [Section(_title("citations", len(cited), texts), cited, len(cited))] if cited else []
    return made


def point_line(point: PointRecord, sources: SourceList, texts: Texts) -> str:
    """Return a point with its role, and small below who says it, when, and the marks of its sources; escaped."""
    role, text = value_text("role", point.role, texts), texts.pick(point.text_en, point.text_zh)
    marks = "".join(rf"\[{sources.number(citation)}\]" for citation in point.citations)
    speaker = escape(texts.pick(point.speaker_en, point.speaker_zh))
    date = escape(display_date(point.date, texts)) if point.date else ""
    origin = " · ".join(part for part in (speaker, date, marks) if part)
    origin = origin or texts("No source yet.")
    return f"**{role}** {escape(text)}\n-# {origin}"


def _wordings(sight: DeskSight, name: str, texts: Texts) -> Section:
    wordings = list_of(sight.claim, name)
    first = [f"- {escape(shorten(text, _LONGEST_WORDING))}" for text in wordings[:_FIRST]]
    return Section(_title(name, len(wordings), texts), first, len(wordings))


def _title(field: str, count: int, texts: Texts) -> str:
    named = texts("{name}: {value}", name=field_name(field, texts), value=count)
    return f"**{named}**"
