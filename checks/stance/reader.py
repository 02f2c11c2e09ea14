"""The readers: what the author of a message does with a wording, and whether any sentence asks after the truth."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from importlib import resources
from typing import Any

import numpy as np

from checks.embedders.embedder import Vector, Vectors
from checks.model import Stance
from checks.stance.cues import StanceLexicon, turns_in
from checks.stance.signs import NEGATIVE, ClaimVoice, Hearing, cue_signs, hear, takes_a_no, total, turning_signs
from checks.stance.syntax import UNIT, Clause, CueScan, ReadText, Span, moods_of, read_text
from checks.text import MOST_CHARACTERS, CleanText, Stretches, TextFolder, Tokenizer

REASONS = (
    "plain",
    "negated",
    "debunk",
    "contrast",
    "counter",
    "question",
    "rhetorical",
    "irony",
    "quoted",
    "attributed",
)


@dataclass(frozen=True, slots=True)
class StanceReading:
    """What the author does with the claim, and what showed it.

    `cue` is the text that decided, as the message has it (empty: nothing stood against a plain assertion); `reason` is
    one of `REASONS`; `sure` is False where weak cues pointed elsewhere or the claim stands in somebody else's words;
    `weight` is the sum of the signs against the claim, of which 1 decides alone; `is_quoted` tells whether what matched
    stands in a quotation.
    """

    stance: Stance
    cue: str = ""
    reason: str = "plain"
    sure: bool = True
    weight: float = 0.0
    is_quoted: bool = False

    @property
    def is_mark(self) -> bool:
        """Tell whether a sign without letters calls the claim false (❌)."""
        is_called_false = self.stance == "denies" and self.reason == "debunk"
        return is_called_false and not any(map(str.isalnum, self.cue or "a"))


_DECIDES = 1.0
_DOUBT = 0.4
# Against a claim that stands in quotation marks, less is needed.
_REBUTS = 0.4
_MOSTLY = 0.5
_QUOTED_SHARE = 0.8
_ECHO_SHARE = 0.4
_LONGEST_ECHO = 60


def weigh(hearing: Hearing) -> StanceReading:
    """Return the stance of a message."""
    weighing = _Weighing(hearing)
    return replace(weighing.reading(), weight=weighing.weight, is_quoted=weighing.is_quoted)


class _Weighing:
    def __init__(self, hearing: Hearing) -> None:
        self._hearing = hearing
        self._read = hearing.read
        self._moods = hearing.moods
        self._anchors = len(hearing.read.anchors) or 1
        self._against = [*cue_signs(hearing, partial(takes_a_no, hearing)), *turning_signs(hearing)]
        self.weight = total(self._against)
        self.is_quoted = self._stands_in_quotation()

    def reading(self) -> StanceReading:
        question = self._question()
        if self.is_quoted:
            return question or self._of_quotation()
        irony = self._read.of("irony")
        if irony:
            stance = "asserts" if self.weight >= _DECIDES else "denies"
            return StanceReading(stance, self._words(irony[0].start, irony[0].end), "irony", sure=False)
        if question is not None:
            return question
        if self.weight >= _DECIDES:
            return self._denial()
        if self._echoes():
            return StanceReading("denies", "?", "rhetorical", sure=False)
        return self._assertion()

    def _question(self) -> StanceReading | None:
        """Return the reading as a question, where it is one that the author has not answered with a no."""
        posed = [
            hit for hit in self._read.of("ask") if self._moods.get(self._read.sentence_at(hit.start)) != "rhetorical"
        ]
        if posed or self._share("asks") >= _MOSTLY:
            if any(piece.hit.category in ("answer_no", "stop") and piece.weight for piece in self._against):
                return None
            cue = self._words(posed[0].start, posed[0].end) if posed else "?"
            return StanceReading("asks", cue, "question", sure=self.weight < _DECIDES)
        ends_asking = self._moods.get(max(self._moods, default=-1)) == "bare"
        if ends_asking and self._share("bare") >= _MOSTLY and self.weight < _DECIDES:
            return StanceReading("asks", "?", "question", sure=False)
        return None

    def _share(self, mood: str) -> float:
        """Return the share of the match that stands in sentences of this mood."""
        counts = self._read.anchored_sentences.items()
        return sum(count for number, count in counts if self._moods.get(number) == mood) / self._anchors

    def _echoes(self) -> bool:
        """Tell whether the message takes the claim up as a question and then states something ("a bubble? every …")."""
        first = min(self._moods, default=-1)
        if self._moods.get(first) != "bare" or self._read.has("agree"):
            return False
        clauses = [clause for clause in self._read.clauses if clause.sentence == first]
        start, last, end = clauses[0].start, clauses[-1].start, clauses[-1].end
        whole, asked = len(self._read.anchors_within(start, end)), len(self._read.anchors_within(last, end))
        takes_up = asked >= _MOSTLY * whole >= _MOSTLY * _ECHO_SHARE * self._anchors and end - start <= _LONGEST_ECHO
        goes_on = any(mood in ("states", "rhetorical") for number, mood in self._moods.items() if number > first)
        return takes_up and goes_on and self._speaks_as_the_claim(end)

    def _speaks_as_the_claim(self, end: int) -> bool:
        """Tell whether the text up to `end` can be the claim: a negative one needs a negator, or a word of its side."""
        if self._hearing.claim.negative < NEGATIVE:
            return True
        words = [word.hit for word in self._hearing.sided if word.category in self._hearing.claim.sides]
        return any(hit.start < end for hit in [*self._read.of("negator"), *words])

    def _denial(self) -> StanceReading:
        strongest = max(self._against, key=lambda piece: piece.weight)
        return StanceReading("denies", self._words(strongest.hit.start, strongest.hit.end), strongest.reason)

    def _assertion(self) -> StanceReading:
        sure = self.weight < _DOUBT
        if "rhetorical" in self._moods.values():
            return StanceReading("asserts", "", "rhetorical", sure)
        return StanceReading("asserts", "", "attributed" if self._read.has("reported") else "plain", sure)

    def _stands_in_quotation(self) -> bool:
        """Tell whether the match stands in somebody else's words."""
        spans = self._hearing.quoted
        inside = sum(any(start <= left and right <= end for start, end in spans) for left, right in self._read.anchors)
        return bool(spans) and inside >= _QUOTED_SHARE * self._anchors

    def _of_quotation(self) -> StanceReading:
        if self._read.has("agree"):
            return StanceReading("asserts", "", "attributed")
        if self.weight >= _REBUTS:
            return self._denial()
        mocking = self._read.of("irony", "irony_mark")
        if mocking:
            return StanceReading("denies", self._words(mocking[0].start, mocking[0].end), "irony", sure=False)
        return StanceReading("asserts", "", "quoted", sure=False)

    def _words(self, start: int, end: int) -> str:
        return self._read.text[start:end].strip()


# Beside a word that agrees ("totally agree", "我完全同意").
_MOST_BESIDE = 1
_NO_AGREEMENT = ("negator", "debunk", "verdict", "stop", "belief", "answer_no", "irony", "irony_mark", "but", "ask")


def _nods(units: Sequence[Span], agreeing: Sequence[Span]) -> bool:
    """Tell whether words do nothing but agree."""
    rest = [unit for unit in units if not any(start < unit[1] and unit[0] < end for start, end in agreeing)]
    return len(rest) < len(units) and len(rest) <= _MOST_BESIDE


def _lies_in(span: Span, spans: Sequence[Span]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in spans)


_MOST_WORDINGS = 8192
_MOST_CLAIMS = 4096


class StanceReader:
    """Reads whether a message asserts, denies or asks what a wording says; pure, and bounded by 4,000 characters."""

    def __init__(self, lexicon: StanceLexicon, tokenizer: Tokenizer) -> None:
        """Take the lexicon and the cutter of words; `load` fetches the shipped ones."""
        self._lexicon = lexicon
        self._tokenizer = tokenizer
        self._wording = lru_cache(maxsize=_MOST_WORDINGS)(self._read_wording)
        self._voice = lru_cache(maxsize=_MOST_CLAIMS)(self._hear)

    @classmethod
    def load(cls, folder: TextFolder, tokenizer: Tokenizer) -> "StanceReader":
        """Return a reader with the shipped lexicon, its cues folded by `folder`, which cuts words with `tokenizer`."""
        return cls(StanceLexicon.load(folder.fold), tokenizer)

    def read(
        self,
        text: str,
        anchors: Sequence[Span],
        wording: str,
        quoted: Sequence[Span] = (),
        others: tuple[str, ...] = (),
    ) -> StanceReading:
        """Return what the author of folded `text` does with folded `wording`.

        Args:
            text: the message, folded; its first 4,000 characters are read.
            anchors: the spans of the words that matched; none: the words that both texts share, or else the whole text.
            wording: the wording that matched, folded.
            quoted: the spans that are somebody else's words.
            others: the claim's wordings (folded, without those that must not match), which tell what the claim itself
                negates; the reading is surer with them.
        """
        text = text[:MOST_CHARACTERS].replace("’", "'")
        anchors = [anchor for anchor in anchors if anchor[0] < len(text)] or self._shared(text, wording)
        read = read_text(text, anchors, self._lexicon)
        own = self._voice((wording,))
        claim = self._voice(others).led_by(own) if others else own
        tools = (self._lexicon.opposites, self._tokenizer.forms)
        return weigh(Hearing(read, claim, moods_of(read), tuple(quoted), *tools))

    def taken_over(self, clean: CleanText) -> CleanText:
        """Return the message, or, where its author says to a quotation that it is right, that as the author's own.

        The agreement itself is left out: blanks stand in its place.
        """
        read = read_text(clean.text[:MOST_CHARACTERS].replace("’", "'"), (), self._lexicon)
        hits = [hit for hit in read.hits if not _lies_in((hit.start, hit.end), clean.quoted)]
        agreeing = [(hit.start, hit.end) for hit in hits if hit.category == "agree"]
        asks = any(mood in ("asks", "bare") for mood in moods_of(read).values())
        if not agreeing or asks or any(hit.category in _NO_AGREEMENT for hit in hits):
            return clean
        said: dict[Clause, list[Span]] = {}
        for unit in UNIT.finditer(read.text):
            clause = read.clause_at(unit.start())
            if clause and not _lies_in(unit.span(), clean.quoted):
                said.setdefault(clause, []).append(unit.span())
        nods = [clause for clause, units in said.items() if _nods(units, agreeing)]
        if not nods or nods[0] != next(iter(said)):
            return clean
        text = clean.text
        for start, end in (unit for clause in nods for unit in said[clause]):
            text = text[:start] + " " * (end - start) + text[end:]
        return replace(clean, text=text, quoted=())

    def scan(self, text: str) -> CueScan:
        """Return the cues of a folded message, of all kinds."""
        return CueScan.of(text, self._lexicon)

    def _shared(self, text: str, wording: str) -> list[Span]:
        forms = set(self._tokenizer.forms(wording))
        return [(token.start, token.end) for token in self._tokenizer.tokens(text) if token.form in forms]

    def _hear(self, wordings: tuple[str, ...]) -> ClaimVoice:
        return hear([self._wording(wording) for wording in wordings], self._tokenizer.forms, self._lexicon.opposites)

    def _read_wording(self, wording: str) -> ReadText:
        return read_text(wording[:MOST_CHARACTERS], (), self._lexicon)


# Log odds beyond this say no more.
FURTHEST = 6.0
# What a unit vector counts beside a cue, in the fit as in the reading.
VECTOR_SCALE = 4.0


@dataclass(frozen=True)
class _Weights:
    bias: float
    cues: Mapping[str, float]
    turns: Mapping[str, float]
    vector: Vector

    def odds(self, cues: Mapping[str, float], turns: Iterable[str], vector: Vector) -> float:
        seen = self.bias + sum(weight * cues[name] for name, weight in self.cues.items())
        seen += sum(self.turns.get(turn, 0.0) for turn in turns)
        return seen + float(vector @ self.vector) * VECTOR_SCALE if len(self.vector) else seen


@dataclass(frozen=True)
class QuestionReader:
    """Tells how surely a message asks whether something is so.

    The question may stand far from the claim ("… That's what he said. Is there anything in it?"), so every sentence is
    held against what such questions have in common: their meaning as an embedder sees it, and the cues and turns of
    phrase in them. `encoder` is the beginning of the name of the embedder whose vectors `whole` was fitted for; `alone`
    reads the words of a sentence without its vector.
    """

    encoder: str
    whole: _Weights
    alone: _Weights

    @classmethod
    def load(cls) -> "QuestionReader":
        """Read the shipped weights (config/lexicon/questions.json, by tests/evaluation/fit.py)."""
        text = (resources.files("config") / "lexicon" / "questions.json").read_text("utf-8")
        data: dict[str, Any] = json.loads(text)
        return cls(data["encoder"], *(_weights(data[name]) for name in ("whole", "alone")))

    def heard(self, scan: CueScan, stretches: Stretches, vectors: Vectors, encoder: str) -> CueScan:
        """Return the scan with the log odds, from -6 to 6, that the likeliest of the sentences asks after the truth.

        `vectors` are those of the stretches (the sentences come first), by the embedder of this name.
        """
        best, last = -FURTHEST, len(stretches.sentences) - 1
        weights = self.whole if encoder.startswith(self.encoder) else self.alone
        for number, span in enumerate(stretches.sentences):
            cues = scan.asking(span, first=number == 0, last=number == last)
            best = max(best, weights.odds(cues, turns_in(scan.read.text[slice(*span)]), vectors[number]))
        return replace(scan, question=min(FURTHEST, best))


def _weights(data: Mapping[str, Any]) -> _Weights:
    vector = np.array(data.get("vector", ()), dtype=np.float32)
    return _Weights(float(data["bias"]), data["cues"], data["turns"], vector)
