"""One run over the cards that are out of date: newest first, one at a time, after the live answers."""

import asyncio
import logging
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.discord.corrections.redraw import Outcome, edit_card
from claims.corrections import Correction

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Run:
    """Edits until nothing is left or `stop` is set; what it has done is in the claim base after each card.

    `pause`: seconds between two cards. `edited`: how many cards of each server have been edited so far; `left`: cards
    for which trying again later may help.
    """

    bot: "TouchstoneBot"
    stop: asyncio.Event
    pause: float
    edited: Counter[int] = field(default_factory=Counter[int])
    left: set[int] = field(default_factory=set[int])
    _gone: int = 0
    _refusing: set[int] = field(default_factory=set[int])
    _revision: int = -1
    _waiting: deque[Correction] = field(default_factory=deque[Correction])

    async def begin(self) -> bool:
        """Look for cards; returns whether there are any."""
        await self._refresh()
        return bool(self._waiting)

    async def go(self) -> None:
        """Edit one card after the other; a claim that changes meanwhile is seen before the next card."""
        _log.info("Corrections: %d cards to edit", len(self._waiting))
        while not self.stop.is_set():
            await self._refresh()
            if not self._waiting:
                break
            await self.bot.watch.finish()
            correction = self._waiting.popleft()
            self._note(correction, await edit_card(self.bot, correction))
            await self._rest()
        counts = (self.edited.total(), self._gone, len(self.left))
        _log.info("Corrections: %d cards edited, %d gone, %d left for later", *counts)

    def _note(self, correction: Correction, outcome: Outcome) -> None:
        match outcome:
            case "edited":
                self.edited[correction.server] += 1
            case "later":
                self.left.add(correction.card_message)
            case "gone":
                self._gone += 1
            case "refused":
                # Many refused requests would get the bot banned: the channel's other cards wait for another run.
                self._gone += 1
                self._refusing.add(correction.channel)
                self.left |= {each.card_message for each in self._waiting if each.channel == correction.channel}
                self._waiting = deque(each for each in self._waiting if each.channel != correction.channel)

    async def _refresh(self) -> None:
        """Read the cards anew where the base has changed since."""
        revision = await asyncio.to_thread(lambda: self.bot.touchstone.base.revision)
        if revision == self._revision:
            return
        self._revision = revision
        pending = await asyncio.to_thread(self.bot.touchstone.moderation.corrections.pending)
        self.left |= {each.card_message for each in pending if each.channel in self._refusing}
        self._waiting = deque(each for each in pending if each.card_message not in self.left)

    async def _rest(self) -> None:
        """Wait between two cards, or until the bot closes."""
        try:
            async with asyncio.timeout(self.pause):
                await self.stop.wait()
        except TimeoutError:
            return
