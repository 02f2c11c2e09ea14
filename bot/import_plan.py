"""What an import would do, or has done, in words for every front end."""

from collections.abc import Iterator

from bot.texts import Texts
from bot.wording import difference_lines, field_name
from claims.exchange.plan import ImportEntry, ImportOutcome, ImportPlan, NearClaim
from config.errors import PackProblem

SHOWN: tuple[tuple[ImportOutcome, str], ...] = (("new", "+"), ("changed", "~"), ("conflicting", "!"), ("refused", "x"))


def heading(outcome: ImportOutcome, texts: Texts, *, drafts: bool) -> str:
    """Return what stands above the claims that an import does the same with."""
    match outcome:
        case "new":
            return texts("New, as drafts") if drafts else texts("New")
        case "changed":
            return texts("Changed")
        case "conflicting":
            return texts("Conflicting: changed here since, and left as they are here")
        case _:
            return texts("Refused")


def code_page_lines(plan: ImportPlan, texts: Texts) -> Iterator[str]:
    """Yield the line that says what a file was read as that is not in Unicode; nothing of any other."""
    if plan.code_page:
        yield texts("Read as {code_page}: it is not in UTF-8.", code_page=plan.code_page)


def unchanged_line(plan: ImportPlan, texts: Texts) -> str:
    """Return how many claims of the file the base has just so."""
    return texts.plural("{count} claim is unchanged.", "{count} claims are unchanged.", len(plan.of("unchanged")))


def title_of(entry: ImportEntry, texts: Texts) -> str:
    """Return the claim's id and its title, where that could be read."""
    return f"{entry.claim}  {texts.pick(entry.title)}".rstrip()


def detail_lines(entry: ImportEntry, texts: Texts) -> list[str]:
    """Return all reasons, warnings and differences of a claim, a line each."""
    return [
        *(problem_line(problem, texts) for problem in entry.problems),
        *(near_line(near, texts) for near in entry.near),
        *(str(texts.say(warning)) for warning in entry.warnings),
        *difference_lines(entry.fields, texts),
    ]


def short_detail(entry: ImportEntry, texts: Texts) -> str:
    """Return the first reason or warning, or the names of the fields that differ, in one line."""
    if entry.fields:
        return texts(
            "Fields that differ: {fields}", fields=texts.listed(field_name(each.field, texts) for each in entry.fields)
        )
    return next(iter(detail_lines(entry, texts)), "")


def problem_line(problem: PackProblem, texts: Texts) -> str:
    """Return where a fault is, what it is, and how to mend it, in the reader's language."""
    line = texts("line {line}", line=problem.line) if problem.line else ""
    place = texts.listed(part for part in (line, str(texts.say(problem.field))) if part) or texts("the file")
    fault, mend = texts.say(problem.fault), texts.say(problem.mend)
    return texts("{place}: {fault}. {mend}", place=place, fault=fault, mend=mend)


def document_lines(plan: ImportPlan, texts: Texts) -> Iterator[str]:
    """Yield what becomes of documents of which the file says something else, a line at a time."""
    for each in plan.documents:
        if each.changes:
            yield texts("The document {document} changes:", document=each.document)
        else:
            yield texts(
                "The document {document} stays as it is here; only a newer version of its pack changes it:",
                document=each.document,
            )
        yield from (f"      {line}" for line in difference_lines(each.fields, texts))


def near_line(near: NearClaim, texts: Texts) -> str:
    """Return the warning that a new claim may be one that is known, or is about the same matter."""
    values = {"claim": near.claim, "title": texts.pick(near.title)}
    if near.repeats:
        return texts("may repeat {claim}: {title}", **values)
    return texts("is about the same matter as {claim}: {title}", **values)


def report_lines(plan: ImportPlan, texts: Texts) -> Iterator[str]:
    """Yield the whole dry run as plain text, a line at a time."""
    for outcome, mark in SHOWN:
        entries = plan.of(outcome)
        if entries:
            named = heading(outcome, texts, drafts=plan.drafts)
            yield texts("{name} ({count})", name=named, count=len(entries))
        for entry in entries:
            yield f"  {mark} {title_of(entry, texts)}"
            yield from (f"      {line}" for line in detail_lines(entry, texts))
    yield from document_lines(plan, texts)
    yield unchanged_line(plan, texts)
