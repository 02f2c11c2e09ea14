"""Edits of a claim's wordings: single ones, as the queue adds them, and whole lists, as forms show them."""

from dataclasses import dataclass, replace
from typing import Literal

from checks.known import KnownWording
from claims.citing import Sources
from claims.form_reading import FormReader, language_of_wording
from claims.record import ClaimRecord

MOST = 500
Language = Literal["en", "zh"]
_TWICE = "{text} stands in both lists."
_KEEP_ONE = "Keep it in one: a wording is matched, a negative one never."


@dataclass(frozen=True, slots=True)
class AddWording:
    """One more way to say the claim, or (negative) a text that must never match it; the language is seen by itself."""

    text: str
    negative: bool = False

    def apply(self, claim: ClaimRecord, sources: Sources) -> ClaimRecord:  # noqa: ARG002
        """Return the claim with the wording; one that it has already is not added again, but changes sides."""
        form = FormReader()
        text = form.needed("text", self.text)
        form.finish(self)
        wording = KnownWording(text, _language(text), self.negative)
        same = [known for known in claim.wordings if known.text.casefold() == text.casefold()]
        if any(known.negative == self.negative for known in same):
            return claim
        return _checked(claim, [*(known for known in claim.wordings if known not in same), wording], form, self)


@dataclass(frozen=True, slots=True)
class RemoveWording:
    """A wording, negative or not, that the claim is to lose."""

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
    """Whole lists, one text a line; None leaves a list as it is."""

    en: str | None = None
    zh: str | None = None
    not_en: str | None = None
    not_zh: str | None = None

    def apply(self, claim: ClaimRecord, sources: Sources) -> ClaimRecord:  # noqa: ARG002
        """Return the claim with the lists."""
        form = FormReader()
        wordings = [
            *_list(form, claim, "en", self.en, negative=False),
            *_list(form, claim, "zh", self.zh, negative=False),
            *_list(form, claim, "en", self.not_en, negative=True),
            *_list(form, claim, "zh", self.not_zh, negative=True),
            *(wording for wording in claim.wordings if wording.denies),
        ]
        return _checked(claim, wordings, form, self)


def _list(
    form: FormReader, claim: ClaimRecord, language: Language, typed: str | None, *, negative: bool
) -> list[KnownWording]:
    field = f"not_{language}" if negative else language
    if typed is None:
        of_list = [known for known in claim.wordings if known.negative == negative and not known.denies]
        return [known for known in of_list if known.language == language]
    return [KnownWording(text, language, negative) for text in form.lines(field, typed)]


def _checked(claim: ClaimRecord, wordings: list[KnownWording], form: FormReader, edit: object) -> ClaimRecord:
    negative = {wording.text.casefold() for wording in wordings if wording.negative}
    for wording in wordings:
        if not wording.negative and wording.text.casefold() in negative:
            form.refuse(wording.language, _TWICE, _KEEP_ONE, text=wording.text)
    if len(wordings) > MOST:
        form.refuse(
            "wordings", "{count} wordings are too many.", "Keep them to {most}.", count=len(wordings), most=MOST
        )
    form.finish(edit)
    return replace(claim, wordings=tuple(wordings))


def _language(text: str) -> Language:
    return "zh" if language_of_wording(text) == "zh" else "en"
