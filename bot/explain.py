"""Why a card says what it does, or nothing: reasons, rules of silence, and what became of a claim on it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from babel.dates import format_datetime

from bot.reply import Composer, Reply, ReplyEntry, display_date
from bot.texts import Texts, msgid
from checks.model import Finding, Guard, Match
from claims.answering.corrections import Correction, Withdrawal
from claims.record import ClaimRecord
from claims.store.server_settings import MessageRules

Quote = Callable[[str], str]
FindShared = Callable[[str, str], tuple[str, ...]]

_STANCES = {
    "asserts": msgid("I read the message as stating it."),
    "denies": msgid("I read the message as disputing it."),
    "asks": msgid("I read the message as asking about it."),
    "mentions": msgid("I read the message as mentioning it, not as making it."),
}
_OBJECTIONS = {
    "doubt": msgid("It sounds in part like those who dispute the claim, so I hold back."),
    "topic": msgid("It speaks of something akin, and hardly of the claim itself."),
    "names": msgid("It names {seen}, which the claim does not speak of."),
    "figures": msgid("Its figure differs from the documented one: {seen}."),
    "negative": msgid("It is nearer to a text that is marked as never meant than to any wording of the claim."),
    "quoted": msgid("The claim stands only in a quotation."),
    "source": msgid("It gives {seen}, as the source does, and not the figure of the claim."),
}


def why_lines(
    finding: Finding, claims: Mapping[str, ClaimRecord], texts: Texts, shared: FindShared, quote: Quote
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
    message: str, match: Match, claim: ClaimRecord, texts: Texts, shared: FindShared, quote: Quote
) -> Iterator[str]:
    yield f"**{quote(texts.pick(claim.title))}**"
    yield texts("Certainty: {percent}%.", percent=round(match.score * 100))
    if match.wording:
        yield texts("Closest known wording: “{wording}”.", wording=quote(texts.reworded(match.wording)))
        words = shared(message, match.wording)
        if words:
            yield texts("Words in common: {words}.", words=quote(texts.reworded(texts.listed(words))))
    yield texts(_STANCES[match.stance])
    objections = [_objection(guard, texts, quote) for guard in match.guards if not guard.passed]
    yield from (line for line in objections if line)
    if all(guard.passed for guard in match.guards):
        yield texts("No guard objected: stance, names, figures, quotations, and texts that are never meant.")
    yield texts("Version {version} of the claim.", version=match.version)


def _objection(guard: Guard, texts: Texts, quote: Quote) -> str:
    return texts(_OBJECTIONS[guard.name], seen=quote(texts.reworded(guard.seen))) if guard.name in _OBJECTIONS else ""


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
        return replace(reply, title=texts("I have taken this answer back"), entries=entries)
    return replace(reply, title=composer.title(len(living)), entries=entries, note=_note(composer, living))


def _withdrawn(claim: str, found: Withdrawal, texts: Texts) -> ReplyEntry:
    return ReplyEntry(claim, texts.pick(found.title), withdrawn_line(found, texts), (), (), "")


def withdrawn_line(found: Withdrawal, texts: Texts) -> str:
    """Say that a claim was withdrawn, and that this is nothing about the message."""
    if found.at is None:
        return texts("The moderators took this claim out of my claim base; that says nothing about the message.")
    return texts(
        "On {date} the moderators took this claim out of my claim base; that says nothing about the message.",
        date=display_date(found.at.date().isoformat(), texts),
    )


def _note(composer: Composer, living: list[str]) -> str:
    texts = composer.texts
    if any(composer.claims[claim].figures for claim in living):
        today = display_date(composer.today.isoformat(), texts)
        return texts("Updated on {date}. Figures in the message were not compared again.", date=today)
    return updated_line(composer.today, texts)


def updated_line(day: date, texts: Texts) -> str:
    """Say that a card tells something else than when it was posted, since that day."""
    return texts("Updated on {date}.", date=display_date(day.isoformat(), texts))


# Guards that hold a match back, beside the stance, which has words of its own.
HELD_BACK = {
    "doubt": msgid("It sounds in part like those who dispute the claim: a hint at most."),
    "names": msgid("It names {seen}, which the claim does not speak of: a hint at most."),
    "topic": msgid("It has the tone of the claim more than its topic: a hint at most."),
    "mention": msgid("It only mentions the claim and does not state it: a hint at most."),
    "negative": msgid("It is nearer to a text that is marked as never meant than to any wording of the claim."),
    "quoted": msgid("The claim stands only in a quotation."),
    "source": msgid("It gives {seen}, as the source does, and not the figure of the claim."),
}
_EXEMPT = {
    "role": msgid("I leave its author alone, by a role: /touchstone exempt."),
    "moderators": msgid("I leave its author alone, because moderators have said so: /touchstone exempt."),
    "wish": msgid("I leave its author alone, who has asked for it."),
}
_MODES = {
    "off": msgid("I do not read along in this channel: /touchstone watch."),
    "hint": msgid("In this channel I only leave hints: /touchstone watch."),
    "shadow": msgid("In this channel I only count: /touchstone watch."),
}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What holds in the channel of the message at this moment.

    `rules`: its mode and snooze, and whether the author is left alone; `cooling`: until when each claim is not answered
    there again; `full`: it has had its cards for this hour; `retracts`: the author has taken answered claims back and
    only gets hints; `refused_until`: how long the bot is quiet after Discord has refused it; `missing`: which rights it
    lacks there, by name; `answer`: what became of the message (`card`, `hidden`, `offer`, `lapsed`, `taken`, or ""
    where it was never taken); `used_up`: the server's budget, where it allows no reply now; `in_spoiler`: the text says
    the claim in a spoiler; `unread`: no member wrote the message.
    """

    rules: MessageRules = field(default_factory=MessageRules)
    cooling: Mapping[str, datetime] = field(default_factory=dict[str, datetime])
    full: bool = False
    retracts: bool = False
    refused_until: datetime | None = None
    missing: tuple[str, ...] = ()
    answer: str = ""
    used_up: float | None = None
    in_spoiler: bool = False
    unread: bool = False


_ANSWERS = {
    "card": msgid("I have answered this message: the card stands."),
    "hidden": msgid("I have answered this message: the card was hidden or deleted."),
    "offer": msgid("I have left a hint under this message."),
    "lapsed": msgid("I left a hint under this message and took it away with the claim; I leave no second one."),
    "taken": msgid("I have taken this message once and said nothing; I do not take it again."),
}


def silence_lines(
    finding: Finding,
    claims: Mapping[str, ClaimRecord],
    texts: Texts,
    quote: Quote,
    around: Circumstances | None = None,
) -> list[str]:
    """Return a line for each rule that keeps, or would keep, the bot from answering; what it would do comes first.

    `claims`: those that the server sees; `around`: the state of the channel, None where there is none.
    """
    lines = [*_of_text(finding, claims, texts, quote)]
    if around is not None:
        lines += _of_channel(finding, around, texts)
    return lines


def _of_text(finding: Finding, claims: Mapping[str, ClaimRecord], texts: Texts, quote: Quote) -> Iterator[str]:
    best = finding.best
    if best is None:
        yield texts("No claim that this server sees is near this text.")
        return
    claim = claims.get(best.claim)
    if finding.action == "reply":
        yield texts("By its text I would answer it with a card.")
    elif finding.action == "offer":
        yield texts("By its text I would only leave a hint.")
    else:
        yield texts("By its text I stay silent.")
        if claim is not None:
            yield texts("The nearest claim: “{claim}”.", claim=quote(texts.pick(claim.title)))
    if claim is not None and claim.muted:
        yield texts("The claim is muted in this server.")
    if claim is not None and claim.paused:
        yield texts("Members' reports have paused the claim in this server: /queue.")
    if claim is not None and claim.raised_to > best.unrounded:
        yield texts("After reports by members I am more careful about the claim in this server: /queue.")
    if finding.action == "silent" and best.action == "reply":
        yield texts("The text is too short to be sure of: too few words.")
    yield from _of_match(best, texts, quote)


def _of_match(best: Match, texts: Texts, quote: Quote) -> Iterator[str]:
    failed = {guard.name: guard for guard in best.guards if not guard.passed}
    if best.stance == "denies":
        stance = failed.get("stance")
        if stance is not None and stance.seen:
            yield texts(
                "It is read as disputing the claim, by the words “{words}”.", words=quote(texts.reworded(stance.seen))
            )
        else:
            yield texts("It is read as disputing the claim, by its words as a whole.")
    for name, line in HELD_BACK.items():
        if name in failed:
            yield texts(line, seen=quote(texts.reworded(failed[name].seen)))
    score = best.unrounded
    if best.bar and score < best.bar:
        yield texts(
            "Its certainty of {score} is below {bar}, from which on I would leave a hint: {gap} too little.",
            score=_written(score),
            bar=_written(best.bar),
            gap=_written(best.bar - score),
        )


def _written(value: float) -> str:
    """Return a probability with two decimals, or as many more as keep it apart from 0 and 1."""
    for digits in range(2, 10):
        shown = f"{value:.{digits}f}"
        if 0 < float(shown) < 1:
            return shown
    return f"{value:.2f}"


def _of_channel(finding: Finding, around: Circumstances, texts: Texts) -> Iterator[str]:
    if around.unread:
        yield texts("I read only what members write themselves, and nothing of bots and webhooks.")
    if around.answer:
        yield texts(_ANSWERS[around.answer])
    if around.in_spoiler and finding.action == "reply":
        yield texts("It says the claim in a spoiler: a hint at most.")
    if around.rules.mode in _MODES:
        yield texts(_MODES[around.rules.mode])
    if around.rules.exempt is not None:
        yield texts(_EXEMPT[around.rules.exempt])
    if around.rules.snoozed_until is not None:
        until = _moment(datetime.fromtimestamp(around.rules.snoozed_until, UTC), texts)
        yield texts("I am snoozed here until {until} UTC: /touchstone snooze.", until=until)
    if around.missing:
        yield texts("I lack rights in this channel: {rights}.", rights=texts.listed(around.missing))
    if around.refused_until is not None:
        until = _moment(around.refused_until, texts)
        yield texts("Discord has refused my messages in this channel; I am quiet until {until} UTC.", until=until)
    yield from _of_limits(finding, around, texts)


def _of_limits(finding: Finding, around: Circumstances, texts: Texts) -> Iterator[str]:
    """Yield what has been used up: cards of the hour, replies of the budget, and claims that are cooling down."""
    if around.full:
        yield texts("The channel has had its cards for this hour; further claims get hints: /touchstone settings.")
    if around.retracts:
        yield texts("The author has taken back claims that were answered: for an hour, their next ones get only hints.")
    if around.used_up is not None:
        line = msgid("The budget of {budget} per 1,000 messages is used up: I only leave hints now. /setup")
        yield texts(line, budget=f"{around.used_up:g}")
    for match in finding.answered:
        if match.claim in around.cooling:
            until = _moment(around.cooling[match.claim], texts)
            yield texts("The claim was answered in this channel before; it cools down until {until} UTC.", until=until)


def _moment(moment: datetime, texts: Texts) -> str:
    return format_datetime(moment, "short", locale=texts.locale)
