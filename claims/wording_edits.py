"""Edits of a claim's wordings: single ones, as the queue adds them, and whole lists, as forms show them."""

from dataclasses import dataclass, replace
from typing import Literal

from checks.known import KnownWording
from claims.citing import Sources
from claims.form_reading import FormReader, language_of_wording
from claims.record import ClaimRecord

MOST = 500
Language = Literal["en", "zh"]
Use = Literal["says", "denies", "negative"]
_FIELDS: tuple[tuple[str, Language, Use], ...] = (
    ("en", "en", "says"),
    ("zh", "zh", "says"),
    ("not_en", "en", "negative"),
    ("not_zh", "zh", "negative"),
    ("denials_en", "en", "denies"),
    ("denials_zh", "zh", "denies"),
)


@dataclass(frozen=True, slots=True)
class AddWording:
    """One more way to say the claim, to dispute it, or (negative) a text that must never match it.

    The language is seen by itself.
    """

    text: str
    use: Use = "says"

    def apply(self, claim: ClaimRecord, sources: Sources) -> ClaimRecord:  # noqa: ARG002
        """Return the claim with the wording; one that it has already is not added again, but changes its use."""
        form = FormReader()
        text = form.needed("text", self.text)
        form.finish(self)
        wording = _wording(text, "zh" if language_of_wording(text) == "zh" else "en", self.use)
        same = [known for known in claim.wordings if known.text.casefold() == text.casefold()]
        if any(_use(known) == self.use for known in same):
            return claim
        return _checked(claim, [*(known for known in claim.wordings if known not in same), wording], form, self)


@dataclass(frozen=True, slots=True)
class RemoveWording:
    """A wording, of whatever use, that the claim is to lose."""

    text: str

    def apply(self, claim: ClaimRecord, sources: Sources) -> ClaimRecord:  # noqa: ARG002
        """Return the claim without the wording; raises InvalidEditError where it has none such."""
        form = FormReader()
        wanted = form.needed("text", self.text).casefold()
        kept = [wording for wording in claim.wordings if wording.text.casefold() != wanted]
        if len(kept) == len(claim.wordings):
            form.refuse("text", "The claim has no wording {text}.", "Look at its wordings again.", text=self.text[:60])
        return _checked(claim, kept, form, self)


@dataclass(frozen=True, slots=True)
class EditWordings:
    """Whole lists, one text a line: ways to say it, never to match, and ways to dispute it; None leaves a list."""

    en: str | None = None
    zh: str | None = None
    not_en: str | None = None
    not_zh: str | None = None
    denials_en: str | None = None
    denials_zh: str | None = None

    def apply(self, claim: ClaimRecord, sources: Sources) -> ClaimRecord:  # noqa: ARG002
        """Return the claim with the lists."""
        form = FormReader()
        wordings: list[KnownWording] = []
        for field, language, use in _FIELDS:
            typed: str | None = getattr(self, field)
            if typed is None:
                wordings += [w for w in claim.wordings if (w.language, _use(w)) == (language, use)]
            else:
                wordings += [_wording(text, language, use) for text in form.lines(field, typed)]
        return _checked(claim, wordings, form, self)


def _checked(claim: ClaimRecord, wordings: list[KnownWording], form: FormReader, edit: object) -> ClaimRecord:
    uses: dict[str, Use] = {}
    for wording in wordings:
        if uses.setdefault(wording.text.casefold(), _use(wording)) != _use(wording):
            form.refuse("wordings", "{text} stands in two lists.", "Keep it in one of them.", text=wording.text)
    if len(wordings) > MOST:
        form.refuse(
            "wordings", "{count} wordings are too many.", "Keep them to {most}.", count=len(wordings), most=MOST
        )
    form.finish(edit)
    return replace(claim, wordings=tuple(wordings))


def _wording(text: str, language: Language, use: Use) -> KnownWording:
    return KnownWording(text, language, use == "negative", use == "denies")


def _use(wording: KnownWording) -> Use:
    if wording.negative:
        return "negative"
    return "denies" if wording.denies else "says"
