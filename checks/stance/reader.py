"""The reader: weighs the evidence of one message against one wording."""

from collections.abc import Sequence
from functools import lru_cache

from checks.stance.claim import ClaimVoice, hear
from checks.stance.evidence import Evidence, Scales, against, total
from checks.stance.lexicon import StanceLexicon
from checks.stance.message import ReadText, Span, read_text
from checks.stance.mood import sentence_mood
from checks.stance.reading import StanceReading
from checks.text import MOST_CHARACTERS, TextFolder
from checks.tokens import Tokenizer

_DECIDES = 1.0
_DOUBT = 0.4
_MOSTLY = 0.5
_QUOTED_SHARE = 0.8
# Against a claim that stands in quotation marks, less is needed.
_REBUTS = 0.4
_ECHO = 1.0
_ECHO_SHARE = 0.4
_LONGEST_ECHO = 60
_NEGATIVE = 0.4


class StanceReader:
    """Reads whether a message asserts, denies or asks what a wording says; pure, and bounded by 4,000 characters."""

    def __init__(self, lexicon: StanceLexicon, tokenizer: Tokenizer) -> None:
        """Take the lexicon and the cutter of words; `load` fetches the shipped ones."""
        self._lexicon = lexicon
        self._tokenizer = tokenizer
        self._wording = lru_cache(maxsize=8192)(self._read_wording)
        self._voice = lru_cache(maxsize=4096)(self._hear)

    @classmethod
    def load(cls, folder: TextFolder | None = None) -> "StanceReader":
        """Return a reader with the shipped lexicon, its cues folded by `folder`."""
        return cls(StanceLexicon.load((folder or TextFolder()).fold), Tokenizer())

    def read(
        self, text: str, anchors: Sequence[Span], wording: str, quoted: Sequence[Span] = (), others: tuple[str, ...] = ()
    ) -> StanceReading:
        """Return what the author of folded `text` does with folded `wording`.

        `anchors` are the spans of the words that matched (none: the words that both texts share, or else the whole text); `quoted` are
        the spans that are somebody else's words; `others` are the claim's other wordings (folded, not the negative ones), which tell
        what the claim itself negates. Reads the first 4,000 characters.
        """
        text = text[:MOST_CHARACTERS].replace("’", "'")
        anchors = [anchor for anchor in anchors if anchor[0] < len(text)] or self._shared(text, wording)
        read = read_text(text, anchors, self._lexicon.cues)
        moods = {clause.sentence: sentence_mood(read, clause.sentence) for clause in read.clauses}
        own = self._voice((wording,))
        claim = self._voice(others).led_by(own) if others else own
        scales = Scales(self._lexicon.opposites, self._tokenizer.forms, tuple(quoted), moods)
        return _Weighing(read, claim, scales).reading()

    def _shared(self, text: str, wording: str) -> list[Span]:
        forms = set(self._tokenizer.forms(wording))
        return [(token.start, token.end) for token in self._tokenizer.tokens(text) if token.form in forms]

    def _hear(self, wordings: tuple[str, ...]) -> ClaimVoice:
        return hear([self._wording(wording) for wording in wordings], self._tokenizer.forms, self._lexicon.opposites)

    def _read_wording(self, wording: str) -> ReadText:
        return read_text(wording[:MOST_CHARACTERS], (), self._lexicon.cues)


class _Weighing:
    """One message on the scales."""

    def __init__(self, read: ReadText, claim: ClaimVoice, scales: Scales) -> None:
        self._read = read
        self._claim = claim
        self._quoted = scales.quoted
        self._moods = scales.moods
        self._counts = read.anchored_sentences()
        self._anchors = sum(self._counts.values()) or 1
        self._against = against(read, claim, scales)

    def reading(self) -> StanceReading:
        """Return the outcome."""
        weight = total(self._against)
        question = self._question(weight)
        if self._is_quoted():
            return self._of_quotation(weight, question)
        irony = self._read.of("irony")
        if irony:
            stance = "asserts" if weight >= _DECIDES else "denies"
            return StanceReading(stance, self._words(irony[0].start, irony[0].end), "irony", sure=False)
        if question is not None:
            return question
        if weight >= _DECIDES:
            return self._denial()
        if weight + _ECHO >= _DECIDES and self._echoes():
            return StanceReading("denies", "?", "rhetorical", sure=False)
        return self._assertion(weight)

    def _question(self, weight: float) -> StanceReading | None:
        """Return the reading as a question, where it is one that the author has not answered with a no."""
        asks = [hit for hit in self._read.of("ask") if self._moods.get(self._read.sentence_at(hit.start)) != "rhetorical"]
        share = self._share("asks")
        if asks or share >= _MOSTLY:
            if any(piece.hit.category in ("answer_no", "stop") for piece in self._against):
                return None
            cue = self._words(asks[0].start, asks[0].end) if asks else "?"
            return StanceReading("asks", cue, "question", sure=weight < _DECIDES)
        if self._share("bare") >= _MOSTLY and weight < _DECIDES and self._ends_asking():
            return StanceReading("asks", "?", "question", sure=False)
        return None

    def _share(self, mood: str) -> float:
        return sum(count for number, count in self._counts.items() if self._moods.get(number) == mood) / self._anchors

    def _ends_asking(self) -> bool:
        last = max(self._moods, default=-1)
        return self._moods.get(last) == "bare"

    def _echoes(self) -> bool:
        """Tell whether the message takes the claim up as a question and goes on with a statement of its own ("a bubble? every …")."""
        first = min(self._moods, default=-1)
        clauses = [clause for clause in self._read.clauses if clause.sentence == first]
        if self._moods.get(first) != "bare" or self._read.has("agree") or clauses[-1].end - clauses[0].start > _LONGEST_ECHO:
            return False
        last, whole = (len(self._read.anchors_within(clause.start, clauses[-1].end)) for clause in (clauses[-1], clauses[0]))
        takes_up = last >= _MOSTLY * whole and whole >= _ECHO_SHARE * self._anchors
        goes_on = any(mood in ("states", "rhetorical") for number, mood in self._moods.items() if number > first)
        is_turned = self._claim.negative >= _NEGATIVE and not any(hit.start < clauses[-1].end for hit in self._read.of("negator"))
        return takes_up and goes_on and not is_turned

    def _denial(self) -> StanceReading:
        strongest: Evidence = max(self._against, key=lambda piece: piece.weight)
        return StanceReading("denies", self._words(strongest.hit.start, strongest.hit.end), strongest.reason)

    def _assertion(self, weight: float) -> StanceReading:
        if "rhetorical" in self._moods.values():
            return StanceReading("asserts", "", "rhetorical", sure=weight < _DOUBT)
        reason = "attributed" if self._read.has("reported") else "plain"
        return StanceReading("asserts", "", reason, sure=weight < _DOUBT)

    def _is_quoted(self) -> bool:
        inside = sum(any(start <= left and right <= end for start, end in self._quoted) for left, right in self._read.anchors)
        return inside >= _QUOTED_SHARE * max(1, len(self._read.anchors)) and bool(self._quoted)

    def _of_quotation(self, weight: float, question: StanceReading | None) -> StanceReading:
        if question is not None:
            return question
        if self._read.has("agree"):
            return StanceReading("asserts", "", "attributed")
        if weight >= _REBUTS:
            return self._denial()
        mocking = self._read.of("irony", "irony_mark")
        if mocking:
            return StanceReading("denies", self._words(mocking[0].start, mocking[0].end), "irony", sure=False)
        return StanceReading("asserts", "", "quoted", sure=False)

    def _words(self, start: int, end: int) -> str:
        return self._read.text[start:end].strip()
