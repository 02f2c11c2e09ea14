"""Edits of a claim's wordings: single ones, as the queue adds them, and whole lists, as forms show them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, cast, get_args

from checks.known import KnownWording
from claims.citing import Sources
from claims.form_reading import FormReader, language_of_wording
from claims.record import ClaimRecord

MOST = 500
Language = Literal["en", "zh"]
Use = Literal["says", "denies", "negative"]
USES: tuple[Use, ...] = get_args(Use)
LISTS: tuple[tuple[str, Language, Use], ...] = (
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
        return _checked(claim, _joined(claim, [text], self.use), form, self)


@dataclass(frozen=True, slots=True)
class AddWordings:
    """Many more of one use at once, one text a line; what the claim has already is treated as by `AddWording`."""

    texts: str
    use: str = "says"

    def apply(self, claim: ClaimRecord, sources: Sources) -> ClaimRecord:  # noqa: ARG002
        """Return the claim with the wordings."""
        form = FormReader()
        texts = form.lines("texts", self.texts)
        if not texts:
            form.refuse("texts", "The text is empty.", "Write something.")
        use = cast("Use", form.choice("use", self.use, USES))
        form.finish(self)
        return _checked(claim, _joined(claim, texts, use), form, self)


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
class RemoveWordings:
    """Several wordings, of whatever use, that the claim is to lose; those that it has no longer are passed over."""

    texts: tuple[str, ...]

    def apply(self, claim: ClaimRecord, sources: Sources) -> ClaimRecord:  # noqa: ARG002
        """Return the claim without the wordings."""
        unwanted = {text.casefold() for text in self.texts}
        kept = [wording for wording in claim.wordings if wording.text.casefold() not in unwanted]
        return _checked(claim, kept, FormReader(), self)


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
        for field, language, use in LISTS:
            typed: str | None = getattr(self, field)
            if typed is None:
                wordings += [w for w in claim.wordings if (w.language, use_of(w)) == (language, use)]
            else:
                wordings += [_wording(text, language, use) for text in form.lines(field, typed)]
        return _checked(claim, wordings, form, self)


def use_of(wording: KnownWording) -> Use:
    """Return what a wording is for."""
    if wording.negative:
        return "negative"
    return "denies" if wording.denies else "says"


def _joined(claim: ClaimRecord, texts: Iterable[str], use: Use) -> list[KnownWording]:
    """Return the claim's wordings with further ones; one that had another use moves to the end with its new one."""
    kept = list(claim.wordings)
    for text in texts:
        same = [known for known in kept if known.text.casefold() == text.casefold()]
        if not any(use_of(known) == use for known in same):
            language = "zh" if language_of_wording(text) == "zh" else "en"
            kept = [*(known for known in kept if known not in same), _wording(text, language, use)]
    return kept


def _checked(claim: ClaimRecord, wordings: list[KnownWording], form: FormReader, edit: object) -> ClaimRecord:
    uses: dict[str, Use] = {}
    for wording in wordings:
        if uses.setdefault(wording.text.casefold(), use_of(wording)) != use_of(wording):
            form.refuse("wordings", "{text} stands in two lists.", "Keep it in one of them.", text=wording.text)
    if len(wordings) > MOST:
        form.refuse(
            "wordings", "{count} wordings are too many.", "Keep them to {most}.", count=len(wordings), most=MOST
        )
    form.finish(edit)
    return replace(claim, wordings=tuple(wordings))


def _wording(text: str, language: Language, use: Use) -> KnownWording:
    return KnownWording(text, language, use == "negative", use == "denies")
