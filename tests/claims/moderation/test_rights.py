"""Who may do what: every write, by everybody, in the own server and in another one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from claims.answering.answers import AnswerBook
from claims.base import ClaimBase
from claims.moderation.candidate_items import QueueDecisions
from claims.moderation.digest import Digests
from claims.moderation.editor import DraftBook, Editor, NewClaim
from claims.moderation.edits import EditPoint, EditTexts
from claims.moderation.examples import ExampleBook, KeptMessage
from claims.moderation.history import History, Undoing
from claims.moderation.labels import LabelBook, ShadowBook
from claims.moderation.queue import Queue
from claims.moderation.reports import FeedbackBook
from claims.moderation.rights import NEEDED, Actor, Rights
from claims.moderation.server_setup import ClaimSettings, ServerSetup
from claims.moderation.sources import NewSource, SourceBook
from config.errors import AlreadyWrittenError, InvalidEditError, NotAllowedError, UnknownClaimError, UnknownEntryError
from config.languages import ByLanguage
from tests.claims.conftest import KEY
from tests.claims.people import (
    ADMINISTRATOR,
    CLAIM,
    HERE,
    MANAGER,
    MEMBER,
    MODERATOR,
    OPERATOR,
    STRANGER,
    THERE,
    settled,
)

Command = Callable[[ClaimBase, Actor], object]


def _item(base: ClaimBase) -> int:
    Queue(base, KEY).propose(MEMBER, "a proposed wording", CLAIM)
    return Queue(base, KEY).items(MODERATOR).items[0].id


def _undo(base: ClaimBase, actor: Actor) -> object:
    return Undoing(base).undo(actor, Editor(base).edit(MODERATOR, CLAIM, None, EditTexts({"en": "Ours"})).revision)


def _restore(base: ClaimBase, actor: Actor) -> object:
    number = Editor(base).edit(MODERATOR, CLAIM, None, EditTexts({"en": "Ours"})).revision
    return Undoing(base).restore(actor, CLAIM, number)


def _example(base: ClaimBase, actor: Actor) -> object:
    return ExampleBook(base, KEY).keep(actor, KeptMessage(1, 2, 99, "said", CLAIM, makes_claim=False))


def _delete_example(base: ClaimBase, actor: Actor) -> object:
    kept = ExampleBook(base, KEY).keep(MODERATOR, KeptMessage(1, 2, 99, "said", CLAIM, makes_claim=False))
    return ExampleBook(base, KEY).delete(actor, kept.number)


MODERATORS: dict[str, Command] = {
    "edit": lambda base, actor: Editor(base).edit(actor, CLAIM, None, EditTexts({"en": "Ours"})),
    "create": lambda base, actor: Editor(base).begin(actor, NewClaim("Ours")),
    "follow the shared claim": lambda base, actor: Editor(base).follow_shared(actor, CLAIM, None),
    "mute": lambda base, actor: ClaimSettings(base).mute(actor, CLAIM),
    "unmute": lambda base, actor: ClaimSettings(base).unmute(actor, CLAIM),
    "cut-off": lambda base, actor: ClaimSettings(base).set_cut_off(actor, CLAIM, 0.9),
    "resume": lambda base, actor: ClaimSettings(base).resume(actor, CLAIM),
    "add a source": lambda base, actor: SourceBook(base).add(actor, NewSource("T", "P", "2026")),
    "see the queue": lambda base, actor: Queue(base, KEY).items(actor),
    "accept a wording": lambda base, actor: QueueDecisions(base).accept_wording(actor, _item(base)),
    "accept a negative wording": lambda base, actor: QueueDecisions(base).accept_negative(actor, _item(base)),
    "open a claim": lambda base, actor: QueueDecisions(base).open_claim(actor, _item(base), EditTexts({"en": "New"})),
    "dismiss": lambda base, actor: QueueDecisions(base).dismiss(actor, _item(base)),
    "see an item": lambda base, actor: QueueDecisions(base).item(actor, _item(base)),
    "see the history": lambda base, actor: History(base).page(actor),
    "undo": _undo,
    "restore": _restore,
    "keep an example": _example,
    "delete an example": _delete_example,
    "see examples": lambda base, actor: ExampleBook(base, KEY).examples(actor),
    "see shadow mode": lambda base, actor: ShadowBook(base, KEY).report(actor),
    "propose a cut-off": lambda base, actor: LabelBook(base, KEY).proposal(actor),
    "clear shadow mode": lambda base, actor: ShadowBook(base, KEY).clear(actor, [1]),
    "see the digest": lambda base, actor: Digests(base).for_moderator(actor, base.clock() - timedelta(days=7)),
    "change settings": lambda base, actor: ServerSetup(base).change(actor, language="en"),
    "set a channel": lambda base, actor: ServerSetup(base).set_channel_mode(actor, 1, "on"),
}
ADMINISTRATORS: dict[str, Command] = {
    "choose moderators": lambda base, actor: ServerSetup(base).change(actor, moderator_roles=(1,)),
}
MEMBERS: dict[str, Command] = {
    "propose": lambda base, actor: Queue(base, KEY).propose(actor, "a wording"),
    "keep a draft": lambda base, actor: DraftBook(base, KEY).keep(actor, "form", {"a": "b"}),
}
ALLOWED = {
    "member": (MEMBERS, [MEMBER, MODERATOR, MANAGER, ADMINISTRATOR]),
    "moderator": (MODERATORS, [MODERATOR, ADMINISTRATOR]),
    "administrator": (ADMINISTRATORS, [ADMINISTRATOR]),
}
EVERYBODY = {"member": MEMBER, "moderator": MODERATOR, "manager": MANAGER, "administrator": ADMINISTRATOR}
MATRIX = [
    pytest.param(command, actor, actor in allowed, id=f"{name}-{who}")
    for commands, allowed in ALLOWED.values()
    for name, command in commands.items()
    for who, actor in EVERYBODY.items()
]


@pytest.fixture
def ours(base: ClaimBase, tmp_path: Path) -> ClaimBase:
    return settled(base, tmp_path)


@pytest.mark.parametrize(("command", "actor", "allowed"), MATRIX)
def test_everybody_may_do_what_their_level_allows_and_nothing_else(
    ours: ClaimBase, command: Command, actor: Actor, allowed: bool
) -> None:
    if allowed:
        command(ours, actor)
        return
    with pytest.raises(NotAllowedError, match=r"needs a(n administrator| moderator)"):
        command(ours, actor)


NAMED = ["accept a wording", "accept a negative wording", "open a claim", "dismiss", "see an item", "undo",
         "delete an example"]  # fmt: skip


@pytest.mark.parametrize("name", NAMED)
def test_what_belongs_to_another_server_does_not_exist_for_its_administrator(ours: ClaimBase, name: str) -> None:
    with pytest.raises(UnknownEntryError):
        MODERATORS[name](ours, STRANGER)


@pytest.mark.parametrize("name", sorted({**MODERATORS, **MEMBERS, **ADMINISTRATORS}.keys() - set(NAMED) - {"restore"}))
def test_what_another_server_does_changes_nothing_here(ours: ClaimBase, name: str) -> None:
    before = ours.claims(HERE), Queue(ours, KEY).items(MODERATOR), History(ours).page(MODERATOR)
    {**MODERATORS, **MEMBERS, **ADMINISTRATORS}[name](ours, STRANGER)
    assert (ours.claims(HERE), Queue(ours, KEY).items(MODERATOR), History(ours).page(MODERATOR)) == before


def test_another_servers_version_cannot_be_restored(ours: ClaimBase) -> None:
    with pytest.raises(UnknownEntryError):
        _restore(ours, STRANGER)


def test_another_servers_claims_and_sources_are_unknown(ours: ClaimBase) -> None:
    made = Editor(ours).begin(MODERATOR, NewClaim("Ours alone")).claim
    source = SourceBook(ours).add(MODERATOR, NewSource("Our paper", "We", "2026"))
    assert made is not None
    with pytest.raises(UnknownClaimError):
        Editor(ours).edit(STRANGER, made.id, None, EditTexts({"en": "Theirs"}))
    with pytest.raises(UnknownClaimError):
        ours.claim(made.id, THERE)
    assert source in {document.id for document in ours.documents(HERE)}
    assert source not in {document.id for document in (*ours.documents(), *ours.documents(THERE))}


def test_a_card_cannot_be_reported_from_another_server(ours: ClaimBase) -> None:
    answers = AnswerBook(ours, KEY)
    answers.take(HERE, 1, 2, 3, [CLAIM], timedelta(hours=1))
    answers.posted(1, 2, 4)
    with pytest.raises(NotAllowedError, match="another server"):
        FeedbackBook(ours, KEY).act(THERE, 1, CLAIM, 4, 5, "not-said")


def test_shared_claims_are_changed_by_the_operator_only(ours: ClaimBase) -> None:
    nowhere = Actor(1, None, is_administrator=True)
    with pytest.raises(NotAllowedError, match="in a server only"):
        Editor(ours).edit(nowhere, CLAIM, None, EditTexts({"en": "Mine"}))
    Editor(ours).edit(MODERATOR, CLAIM, None, EditTexts({"en": "Ours"}))
    assert ours.claim(CLAIM).title["en"] == "About silver-server"
    Editor(ours).edit(OPERATOR, CLAIM, None, EditTexts({"en": "For all"}))
    assert [ours.claim(CLAIM, server).title["en"] for server in (None, HERE, THERE)] == ["For all", "Ours", "For all"]


def test_who_may_manage_the_server_moderates_until_roles_are_chosen(base: ClaimBase) -> None:
    rights = Rights(base)
    assert rights.may(MANAGER, "claim.edit")
    ServerSetup(base).change(ADMINISTRATOR, moderator_roles=(55,))
    assert [rights.may(who, "claim.edit") for who in (MANAGER, MODERATOR, MEMBER)] == [False, True, False]
    rights.permit(MODERATOR, "claim.edit")
    with pytest.raises(NotAllowedError, match="administrator"):
        rights.permit(MODERATOR, "server.moderators")


def test_every_act_has_its_level(base: ClaimBase) -> None:
    assert all(Rights(base).may(OPERATOR, act) for act in NEEDED)
    assert {act for act in NEEDED if Rights(base).may(MEMBER, act)} == {"card.report", "claim.propose"}


def test_a_server_cannot_cite_what_it_cannot_see(ours: ClaimBase) -> None:
    source = SourceBook(ours).add(MODERATOR, NewSource("Our paper", "We", "2026"))
    with pytest.raises(InvalidEditError, match="There is no source"):
        Editor(ours).edit(STRANGER, CLAIM, None, EditPoint(0, citations=source))
    Editor(ours).edit(MODERATOR, CLAIM, None, EditPoint(0, citations=source))


def handed_in(base: ClaimBase) -> Actor:
    drafts = DraftBook(base, KEY)
    drafts.keep(MODERATOR, "texts|x", {"title_en": "typed"}, "0a1b2c3d")
    return replace(MODERATOR, submission=drafts.submission(MODERATOR, "texts|x", "0a1b2c3d"))


def test_a_form_is_settled_by_the_write_and_taken_once(ours: ClaimBase) -> None:
    actor = handed_in(ours)
    Queue(ours, KEY).items(actor)
    assert DraftBook(ours, KEY).find(MODERATOR, "texts|x") == {"title_en": "typed"}
    Editor(ours).edit(actor, CLAIM, None, EditTexts(ByLanguage(en="Written")))
    assert DraftBook(ours, KEY).find(MODERATOR, "texts|x") is None
    # One form may write in two steps; the same form handed in again may not.
    Editor(ours).edit(actor, CLAIM, None, EditTexts(ByLanguage(en="Written in full")))
    with pytest.raises(AlreadyWrittenError):
        Editor(ours).edit(handed_in(ours), CLAIM, None, EditTexts(ByLanguage(en="Written twice")))
    assert not DraftBook(ours, KEY).keep(MODERATOR, "texts|x", {"title_en": "typed"}, "0a1b2c3d")


def test_a_write_that_fails_leaves_the_form_as_it_was(ours: ClaimBase) -> None:
    actor = handed_in(ours)
    with pytest.raises(InvalidEditError):
        Editor(ours).edit(actor, CLAIM, None, EditTexts(ByLanguage(en="x" * 500)))
    assert DraftBook(ours, KEY).find(MODERATOR, "texts|x") == {"title_en": "typed"}
    assert Editor(ours).edit(actor, CLAIM, None, EditTexts(ByLanguage(en="Written"))).changed


def test_a_draft_that_is_kept_twice_at_once_is_kept(any_base: ClaimBase) -> None:
    drafts = DraftBook(any_base, KEY)
    with ThreadPoolExecutor(8) as hands:
        for number in range(20):
            form = f"texts|{number}"
            kept = [hands.submit(drafts.keep, MODERATOR, form, {"title_en": f"by hand {hand}"}) for hand in range(8)]
            assert all(each.result() for each in kept)
            found = drafts.find(MODERATOR, form)
            assert found is not None
            assert found["title_en"].startswith("by hand")
