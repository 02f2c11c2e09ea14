"""The registering of commands."""

from bot.discord import create_bot
from bot.discord.bot import same_commands


def puts(world):
    return [seen for seen in world.env.http_requests if seen.method == "PUT" and seen.path.endswith("/commands")]


async def test_commands_are_sent_at_the_first_start_and_not_again(world, settings):
    assert len(puts(world)) == 1
    await world.env.restart_bot(create_bot(settings, world.touchstone))
    assert len(puts(world)) == 1


async def test_commands_are_sent_again_when_they_have_changed(world, settings):
    bot = create_bot(settings, world.touchstone)
    bot.tree.command(name="extra", description="One more")(_extra)
    await world.env.restart_bot(bot)
    assert len(puts(world)) == 2


async def test_names_and_descriptions_are_registered_in_chinese(world):
    registered = {command["name"]: command for command in world.env.backend.commands[None].values()}
    assert registered["check"]["name_localizations"] == {"zh-CN": "查证", "zh-TW": "查證"}
    assert registered["Check this message"]["name_localizations"]["zh-TW"] == "查證這則訊息"
    watch = next(option for option in registered["touchstone"]["options"] if option["name"] == "watch")
    assert watch["options"][0]["choices"][0]["name_localizations"]["zh-CN"] == "开"


async def test_a_refusal_does_not_keep_the_bot_from_starting(world, settings, caplog):
    world.env.inject_error("GET", "/applications/*/commands", status=500)
    await world.env.restart_bot(create_bot(settings, world.touchstone))
    assert "could not be registered" in caplog.text


def test_what_discord_adds_or_leaves_out_is_no_change():
    ours = [
        {"name": "a", "type": 1, "options": [], "nsfw": False, "default_member_permissions": 32, "contexts": [1, 0]}
    ]
    there = [
        {"name": "a", "type": 1, "id": "7", "version": "1", "default_member_permissions": "32", "contexts": [0, 1]}
    ]
    assert same_commands(ours, there)
    assert not same_commands(ours, [])
    assert not same_commands(ours, [{**there[0], "default_member_permissions": None}])
    assert not same_commands([{"name": "a", "options": [{"name": "x"}]}], [{"name": "a", "options": []}])


async def _extra(interaction):
    raise NotImplementedError
