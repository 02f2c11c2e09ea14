"""Everything that moderators do with a claim base, under one roof, for front ends."""

from datetime import timedelta

from checks.lexicon import Lexicon
from claims.base import ClaimBase, Clock
from claims.candidates import CandidateDesk, Check
from claims.claim_view import ClaimView
from claims.corrections import Corrections
from claims.digest import Digests
from claims.digest_postings import DigestPostings
from claims.drafts import DraftBook
from claims.editing import Editor
from claims.examples import ExampleBook
from claims.overrides import ClaimSettings
from claims.queue import Queue
from claims.queue_decisions import QueueDecisions
from claims.revisions import History
from claims.rights import Rights
from claims.server_setup import ServerSetup
from claims.shadow import ShadowBook
from claims.sources import SourceBook
from claims.undoing import Undoing


class Moderation:
    """The desks of one base; each is synchronous, safe from any thread, and checks rights at every write."""

    def __init__(
        self, base: ClaimBase, hash_key: bytes, lexicon: Lexicon, check: Check, clock: Clock | None = None
    ) -> None:
        """Set up the desks; `check` finds claims in a text as a server sees them."""
        self.rights = Rights(base)
        self.claims = ClaimView(base)
        self.editor = Editor(base)
        self.claim_settings = ClaimSettings(base)
        self.sources = SourceBook(base)
        self.queue = Queue(base, hash_key, clock)
        self.decisions = QueueDecisions(base)
        self.candidates = CandidateDesk(base, lexicon, check, clock)
        self.examples = ExampleBook(base, hash_key, clock)
        self.history = History(base)
        self.undoing = Undoing(base)
        self.corrections = Corrections(base, clock)
        self.shadow = ShadowBook(base, hash_key, clock)
        self.drafts = DraftBook(base, hash_key, clock)
        self.digests = Digests(base, clock)
        self.digest_postings = DigestPostings(base, clock)
        self.setup = ServerSetup(base)

    def purge(self, older_than: timedelta) -> int:
        """Drop what is kept for a time only: decided and unseen items, shadow matches; return how many went."""
        return self.queue.purge(older_than) + self.shadow.purge(older_than)
