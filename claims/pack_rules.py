"""Rules between the parts of a pack that a JSON Schema cannot say."""

from collections.abc import Iterator
from typing import Any

from claims.pack_yaml import LinedYaml, Place, field_name
from config.errors import PackProblem
from config.faults import worded

Broken = tuple[Place, str, str]


def broken_rules(lined: LinedYaml) -> list[PackProblem]:
    """Return the problems of a pack that already fits the schema."""
    data: Any = lined.data
    found = [*_doubled(data, "documents"), *_doubled(data, "claims")]
    documents = {document["id"] for document in data["documents"]}
    for index, claim in enumerate(data["claims"]):
        found += broken_claim_rules(claim, ("claims", index), documents)
    return [PackProblem(lined.line(place), field_name(place), fault, mend) for place, fault, mend in found]


def broken_claim_rules(
    claim: Any,  # noqa: ANN401  the schema has vouched for the form
    place: Place,
    documents: set[str],
    *,
    whole: bool = False,
) -> list[Broken]:
    """Return what is wrong within one claim: where, what, and its mend.

    `documents` are the ids that it may cite; `whole`: it may also cite a document as a whole, by an empty span.
    """
    return [*_citations(claim, place, documents, whole=whole), *_figures(claim, place), *_wordings(claim, place)]


def _doubled(data: Any, part: str) -> Iterator[Broken]:  # noqa: ANN401  the schema has vouched for the form
    seen: set[str] = set()
    for index, item in enumerate(data[part]):
        if item["id"] in seen:
            fault = worded("the id {id!r} stands in this file twice", id=item["id"])
            yield (part, index, "id"), fault, worded("Give one of them another id.")
        seen.add(item["id"])


def _citations(claim: Any, place: Place, documents: set[str], *, whole: bool) -> Iterator[Broken]:  # noqa: ANN401
    for number, point in enumerate(claim["points"]):
        for count, citation in enumerate(point["citations"]):
            here = (*place, "points", number, "citations", count)
            name = citation["document"]
            if name not in documents:
                known = ", ".join(sorted(documents)) or worded("none")
                fault = worded("{name!r} is no document of this pack", name=name)
                yield (*here, "document"), fault, worded("Known: {known}; or add it to documents.", known=known)
            if citation["start"] > citation["end"] - (not whole):
                yield (*here, "start"), worded("the span ends before it starts"), worded("Make start less than end.")


def _figures(claim: Any, place: Place) -> Iterator[Broken]:  # noqa: ANN401
    for number, figure in enumerate(claim.get("figures", [])):
        here = (*place, "figures", number)
        keys = {"value", "low", "high"} & set(figure)
        if keys not in ({"value"}, {"low", "high"}):
            yield here, worded("a figure has either a value, or low and high"), worded("Give one of the two.")
        elif "low" in keys and figure["low"] > figure["high"]:
            yield (*here, "low"), worded("low is above high"), worded("Swap them.")
        elif (figure["bound"] == "range") != ("low" in keys):
            fault = worded("low and high go with the bound 'range', a value with any other")
            yield (*here, "bound"), fault, worded("Change the one or the other.")


def _wordings(claim: Any, place: Place) -> Iterator[Broken]:  # noqa: ANN401
    for language, texts in claim.get("not_wordings", {}).items():
        wordings = {text.casefold() for text in claim["wordings"].get(language, [])}
        for number, text in enumerate(texts):
            if text.casefold() in wordings:
                here = (*place, "not_wordings", language, number)
                yield (
                    here,
                    worded("the same text is a wording of this claim"),
                    worded("Keep it in one of the two lists."),
                )
