"""Why a message was left alone, for moderators: each rule that speaks against an answer, by name."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from babel.dates import format_datetime

from bot.texts import Texts, msgid
from checks.model import Finding, Match
from claims.record import ClaimRecord

Quote = Callable[[str], str]

# Guards that hold a match back, beside the stance, which has words of its own.
_HELD_BACK = {
    "doubt": msgid("It sounds in part like those who dispute the claim: a hint at most."),
    "names": msgid("It names {seen}, which the claim does not speak of: a hint at most."),
    "mention": msgid("It only mentions the claim and does not state it: a hint at most."),
    "negative": msgid("It is nearer to a text that is marked as never meant than to any wording of the claim."),
    "quoted": msgid("The claim stands only in a quotation."),
}
_MODES = {
    "off": msgid("I do not read along in this channel: /touchstone watch."),
    "hint": msgid("In this channel I only leave hints: /touchstone watch."),
    "shadow": msgid("In this channel I only count: /touchstone watch."),
}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What holds in the channel of the message at this moment.

    `cooling`: until when each claim is not answered there again; `full`: it has had its cards for this hour; `refused`:
    Discord lets the bot not write there; `answer`: what became of the message (`card`, `hidden`, `offer`, `taken`, or
    "" where it was never taken).
    """

    mode: str = "on"
    cooling: Mapping[str, datetime] = field(default_factory=dict[str, datetime])
    full: bool = False
    refused: bool = False
    answer: str = ""


_ANSWERS = {
    "card": msgid("I have answered this message: the card stands."),
    "hidden": msgid("I have answered this message: the card was hidden or deleted."),
    "offer": msgid("I have left a hint under this message."),
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
    if claim is not None and claim.muted:
        yield texts("The claim is muted in this server.")
    if claim is not None and claim.paused:
        yield texts("Members' reports have paused the claim in this server: /queue.")
    if finding.action == "silent" and best.action == "reply":
        yield texts("The text is too short to be sure of: fewer than four words.")
    yield from _of_match(best, texts, quote)


def _of_match(best: Match, texts: Texts, quote: Quote) -> Iterator[str]:
    failed = {guard.name: guard for guard in best.guards if not guard.passed}
    if best.stance == "denies":
        stance = failed.get("stance")
        if stance is not None and stance.seen:
            yield texts("It is read as disputing the claim, by the words “{words}”.", words=quote(stance.seen))
        else:
            yield texts("It is read as disputing the claim, by its words as a whole.")
    for name, line in _HELD_BACK.items():
        if name in failed:
            yield texts(line, seen=quote(failed[name].seen))
    score = best.score if best.exact is None else best.exact
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
    if around.answer:
        yield texts(_ANSWERS[around.answer])
    if around.mode in _MODES:
        yield texts(_MODES[around.mode])
    if around.refused:
        yield texts("Discord has refused my messages in this channel; I keep quiet there for a while: /status.")
    if around.full:
        yield texts("The channel has had its cards for this hour; further claims get hints: /touchstone settings.")
    for match in finding.answered:
        if match.claim in around.cooling:
            until = format_datetime(around.cooling[match.claim], "short", locale=texts.locale)
            yield texts("The claim was answered in this channel before; it cools down until {until} UTC.", until=until)
