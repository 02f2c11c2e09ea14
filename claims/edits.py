"""Edits of a claim as people type them: its texts, its status, and the whole of it; all fields are plain strings."""

from dataclasses import dataclass, replace
from typing import Protocol, cast, get_args

from checks.known import Kind
from claims.citing import Sources
from claims.form_reading import FormReader
from claims.record import ClaimRecord

KINDS: tuple[Kind, ...] = get_args(Kind)
STATUSES = ("draft", "published", "withdrawn")


class Edit(Protocol):
    """One change that somebody wants to make to a claim."""

    def apply(self, claim: ClaimRecord, sources: Sources) -> ClaimRecord:
        """Return the claim with the change; raises InvalidEditError, which carries the edit as it was typed."""
        ...


@dataclass(frozen=True, slots=True)
class EditTexts:
    """New titles, kind and dates; None leaves a field as it is, and an empty `review_by` takes the day away."""

    title_en: str | None = None
    title_zh: str | None = None
    kind: str | None = None
    as_of: str | None = None
    review_by: str | None = None

    def apply(self, claim: ClaimRecord, sources: Sources) -> ClaimRecord:  # noqa: ARG002
        """Return the claim with the new texts."""
        form = FormReader()
        typed_en = claim.title_en if self.title_en is None else self.title_en
        typed_zh = claim.title_zh if self.title_zh is None else self.title_zh
        title_en, title_zh = form.pair("title", typed_en, typed_zh)
        kind = claim.kind if self.kind is None else cast("Kind", form.choice("kind", self.kind, KINDS))
        as_of = claim.as_of if self.as_of is None else form.day("as_of", self.as_of)
        if self.as_of is not None and not self.as_of.strip():
            form.refuse("as_of", "The day is missing.", "Write it as 2026-01-23.")
        review_by = claim.review_by if self.review_by is None else form.day("review_by", self.review_by)
        form.finish(self)
        return replace(
            claim, title_en=title_en, title_zh=title_zh, kind=kind, as_of=as_of or claim.as_of, review_by=review_by
        )


@dataclass(frozen=True, slots=True)
class SetStatus:
    """Publish a claim, withdraw it, or make it a draft again."""

    status: str

    def apply(self, claim: ClaimRecord, sources: Sources) -> ClaimRecord:  # noqa: ARG002
        """Return the claim with the status; whether it may be published is asked when it is written."""
        form = FormReader()
        status = form.choice("status", self.status, STATUSES)
        form.finish(self)
        return replace(claim, status=status)


@dataclass(frozen=True, slots=True)
class ReplaceAll:
    """Another whole claim in this one's place, such as an import or an older version."""

    claim: ClaimRecord

    def apply(self, claim: ClaimRecord, sources: Sources) -> ClaimRecord:
        """Return the new claim under the old id and owner."""
        form = FormReader()
        cited = {citation.document for point in self.claim.points for citation in point.citations}
        for document in sorted(name for name in cited if not sources.knows(name)):
            form.refuse("citations", "There is no source {name}.", "Add the source first.", name=document)
        form.finish(self)
        return replace(self.claim, id=claim.id, server=claim.server, pack=claim.pack, version=claim.version)


def check_published(claim: ClaimRecord, edit: Edit) -> None:
    """Raise InvalidEditError where a published claim would lack what an answer needs."""
    form = FormReader()
    if claim.status == "published":
        if not any(wording.says for wording in claim.wordings):
            form.refuse("wordings", "A published claim needs a wording.", "Add one way in which people say it.")
        if not claim.points:
            form.refuse("points", "A published claim needs a point.", "Add what is documented for or against it.")
        for number, point in enumerate(claim.points, 1):
            if not point.citations:
                form.refuse("citations", "Point {number} cites nothing.", "Name its source.", number=number)
    form.finish(edit)
