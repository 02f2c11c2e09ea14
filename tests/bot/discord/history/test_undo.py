"""Looking into a revision, taking it back, and bringing an older version back."""

import re

import discord
import pytest
import simcord.interactions

from bot.discord import create_bot
from claims.moderation.editor import ClaimView, NewClaim
from claims.moderation.edits import AddWording, RemoveWordings
from claims.moderation.rights import Actor
from claims.record import claim_state
from claims.store.changes import CLAIM as CLAIM_KIND
from claims.store.changes import Change, write_changes
from claims.store.revisions import AuditEntry
from claims.store.server_settings import CLAIM_SETTING, UNSET
from tests.bot.discord.history.conftest import CLAIM
from tests.bot.discord.world import CRANE, labels_of, text_of


@pytest.fixture
def without_rights(monkeypatch):
    """Let every click come from somebody who may no longer do anything."""
    plain = simcord.interactions.base_payload

    def take() -> None:
        def payload(*args: object, **more: object):
            record, made = plain(*args, **more)
            made["member"]["permissions"] = "0"
            return record, made

        monkeypatch.setattr(simcord.interactions, "base_payload", payload)

    return take


async def test_a_revision_is_named_with_the_colon_of_the_language(past, in_language):
    in_language(discord.Locale.taiwan_chinese)
    number = past.retitle("Ours")
    assert re.match(rf"### \S+{number}：\S+\n", text_of(await past.look(number)))


async def test_a_revision_shows_before_and_after(past):
    number = past.retitle("Ours", reason="clearer")
    shown = await past.look(number)
    assert text_of(shown).startswith(f"### Revision {number}: Claim edited\n")
    assert f"**Ours**\nTitle in English: {CRANE} → Ours" in text_of(shown)
    assert "-# Reason: clearer" in text_of(shown)
    assert labels_of(shown) == ["Undo", "Restore this version", "Back to the list"]
    assert text_of(await past.click(shown, "Back to the list")).startswith("### History of this server")


async def test_an_undo_asks_first_and_its_own_undo_brings_the_change_back(past):
    shown = await past.look(past.retitle("Ours"))
    titles = []
    for _ in range(3):
        asked = await past.click(shown, "Undo")
        titles.append(past.title)
        assert "Take back revision" in text_of(asked)
        done = await past.click(asked, "Undo")
        assert text_of(done).startswith("Done. This is revision ")
        titles.append(past.title)
        shown = await past.click(done, "Look at it")
        assert "It takes back revision" in text_of(shown)
    assert titles == ["Ours", CRANE, CRANE, "Ours", "Ours", CRANE]


async def test_one_can_think_better_of_it(past):
    shown = await past.look(past.retitle("Ours"))
    asked = await past.click(shown, "Undo")
    assert text_of(await past.click(asked, "Back to the revision")) == text_of(shown)
    assert past.title == "Ours"


async def test_a_second_undo_of_the_same_changes_nothing(past):
    number = past.retitle("Ours")
    first, second = [await past.click(await past.look(number), "Undo") for _ in range(2)]
    await past.click(first, "Undo")
    assert text_of(await past.click(second, "Undo")) == "It is so already; nothing was changed."
    assert f"It was taken back by revision {number + 1}." in text_of(await past.open())


async def test_what_was_changed_since_is_shown_and_the_version_before_can_be_restored(past):
    past.retitle("First")
    number = past.retitle("Second")
    past.retitle("Third")
    asked = await past.click(await past.look(number), "Undo")
    blocked = await past.click(asked, "Undo")
    assert "“Second” has been changed since in the same places" in text_of(blocked)
    assert "Title in English: First → Third" in text_of(blocked)
    assert past.title == "Third"
    asked = await past.click(blocked, "Restore the version before")
    assert f"back to revision {number - 1}?" in text_of(asked)
    assert "Title in English: Third → First" in text_of(asked)
    await past.click(asked, "Restore this version")
    assert past.title == "First"


async def test_the_first_change_of_a_shared_claim_goes_back_to_its_pack(past):
    number = past.retitle("First")
    past.retitle("Second")
    asked = await past.click(await past.look(number), "Undo")
    asked = await past.click(await past.click(asked, "Undo"), "Restore the version before")
    await past.click(asked, "Restore this version")
    assert past.title == CRANE


async def test_a_conflict_on_settings_offers_no_version(world, past):
    setup = past.moderation.setup
    setup.change(past.chief, pause_reports=4)
    number = world.touchstone.base.revision
    setup.change(past.chief, pause_reports=5)
    asked = await past.click(await past.look(number), "Undo")
    blocked = await past.click(asked, "Undo")
    assert text_of(blocked).endswith("Undo the later changes first.")
    assert labels_of(blocked) == ["Back to the revision"]
    assert world.touchstone.servers.settings(world.guild.id).pause_reports == 5


async def test_a_conflict_on_what_is_set_on_a_claim_offers_no_version_of_it(world, past):
    base, server = world.touchstone.base, world.guild.id
    state = claim_state(base.claim(CLAIM, server)) | {"title": {"en": "Ours", "zh": "我们的"}}
    changes = [Change(CLAIM_KIND, CLAIM, state), Change(CLAIM_SETTING, CLAIM, UNSET | {"cut_off": 0.6})]
    with base.database.changing() as session:
        entry = AuditEntry(world.chief.id, "feedback.never", "", server)
        number = write_changes(session, entry, changes, base.clock()).revision
    past.moderation.claim_settings.set_cut_off(past.chief, CLAIM, 0.7)
    blocked = await past.click(await past.click(await past.look(number), "Undo"), "Undo")
    assert "0.6" not in text_of(blocked)
    assert text_of(blocked).endswith("Undo the later changes first.")
    assert labels_of(blocked) == ["Back to the revision"]
    assert past.title == "Ours"


async def test_of_all_claims_only_those_are_read_that_are_named(past, monkeypatch):
    def all_of_them(*_: object):
        raise AssertionError("the whole base was read")

    past.moderation.claim_settings.mute(past.chief, CLAIM)
    number = past.retitle("Ours")
    monkeypatch.setattr(ClaimView, "all", all_of_them)
    page = await past.open()
    assert text_of(page).count("Ours") == 2
    await past.click(await past.click(await past.look(number, page), "Undo"), "Undo")
    assert past.title == CRANE


async def test_a_version_of_the_pack_can_be_restored_but_not_taken_back(past):
    past.retitle("Ours")
    page = await past.open(CLAIM)
    shown = await past.look(past.moderation.history.page(past.chief, CLAIM).entries[-1].id, page)
    assert labels_of(shown) == ["Restore this version", "Back to the list"]
    done = await past.click(await past.click(shown, "Restore this version"), "Restore this version")
    assert past.title == CRANE
    assert text_of(await past.click(done, "Back to the list")).startswith(f"### History of “{CRANE}”")


async def test_an_import_is_undone_as_one_even_from_one_claims_history(world, past):
    base, server = world.touchstone.base, world.guild.id
    before = base.claims(server)
    with base.database.changing() as session:
        changes = [Change("claim", c.id, claim_state(c) | {"title": {"en": f"Bulk {c.id}", "zh": ""}}) for c in before]
        number = write_changes(
            session, AuditEntry(world.chief.id, "claim.import", "bulk.yaml", server), changes, base.clock()
        )
    assert "Claims imported: Bulk crane-built-1920 and 3 more" in text_of(await past.open())
    shown = await past.look(number.revision, await past.open(CLAIM))
    assert "Bulk seals" not in text_of(shown)
    asked = await past.click(shown, "Undo")
    assert "and 3 more" in text_of(asked)
    await past.click(asked, "Undo")
    assert base.claims(server) == before


async def test_a_decision_that_cannot_be_undone_says_why(world, past):
    own = past.moderation.editor.begin(past.chief, NewClaim("Ours")).claim
    past.edit(RemoveWordings(("Ours",)), own.id)
    number = past.edit(AddWording("a wording"), own.id)
    shown = await past.look(number, await past.open(own.id))
    asked = await past.click(shown, "Undo")
    with world.touchstone.base.database.changing() as session:
        state = claim_state(world.touchstone.base.claim(own.id, world.guild.id)) | {"status": "published"}
        write_changes(
            session, AuditEntry("test", "claim.edit", "", world.guild.id), [Change("claim", own.id, state)], _now(world)
        )
    refused = await world.chief.click(asked, label="Undo")
    assert "A published claim needs a wording." in text_of_last(refused)


async def test_everything_works_after_a_restart(world, past, settings):
    number = past.retitle("Ours")
    page = await past.open()
    await world.env.restart_bot(create_bot(settings, world.touchstone))
    shown = await past.look(number, page)
    asked = await past.click(shown, "Undo")
    await world.env.restart_bot(create_bot(settings, world.touchstone))
    await past.click(asked, "Undo")
    assert past.title == CRANE


@pytest.mark.parametrize("label", ["Undo", "Restore this version", "Back to the list"])
async def test_every_click_asks_for_the_right_again(world, past, without_rights, label):
    shown = await past.look(past.retitle("Ours"))
    without_rights()
    refused = await world.chief.click(shown, label=label)
    assert "This needs a moderator of the server." in text_of_last(refused)


@pytest.mark.parametrize("label", ["Undo", "Restore this version"])
async def test_the_last_click_asks_for_the_right_again_too(world, past, without_rights, label):
    past.retitle("Before")
    number = past.retitle("Ours")
    asked = await past.click(await past.look(number), label)
    without_rights()
    refused = await world.chief.click(asked, label=label)
    assert "This needs a moderator of the server." in text_of_last(refused)
    assert past.title == "Ours"


async def test_roles_that_moderate_are_undone_by_administrators_only(world, past):
    admin = Actor(world.chief.id, world.guild.id, is_administrator=True)
    role = world.guild.create_role("keepers")
    past.moderation.setup.change(admin, moderator_roles=(role.id,))
    keeper = world.guild.add_member(world.env.create_user("keeper"), roles=[role])
    shown = await past.look(world.touchstone.base.revision, person=keeper)
    asked = await past.click(shown, "Undo", keeper)
    refused = await keeper.click(asked, label="Undo")
    assert "This needs an administrator of the server." in text_of_last(refused)
    assert world.touchstone.servers.settings(world.guild.id).moderator_roles == (role.id,)


@pytest.mark.parametrize(
    ("locale", "undo", "asks"),
    [(discord.Locale.chinese, "撤销", "撤销修订"), (discord.Locale.taiwan_chinese, "復原", "要復原修訂")],
)
async def test_undoing_speaks_the_language_of_the_client(past, in_language, locale, undo, asks):
    number = past.retitle("Ours")
    in_language(locale)
    asked = await past.click(await past.look(number), undo)
    assert asks in text_of(asked)
    await past.click(asked, undo)
    assert past.title == CRANE


def text_of_last(shown) -> str:
    """Return the text of the private message that followed a click."""
    return text_of(shown.followups[-1].message)


def _now(world):
    return world.touchstone.base.clock()
