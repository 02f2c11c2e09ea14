"""A base of known claims, indexed: an immutable snapshot that many checks share."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import accumulate, chain
from threading import Lock
from weakref import WeakKeyDictionary

import numpy as np

from checks.features import CharacterVectors, ClaimNames, Reader
from checks.index import Part, Parts, Segment, index_claims, joined, weigh
from checks.lexicon import Analysis, Counts, Lexicon, Spelling, Vocabulary, analyse_each
from checks.model import KnownClaim, KnownWording
from checks.scoring import Glance, Scorer
from checks.text import ClaimTexts, CleanText, bare, is_han
from checks.tuning import Gates, Tuning, Voices
from checks.words import Flags, give_back

# Titles of fewer different words count as wordings only where a claim has no other.
_LEAST_TITLE = 4


@dataclass(frozen=True)
class ReadClaim:
    """A claim with the readings of its wordings; the titles count as wordings too."""

    claim: KnownClaim
    wordings: tuple[tuple[KnownWording, Analysis], ...]
    voices: Voices
    points: tuple[Analysis, ...] = ()

    @property
    def is_sayable(self) -> bool:
        """Tell whether anything could match the claim."""
        return bool(self.voices.says)

    @cached_property
    def said(self) -> tuple[str, ...]:
        """Return the wordings that say the claim, as they are written."""
        return tuple(wording.text for wording in self.claim.wordings if wording.says)

    @cached_property
    def names(self) -> ClaimNames:
        """Return the names that the wordings use."""
        return ClaimNames.of(self.voices.says)

    @cached_property
    def indexed(self) -> tuple[tuple[KnownWording, Analysis], ...]:
        """Return the wordings that the index holds, in the order of its rows: all but the denials."""
        return tuple(each for each in self.wordings if not each[0].denies)


def read_claim(claim: KnownClaim, lexicon: Lexicon) -> ReadClaim:
    """Read all wordings of a claim; wordings without any term are left out."""
    titled = [KnownWording(text, language) for language, text in claim.title.items()]
    every = [*titled, *claim.wordings]
    readings = analyse_each([*(wording.text for wording in every), *claim.points], lexicon)
    both = list(zip(every, readings, strict=False))
    titles, wordings = both[: len(titled)], [each for each in both[len(titled) :] if each[1].words]
    # "Short sale" is a heading: every mention of the words would pass for the claim.
    least = _LEAST_TITLE if any(wording.says for wording, _ in wordings) else 1
    kept = (*(each for each in titles if len(each[1].words) >= least), *wordings)
    says = tuple(reading for wording, reading in kept if wording.says)
    denies = tuple(reading for wording, reading in kept if wording.denies)
    return ReadClaim(claim, kept, Voices(says, denies), tuple(readings[len(every) :]))


# Readings of so many wordings are kept: those of a base of ordinary size, and those in use of a large one.
_MOST_KEPT = 10_000


class Readings:
    """Readings of claims, each worked out when first asked for; those in use are kept. Safe from any thread."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Read by the lexicon."""
        self.lexicon = lexicon
        # Each with its claim, which lives as long as the reading is kept, so that no other one gets its number.
        self._kept: OrderedDict[int, tuple[KnownClaim, ReadClaim]] = OrderedDict()
        self._wordings = 0
        self._lock = Lock()

    def of(self, claim: KnownClaim) -> ReadClaim:
        """Return the reading of a claim."""
        with self._lock:
            kept = self._kept.get(id(claim))
            if kept is not None:
                self._kept.move_to_end(id(claim))
                return kept[1]
        read = read_claim(claim, self.lexicon)
        with self._lock:
            if id(claim) not in self._kept:
                self._kept[id(claim)] = claim, read
                self._wordings += len(read.wordings)
            while self._wordings > _MOST_KEPT and len(self._kept) > 1:
                self._wordings -= len(self._kept.popitem(last=False)[1][1].wordings)
        return read


@dataclass(frozen=True, slots=True)
class Overlay:
    """What a server has beside a base that it shares with others.

    Attributes:
        own: claims of its own, also in place of shared ones (`IndexedBase.index_own`).
        hidden: ids of shared claims that it does not see.
        settings: shared claims as the server sees them, which differ in settings alone (muted, cut-off), by id.
    """

    own: Segment | None = None
    hidden: frozenset[str] = frozenset()
    settings: Mapping[str, KnownClaim] = field(default_factory=dict[str, KnownClaim])


@dataclass(frozen=True, slots=True)
class _Shelf:
    """What all bases that come of one another share."""

    vocabulary: Vocabulary
    readings: Readings
    tuning: Tuning
    spellings: WeakKeyDictionary[Segment, Spelling] = field(default_factory=WeakKeyDictionary[Segment, Spelling])
    texts: WeakKeyDictionary[Segment, list[ClaimTexts]] = field(
        default_factory=WeakKeyDictionary[Segment, list[ClaimTexts]]
    )


@dataclass(frozen=True, slots=True)
class IndexParts:
    """All that an indexed base in one piece is made of; `texts` are those to embed, where they are at hand."""

    segment: Segment
    vocabulary: Vocabulary
    characters: CharacterVectors
    spelling: Spelling
    texts: list[ClaimTexts] | None


# What is set on more claims than this is put into their segment with the next joining, and all of it read anew.
_MOST_SET = 500
# A base of so few wordings is joined at each change; a larger one in the background.
_JOINED_AT_ONCE = 2_000
# Up to so many wordings all weights are worked out anew at each change, which takes some milliseconds; beyond, those of
# the large part stay as they are, until a share of the wordings has changed.
_WEIGHED_ANEW = 2_000
_LOOSE_SHARE = 0.125
# What a server has of its own is never joined: beyond a twentieth of all that it sees, its weights are its own.
_OWN_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class _Memory:
    """How much a base keeps of what it has worked out: weights of terms, and wordings taken apart."""

    weights: int = 50_000
    wordings: int = 2_000


# Of what one server sees, as much as a conversation needs.
_BESIDE = _Memory(5_000, 60)


@dataclass(frozen=True, slots=True)
class _Piece:
    """One segment of a base, which of its claims count (None: all), and what is set on them here."""

    segment: Segment
    alive: Flags | None = None
    settings: tuple[Mapping[str, KnownClaim], ...] = ()

    @property
    def living(self) -> Flags:
        return np.ones(len(self.segment.claims), dtype=bool) if self.alive is None else self.alive

    def claim(self, number: int) -> KnownClaim:
        """Return a claim with the settings that hold here."""
        claim = self.segment.claims[number]
        for each in self.settings:
            claim = each.get(claim.id, claim)
        return claim

    def claims(self) -> Iterator[KnownClaim]:
        return map(self.claim, np.flatnonzero(self.living).tolist())

    def set(self, settings: Mapping[str, KnownClaim]) -> "_Piece":
        """Return the piece with more settings of its claims."""
        *others, last = self.settings or ({},)
        return replace(self, settings=(*others, {**last, **settings})) if settings else self

    def without(self, ids: Iterable[str]) -> "_Piece":
        gone = self._numbers(ids)
        if not gone:
            return self
        alive = self.living.copy()
        alive[gone] = False
        return replace(self, alive=alive)

    def set_anew(self, claims: Mapping[str, KnownClaim]) -> dict[str, KnownClaim]:
        """Return those of the claims that stand here with the same texts: only their settings may differ."""
        here = (self.segment.claims[number] for number in self._numbers(claims))
        return {claim.id: claims[claim.id] for claim in here if claim.is_read_as(claims[claim.id])}

    def texts_of(self, ids: Iterable[str]) -> Iterator[str]:
        """Yield the folded wordings of claims that count."""
        for number in self._numbers(ids):
            yield from map(self.segment.texts.__getitem__, self.segment.rows_of(number))

    def _numbers(self, ids: Iterable[str]) -> list[int]:
        found = (self.segment.numbers.get(name) for name in ids)
        return [number for number in found if number is not None and (self.alive is None or self.alive[number])]


class IndexedBase:
    """Claims, indexed: an immutable snapshot. A change or a server's own claims make another one that shares the rest.

    In a base of more than 2,000 wordings, what the terms of the large part weigh is left as it was until the change is
    `joined`: at most an eighth of the wordings have changed since. Claims have a number each; there may be numbers of
    claims that are gone (`alive`).
    """

    def __init__(
        self,
        shelf: _Shelf,
        pieces: Sequence[_Piece],
        characters: CharacterVectors,
        before: "IndexedBase | None" = None,
        loose: float = _LOOSE_SHARE,
        memory: _Memory = _Memory(),
    ) -> None:
        """Put segments together; `before` is a base of the same first segments, whose weights may stay.

        They stay while at most a share of the wordings (`loose`) is not in them.
        """
        self._shelf, self._pieces, self._characters = shelf, pieces, characters
        living = [piece.segment.living_rows(piece.alive) for piece in pieces]
        self._rows = sum(living)
        self._loose = sum(living[1:]) + pieces[0].segment.rows - living[0]
        keep: dict[int, Part] = {}
        counts: Counts | None = None
        if before is not None and self._rows > _WEIGHED_ANEW and self._loose <= self._rows * loose:
            both = enumerate(zip(before.parts, pieces, strict=False))
            keep, counts = {n: part for n, (part, each) in both if part.segment is each.segment}, before.counts
        pairs = [(piece.segment, piece.alive) for piece in pieces]
        self.parts, weight = weigh(pairs, shelf.vocabulary, keep, counts, memory.weights)
        self.counts = weight.counts
        reader = Reader(weight, characters, memory.wordings, before.scorer.reader if before and before.scorer else None)
        self.scorer = Scorer(self.parts, shelf.vocabulary, reader, shelf.tuning) if self._rows else None
        self.first = [0, *accumulate(len(piece.segment.claims) for piece in pieces)]
        scripts = [piece.segment.in_scripts(piece.alive) for piece in pieces]
        self._all_han, self._all_latin = all(han for han, _ in scripts), all(latin for _, latin in scripts)
        if before is None and self._rows > _JOINED_AT_ONCE:
            give_back()

    @classmethod
    def of(
        cls, claims: Iterable[KnownClaim], lexicon: Lexicon, tuning: Tuning, readings: Readings | None = None
    ) -> "IndexedBase":
        """Read and index claims; the last one of an id counts. Readings that are kept save reading anew."""
        shelf = _Shelf(Vocabulary.empty(lexicon), readings or Readings(lexicon), tuning)
        known = {claim.id: claim for claim in claims}.values()
        segment = _index(known, shelf, is_kept=sum(len(claim.wordings) for claim in known) <= _MOST_KEPT)
        shelf.vocabulary.settled()
        return cls(shelf, [_Piece(segment)], CharacterVectors.of(segment.texts))

    @classmethod
    def of_parts(cls, parts: IndexParts, tuning: Tuning, readings: Readings) -> "IndexedBase":
        """Put a base together from what it is made of, which was worked out earlier."""
        shelf = _Shelf(parts.vocabulary, readings, tuning)
        shelf.spellings[parts.segment] = parts.spelling
        if parts.texts is not None:
            shelf.texts[parts.segment] = parts.texts
        return cls(shelf, [_Piece(parts.segment)], parts.characters)

    def whole(self, *, with_texts: bool) -> IndexParts:
        """Return what a base in one piece is made of."""
        parts = self._pieces[0].segment, self._shelf.vocabulary, self._characters, self.spelling
        return IndexParts(*parts, self.texts_of(parts[0]) if with_texts else None)

    @property
    def rows(self) -> int:
        """Return the number of wordings."""
        return self._rows

    @property
    def size(self) -> int:
        """Return the number of claims."""
        return self.scorer.size if self.scorer else 0

    @property
    def alive(self) -> Flags | None:
        """Return which numbers are of claims that count; None where all are."""
        if all(piece.alive is None for piece in self._pieces):
            return None
        return np.concatenate([piece.living for piece in self._pieces])

    @property
    def is_loose(self) -> bool:
        """Tell whether something is to be joined: more than what is set on some claims, which may stay as it is."""
        return self._loose > 0 or any(len(each) > _MOST_SET for piece in self._pieces for each in piece.settings)

    def claim(self, number: int) -> KnownClaim:
        """Return a claim with the settings that hold here."""
        place = self._place(number)
        return self._pieces[place].claim(number - self.first[place])

    def claims(self) -> Iterator[KnownClaim]:
        """Yield all claims, by number."""
        for piece in self._pieces:
            yield from piece.claims()

    def read(self, number: int) -> ReadClaim:
        """Return the reading of a claim."""
        piece, own = self._pieces[place := self._place(number)], number - self.first[place]
        read, claim = self._shelf.readings.of(piece.segment.claims[own]), piece.claim(own)
        return read if claim is read.claim else replace(read, claim=claim)

    def texts_of(self, segment: Segment) -> list[ClaimTexts]:
        """Return the texts to embed of all claims of a segment."""
        if (kept := self._shelf.texts.get(segment)) is not None:
            return kept
        read = map(self._shelf.readings.of, segment.claims)
        sides = ((each.voices.says, each.voices.denies, each.points) for each in read)
        return [ClaimTexts.of(*([one.text for one in side] for side in three)) for three in sides]

    @property
    def spelling(self) -> Spelling:
        """Return what mends slips of the hand by the words here; a segment's are collected once, when asked for."""
        return Spelling.together([self._spelling_of(piece.segment) for piece in self._pieces])

    def collect_words(self, in_turns: Callable[[Iterable[str]], Iterable[str]]) -> None:
        """Collect the words of a base in one piece, and go through its texts in turns."""
        self._spelling_of(self._pieces[0].segment, in_turns).alike("")

    def _spelling_of(self, segment: Segment, in_turns: Callable[[Iterable[str]], Iterable[str]] = iter) -> Spelling:
        kept = self._shelf.spellings.get(segment)
        if kept is None:
            denied = (claim for claim in segment.claims if claim.has_denials)
            read = (each for claim in denied for each in self._shelf.readings.of(claim).wordings)
            disputed = (reading.text for wording, reading in read if wording.denies)
            kept = Spelling(in_turns(chain(segment.texts, disputed)), self._shelf.readings.lexicon)
            self._shelf.spellings[segment] = kept
        return kept

    def is_far(self, heard: Glance, gates: Gates) -> bool:
        """Tell by words alone whether a message is far from every claim: most chat is, and no embedder is asked of it.

        Never where a claim has no wording in the message's language: words cannot tell then.
        """
        if self.scorer is None or (self._all_han if is_han(heard.message.text) else self._all_latin):
            return self.scorer is None or self.scorer.is_far(heard, gates)
        return False

    def said_verbatim(self, message: CleanText) -> int | None:
        """Return the number of the claim of which a message is a wording, word for word; None if it is none.

        Case, script, spaces and punctuation do not count; what is quoted as a whole is nobody's own word. Where claims
        share a wording, the first one keeps it.
        """
        if message.quoted and not bare(message.own):
            return None
        said = bare(message.text)
        for first, piece in zip(self.first, self._pieces, strict=False):
            segment, alive = piece.segment, piece.alive
            for row in segment.said(said):
                claim = int(segment.claim_of[row])
                if (alive is None or alive[claim]) and bare(segment.texts[row]) == said:
                    return first + claim
        return None

    def changed(self, put: Iterable[KnownClaim], gone: Iterable[str] = ()) -> "IndexedBase":
        """Return the base with some claims added or replaced, and without those whose ids are given."""
        added = {claim.id: claim for claim in put}
        known = [piece.set_anew(added) for piece in self._pieces]
        same = {name for each in known for name in each}
        fresh = [claim for name, claim in added.items() if name not in same]
        away = {*gone, *(name for name in added if name not in same)}
        left = [text for piece in self._pieces for text in piece.texts_of(away)]
        pieces = [piece.without(away).set(each) for piece, each in zip(self._pieces, known, strict=True)]
        if not (fresh or left):
            # The words and what they weigh are the same, and so is all that was worked out of them.
            made = copy(self)
            made._pieces = pieces  # noqa: SLF001  its own kind
            return made
        # What has changed since the base was joined stands in a few small segments, each larger than the next. What is
        # added takes in those that are no larger: however many changes follow, few claims are indexed again at each.
        taken, before = list[_Piece](), list[KnownClaim]()
        while len(pieces) > 1 and np.count_nonzero(pieces[-1].living) <= len(fresh) + len(before):
            taken.insert(0, pieces.pop())
            before[:0] = taken[0].claims()
        recent = _index(fresh, self._shelf, [(piece.segment, piece.living) for piece in taken])
        recent = replace(recent, claims=(*before, *recent.claims[len(before) :]))
        characters = self._characters.changed([*_Piece(recent).texts_of(claim.id for claim in fresh)], left)
        pieces += [_Piece(recent)] if recent.claims else []
        made = IndexedBase(self._shelf, pieces, characters, self)
        return made.joined() if made.is_loose and made._rows <= _JOINED_AT_ONCE else made

    def joined(self) -> "IndexedBase":
        """Return the base in one piece: what one built anew would be."""
        whole = joined([(piece.segment, piece.living) for piece in self._pieces])
        whole = replace(whole, claims=tuple(self.claims()))
        return IndexedBase(self._shelf, [_Piece(whole)], self._characters.folded())

    def beside(self, overlay: Overlay) -> "IndexedBase":
        """Return what a server sees: this base with the server's own claims and settings.

        How rare a sequence of letters is stays a matter of all shared claims, the hidden ones too.
        """
        own = overlay.own
        pieces = [piece.without([*overlay.hidden, *(own.numbers if own else ())]) for piece in self._pieces]
        # Not by its length, for which all claims may have to be gone through.
        if any(True for _ in overlay.settings):
            pieces = [replace(piece, settings=(*piece.settings, overlay.settings)) for piece in pieces]
        if own is None or not own.claims:
            return IndexedBase(self._shelf, pieces, self._characters, self, _OWN_SHARE, _BESIDE)
        left = [text for piece in self._pieces for text in piece.texts_of(own.numbers)]
        characters = self._characters.changed([*own.texts], left)
        return IndexedBase(self._shelf, [*pieces, _Piece(own)], characters, self, _OWN_SHARE, _BESIDE)

    def index_own(self, claims: Iterable[KnownClaim], before: Segment | None = None) -> Segment:
        """Read and index claims of a server's own, to be seen beside this base or one that comes of it.

        What the segment `before` holds of them is not read again.
        """
        known = {claim.id: claim for claim in claims}
        same = _Piece(before).set_anew(known) if before else {}
        if before is not None and len(same) == len(known) == len(before.claims):
            set_anew = tuple(map(same.__getitem__, before.numbers))
            return before if set_anew == before.claims else replace(before, claims=set_anew)
        beside = [(before, np.array([claim.id in same for claim in before.claims], dtype=bool))] if before else []
        fresh = (claim for name, claim in known.items() if name not in same)
        whole = _index(fresh, self._shelf, beside, is_kept=False)
        return replace(whole, claims=tuple(same.get(claim.id, claim) for claim in whole.claims))

    def _place(self, number: int) -> int:
        return next(n for n, first in enumerate(self.first[1:]) if number < first)


def _index(claims: Iterable[KnownClaim], shelf: _Shelf, beside: Parts = (), *, is_kept: bool = True) -> Segment:
    """Index the claims that have at least one positive wording, behind others; the readings are kept or not."""
    read = (shelf.readings.of(claim) if is_kept else read_claim(claim, shelf.readings.lexicon) for claim in claims)
    sayable = (
        (each.claim, [(reading, wording.negative) for wording, reading in each.indexed])
        for each in read
        if each.is_sayable
    )
    return index_claims(sayable, shelf.vocabulary, bare, beside)
