"""What the words of a revision mean: its act, and whoever did it where that is no member of the server."""

import re
from collections.abc import Mapping

from bot.discord.escape import escape
from bot.texts import Texts, msgid

ACTS: Mapping[str, str] = {
    "claim.edit": msgid("Claim edited"),
    "claim.create": msgid("Claim begun"),
    "claim.remove": msgid("The server's own version given up"),
    "claim.restore": msgid("Older version brought back"),
    "claim.mute": msgid("Claim muted"),
    "claim.unmute": msgid("Claim no longer muted"),
    "claim.cut-off": msgid("Cut-off of a claim set"),
    "claim.resume": msgid("Claim answered again after reports"),
    "claim.import": msgid("Claims imported"),
    "source.add": msgid("Source added"),
    "queue.wording": msgid("Wording taken from the queue"),
    "queue.negative": msgid("“Never match this” taken from the queue"),
    "queue.claim": msgid("Claim opened from the queue"),
    "queue.resume": msgid("Claim answered again, from the queue"),
    "queue.dismiss": msgid("Item of the queue dismissed"),
    "reports.raise": msgid("Answered more carefully after a report"),
    "reports.lower": msgid("Answered less carefully again after a report was changed"),
    "reports.pause": msgid("Paused after reports"),
    "example.keep": msgid("Example kept"),
    "example.delete": msgid("Example deleted"),
    "server.settings": msgid("Settings of the server changed"),
    "channel.mode": msgid("Mode of a channel changed"),
    "pack.load": msgid("Pack of claims loaded"),
    "documents.load": msgid("Documents loaded"),
    "undo": msgid("Taken back"),
}
_REASONS = (
    (re.compile("reported by members"), msgid("reported by members")),
    (re.compile(r"as after revision (?P<number>\d+)"), msgid("as after revision {number}")),
)
_WHO: Mapping[str, str] = {
    "operator": msgid("the operator"),
    "touchstone": msgid("Touchstone itself"),
    "author": msgid("the message's author"),
}


def act_words(act: str, texts: Texts) -> str:
    """Return what was done; an act that has no words here is shown as it is kept."""
    return texts(ACTS[act]) if act in ACTS else act


def who_words(actor: str, texts: Texts) -> str:
    """Return whoever did it, fit for a card: a mention, which pings nobody in a private answer, or words."""
    if actor.isdecimal():
        return f"<@{actor}>"
    return texts(_WHO[actor]) if actor in _WHO else escape(actor)


def reason_words(reason: str, texts: Texts) -> str:
    """Return why it was done: in other words only where Touchstone itself gave the reason. Nothing is escaped."""
    for pattern, words in _REASONS:
        found = pattern.fullmatch(reason)
        if found:
            return texts(words, **found.groupdict())
    return reason
