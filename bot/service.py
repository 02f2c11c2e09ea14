"""The application: claim base, checker and texts under one roof, handed to every front end."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Self

from bot.reply import Composer, Reply
from bot.texts import Texts
from checks.base import IndexedBase, Overlay
from checks.checker import Checker
from checks.embedders import open_safe_embedder
from checks.embedders.embedder import SafeEmbedder
from checks.index import Segment
from checks.kept_index import KeptIndex
from checks.lexicon import Lexicon, SharedWords
from checks.model import Finding, KnownClaim, KnownWording
from checks.tuning import Tuning
from claims.base import ClaimBase, Clock, utc_now
from claims.exchange.chosen_packs import PackShelf, open_packs
from claims.packs.shipped_vectors import ShippedVectors
from claims.record import CitationRecord, ClaimRecord
from claims.store.claim_rows import NOTHING, Difference
from claims.store.revisions import read_hash_key
from claims.store.server_settings import ServerBook
from claims.store.vectors import KeptBytes, KeptVectors
from config.errors import UnknownClaimError
from config.languages import ByLanguage, Language, written_language
from config.settings import Settings, data_folder

# What is done with answers and by moderators is imported where it is first asked for: a check in the terminal does
# without, and half of the house is behind it.
if TYPE_CHECKING:
    from bot.explain import Quote
    from claims.answering.answers import AnswerBook, BudgetBook
    from claims.answering.corrections import Correction
    from claims.answering.traces import SightingBook, TraceBook
    from claims.documents.extraction import Extractor
    from claims.documents.fact_checkers import FactCheckers
    from claims.moderation.moderation import Moderation
    from claims.moderation.reports import FeedbackBook
    from claims.moderation.strength import Strength


def base_folder(base: ClaimBase) -> Path:
    """Return the folder in which an operator finds what belongs to the base: that of its file, where it has one."""
    return base.database.file.parent if base.database.file else data_folder()


def pack_shelf(base: ClaimBase) -> PackShelf:
    """Return the packs that can be named: the shipped ones, and those in `packs` beside the base."""
    return PackShelf(base_folder(base) / "packs")


@dataclass(frozen=True, slots=True)
class View:
    """The published claims as some servers see them, and the checker that holds exactly these."""

    claims: Mapping[str, ClaimRecord]
    checker: Checker


class _SeenClaims(Mapping[str, ClaimRecord]):
    """The claims as one server sees them: the shared ones, and what differs."""

    def __init__(self, shared: Mapping[str, ClaimRecord], difference: Difference) -> None:
        self._shared, self._difference = shared, difference
        self._own = {claim.id: claim for claim in difference.own}
        self.hidden = difference.hidden
        if difference.packs is not None:
            self.hidden = frozenset(claim.id for claim in shared.values() if not difference.sees(claim))

    def __getitem__(self, name: str) -> ClaimRecord:
        own = self._own.get(name)
        if own is not None:
            return own
        if name in self.hidden:
            raise KeyError(name)
        return self._difference.applied(self._shared[name])

    def __iter__(self) -> Iterator[str]:
        yield from (name for name in self._shared if name in self._own or name not in self.hidden)
        yield from (name for name in self._own if name not in self._shared)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class _KnownTo(Mapping[str, KnownClaim]):
    """The same claims as the checks know them."""

    def __init__(self, claims: Mapping[str, ClaimRecord]) -> None:
        self._claims = claims

    def __getitem__(self, name: str) -> KnownClaim:
        return self._claims[name].known

    def __iter__(self) -> Iterator[str]:
        return iter(self._claims)

    def __len__(self) -> int:
        return len(self._claims)


# Views of so many servers are kept put together, those that asked last; the others' are put together again in some
# milliseconds.
_PUT_TOGETHER = 64
# Of more claims than these, all are read again.
_READ_ONE_BY_ONE = 100


class Views:
    """Tells what each server sees, and reads from the base only what has changed.

    The shared claims are held and indexed once. Of a server only the difference is kept; its checker stands beside the
    shared one. Safe from any thread.
    """

    def __init__(self, base: ClaimBase, lexicon: Lexicon, tuning: Tuning, meaning: SafeEmbedder | None = None) -> None:
        self._base = base
        self._index = KeptIndex(lexicon, tuning, KeptBytes(base.database))
        self._meaning = meaning
        self._lexicon = lexicon
        self._tuning = tuning
        self._lock = Lock()
        self._revision = -1
        self._shared: View | None = None
        self._differences: dict[int, tuple[Difference, Segment] | None] = {}
        # Which of a server's own claims have changed since its difference was read.
        self._stale: dict[int, frozenset[str]] = {}
        self._views: OrderedDict[int, tuple[View, IndexedBase, View]] = OrderedDict()

    def of(self, server: int | None) -> View:
        """Return what the server sees (None: the shared claims); reads the base only after a change."""
        revision = self._base.database.newest().revision
        with self._lock:
            shared = self._shared
            if shared is None:
                if self._meaning is not None:
                    self._meaning.read_ahead()
                known = {claim.id: claim for claim in self._base.claims()}
                index = self._index.open(_known(known.values()))
                checker = Checker((), self._lexicon, self._tuning, self._meaning, base=index)
                shared = self._shared = View(known, checker)
                self._revision = revision
            elif revision != self._revision:
                shared = self._shared = self._caught_up(shared)
                self._revision = revision
            return shared if server is None else self._of_server(server, shared)

    def keep(self) -> None:
        """Keep the index, so that the next start need not read all wordings anew; nobody should wait for it."""
        with self._lock:
            self._index.keep()

    def _caught_up(self, shared: View) -> View:
        """Return the shared claims as they are now; what has changed for servers is read when these ask."""
        touched = self._base.touched(self._revision)
        for server, names in touched.servers.items():
            if server in self._differences:
                self._stale[server] = self._stale.get(server, frozenset()) | names
        if touched.shared is None:
            # A pack has come or gone, and with it what servers have made of its claims.
            self._differences, self._stale = {}, {}
            self._views.clear()
        if touched.shared is None or len(touched.shared) > _READ_ONE_BY_ONE:
            claims = {claim.id: claim for claim in self._base.claims()}
            changed = {*claims, *shared.claims}
        elif touched.shared:
            changed = touched.shared
            now = self._base.shared_claims(changed)
            claims = {name: claim for name, claim in shared.claims.items() if name in now or name not in changed} | now
        else:
            return shared
        put = [claims[name] for name in claims if name in changed and shared.claims.get(name) != claims[name]]
        gone = [name for name in changed if name in shared.claims and name not in claims]
        if put or gone:
            shared.checker.change(_known(put), gone)
        return View(claims, shared.checker)

    def _of_server(self, server: int, shared: View) -> View:
        if server not in self._differences or server in self._stale:
            self._differences[server] = self._difference(server, shared)
            self._stale.pop(server, None)
            self._views.pop(server, None)
        kept = self._differences[server]
        if kept is None:
            return shared
        base = shared.checker.base
        before = self._views.get(server)
        if before is not None and before[0] is shared and before[1] is base:
            self._views.move_to_end(server)
            return before[2]
        difference, own = kept
        claims = _SeenClaims(shared.claims, difference)
        is_set = difference.settings or difference.cut_off is not None
        overlay = Overlay(own, claims.hidden, _KnownTo(claims) if is_set else {})
        view = View(claims, shared.checker.beside(overlay))
        self._views[server] = shared, base, view
        while len(self._views) > _PUT_TOGETHER:
            self._views.popitem(last=False)
        return view

    def _difference(self, server: int, shared: View) -> tuple[Difference, Segment] | None:
        """Return what a server has of its own; of what was known before, only what has changed is read."""
        before, own = self._differences.get(server, (None, None)) or (NOTHING, None)
        found = self._base.difference(server, before, self._stale.get(server, ()))
        return None if found == NOTHING else (found, shared.checker.index_own(_known(found.own), own))


def _known(claims: Iterable[ClaimRecord]) -> list[KnownClaim]:
    return [claim.known for claim in claims]


def _spoken_claim(name: str, said: str) -> KnownClaim:
    """Return a statement as a claim with itself as the only wording."""
    language = written_language(said)
    return KnownClaim(name, "contested", ByLanguage({language: said}), (KnownWording(said, language),))


def _extractor(settings: Settings) -> "Extractor | None":
    """Return the language model that looks through documents; None where none is set up."""
    if not settings.extractor_url or not settings.extractor_model:
        return None
    from claims.documents.extraction import Extractor, ModelAddress  # noqa: PLC0415  (loads a client of HTTP)

    key = settings.extractor_key
    return Extractor(
        ModelAddress(
            settings.extractor_url,
            settings.extractor_model,
            key.get_secret_value() if key else "",
            most_tokens=settings.extractor_tokens,
            seconds=settings.extractor_timeout,
            price=settings.extractor_price,
            most_cost=settings.extractor_cost,
        )
    )


def whole_characters(text: str) -> str:
    """Return the text with lone surrogates, which no encoding holds, replaced by U+FFFD; pairs become one character."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class Touchstone:
    """One claim base with its checks and answers. Its methods are synchronous and safe to call from any thread."""

    def __init__(self, settings: Settings, base: ClaimBase) -> None:
        self.settings = settings
        self.base = base
        self._embedder = open_safe_embedder(settings, ShippedVectors(KeptVectors(base.database)), base_folder(base))
        self.encoder = "" if self._embedder is None else self._embedder.name
        self._lexicon = Lexicon.load()
        self._shared_words = SharedWords(self._lexicon)
        self._views = Views(base, self._lexicon, Tuning.load(settings.tuning_file), self._embedder)
        self._texts: dict[Language, Texts] = {}

    @classmethod
    def open(cls, settings: Settings, clock: Clock = utc_now) -> Self:
        """Open the claim base of the settings and load the packs in force, the shipped ones where nothing else is set.

        Raises DatabaseError, UnknownPackError, ImportRefusedError or TuningError, with the base closed again.
        """
        base = ClaimBase.open(settings.database_url, clock)
        try:
            return cls(settings, open_packs(base, pack_shelf(base), settings.packs))
        except BaseException:
            base.close()
            raise

    @cached_property
    def servers(self) -> ServerBook:
        """What the servers have set."""
        return ServerBook(self.base.database, lambda: self._hash_key, self.base.clock)

    @cached_property
    def answers(self) -> "AnswerBook":
        """Which messages have been answered, and with which cards."""
        from claims.answering.answers import AnswerBook  # noqa: PLC0415

        return AnswerBook(self.base, self._hash_key)

    @cached_property
    def budgets(self) -> "BudgetBook":
        """What servers were promised of how seldom they are answered."""
        from claims.answering.answers import BudgetBook  # noqa: PLC0415

        return BudgetBook(self.base)

    @cached_property
    def sightings(self) -> "SightingBook":
        """Which claims have been seen, without any text."""
        from claims.answering.traces import SightingBook  # noqa: PLC0415

        return SightingBook(self.base, self._hash_key)

    @cached_property
    def traces(self) -> "TraceBook":
        """What leads to people, and its end."""
        from claims.answering.traces import TraceBook  # noqa: PLC0415
        from claims.moderation.reports import take_back  # noqa: PLC0415

        return TraceBook(self.base, self._hash_key, before=take_back)

    @cached_property
    def feedback(self) -> "FeedbackBook":
        """What members say about cards."""
        from claims.moderation.reports import FeedbackBook  # noqa: PLC0415

        return FeedbackBook(self.base, self._hash_key)

    @cached_property
    def moderation(self) -> "Moderation":
        """What moderators do with the base: edits, queue, history, corrections, set-up."""
        from claims.moderation.moderation import Moderation  # noqa: PLC0415

        extractor = _extractor(self.settings)
        return Moderation(self.base, self._hash_key, self._lexicon, self.check, extractor=extractor)

    @cached_property
    def fact_checkers(self) -> "FactCheckers":
        """Whom `/check` may also ask, as far as the operator has set them up, and where a server has switched it on."""
        from claims.documents.fact_checkers import FactCheckers  # noqa: PLC0415  (loads a client of HTTP)

        return FactCheckers(self.settings.factcheck_google_key, self.settings.factcheck_cofacts)

    def likeness(self, text: str, statements: Sequence[str]) -> list[float]:
        """Return for each statement how sure it is that the text speaks of it, from 0 to 1, as for a claim of ours."""
        claims = [_spoken_claim(f"outside-{n}", said) for n, said in enumerate(statements) if said.strip()]
        like = self._views.of(None).checker
        scores: dict[str, float] = {}
        for claim in claims:
            # One by one: of claims that say the same, only the best would be named.
            best = Checker([claim], like=like).check(whole_characters(text)).best
            scores[claim.id] = best.score if best else 0.0
        return [scores.get(f"outside-{n}", 0.0) for n in range(len(statements))]

    def trial(self, claims: Iterable[ClaimRecord], server: int | None = None) -> View:
        """Return what the server would see with these claims, drafts too, in the place of those with the same ids."""
        seen = self._views.of(server)
        tried = {claim.id: claim for claim in claims}
        own = seen.checker.index_own(_known(tried.values()))
        return View({**seen.claims, **tried}, seen.checker.beside(Overlay(own)))

    def strength(
        self, claim: ClaimRecord, server: int | None = None, *, beside: Sequence[ClaimRecord] = ()
    ) -> "tuple[Strength, Mapping[str, ClaimRecord]]":
        """Return how strong a claim would be among those that the server sees and those beside it; all these by id."""
        from claims.moderation.strength import strength_of  # noqa: PLC0415

        view = self.trial([*beside, claim], server)
        return strength_of(claim, view.checker, self._lexicon), view.claims

    def warm(self) -> None:
        """Read all that the first check needs: every claim, and its meaning where there is an embedder.

        That takes seconds, far more on a busy machine: a bot that read it with its first message would answer too late.
        """
        claims = self.claims(None).values()
        said = (wording for claim in claims for wording in claim.wordings if wording.says)
        # What is read only where a message comes near a claim is read with one that does, in each language.
        for text in {wording.language: wording.text for wording in said}.values():
            self.check(text)
        self._views.keep()

    def claims(self, server: int | None) -> Mapping[str, ClaimRecord]:
        """Return the published claims as the server sees them, by id, from memory."""
        return self._views.of(server).claims

    def check(self, text: str, server: int | None = None) -> Finding:
        """Check one message against the claims that the server sees; half characters in it are read as unknown ones."""
        return self._views.of(server).checker.check(whole_characters(text))

    def check_in(self, home: int | None, text: str, server: int | None) -> Finding:
        """Check one message of a channel, with its cut-off where it has one of its own."""
        local = None if server is None or home is None else self.servers.local_cut_off(server, home)
        if local is None:
            return self.check(text, server)
        return self._views.of(server).checker.check(whole_characters(text), local)

    def compose(
        self, finding: Finding, language: Language | None = None, *, server: int | None = None, requested: bool = False
    ) -> Reply | None:
        """Return the reply to a checked message, or None where there is nothing to say.

        The language is the one given, else that of the settings, else the message's. `requested`: somebody asked for
        this check; then also a message that the bot leaves alone by itself is answered.
        """
        wanted = language or self._language(finding)
        return self._composer(wanted, server).compose(finding, requested=requested, most=self.settings.max_claims)

    def claim_reply(self, claim_id: str, language: Language, server: int | None = None) -> Reply:
        """Return what is known about a claim; raises UnknownClaimError."""
        composer = self._composer(language, server)
        if claim_id not in composer.claims:
            raise UnknownClaimError(claim_id)
        return composer.describe(claim_id)

    def corrected_reply(self, correction: "Correction", language: Language) -> Reply:
        """Return what a card that is out of date should say now; without its message, which is not kept."""
        from bot.explain import corrected_reply  # noqa: PLC0415

        find = self.moderation.corrections.withdrawal
        return corrected_reply(self._composer(language, correction.server), correction, find)

    def why(self, finding: Finding, claims: Mapping[str, ClaimRecord], texts: Texts, quote: "Quote") -> list[str]:
        """Return lines that say why the claims were found; the first call takes a second, for jieba's dictionary."""
        from bot.explain import why_lines  # noqa: PLC0415

        return why_lines(finding, claims, texts, self._shared_words.between, quote)

    def texts(self, language: Language) -> Texts:
        """Return the catalogue of a language; each is read once."""
        if language not in self._texts:
            self._texts[language] = Texts.open(language)
        return self._texts[language]

    def close(self) -> None:
        """Close the claim base."""
        self._views.keep()
        if self._embedder is not None:
            self._embedder.close()
        self.base.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @cached_property
    def _hash_key(self) -> bytes:
        # Made only when something is kept about a member: a check in the terminal leaves no key file behind.
        given = self.settings.hash_key.get_secret_value() if self.settings.hash_key else None
        return read_hash_key(given, base_folder(self.base), is_read_only=self.base.database.is_read_only)

    def _language(self, finding: Finding) -> Language:
        return finding.language if self.settings.language == "auto" else self.settings.language

    def _composer(self, language: Language, server: int | None) -> Composer:
        documents = {document.id: document for document in self.base.documents(server)}
        site, today = self.settings.public_url or "", self.base.clock().date()
        return Composer(self.claims(server), documents, self.texts(language), self._passage, today, site)

    def _passage(self, citation: CitationRecord) -> str | None:
        return self.base.passage(citation).text
