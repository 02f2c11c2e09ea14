"""Say in words why a message was taken for a claim."""

from collections.abc import Mapping

from bot.discord.escape import escape
from bot.texts import Texts, msgid
from checks.finding import Finding, Match
from claims.record import ClaimRecord

_STANCES = {
    "asserts": msgid("I read the message as stating it."),
    "denies": msgid("I read the message as disputing it."),
    "asks": msgid("I read the message as asking about it."),
}


def why_lines(finding: Finding, claims: Mapping[str, ClaimRecord], texts: Texts) -> list[str]:
    """Return lines on every match with one of these claims: certainty, closest wording, stance."""
    lines: list[str] = []
    for match in finding.matches:
        if match.claim in claims:
            lines += _lines(match, claims[match.claim], texts)
    return lines


def _lines(match: Match, claim: ClaimRecord, texts: Texts) -> list[str]:
    title = escape(texts.pick(claim.title_en, claim.title_zh))
    lines = [f"**{title}**", texts("Certainty: {percent} %.", percent=round(match.score * 100))]
    if match.wording:
        lines.append(texts("Closest known wording: “{wording}”.", wording=escape(match.wording)))
    lines.append(texts(_STANCES[match.stance]))
    return lines
