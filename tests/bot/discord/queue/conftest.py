"""A server whose clock stands still until a test moves it, with what waits put in by the claim base itself."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
import simcord.interactions

from bot.service import Touchstone
from claims.answering.traces import TraceBook
from claims.base import ClaimBase
from claims.documents.loading import SourceCheck
from claims.exchange.importing import load_pack
from claims.moderation.edits import EditTexts
from claims.moderation.queue import NewItem, put
from claims.moderation.rights import Actor
from tests.bot.discord.conftest import PACKS
from tests.bot.discord.world import World
from tests.claims.conftest import Clock

CRANE_CLAIM = "crane-built-1920"
FERRY_CLAIM = "ferry-closed-2030"


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def touchstone(settings, tmp_path, templates, clock):
    """The harbour's claims, none of them past its day."""
    base = ClaimBase.open(templates.copy("empty", tmp_path / "touchstone.db"), clock)
    load_pack(base, PACKS / "harbour.yaml")
    with Touchstone(settings, base) as opened:
        for claim in base.claims():
            opened.moderation.editor.edit(Actor.operator(), claim.id, None, EditTexts(review_by="2027-01-01"))
        yield opened


@dataclass
class Waiting:
    """Puts things into the queue as members and documents do; each returns the item's number."""

    world: World

    @property
    def queue(self):
        return self.world.touchstone.moderation.queue

    @property
    def chief(self) -> Actor:
        return Actor(self.world.chief.id, self.world.guild.id, can_manage_server=True)

    def items(self, kind=None):
        return self.queue.items(self.chief, kind=kind, size=100).items

    def newest(self) -> int:
        return max(item.id for item in self.items())

    def proposal(self, text="The crane sings at night", claim=CRANE_CLAIM, note="") -> int:
        assert self.queue.propose(Actor(self.world.alice.id, self.world.guild.id), text, claim, None, note)
        return self.newest()

    def candidate(self) -> int:
        payload = {"title_en": "The quay sinks", "title_zh": "码头在下沉", "source": "yearbook, page 9"}
        base = self.world.touchstone.base
        with base.database.writing() as session:
            assert put(session, NewItem(self.world.guild.id, "candidate", "yearbook/9", payload=payload), base.clock())
        return self.newest()

    async def near(self, text="ferry quiet today, so it seems", channel=None) -> int:
        said = await self.world.bob.send(channel or self.world.channel, text)
        assert self.queue.note_near_miss(
            self.world.guild.id, said.channel.id, said.id, self.world.bob.id, FERRY_CLAIM, 0.41
        )
        return self.newest()

    def stale(self, clock) -> int:
        self.world.touchstone.moderation.editor.edit(
            self.chief, FERRY_CLAIM, None, EditTexts(review_by=(clock.now - timedelta(days=2)).date().isoformat())
        )
        return self.newest()

    def source(self, state: str, passages=(), found_at: str = "") -> int:
        """Let the page of a document that a claim cites be in a state, as the last check has found it."""
        base = self.world.touchstone.base
        (cited,) = {(c.document, c.start, c.end) for p in base.claim(CRANE_CLAIM).points[:1] for c in p.citations}
        found = [
            {"start": cited[1], "end": cited[2], "outcome": outcome, "was": was, "now": now}
            for outcome, was, now in passages
        ]
        address = "https://harbour.example/yearbook"
        with base.database.writing() as session:
            session.add(
                SourceCheck(
                    document=cited[0], address=address, text_sha256="", state=state, since=base.clock(),
                    next_at=base.clock(), failures=0, status=404 if state == "dead" else 200,
                    found_at=found_at, etag="", modified="", marks=[], passages=found,
                )
            )  # fmt: skip
        return self.newest()

    async def reported(self, times=1, kind="not-said") -> int:
        card = await self.world.card()
        for member in range(times):
            self.world.touchstone.feedback.act(self.world.guild.id, card.channel.id, CRANE_CLAIM, card.id, member, kind)
        return self.newest()

    def decided(self, number: int):
        """Return what the history says of the newest revision, or None where it is not about this item."""
        (newest,) = self.world.touchstone.moderation.history.page(self.chief, most=1).entries
        about = [change.after for change in newest.changes if change.subject == str(number)]
        return (newest.act, about[0]["decision"]) if about else None

    def forget(self) -> None:
        """Let the author of all that alice has proposed be forgotten, and the proposals with her."""
        TraceBook(self.world.touchstone.base, b"key of the tests").forget(self.world.alice.id)


@pytest.fixture
def waiting(world):
    return Waiting(world)


@pytest.fixture
def without_rights(monkeypatch):
    """From the call on, nobody has any right, whatever Discord said before."""
    plain = simcord.interactions.base_payload

    def take():
        def payload(*args: object, **more: object):
            record, made = plain(*args, **more)
            made["member"]["permissions"] = "0"
            return record, made

        monkeypatch.setattr(simcord.interactions, "base_payload", payload)

    return take
