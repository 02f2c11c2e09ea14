"""The check of one message: clean, find candidates by words and by meaning, read them closely, decide."""

import logging
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from threading import Lock, Thread
from time import perf_counter, sleep

from checks.base import IndexedBase, Overlay, Readings
from checks.embedders.embedder import MeaningSource
from checks.index import Segment
from checks.lexicon import Analysis, Lexicon, analyse
from checks.matching import MOST_MATCHES, Look, MatchReader
from checks.meaning import Meaning, Nearness
from checks.model import Action, Finding, KnownClaim, LocalCutOff, Match
from checks.scoring import Candidate
from checks.text import count_han, language_of, with_stretches
from checks.tuning import Tuning

_log = logging.getLogger(__name__)

_LEAST_WORDS = 4
_LEAST_WORDS_BY_MEANING = 3
_LEAST_HAN = 2
_LEAST_OWN_WORDS = 3
# So many claims are looked at that come near in meaning, beside those that come near by words.
_CLAIMS_BY_MEANING = 8
# Of so many messages the embedder is asked at once, where there are many.
_MESSAGES_AT_ONCE = 16


# A change is joined to the large part of a base after so many seconds.
_PAUSE = 0.5
# In the background it is gone through very many texts for so many seconds at once, with a rest after each time.
_TURN, _REST = 0.0003, 0.001
# What comes near a message by words, how near it is in meaning, and the same to be looked at.
_Found = tuple[list[Candidate], Nearness | None, list[Look]]


class Checker:
    """Checks messages against the claims it holds; a check reads one snapshot, so that changes never disturb it.

    Safe from any thread.
    """

    def __init__(
        self,
        claims: Iterable[KnownClaim],
        lexicon: Lexicon | None = None,
        tuning: Tuning | None = None,
        meaning: MeaningSource | None = None,
        *,
        like: "Checker | None" = None,
        base: IndexedBase | None = None,
    ) -> None:
        """Read and index the claims; lexicon and tuning are the shipped ones unless given.

        `meaning` is an embedder to ask where a claim is near. `like` is a checker with the same lexicon, whose readings
        of unchanged claims are taken over. `base` is an indexed base to check against in place of claims.
        """
        self.lexicon = like.lexicon if like else lexicon or Lexicon.load()
        self.tuning = like.tuning if like else tuning or Tuning.load()
        self._source = like._source if like else meaning  # noqa: SLF001  its own kind
        self._reader = like._reader if like else MatchReader(self.lexicon, self.tuning.meaning)  # noqa: SLF001
        self._readings = like._readings if like else Readings(self.lexicon)  # noqa: SLF001
        self._meaning: Meaning | None = like._meaning if like else None  # noqa: SLF001
        self._base = base or IndexedBase.of(claims, self.lexicon, self.tuning, self._readings)
        self._beside: tuple[Checker, IndexedBase] | None = None
        self._lock = Lock()
        self._joining: Thread | None = None
        self._since: dict[str, KnownClaim | None] = {}

    @property
    def base(self) -> IndexedBase:
        """Return the snapshot that counts now."""
        return self._base

    @property
    def encoder(self) -> str:
        """Return the id of the embedder that is asked; "" where words alone decide."""
        return "" if self._source is None else self._source.name

    def change(self, put: Sequence[KnownClaim], gone: Sequence[str]) -> None:
        """Add or replace some claims and forget others, in force for the next check; unknown ids are ignored.

        In a large base the new ones stand apart at first, and are joined to the others in the background.
        """
        with self._lock:
            self._base = self._base.changed(put, gone)
            if self._joining is not None:
                self._since |= dict.fromkeys(gone) | {claim.id: claim for claim in put}
            elif self._base.is_loose:
                self._joining = Thread(target=self._join, name="touchstone-joining", daemon=True)
                self._joining.start()

    def settle(self) -> None:
        """Wait until all changes are joined to the others."""
        joining = self._joining
        if joining is not None:
            joining.join()

    def _join(self) -> None:
        try:
            while not self._has_joined():
                pass
        except Exception:  # noqa: BLE001  the outermost frame of the thread
            _log.exception("Changed claims could not be joined to the others; the next change tries it again")
            with self._lock:
                self._joining = None

    def _has_joined(self) -> bool:
        """Join what has changed; False where more has changed meanwhile."""
        sleep(_PAUSE)
        with self._lock:
            base, self._since = self._base, {}
        whole = base.joined()
        # The check that comes first must not have to collect all words, and to sort all vectors anew.
        whole.collect_words(_in_turns)
        meaning = Meaning.of(whole, self._source, self._meaning) if self._source and self._meaning else None
        # Most of what has changed meanwhile is taken over before whoever changes a claim has to wait.
        with self._lock:
            since, self._since = self._since, {}
        whole = _with(whole, since)
        with self._lock:
            whole = _with(whole, self._since)
            self._base, self._meaning = whole, meaning or self._meaning
            if whole.is_loose:
                return False
            self._joining = None
            return True

    def index_own(self, claims: Iterable[KnownClaim], before: Segment | None = None) -> Segment:
        """Read and index claims of a server's own, for an overlay; those that `before` holds are not read again."""
        return self.base.index_own(claims, before)

    def beside(self, overlay: Overlay) -> "Checker":
        """Return a checker of what a server sees: the claims that this one holds now, and what differs for the server.

        What is shared is held, indexed and embedded once.
        """
        shared = self.base
        made = Checker((), like=self, base=shared.beside(overlay))
        made._beside = self, shared
        return made

    def check(self, text: str, local: LocalCutOff | None = None) -> Finding:
        """Return the finding for one message; any string is taken, of which the first 4,000 characters are read."""
        return next(self.check_each([text], local))

    def check_each(self, texts: Iterable[str], local: LocalCutOff | None = None) -> Iterator[Finding]:
        """Yield the findings for some messages, of which the embedder is asked at once: that takes a fifth less."""
        rest = iter(texts)
        while some := list(islice(rest, _MESSAGES_AT_ONCE)):
            base = self.base
            # Half a character, as JSON may hold it, is read by no table.
            raws = [text.encode("utf-8", "ignore").decode("utf-8") for text in some]
            messages = [self.heard(raw, base) for raw in raws]
            for raw, message, found in zip(raws, messages, self._candidates(messages, base), strict=True):
                yield self._finding(raw, message, base, local, *found)

    def heard(self, text: str, base: IndexedBase) -> Analysis:
        """Return the reading of a message; a quotation that its author agrees with is the author's own word."""
        message = analyse(text, self.lexicon, base.spelling)
        if not message.clean.quoted:
            return message
        own = self._reader.stances().taken_over(message.clean)
        if own is message.clean:
            return message
        words, mentions = self.lexicon.tokenizer.forms(own.text), self.lexicon.concepts.mentions(own.text)
        return Analysis(own, frozenset(words), tuple(mentions), self.lexicon)

    def _finding(
        self,
        raw: str,
        message: Analysis,
        base: IndexedBase,
        local: LocalCutOff | None,
        candidates: list[Candidate],
        nearness: Nearness | None,
    ) -> Finding:
        language = language_of(raw, self.lexicon.folder)
        if not candidates:
            return Finding(raw, language, "silent")
        verbatim = base.said_verbatim(message.clean)
        if nearness is None:
            candidates = _worth_reading(candidates, base, verbatim)
        matches = self._reader.read(message, raw, base, candidates, verbatim, nearness, local)
        if nearness is None:
            matches.sort(key=lambda match: -match.unrounded)
        least = _LEAST_WORDS if nearness is None else _LEAST_WORDS_BY_MEANING
        action, matches = _overall(matches, message, least), list(_set_apart(matches))
        if matches and action != matches[0].action:
            matches[0] = _held_back(matches[0], "too few words")
        return Finding(raw, language, action, tuple(matches))

    def ranking(self, text: str) -> list[str]:
        """Return the ids of the claims that a check of the message looks at, in its order: the likeliest first."""
        return self.rankings([text])[0]

    def rankings(self, texts: Sequence[str]) -> list[list[str]]:
        """Return the same for some messages at once, which takes less time than one by one."""
        base = self.base
        messages = [self.heard(text, base) for text in texts]
        ranked = (self._ranked(*each) for each in self._looked_at(messages, base))
        return [[base.claim(each.claim).id for each in found] for found in ranked]

    def _ranked(self, found: list[Candidate], nearness: Nearness | None, looks: list[Look]) -> list[Candidate]:
        if nearness is None:
            return found
        return [look.candidate for look, _ in self._reader.ranked(looks, nearness, None)]

    def said_verbatim(self, text: str) -> str | None:
        """Return the id of the claim of which a message repeats a wording, and nothing beside; None if it does not."""
        claim = self.base.said_verbatim(self.lexicon.folder.clean(text))
        return None if claim is None else self.base.claim(claim).id

    def surest(self, text: str) -> tuple[str, float]:
        """Return the claim on top, and how surely the message speaks of it, whatever its author does with it.

        The higher the surer, on a scale of its own with an embedder and on another one without; ("", -infinity) where
        no claim comes near.
        """
        base = self.base
        [(found, nearness, looks)] = self._looked_at([self.heard(text, base)], base)
        if base.scorer is None or not found:
            return "", -math.inf
        if nearness is None:
            return base.claim(found[0].claim).id, base.scorer.model.probability(found[0].evidence.features())
        look, sureness = self._reader.surest(looks, nearness)
        return look.read.claim.id, sureness

    def _looked_at(self, messages: Sequence[Analysis], base: IndexedBase) -> Iterator[_Found]:
        for message, (found, nearness) in zip(messages, self._candidates(messages, base), strict=True):
            yield found, nearness, [Look(message, each, base, base.scorer, nearness) for each in found if base.scorer]

    def _candidates(
        self, messages: Sequence[Analysis], base: IndexedBase
    ) -> Iterator[tuple[list[Candidate], Nearness | None]]:
        """Yield for each message the claims that are worth a look, the nearest by words first, and how near they come.

        Of their meaning is asked at once: of those messages that are not far from every claim by words.
        """
        scorer, gates = base.scorer, self._reader.gates
        if scorer is None:
            yield from (([], None) for _ in messages)
            return
        said = [base.said_verbatim(each.clean) for each in messages]
        heard = [scorer.hear(each) if self._source is not None and each.words else None for each in messages]
        both = enumerate(zip(heard, said, strict=True))
        near = [n for n, (one, claim) in both if one and (claim is not None or not base.is_far(one, gates))]
        nearness = dict(zip(near, self._nearness([messages[n] for n in near], base), strict=False))
        for n, message in enumerate(messages):
            claims = [claim for claim in said[n : n + 1] if claim is not None]
            if n in nearness:
                also = [*claims, *nearness[n].nearest_claims(_CLAIMS_BY_MEANING)]
                found = scorer.close_look(message, also, heard[n])
                yield found, nearness[n].with_claims([each.claim for each in found])
            elif message.words and (self._source is None or n in near):
                found = scorer.candidates(message, in_full=False)
                if not {each.claim for each in found}.issuperset(claims):
                    found += [each for each in scorer.close_look(message, claims) if each.claim in claims]
                yield found, None
            else:
                yield [], None

    def _nearness(self, messages: Sequence[Analysis], base: IndexedBase) -> Sequence[Nearness]:
        """Ask the embedder; of no message there is anything while it is out of order."""
        if self._source is None or not messages:
            return ()
        kept = self._embedded(base, messages)
        return (kept.nearness_of_each(messages, self._source) if kept is not None else None) or ()

    def _embedded(self, base: IndexedBase, messages: Sequence[Analysis]) -> Meaning | None:
        """Return the vectors of a snapshot; what another one has already is not embedded again.

        None where the embedder has none for the messages: it is out of order, and no wording is asked for.
        """
        # Another thread may have changed the base since this check began: vectors count for the snapshot they are of.
        kept = self._meaning
        if self._source is None or (kept is not None and kept.base is base):
            return kept
        # All that `Meaning` asks for: the last digits of a vector depend on what is embedded beside it.
        texts = [text for message in messages for text in with_stretches(message.text)]
        if self._source.embed_or_none(texts) is None:
            return None
        if self._beside is not None:
            shared, snapshot = self._beside
            kept = shared._embedded(snapshot, messages)  # noqa: SLF001  its own kind
        found = Meaning.of(base, self._source, kept)
        self._meaning = found or self._meaning
        return found


def _in_turns(texts: Iterable[str]) -> Iterator[str]:
    """Yield the texts, and rest after every few: a check that hands its turn over would wait for each next one."""
    began = perf_counter()
    for text in texts:
        yield text
        if perf_counter() - began > _TURN:
            sleep(_REST)
            began = perf_counter()


def _with(base: IndexedBase, changed: Mapping[str, KnownClaim | None]) -> IndexedBase:
    if not changed:
        return base
    put = [claim for claim in changed.values() if claim is not None]
    return base.changed(put, [name for name, claim in changed.items() if claim is None])


def _worth_reading(candidates: Sequence[Candidate], base: IndexedBase, verbatim: int | None) -> list[Candidate]:
    """Return the first candidate where it is near, further ones where they may be answered, and what is said verbatim.

    Most chat comes near no claim: stance, figures and meaning are read only where something may be said.
    """
    if base.scorer is None or not candidates:
        return []
    model = base.scorer.model
    cut_offs = model.cut_offs_for(base.size)
    near = [
        model.probability(each.evidence.features()) >= (cut_offs.offer if n else cut_offs.near)
        for n, each in enumerate(candidates[:MOST_MATCHES])
    ]
    return [each for n, each in enumerate(candidates) if (n < MOST_MATCHES and near[n]) or each.claim == verbatim]


def _set_apart(matches: Sequence[Match]) -> Iterator[Match]:
    """Let a further claim be answered only where the message has words for it that no better match has taken.

    Claims that are akin match together; one card about the nearest of them is enough.
    """
    taken: set[int] = set()
    for match in matches:
        fresh = [place for place in match.places if not taken.intersection(range(*place))]
        taken.update(*(range(*place) for place in match.places))
        is_own = match is matches[0] or len(fresh) >= _LEAST_OWN_WORDS
        is_kept = is_own or match.action == "silent"
        yield match if is_kept else _held_back(replace(match, action="silent", bar=0.0), "words of a better match")


def _held_back(match: Match, by: str) -> Match:
    return replace(match, why=f"{match.why}; {by}")


def _overall(matches: Sequence[Match], message: Analysis, least: int) -> Action:
    """Return what the message calls for: its best match decides; fewer than `least` words are not answered unasked."""
    if not matches:
        return "silent"
    action = matches[0].action
    too_short = len(message.words) < least and count_han(message.text) < _LEAST_HAN
    return "silent" if too_short and action == "reply" and not matches[0].verbatim else action
