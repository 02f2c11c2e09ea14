"""Whether a message is answered and with what, the same for every front end that reads along.

A front end hears a message, has it checked, and asks here what follows; it writes to people what comes back, and tells
the answer book (`claims/answering/answers.py`) what became of that. All of this blocks: call it in a thread.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from bot.reply import LIKELY, Reply
from bot.service import Touchstone
from checks.model import Action, Finding
from claims.answering.answers import AnswerKind
from claims.store.server_settings import ServerSettings
from config.languages import Language


@dataclass(frozen=True, slots=True)
class Heard:
    """Where a message stands and whose it is: `channel` and `message` together name it, and no text is kept."""

    server: int
    channel: int
    message: int
    author: int


@dataclass(frozen=True, slots=True)
class Answerer:
    """Decides what a checked message leads to, writes down what was seen, and takes messages for answers."""

    touchstone: Touchstone

    def action(self, finding: Finding, mode: str, *, is_open: bool = True) -> Action:
        """Return what the bot does in a channel of this mode; `is_open`: the message says its claims for all to see."""
        action = action_in(mode, finding.action)
        return "offer" if action == "reply" and not is_open else action

    def note(self, heard: Heard, finding: Finding, mode: str, action: Action) -> None:
        """Keep what was seen and done: ids and scores, no text; a near miss goes into the moderators' queue.

        May be called again where the base failed in between: nothing counts twice.
        """
        moderation, place = self.touchstone.moderation, (heard.server, heard.channel, heard.message, heard.author)
        if finding.action != "silent" or is_dispute(finding):
            self.touchstone.sightings.record(*place, finding, action)
        elif near := finding.near_miss(self.touchstone.settings.near_miss_share):
            moderation.queue.note_near_miss(*place, near.claim, near.score)
        # Last, because it adds to a count; the others are written over.
        if mode == "shadow":
            moderation.shadow.note(*place, finding)

    def take(self, heard: Heard, finding: Finding, settings: ServerSettings, kind: AnswerKind) -> tuple[str, ...]:
        """Take the message for one answer; returns the claims that may be answered now, none where it may not be.

        That is so where the message was taken before, by any process; where its claims are cooling down in the channel;
        and, of cards, where the channel has had its share for this hour (`is_full`).
        """
        reply = self.compose(finding, settings)
        if reply is None:
            return ()
        most = self.cards_per_hour(settings) if kind == "reply" else None
        hours = self.touchstone.settings.cooldown_hours if settings.cooldown_hours is None else settings.cooldown_hours
        claims = tuple(entry.claim_id for entry in reply.entries)
        taken = (heard.server, heard.channel, heard.message, heard.author, claims, timedelta(hours=hours))
        return self.touchstone.answers.take(*taken, kind=kind, most=most)

    def is_full(self, channel: int, settings: ServerSettings) -> bool:
        """Tell whether a channel has had its cards for this hour: what would be a card is an offer then."""
        return self.touchstone.answers.is_full(channel, self.cards_per_hour(settings))

    def compose(
        self,
        finding: Finding,
        settings: ServerSettings,
        claims: tuple[str, ...] | None = None,
        *,
        requested: bool = False,
    ) -> Reply | None:
        """Return the answer in the server's language, about all claims that were found or about those that are named.

        `requested`: it is for somebody else than the author.
        """
        if claims is not None:
            finding = replace(finding, matches=tuple(each for each in finding.matches if each.claim in claims))
        language = chosen_language(settings.language, self.touchstone.settings.language, otherwise=finding.language)
        return self.touchstone.compose(finding, language, server=settings.server, requested=requested)

    def cards_per_hour(self, settings: ServerSettings) -> int:
        """Return how many cards a channel may get in an hour."""
        return self.touchstone.settings.cards_per_hour if settings.cards_per_hour is None else settings.cards_per_hour


def is_dispute(finding: Finding) -> bool:
    """Tell whether the message likely disputes a claim: nothing to answer, but the trends count it."""
    return finding.best is not None and finding.best.stance == "denies" and finding.best.score >= LIKELY


def action_in(mode: str, action: Action) -> Action:
    """Return what the bot does in a channel of this mode when the finding asks for `action`."""
    if mode == "hint":
        return "silent" if action == "silent" else "offer"
    return action if mode == "on" else "silent"


def chosen_language(*settings: Language | None, otherwise: Language) -> Language:
    """Return the first setting there is, or the language given where there is none or it says `auto`."""
    for setting in settings:
        if setting is not None:
            return otherwise if setting == "auto" else setting
    return otherwise
