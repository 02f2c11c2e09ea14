"""Who gets which language."""

import discord
import pytest

from bot.discord.languages import chosen_language, language_of


@pytest.mark.parametrize("locale", list(discord.Locale))
def test_only_the_two_chinese_locales_get_chinese(locale):
    wanted = {discord.Locale.chinese: "zh-Hans", discord.Locale.taiwan_chinese: "zh-Hant"}.get(locale, "en")
    assert language_of(locale) == wanted


@pytest.mark.parametrize(
    ("settings", "language"),
    [
        ((None, "auto"), "zh-Hans"),
        (("auto", "en"), "zh-Hans"),
        ((None, "en"), "en"),
        (("zh-Hant", "en"), "zh-Hant"),
    ],
)
def test_the_server_is_asked_before_the_operator_and_auto_means_the_message(settings, language):
    assert chosen_language(*settings, otherwise="zh-Hans") == language
