"""The digest: once a week in the moderators' channel, and privately at any time."""

from types import SimpleNamespace

import aiohttp
import discord
import pytest

from bot.discord import bot, create_bot
from bot.discord.queue import weekly
from claims.moderation.digest import DigestPostings
from config.errors import DatabaseError, NotAllowedError
from tests.bot.discord.queue.conftest import CRANE_CLAIM
from tests.bot.discord.world import CRANE, text_of
from tests.claims.people import administrator


@pytest.fixture
def desk(world):
    """The channel where the moderators want their digest."""
    channel = world.guild.create_text_channel("moderators")
    world.touchstone.moderation.setup.change(administrator(world.guild.id), digest_channel=channel.id)
    return channel


async def look(world) -> None:
    """Let the bot look whose digest is due."""
    await world.env.bot.get_cog("WeeklyDigest").post_due()


async def test_it_is_posted_once_a_week(world, desk, clock):
    await look(world)
    await look(world)
    assert len(world.cards(desk)) == 1
    clock.move(days=6)
    await look(world)
    assert len(world.cards(desk)) == 1
    clock.move(days=1)
    await look(world)
    assert len(world.cards(desk)) == 2


async def test_a_restart_posts_no_second_one(world, desk, clock, settings, touchstone):
    await look(world)
    await world.env.restart_bot(create_bot(settings, touchstone))
    await look(world)
    assert len(world.cards(desk)) == 1
    clock.move(days=7)
    await look(world)
    assert len(world.cards(desk)) == 2


@pytest.mark.usefixtures("desk")
async def test_whatever_fails_the_rounds_go_on(world, monkeypatch, caplog):
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    rounds = world.env.bot.get_cog("WeeklyDigest").rounds
    monkeypatch.setattr(DigestPostings, "due", broken)
    await rounds.coro(world.env.bot.get_cog("WeeklyDigest"))
    assert "The weekly digests could not be made" in caplog.text


async def test_it_has_counts_and_names_and_no_words_of_members(world, waiting, desk, clock):
    waiting.proposal("The crane sings at night")
    clock.move(days=2)
    await waiting.near("ferry quiet today")
    await waiting.reported(times=3)
    await look(world)
    (card,) = world.cards(desk)
    shown = text_of(card)
    assert shown.startswith("### Digest of the claims in this server")
    for line in (
        "4 items wait.\nThe oldest has waited for 2 days.",
        "-# Proposal: 1 · Report: 1 · Paused claim: 1 · Near miss: 1",
        "Replies: 1. Offers: 0. Decided: 0.",
        "Reports by members: Not what I said: 3",
        "Paused after reports by members:\n- The old harbour crane was built in 1920",
        f"<@{administrator(world.guild.id).user_id}>",
        "Touchstone itself",
    ):
        assert line in shown, shown
    assert "sings" not in shown
    assert "quiet" not in shown
    assert CRANE not in shown.replace("- The old harbour crane was built in 1920", "")


async def test_what_has_helped_is_counted_apart_from_reports(world, desk):
    card = await world.card()
    for member in (world.alice, world.bob):
        place = (world.guild.id, card.channel.id, CRANE_CLAIM, card.id)
        world.touchstone.feedback.act(*place, member.id, "helpful")
    await look(world)
    shown = text_of(world.cards(desk)[0])
    assert "Called helpful by members: 2" in shown
    assert "Reports by members" not in shown
    assert "reports by members 0." in text_of(await world.chief.slash(world.channel, "status"))


async def test_it_pings_nobody(world, waiting, desk):
    world.touchstone.moderation.claim_settings.mute(waiting.chief, CRANE_CLAIM)
    await look(world)
    assert f"<@{world.chief.id}>" in text_of(world.cards(desk)[0])
    assert world.sent()[-1]["allowed_mentions"]["parse"] == []


async def test_a_quiet_week_is_told_in_few_words(world, desk):
    await look(world)
    assert "Nothing waits for a decision." in text_of(world.cards(desk)[0])


@pytest.mark.usefixtures("desk")
async def test_a_refusal_is_logged_and_not_tried_again_for_a_week(world, clock, caplog):
    world.env.inject_error("POST", "/channels/*/messages", status=403, code=50013)
    await look(world)
    assert f"The digest of server {world.guild.id} was refused" in caplog.text
    world.env.http_requests.clear()
    await look(world)
    assert world.sent() == []
    clock.move(days=7)
    await look(world)
    assert len(world.sent()) == 1


@pytest.fixture
def impatient(monkeypatch):
    """Let tries follow one another within a moment, and end soon."""
    monkeypatch.setattr(bot, "_PAUSES", (0.01,))
    monkeypatch.setattr(weekly, "_PATIENCE", 0.3)


def told(caplog):
    (only,) = [record for record in caplog.records if record.name == "bot.discord.queue.weekly"]
    assert only.exc_info is None
    return only.getMessage()


@pytest.mark.usefixtures("impatient")
async def test_one_that_discord_has_taken_unheard_is_not_posted_again(world, desk, monkeypatch):
    plain, taken = discord.abc.Messageable.send, dict[str, discord.Message]()

    async def unheard(channel, **given):
        """Do as Discord does: what comes again under its nonce is the message that stands."""
        if given["nonce"] in taken:
            return taken[given["nonce"]]
        taken[given["nonce"]] = await plain(channel, **given)
        raise aiohttp.ServerDisconnectedError

    monkeypatch.setattr(discord.abc.Messageable, "send", unheard)
    await look(world)
    await look(world)
    assert len(world.cards(desk)) == 1


@pytest.mark.usefixtures("impatient")
async def test_one_that_was_lost_on_its_way_is_sent_again(world, desk, lose):
    lose("POST", f"/channels/{desk.id}/messages", times=2)
    await look(world)
    assert len(world.cards(desk)) == 1


@pytest.mark.usefixtures("impatient")
async def test_one_that_was_lost_for_long_may_stand_and_is_told_in_a_line(world, desk, caplog, lose):
    lose("POST", f"/channels/{desk.id}/messages")
    await look(world)
    assert "was lost on its way, and may stand or not" in told(caplog)
    lose("POST", f"/channels/{desk.id}/messages", times=0)
    await look(world)
    assert world.cards(desk) == []


@pytest.mark.usefixtures("impatient")
async def test_where_discord_cannot_be_reached_it_comes_with_the_next_round(world, desk, caplog, lose):
    host = SimpleNamespace(host="discord.com", port=443, ssl=True)
    lose("POST", f"/channels/{desk.id}/messages", error=aiohttp.ClientConnectorError(host, OSError("no route")))
    await look(world)
    assert "comes next round" in told(caplog)
    lose("POST", f"/channels/{desk.id}/messages", times=0)
    await look(world)
    assert len(world.cards(desk)) == 1


async def test_where_the_base_cannot_be_read_the_next_round_posts_it(world, desk, monkeypatch, caplog):
    digests = world.touchstone.moderation.digests
    with monkeypatch.context() as broken:
        broken.setattr(digests, "digest", _broken)
        await look(world)
    assert world.cards(desk) == []
    assert "could not be posted" in caplog.text
    await look(world)
    assert len(world.cards(desk)) == 1


@pytest.mark.usefixtures("desk")
async def test_a_server_that_the_bot_has_left_is_passed_over(world, monkeypatch):
    monkeypatch.setattr(world.env.bot, "get_guild", lambda _: None)
    await look(world)
    assert world.sent() == []


async def test_without_a_channel_none_is_posted(world):
    await look(world)
    assert world.sent() == []


async def test_moderators_read_it_privately_at_any_time(world, waiting, desk):
    waiting.proposal()
    shown = text_of(await world.chief.slash(world.channel, "digest"))
    assert "1 item waits." in shown
    await look(world)
    assert len(world.cards(desk)) == 1


@pytest.mark.parametrize("name", ["alice", "mod"])
async def test_members_are_refused(world, name):
    shown = text_of(await getattr(world, name).slash(world.channel, "digest"))
    assert shown.startswith("This needs a moderator of the server.")
    assert [type(error.original) for error in world.env.errors] == [NotAllowedError]


@pytest.mark.parametrize(
    ("locale", "says"),
    [
        (discord.Locale.chinese, ["### 本服务器的说法摘要", "1项待处理。", "提议：1", "没有改动。"]),
        (discord.Locale.taiwan_chinese, ["### 本伺服器的說法摘要", "1項待處理。", "提議：1", "沒有變更。"]),
    ],
)
async def test_it_speaks_the_language_of_the_client(world, waiting, in_language, locale, says, clock):
    clock.move(days=20)
    waiting.proposal()
    in_language(locale)
    shown = text_of(await world.chief.slash(world.channel, "digest"))
    assert all(line in shown for line in says), shown


@pytest.mark.parametrize(("language", "says"), [("zh-Hans", "服务器"), ("zh-Hant", "伺服器"), ("auto", "server")])
async def test_the_public_one_speaks_the_language_of_the_server(world, desk, language, says):
    world.touchstone.moderation.setup.change(administrator(world.guild.id), language=language)
    await look(world)
    assert says in text_of(world.cards(desk)[0])


async def test_the_public_one_speaks_the_language_of_the_operator_where_the_server_has_none(world, desk, monkeypatch):
    bot = world.env.bot
    monkeypatch.setattr(bot, "settings", bot.settings.model_copy(update={"language": "zh-Hant"}))
    await look(world)
    assert "伺服器" in text_of(world.cards(desk)[0])


def _broken(*_: object) -> None:
    raise DatabaseError("The database is locked.")
