"""Everything that moderators do with a claim base, under one roof, for front ends."""

from functools import cached_property
from typing import TYPE_CHECKING

from checks.lexicon import Lexicon
from claims.answering.corrections import Corrections
from claims.base import ClaimBase
from claims.moderation.candidate_items import CandidateDesk, Check, ExtractionDesk, QueueDecisions
from claims.moderation.digest import DigestPostings, Digests
from claims.moderation.editor import ClaimView, DraftBook, Editor
from claims.moderation.examples import ExampleBook
from claims.moderation.first_draft import FirstDrafts
from claims.moderation.history import History, Undoing
from claims.moderation.labels import LabelBook, ShadowBook
from claims.moderation.queue import Queue
from claims.moderation.rights import Rights
from claims.moderation.server_setup import ClaimSettings, ExemptionBook, ServerSetup
from claims.moderation.sources import DocumentShelf, SourceBook

if TYPE_CHECKING:
    from claims.documents.extraction import Extractor
    from claims.documents.fetching import Fetched
    from claims.documents.upkeep import SourceWatch


class Moderation:
    """The desks of one base; each is synchronous, safe from any thread, and checks rights at every write."""

    def __init__(
        self,
        base: ClaimBase,
        hash_key: bytes,
        lexicon: Lexicon,
        check: Check,
        extractor: "Extractor | None" = None,
    ) -> None:
        """Set up the desks; `check` finds claims in a text as a server sees them, `extractor` is a language model."""
        self.rights = Rights(base)
        self.claims = ClaimView(base)
        self.editor = Editor(base)
        self.claim_settings = ClaimSettings(base)
        self.sources = SourceBook(base)
        self.shelf = DocumentShelf(base, lexicon)
        self._base, self._clock = base, base.clock
        self.queue = Queue(base, hash_key)
        self.decisions = QueueDecisions(base)
        self.first_drafts = FirstDrafts(base)
        self.candidates = CandidateDesk(base, lexicon, check)
        self.extraction = ExtractionDesk(base, lexicon, check, extractor)
        self.examples = ExampleBook(base, hash_key)
        self.history = History(base)
        self.undoing = Undoing(base)
        self.corrections = Corrections(base)
        self.shadow = ShadowBook(base, hash_key)
        self.labels = LabelBook(base, hash_key)
        self.drafts = DraftBook(base, hash_key)
        self.digests = Digests(base)
        self.digest_postings = DigestPostings(base)
        self.setup = ServerSetup(base)
        self.exemptions = ExemptionBook(base, hash_key)

    @cached_property
    def source_watch(self) -> "SourceWatch":
        """Looks after the pages of documents."""
        from claims.documents.upkeep import SourceWatch  # noqa: PLC0415  (loads a client of HTTP)

        return SourceWatch(self._base.database, self._clock, self._page_text)

    def _page_text(self, page: "Fetched") -> str:
        return self.shelf.read(page.data, page.name, page.charset, page.address).text
