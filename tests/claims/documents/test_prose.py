"""The article within a file."""

from claims.documents.markup import prose_span

ARTICLE = "The price of silver has doubled since last year, say its dealers.\n\nNobody knows how long that will last.\n"
MENU = "Home\nNews\nMarkets\nAbout us\nHome\nNews\nMarkets\n"
ENDS = ("related articles", "相关推荐")


def article(raw: str) -> str:
    start, end = prose_span(raw, ENDS, str.casefold)
    return raw[start:end]


def test_a_text_of_prose_is_taken_whole() -> None:
    assert article(ARTICLE) == ARTICLE


def test_menus_above_and_below_are_left_out() -> None:
    assert article(MENU + ARTICLE + MENU) == ARTICLE


def test_what_follows_the_end_of_the_article_is_left_out() -> None:
    assert article(f"{ARTICLE}Related Articles\nGold has fallen by a third. This is why.\n") == ARTICLE
    chinese = "白银涨了一倍，没有人知道为什么会这样。\n"
    assert article(f"{chinese}相关推荐\n黄金又跌了百分之三十，原因就在这里。\n") == chinese


def test_a_short_line_early_on_does_not_end_it() -> None:
    assert article(f"Related articles\n{ARTICLE}") == ARTICLE


def test_a_file_without_prose_has_none() -> None:
    assert (article(MENU), article("")) == ("", "")
