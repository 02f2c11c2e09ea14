"""Measure labelled messages against their packs, as the check does, for the fit of the decision."""

import hashlib
import pickle
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from checks.base import IndexedBase
from checks.embedders.embedder import SafeEmbedder, Vector, Vectors
from checks.embedders.semantic import SemanticEmbedder
from checks.lexicon import Lexicon, analyse
from checks.matching import Look, StanceReadings, stance_measures, topic_measures
from checks.meaning import Meaning, Nearness
from checks.model import KnownClaim, WordingList
from checks.stance import StanceReader
from checks.stance.cues import ToneReader
from checks.tuning import DisputeTuning, Tuning
from tests.evaluation.packs import Row

_BY_MEANING = 8
# So many candidates of a message without a claim are fitted to; the labelled ones always are.
_SEEN = 2
_SHOWN = 3
_BATCH = 256


@dataclass(frozen=True, slots=True)
class Pair:
    """One message held against one claim: its measures, and what the label says of the two.

    `rank` is the place of the claim by words (0: first). `stance` and `turns` are empty where the pair is not read, or
    too far to be fitted to.
    """

    pack: str
    row: Row
    claim: str
    label: str
    rank: int
    topic: dict[str, float]
    stance: dict[str, float]
    turns: frozenset[str]
    stretch: Vector
    wording: Vector

    @property
    def is_fitted(self) -> bool:
        """Tell whether the stance model is fitted to the pair."""
        return self.label != "other" or (self.rank < _SEEN and not self.row.claims and not self.row.mentions)


class Measurer:
    """Measures messages; what was measured is kept in a folder, by a hash of everything that it rests on."""

    def __init__(self, folder: Path) -> None:
        """Load the readers; `folder` is made where it is missing."""
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.lexicon, self.tuning = Lexicon.load(), Tuning.load()
        self.source = SafeEmbedder(SemanticEmbedder())
        self.stances = StanceReader.load(self.lexicon.folder, self.lexicon.tokenizer)
        self.tone = ToneReader(self.lexicon.tokenizer.stem)
        self.dispute = DisputeTuning.load()

    def pairs(
        self, pack: str, claims: Sequence[KnownClaim], rows: Sequence[Row], *, is_read: bool = True
    ) -> list[Pair]:
        """Return the pairs of all rows; measured once for these claims and rows.

        `is_read` False leaves out what the author does with a claim: such pairs tell claims apart, and the topic.
        """
        key = hashlib.sha256(repr((claims, rows)).encode("utf-8", "surrogatepass")).hexdigest()[:16]
        kept = self.folder / f"{pack}-{key}.pickle"
        if kept.exists():
            return pickle.loads(kept.read_bytes())  # noqa: S301  written here, by this program
        found: list[Pair] = []
        for some, said in self._apart(claims, rows):
            base = IndexedBase.of(some, self.lexicon, self.tuning)
            meaning = Meaning.of(base, self.source)
            assert meaning is not None
            found += [pair for row in said for pair in self._of(pack, row, base, meaning, is_read=is_read)]
        kept.write_bytes(pickle.dumps(found))
        return found

    def _apart(
        self, claims: Sequence[KnownClaim], rows: Sequence[Row]
    ) -> Iterable[tuple[Sequence[KnownClaim], Sequence[Row]]]:
        """Yield claims with the messages to hold against them.

        A message that a pack has taken up among its wordings would find itself: half of such messages at a time are
        held against claims that have the other half alone.
        """
        taken_up = self.taken_up(claims, rows)
        found = set(taken_up)
        for half in (taken_up[::2], taken_up[1::2]):
            if half:
                texts = {self._fold(row.text) for row in half}
                yield [self._without(claim, texts) for claim in claims], half
        yield claims, [row for row in rows if row not in found]

    def taken_up(self, claims: Sequence[KnownClaim], rows: Sequence[Row]) -> list[Row]:
        """Return the messages that stand among the wordings, in whichever script and punctuation."""
        own = {self._fold(wording.text) for claim in claims for wording in claim.wordings}
        return [row for row in rows if self._fold(row.text) in own]

    def _without(self, claim: KnownClaim, texts: set[str]) -> KnownClaim:
        return replace(
            claim, wordings=WordingList(each for each in claim.wordings if self._fold(each.text) not in texts)
        )

    def _fold(self, text: str) -> str:
        return self.lexicon.folder.fold(text.strip())

    def nearest(self, claims: Sequence[KnownClaim], texts: Sequence[str], vectors: Vectors, most: int) -> list[str]:
        """Return the texts that come nearest to any of the claims in meaning; `vectors` are those of the texts."""
        meaning = Meaning.of(IndexedBase.of(claims, self.lexicon, self.tuning), self.source)
        assert meaning is not None
        best = meaning.parts[0].says.similarities(vectors)[:-1].max(axis=0)
        return [texts[i] for i in np.argsort(-best)[:most]]

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of whole texts."""
        embedder = SemanticEmbedder()
        folded = [analyse(text, self.lexicon).text or " " for text in texts]
        return np.vstack([embedder.embed(folded[i : i + _BATCH]) for i in range(0, len(folded), _BATCH)])

    def _of(self, pack: str, row: Row, base: IndexedBase, meaning: Meaning, *, is_read: bool) -> Iterable[Pair]:
        message = analyse(row.text, self.lexicon, base.spelling)
        if base.scorer is None or not message.words:
            return
        nearness = meaning.nearness(message, self.source)
        assert nearness is not None
        scan = self.stances.scan(message.text)
        for rank, each in enumerate(base.scorer.close_look(message, nearness.nearest_claims(_BY_MEANING))):
            look = Look(message, each, base, base.scorer, nearness)
            claim = look.read.claim.id
            label = row.stance if claim in row.claims else "mentions" if claim in row.mentions else "other"
            topic = topic_measures(look, nearness)
            stance: dict[str, float] = {}
            turns: frozenset[str] = frozenset()
            if is_read and (label != "other" or rank < _SHOWN):
                readings = StanceReadings.of(look, nearness, self.stances)
                stance = stance_measures(look, nearness, readings, scan, self.dispute)
                turns = frozenset(self._turns(look, nearness))
            yield Pair(
                pack, row, claim, label, rank, topic, stance, turns,
                nearness.vector(each.claim), nearness.wording(each.claim)[1],
            )  # fmt: skip

    def _turns(self, look: Look, nearness: Nearness) -> set[str]:
        claim = look.candidate.claim
        span = nearness.span(claim)
        wording, _ = nearness.wording(claim)
        return self.tone.turns(look.message.text, span, nearness.stretches.around(span), wording)
