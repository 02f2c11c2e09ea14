"""All points of some claims with their sources, and the cited passages where the documents are loaded."""

from collections.abc import Iterable, Iterator

from bot.discord.cards import point_line, source_line
from bot.discord.escape import escape, quote
from bot.reply import Reply
from bot.service import Touchstone
from bot.texts import Texts
from claims.record import CitationRecord
from config.errors import UnknownClaimError


def evidence_lines(touchstone: Touchstone, claims: Iterable[str], texts: Texts, server: int | None) -> list[str]:
    """Return the lines for the button "Sources"; claims come, and sources are numbered, as on the card.

    Raises:
        UnknownClaimError: none of the claims is known to the server any more.
    """
    numbers: dict[CitationRecord, int] = {}
    lines: list[str] = []
    missing: UnknownClaimError | None = None
    for claim in claims:
        try:
            reply = touchstone.claim_reply(claim, texts.language, server)
        except UnknownClaimError as error:
            missing = error
        else:
            lines += _claim_lines(reply, touchstone, numbers)
    if missing is not None and not lines:
        raise missing
    return lines


def _claim_lines(reply: Reply, touchstone: Touchstone, numbers: dict[CitationRecord, int]) -> Iterator[str]:
    local = {source.number: source for source in reply.sources}
    for entry in reply.entries:
        yield f"### {escape(entry.heading)}"
        for point in entry.points:
            cited = [local[number] for number in point.source_numbers]
            fresh = [source for source in cited if source.citation not in numbers]
            for source in fresh:
                numbers[source.citation] = len(numbers) + 1
            yield point_line(point, [numbers[source.citation] for source in cited])
            for source in fresh:
                yield source_line(source, numbers[source.citation])
                yield from _passage(touchstone, source.citation)


def _passage(touchstone: Touchstone, citation: CitationRecord) -> Iterator[str]:
    passage = touchstone.base.passage(citation)
    if passage.text:
        yield quote(passage.text)
