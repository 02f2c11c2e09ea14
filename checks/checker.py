"""The check of one message: clean, find candidates by words and by meaning, read them closely, decide."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from checks.base import IndexedBase, ReadClaim, read_claim
from checks.lexicon import Analysis, Lexicon, analyse
from checks.matching import MOST_MATCHES, Look, MatchReader
from checks.meaning import Meaning, MeaningSource, Nearness
from checks.model import Action, Finding, KnownClaim, LocalCutOff, Match
from checks.scoring import Candidate
from checks.text import count_han, language_of
from checks.tuning import Tuning

_LEAST_WORDS = 4
_LEAST_WORDS_BY_MEANING = 3
_LEAST_HAN = 2
_LEAST_OWN_WORDS = 3
# So many claims are looked at that come near in meaning, beside those that come near by words.
_CLAIMS_BY_MEANING = 8


class Checker:
    """Checks messages against the claims it holds; a check reads one snapshot, so that changes never disturb it."""

    def __init__(
        self,
        claims: Iterable[KnownClaim],
        lexicon: Lexicon | None = None,
        tuning: Tuning | None = None,
        meaning: MeaningSource | None = None,
        *,
        like: "Checker | None" = None,
    ) -> None:
        """Read and index the claims; lexicon and tuning are the shipped ones unless given.

        `meaning` is an embedder to ask where a claim is near. `like` is a checker with the same lexicon, whose readings
        of unchanged claims are taken over: after a change that saves nearly all the work.
        """
        self.lexicon = like.lexicon if like else lexicon or Lexicon.load()
        self.tuning = like.tuning if like else tuning or Tuning.load()
        self._source = like._source if like else meaning  # noqa: SLF001  its own kind
        self._reader = like._reader if like else MatchReader(self.lexicon, self.tuning.meaning)  # noqa: SLF001
        self._index({claim.id: self._read_again(claim, like._read if like else {}) for claim in claims})  # noqa: SLF001

    @property
    def encoder(self) -> str:
        """Return the id of the embedder that is asked; "" where words alone decide."""
        return "" if self._source is None else self._source.name

    def update(self, claim: KnownClaim) -> None:
        """Add the claim, or replace it where it is known."""
        self._index({**self._read, claim.id: read_claim(claim, self.lexicon)})

    def remove(self, claim_id: str) -> None:
        """Forget the claim; unknown ids are ignored."""
        if claim_id in self._read:
            self._index({known: read for known, read in self._read.items() if known != claim_id})

    def check(self, text: str, local: LocalCutOff | None = None) -> Finding:
        """Return the finding for one message; any string is taken, of which the first 4,000 characters are read."""
        base = self.base
        # Half a character, as JSON may hold it, is read by no table.
        text = text.encode("utf-8", "ignore").decode("utf-8")
        language = language_of(text, self.lexicon.folder)
        message = analyse(text, self.lexicon, base.spelling)
        candidates, nearness = self._candidates(message, base)
        if nearness is None:
            candidates = _worth_reading(message, candidates, base)
        matches = self._reader.read(message, text, base, candidates, nearness, local)
        if nearness is None:
            matches.sort(key=lambda match: -match.score)
        least = _LEAST_WORDS if nearness is None else _LEAST_WORDS_BY_MEANING
        return Finding(text, language, _overall(matches, message, least), tuple(_set_apart(matches)))

    def ranking(self, text: str) -> list[str]:
        """Return the ids of the claims that a check of the message looks at, in its order: the likeliest first."""
        base, found, nearness, looks = self._looked_at(text)
        if nearness is not None:
            found = [look.candidate for look, _ in self._reader.ranked(looks, nearness, None)]
        return [base.claims[each.claim].claim.id for each in found]

    def said_verbatim(self, text: str) -> str | None:
        """Return the id of the claim of which a message repeats a wording, and nothing beside; None if it does not."""
        row = self.base.said_verbatim(analyse(text, self.lexicon))
        if row is None or self.base.scorer is None:
            return None
        return self.base.claims[self.base.scorer.index.wordings[row].claim].claim.id

    def surest(self, text: str) -> tuple[str, float]:
        """Return the claim on top, and how surely the message speaks of it, whatever its author does with it.

        The higher the surer, on a scale of its own with an embedder and on another one without; ("", -infinity) where
        no claim comes near.
        """
        base, found, nearness, looks = self._looked_at(text)
        if base.scorer is None or not found:
            return "", -math.inf
        if nearness is None:
            return base.claims[found[0].claim].claim.id, base.scorer.model.probability(found[0].evidence.features())
        look, sureness = self._reader.surest(looks, nearness)
        return look.read.claim.id, sureness

    def _looked_at(self, text: str) -> tuple[IndexedBase, list[Candidate], Nearness | None, list[Look]]:
        base = self.base
        message = analyse(text, self.lexicon, base.spelling)
        found, nearness = self._candidates(message, base)
        if base.scorer is None:
            return base, found, nearness, []
        return (
            base,
            found,
            nearness,
            [Look(message, each, base.claims[each.claim], base.scorer, nearness) for each in found],
        )

    def _candidates(self, message: Analysis, base: IndexedBase) -> tuple[list[Candidate], Nearness | None]:
        """Return the claims that are worth a look, the nearest by words first, and how near they come in meaning."""
        scorer = base.scorer
        if scorer is None or not message.words:
            return [], None
        row = base.said_verbatim(message)
        if row is None and self._source is not None and base.is_far(message, self._reader.gates):
            return [], None
        said = [] if row is None else [scorer.index.wordings[row].claim]
        nearness = self._nearness(message, base)
        if nearness is not None:
            return scorer.close_look(message, [*said, *nearness.nearest_claims(_CLAIMS_BY_MEANING)]), nearness
        found = scorer.candidates(message)
        if not {each.claim for each in found}.issuperset(said):
            found += [each for each in scorer.close_look(message, said) if each.claim in said]
        return found, None

    def _index(self, read: Mapping[str, ReadClaim]) -> None:
        self._read = read
        self._vectors: Meaning | None = None
        self.base = IndexedBase(read, self.lexicon, self.tuning)
        if self._source is not None:
            self._vectors = Meaning.of(self.base, self._source)

    def _read_again(self, claim: KnownClaim, known: Mapping[str, ReadClaim]) -> ReadClaim:
        before = known.get(claim.id)
        return before if before is not None and before.claim == claim else read_claim(claim, self.lexicon)

    def _nearness(self, message: Analysis, base: IndexedBase) -> Nearness | None:
        """Ask the embedder; None without one, or while it is out of order."""
        if self._source is None:
            return None
        # Another thread may have changed the base since this check began: vectors count for the snapshot they are of.
        kept = self._vectors
        if kept is None or kept.base is not base:
            kept = self._vectors = Meaning.of(base, self._source)
        return kept.nearness(message, self._source) if kept is not None else None


def _worth_reading(message: Analysis, candidates: Sequence[Candidate], base: IndexedBase) -> list[Candidate]:
    """Return the first candidate where it is near, further ones where they may be answered, and what is said verbatim.

    Most chat comes near no claim: stance, figures and meaning are read only where something may be said.
    """
    if base.scorer is None or not candidates:
        return []
    model, row = base.scorer.model, base.said_verbatim(message)
    said = None if row is None else base.scorer.index.wordings[row].claim
    cut_offs = model.cut_offs_for(len(base.claims))
    near = [
        model.probability(each.evidence.features()) >= (cut_offs.offer if n else cut_offs.near)
        for n, each in enumerate(candidates[:MOST_MATCHES])
    ]
    return [each for n, each in enumerate(candidates) if (n < MOST_MATCHES and near[n]) or each.claim == said]


def _set_apart(matches: Sequence[Match]) -> Iterator[Match]:
    """Let a further claim be answered only where the message has words for it that no better match has taken.

    Claims that are akin match together; one card about the nearest of them is enough.
    """
    taken: set[int] = set()
    for match in matches:
        fresh = [place for place in match.places if not taken.intersection(range(*place))]
        taken.update(*(range(*place) for place in match.places))
        is_own = match is matches[0] or len(fresh) >= _LEAST_OWN_WORDS
        yield match if is_own or match.action == "silent" else replace(match, action="silent")


def _overall(matches: Sequence[Match], message: Analysis, least: int) -> Action:
    """Return what the message calls for: its best match decides; fewer than `least` words are not answered unasked."""
    if not matches:
        return "silent"
    action = matches[0].action
    too_short = len(message.words) < least and count_han(message.text) < _LEAST_HAN
    return "silent" if too_short and action == "reply" and not matches[0].verbatim else action
