"""What a card says after a claim on it has changed or was withdrawn."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from bot.reply import Composer, Reply, ReplyEntry, display_date
from bot.texts import Texts, msgid
from checks.model import Finding, Guard, Match
from claims.answering.corrections import Correction, Withdrawal
from claims.record import ClaimRecord

Quote = Callable[[str], str]
SharedWords = Callable[[str, str], tuple[str, ...]]

_STANCES = {
    "asserts": msgid("I read the message as stating it."),
    "denies": msgid("I read the message as disputing it."),
    "asks": msgid("I read the message as asking about it."),
    "mentions": msgid("I read the message as mentioning it, not as making it."),
}
_OBJECTIONS = {
    "doubt": msgid("It sounds in part like those who dispute the claim, so I hold back."),
    "names": msgid("It names {seen}, which the claim does not speak of."),
    "figures": msgid("Its figure differs from the documented one: {seen}."),
    "negative": msgid("It is nearer to a text that is marked as never meant than to any wording of the claim."),
    "quoted": msgid("The claim stands only in a quotation."),
}


def why_lines(
    finding: Finding, claims: Mapping[str, ClaimRecord], texts: Texts, shared: SharedWords, quote: Quote
) -> list[str]:
    """Return lines on every match with one of these claims.

    `shared` tells the words that two texts have in common; `quote` makes foreign words safe for the front end.
    """
    return [
        line
        for match in finding.matches
        if match.claim in claims
        for line in _lines(finding.text, match, claims[match.claim], texts, shared, quote)
    ]


def _lines(
    message: str, match: Match, claim: ClaimRecord, texts: Texts, shared: SharedWords, quote: Quote
) -> Iterator[str]:
    yield f"**{quote(texts.pick(claim.title_en, claim.title_zh))}**"
    yield texts("Certainty: {percent} %.", percent=round(match.score * 100))
    if match.wording:
        yield texts("Closest known wording: “{wording}”.", wording=quote(match.wording))
        words = shared(message, match.wording)
        if words:
            yield texts("Words in common: {words}.", words=quote(", ".join(words)))
    yield texts(_STANCES[match.stance])
    objections = [_objection(guard, texts, quote) for guard in match.guards if not guard.passed]
    yield from (line for line in objections if line)
    if all(guard.passed for guard in match.guards):
        yield texts("No guard objected: stance, names, figures, quotations, and texts that are never meant.")
    yield texts("Version {version} of the claim.", version=match.version)


def _objection(guard: Guard, texts: Texts, quote: Quote) -> str:
    return texts(_OBJECTIONS[guard.name], seen=quote(guard.seen)) if guard.name in _OBJECTIONS else ""


FindWithdrawal = Callable[[int, str], Withdrawal]


def corrected_reply(composer: Composer, correction: Correction, withdrawal: FindWithdrawal) -> Reply:
    """Return the card's new content: claims as they stand now, and withdrawn ones with nothing but their title.

    The message's text was not kept, so that lines which compared its figures with the documents' cannot be written
    anew; where the card may have had some, the note says that they are gone.
    """
    living = [claim for claim in correction.claims if claim in composer.claims]
    reply, texts = composer.describe(*living), composer.texts
    drawn = {entry.claim_id: entry for entry in reply.entries}
    entries = tuple(
        drawn.get(claim) or _withdrawn(claim, withdrawal(correction.server, claim), texts)
        for claim in correction.claims
    )
    if not living:
        return replace(reply, title=texts("This answer was withdrawn"), entries=entries)
    return replace(reply, title=composer.title(len(living)), entries=entries, note=_note(composer, living))


def _withdrawn(claim: str, found: Withdrawal, texts: Texts) -> ReplyEntry:
    if found.at is None:
        line = texts("This claim was withdrawn.")
    else:
        line = texts("This claim was withdrawn on {date}.", date=display_date(found.at.date().isoformat(), texts))
    return ReplyEntry(claim, texts.pick(found.title_en, found.title_zh), line, (), (), "")


def _note(composer: Composer, living: list[str]) -> str:
    texts = composer.texts
    today = display_date(composer.today.isoformat(), texts)
    if any(composer.claims[claim].figures for claim in living):
        return texts("Updated on {date}. Figures in the message were not compared again.", date=today)
    return texts("Updated on {date}.", date=today)
