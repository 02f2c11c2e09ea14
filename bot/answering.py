"""Whether a message is answered and with what, the same for every front end that reads along.

A front end hears a message, has it checked, and asks here what follows: `action`, `note`, `afford`, `take`, `compose`.
It writes to people what comes back, tells the answer book (`claims/answering/answers.py`) what became of that, and
moderators what `is_news` and `report` want told. All of this blocks: call it in a thread.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.reply import LIKELY, Reply
from bot.service import Touchstone
from checks.model import Action, Finding
from claims.answering.answers import AnswerKind, AnswerRecord
from claims.moderation.labels import LabelledReply
from claims.record import ClaimRecord
from claims.store.freshness import Newest
from claims.store.server_settings import ServerSettings
from config.languages import Language


@dataclass(frozen=True, slots=True)
class Heard:
    """Where a message stands and whose it is: `channel` and `message` together name it, and no text is kept.

    `home`: the channel to which a thread belongs.
    """

    server: int
    channel: int
    message: int
    author: int
    home: int = 0


@dataclass(frozen=True, slots=True)
class Composed:
    """An answer, what it shows of each claim (as fingerprints), and how the base was of which it was made."""

    reply: Reply
    shows: Mapping[str, str]
    as_of: Newest


@dataclass(frozen=True, slots=True)
class Taken:
    """A message taken for an answer: the claims that may be answered now, and whether as a reply or as an offer.

    Without claims it stays without an answer. `composed` is the answer where it is about all claims that were found;
    else, and where the base has changed since, the method of this name writes it.
    """

    kind: AnswerKind
    claims: tuple[str, ...] = ()
    composed: Composed | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """An answer that stands, for the moderators' eyes: its claims with their scores and labels, and those by id."""

    record: AnswerRecord
    replies: Sequence[LabelledReply]
    claims: Mapping[str, ClaimRecord]


@dataclass(frozen=True, slots=True)
class Answerer:
    """Decides what a checked message leads to, writes down what was seen, and takes messages for answers."""

    touchstone: Touchstone

    def action(self, finding: Finding, mode: str) -> Action:
        """Return what the bot does in a channel of this mode when the finding asks for its action."""
        if mode == "hint":
            return "silent" if finding.action == "silent" else "offer"
        return finding.action if mode == "on" else "silent"

    def note(self, heard: Heard, finding: Finding, mode: str, action: Action, *, is_new: bool = True) -> None:
        """Keep what was seen and done: ids and scores, no text; a near miss goes into the moderators' queue.

        May be called again where the base failed in between, and after an edit (not `is_new`): no message counts twice.
        """
        touchstone, place = self.touchstone, (heard.server, heard.channel, heard.message, heard.author)
        # Asked first, because it may fail: whatever is counted below must be counted once.
        has_budget = touchstone.servers.settings(heard.server).budget is not None
        if not finding.matches:
            pass
        elif finding.action != "silent" or is_dispute(finding):
            touchstone.sightings.record(*place, finding, action)
        elif near := finding.near_miss(touchstone.settings.near_miss_share):
            touchstone.moderation.queue.note_near_miss(*place, near.claim, near.score)
        # Last, because these add to counts; the others are written over.
        if mode == "shadow" and (is_new or finding.action != "silent"):
            touchstone.moderation.shadow.note(*place, finding, heard.home, new=is_new)
        if has_budget and is_new:
            touchstone.budgets.read(heard.server)

    def afford(self, settings: ServerSettings) -> AnswerKind:
        """Take one reply out of the server's budget; where that is used up, what would be one is an offer.

        A reply that was allowed and is not given after all goes back with `unsaid`.
        """
        budget = settings.budget
        if budget is None or self.touchstone.budgets.spend(settings.server, budget):
            return "reply"
        return "offer"

    def unsaid(self, settings: ServerSettings) -> None:
        """Put a reply back into the budget, because nothing was said."""
        if settings.budget is not None:
            self.touchstone.budgets.give_back(settings.server)

    def is_news(self, settings: ServerSettings) -> bool:
        """Tell whether moderators are to hear that the budget is used up: once a day."""
        return self.touchstone.budgets.tell(settings.server)

    def take(
        self, heard: Heard, finding: Finding, settings: ServerSettings, kind: AnswerKind, as_of: Newest | None = None
    ) -> Taken:
        """Take the message for one answer, unless it was taken before or all of its claims are cooling down here.

        What would be a reply is an offer where the channel has had its cards for this hour, or the author has taken
        answered claims back again and again. `as_of`: how the base was before the message was checked.
        """
        composed = self.composed(finding, settings, as_of=as_of)
        if composed is None:
            return Taken(kind)
        named = tuple(entry.claim_id for entry in composed.reply.entries)
        message = (heard.server, heard.channel, heard.message, heard.author, named, self.cooldown(settings))
        answers, most = self.touchstone.answers, self.cards_per_hour(settings)
        if kind == "reply":
            claims = answers.take(*message, most=most)
            is_held_back = not claims and (
                answers.is_full(heard.channel, most) or answers.retracts(heard.server, heard.author)
            )
            if not is_held_back:
                return Taken(kind, claims, composed if claims == named else None)
        return Taken("offer", answers.take(*message, kind="offer"))

    def composed(
        self,
        finding: Finding,
        settings: ServerSettings,
        claims: tuple[str, ...] | None = None,
        *,
        requested: bool = False,
        as_of: Newest | None = None,
    ) -> Composed | None:
        """Return what `compose` does, with what it shows, as of now or of the moment that is given."""
        as_of = as_of or self.touchstone.base.database.newest()
        # Before: what is changed while the answer is written has the card drawn once more, and never once too few.
        shows = self.touchstone.answers.shows(settings.server, [match.claim for match in finding.matches])
        reply = self.compose(finding, settings, claims, requested=requested)
        return reply and Composed(reply, {entry.claim_id: shows[entry.claim_id] for entry in reply.entries}, as_of)

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

    def cooldown(self, settings: ServerSettings) -> timedelta:
        """Return how long a claim that was answered in a channel is not answered there again."""
        hours = self.touchstone.settings.cooldown_hours if settings.cooldown_hours is None else settings.cooldown_hours
        return timedelta(hours=hours)

    def cards_per_hour(self, settings: ServerSettings) -> int:
        """Return how many cards a channel may get in an hour."""
        return self.touchstone.settings.cards_per_hour if settings.cards_per_hour is None else settings.cards_per_hour

    def report(self, server: int, channel: int, message: int) -> Report | None:
        """Return what moderators are told of an answer; None where they do not want that, or where no card stands."""
        settings, touchstone = self.touchstone.servers.settings(server), self.touchstone
        if settings.moderators_channel is None or not settings.answer_log:
            return None
        record = touchstone.answers.answer(channel, message)
        if record is None or record.card_message is None:
            return None
        replies = touchstone.moderation.labels.of_answer(server, channel, message)
        claims = touchstone.claims(server)
        return Report(record, replies, {each.claim: claims[each.claim] for each in replies if each.claim in claims})


def is_dispute(finding: Finding) -> bool:
    """Tell whether the message likely disputes a claim: nothing to answer, but the trends count it."""
    return finding.best is not None and finding.best.stance == "denies" and finding.best.score >= LIKELY


def chosen_language(*settings: Language | None, otherwise: Language) -> Language:
    """Return the first setting there is, or the language given where there is none or it says `auto`."""
    for setting in settings:
        if setting is not None:
            return otherwise if setting == "auto" else setting
    return otherwise
