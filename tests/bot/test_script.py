"""Chinese in the reader's script: all that shipped packs and catalogues can show, held against the lists of words."""

import re
from collections import defaultdict
from collections.abc import Container, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import jieba
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from opencc import OpenCC

from bot.texts import ChineseScript, Script, Texts, read_catalogue

# What lists of words made of shipped texts and their like, and what the mainland says and Taiwan does not.
_WRONG = (
    "迴圈 重新整理 回撥 剋制 一齣貨 繫結 引數 許可權 區域性 型別 分割槽 釋出 永珍 價效比 指令碼 丟擲 "
    "例項 閘道器 映象 擴充套件 電力裝置 計程車兵 線上下 資料顯示 這一資料 協會資料 數據中心 這條訊息 報道 賬 臺 信息 "
    "軟件 硬件 網絡 服務器 芯片 屏幕 硬盤 雲計算 互聯網 英偉達 谷歌 特朗普 沙特 光伏 吉瓦 萬億 "
    "期權 做空 通脹 市盈率 對沖基金 盈虧平衡 兜底 初創 概率 搜索 硅 激光 伯里 伯裡 嘉賓 增長 行業 融錢 斷檔 "
    "加息 工資 計算資源 港元 "
)
FORBIDDEN = _WRONG.split()
# A word of the mainland that is one of Taiwan too, in another sense or across the border of two words.
ALSO_TAIWAN = {"項目": "row of a table", "視頻": "檢視頻道"}
# What means two things, so that the list leaves it alone, and only one of them in the bot's own texts.
NEVER_OURS = {"默認", "程序", "主板", "對沖", "用戶", "打開", "添加", "創建", "查找", "運行", "通過", "在線", "文本"}
# What has one name in the bot's own texts, and had another in some of them.
NAMED_OTHERWISE = {
    "zh-Hans": {"哈希", "指令", "共用", "更新版本的", "您"},
    "zh-Hant": {"要點", "損壞", "普通檔案", "退出", "絕不比對", "港元", "大約占", "更新版本的", "您"},
}
# Claims are told by the piece in Taipei, and messages by 則; in Beijing both by 条.
_BY = r"(?:[一某哪這这那每幾几]|\{[a-z]+\})"
COUNTED_OTHERWISE = {
    "zh-Hans": re.compile(rf"{_BY}个(?:已知的?|本服务器自己的|[^，。；：]{{0,8}}的)?说法(?![包库])"),
    "zh-Hant": re.compile(rf"{_BY}[條則](?:已知的?|本伺服器自己的|[^，。；：]{{0,8}}的)?說法|{_BY}條(?:訊息|論點)"),
}


@cache
def script(name: Script) -> ChineseScript:
    return ChineseScript(name)


def taipei(text: str) -> str:
    return script("zh-Hant").reworded(text)


def beijing(text: str) -> str:
    return script("zh-Hans").reworded(text)


def han_texts(part: object, leaving: Container[str]) -> Iterator[str]:
    match part:
        case dict():
            for key, value in part.items():
                if key not in leaving:
                    yield from han_texts(value, leaving)
        case list():
            for value in part:
                yield from han_texts(value, leaving)
        case str() if not part.isascii():
            yield part
        case _:
            return


@cache
def packs() -> tuple[dict[str, Any], ...]:
    files = (file for file in (resources.files("claims") / "packs").iterdir() if file.name.endswith(".yaml"))
    return tuple(yaml.load(file.read_text("utf-8"), yaml.CSafeLoader) for file in files)


_PASSAGES = {"numbers", "citations", "exported_state"}
_WORDINGS = {"wordings", "not_wordings", "denials"}


def pack_texts(*, wordings: bool = False) -> list[str]:
    """Return what the packs say of their own; with wordings also what people say, in any language of China."""
    leaving = _PASSAGES if wordings else _PASSAGES | _WORDINGS
    return list(dict.fromkeys(han_texts([[pack["pack"], pack["claims"]] for pack in packs()], leaving)))


def entries(name: str) -> dict[str, str]:
    text = (resources.files("config") / "lexicon" / name).read_text("utf-8")
    return dict(line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))


def catalogue_texts(language: str) -> Iterator[str]:
    for message in read_catalogue(language):
        if message.id:
            yield from message.string if message.pluralizable else (message.string,)


def only_simplified(text: str) -> list[str]:
    return [character for character in text if script("zh-Hant").characters_apart(character)[1]]


def only_traditional(text: str) -> list[str]:
    return [character for character in text if script("zh-Hant").characters_apart(character)[0]]


@pytest.mark.parametrize("name", ["zh/taiwan.tsv", "zh/mainland.tsv"])
def test_a_list_has_an_entry_a_line_and_each_once(name):
    text = (resources.files("config") / "lexicon" / name).read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert [line for line in lines if line.count("\t") != 1 or "" in line.split("\t") or " " in line] == []
    assert len(entries(name)) == len(lines)


def test_the_lists_are_written_in_the_scripts_that_they_are_for():
    taiwan, mainland = entries("zh/taiwan.tsv"), entries("zh/mainland.tsv")
    assert [word for word in [*taiwan, *mainland.values()] if only_traditional(word)] == []
    assert [word for word in [*taiwan.values(), *mainland] if only_simplified(word)] == []


def test_every_entry_says_what_its_word_becomes():
    taiwan, mainland = entries("zh/taiwan.tsv"), entries("zh/mainland.tsv")
    assert {word: taipei(f"这，{word}") for word in taiwan} == {word: f"這，{shown}" for word, shown in taiwan.items()}
    assert {word: beijing(f"這，{word}") for word in mainland} == {
        word: f"这，{shown}" for word, shown in mainland.items()
    }


def test_no_text_of_a_pack_holds_what_taipei_does_not_write():
    wrong = [(text, word) for text in map(taipei, pack_texts(wordings=True)) for word in FORBIDDEN if word in text]
    assert wrong == []


def test_a_name_in_a_title_is_written_as_in_what_is_said_of_it():
    assert script("zh-Hant").quoted("硅谷101直播") == "矽谷101直播"


def test_no_text_of_a_pack_keeps_a_simplified_character():
    assert [text for text in map(taipei, pack_texts(wordings=True)) if only_simplified(text)] == []


def test_readers_of_simplified_get_no_traditional_character():
    assert [text for text in map(beijing, pack_texts()) if only_traditional(text)] == []


def test_no_text_of_the_catalogue_holds_what_taipei_does_not_write():
    """Also none of the words that the list replaces, where it does more than to convert their characters."""
    plain = OpenCC("s2tw")
    replaced = {plain.convert(word) for word, shown in entries("zh/taiwan.tsv").items() if plain.convert(word) != shown}
    assert len(replaced) > 300
    wanted = (replaced | NEVER_OURS | set(FORBIDDEN)) - set(ALSO_TAIWAN)
    assert [(text, word) for text in catalogue_texts("zh-Hant") for word in wanted if word in text] == []
    assert [text for text in catalogue_texts("zh-Hant") if only_simplified(text)] == []
    assert [text for text in catalogue_texts("zh-Hans") if only_traditional(text)] == []


@pytest.mark.parametrize("language", NAMED_OTHERWISE)
def test_one_thing_has_one_name_and_one_word_to_count_it_by(language):
    others = NAMED_OTHERWISE[language]
    assert [(text, word) for text in catalogue_texts(language) for word in others if word in text] == []
    assert [text for text in catalogue_texts(language) if COUNTED_OTHERWISE[language].search(text)] == []


@pytest.mark.parametrize(
    ("simplified", "traditional"),
    [
        ("货一出货，租金就崩了", "貨一出貨，租金就崩了"),
        ("好一出闹剧", "好一齣鬧劇"),
        ("刷新历史新高", "刷新歷史新高"),
        ("健康的回调", "健康的回調"),
        ("扩产非常克制", "擴產非常克制"),
        ("他的算法：每年十个", "他的算法：每年十個"),
        ("推荐算法", "推薦演算法"),
        ("媒体报道里的预测", "媒體報導裡的預測"),
        ("同意这一数据", "同意這一數據"),
        ("建一个数据中心", "建一個資料中心"),
        ("这条消息", "這條消息"),
        ("电力设备厂商", "電力設備廠商"),
        ("互相“绑定”", "互相「綁定」"),
        ("他说“这叫‘循环’”", "他說「這叫『循環』」"),
        ("一台服务器的账", "一台伺服器的帳"),
        ("5万亿美元", "5兆美元"),
        ("硅谷101的嘉宾与联合主持人", "矽谷101的來賓與共同主持人"),
        ("需求增长快于行业，增速快", "需求成長快於產業，成長快"),
        ("10%回报与10%年回报", "10%報酬與10%年報酬"),
        ("量子计算机的计算资源", "量子電腦的運算資源"),
        ("高性能计算与性能", "高效能運算與性能"),
        ("央行加息，工资上涨", "央行升息，薪資上漲"),
        ("5港元", "5港幣"),
    ],
)
def test_words_become_those_of_taipei(simplified, traditional):
    assert taipei(simplified) == traditional


@pytest.mark.parametrize(
    ("simplified", "traditional"),
    [
        ("英勇的士兵", "英勇的士兵"),
        ("现在线下活动", "現在線下活動"),
        ("包罗万象", "包羅萬象"),
        ("国内存在问题", "國內存在問題"),
        ("电视频道", "電視頻道"),
        ("提高管理水平", "提高管理水平"),
        ("其实时间不多", "其實時間不多"),
        ("各国债务", "各國債務"),
        ("当做空气", "當做空氣"),
        ("预算法案", "預算法案"),
        ("坎特伯里", "坎特伯里"),
        ("走法律程序", "走法律程序"),
        ("研究对象的参数", "研究對象的參數"),
        ("美国债券", "美國債券"),
        ("美国债收益率", "美國債收益率"),
        ("外国债权人", "外國債權人"),
        ("国内存量房贷", "國內存量房貸"),
        ("国内存货", "國內存貨"),
        ("增加纳税人负担", "增加納稅人負擔"),
        ("普通信用", "普通信用"),
        ("交通信号", "交通信號"),
        ("短期权衡", "短期權衡"),
        ("也门槛太高", "也門檻太高"),
        ("生意大利润薄", "生意大利潤薄"),
        ("统计划分", "統計劃分"),
        ("当年初创公司", "當年新創公司"),
        ("界面对用户友好", "介面對用戶友好"),
        ("一出门就看见", "一出門就看見"),
        ("各行各业的银行业", "各行各業的銀行業"),
        ("执行业务", "執行業務"),
        ("增加息差", "增加息差"),
        ("去年回报不高", "去年回報不高"),
        ("新增长期护理", "新增長期護理"),
        ("计算机会成本", "計算機會成本"),
        ("手工资料", "手工資料"),
        ("增长见识", "增長見識"),
    ],
)
def test_an_entry_is_no_match_across_words(simplified, traditional):
    assert taipei(simplified) == traditional


@pytest.mark.parametrize(
    ("simplified", "traditional"),
    [
        ("人眼最多只能看到", "人眼最多只能看到"),
        ("公牛只有两种", "公牛只有兩種"),
        ("已有一万两千年历史", "已有一萬兩千年歷史"),
        ("美国历史行情", "美國歷史行情"),
        ("其余全看表情", "其餘全看表情"),
        ("经济统计里根本找不到", "經濟統計裡根本找不到"),
        ("汽车加98养发动机", "汽車加98養發動機"),
        ("500万美元后降到2", "500萬美元後降到2"),
        ("百姓吃不上面包", "百姓吃不上麵包"),
        ("煮面先撒盐", "煮麵先撒鹽"),
        ("三只猫", "三隻貓"),
    ],
)
def test_two_words_side_by_side_are_not_read_as_a_third(simplified, traditional):
    assert taipei(simplified) == traditional


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [
        ("方程式", "方程式"),
        ("電影片段", "电影片段"),
        ("執行長期計畫", "执行长期计划"),
        ("陳列印刷品", "陈列印刷品"),
        ("產品質量", "产品质量"),
        ("疲軟體質", "疲软体质"),
        ("敏捷運動", "敏捷运动"),
        ("四川普通話", "四川普通话"),
        ("消費者有選擇權", "消费者有选择权"),
        ("預設立場", "预设立场"),
        ("杳無音訊", "杳无音讯"),
        ("軟體動物", "软体动物"),
    ],
)
def test_what_is_no_word_of_taiwan_is_left_alone(traditional, simplified):
    assert beijing(traditional) == simplified


@pytest.mark.parametrize(
    ("simplified", "traditional"),
    [
        ("三季度财报", "第三季財報"),
        ("前三季度营收增长", "前三季營收成長"),
        ("上一季度", "上一季"),
        ("下一季度", "下一季"),
        ("每一季度", "每一季"),
        ("连续三季度", "連續三季"),
        ("二十一季度", "二十一季"),
        ("A股主板公司在主板挂牌", "A股主板公司在主板掛牌"),
        ("南朝鲜与北朝鲜", "南韓與北韓"),
        ("朝鲜王朝", "朝鮮王朝"),
        ("互联网络", "互聯網路"),
        ("政府默认了", "政府默認了"),
        ("默认设置", "預設設定"),
        ("骏马奔驰", "駿馬奔馳"),
        ("奔驰汽车", "賓士汽車"),
        ("大质量恒星", "大質量恆星"),
        ("空气质量", "空氣品質"),
        ("几万亿美元、十几万亿元", "幾兆美元、十幾兆元"),
        ("正当的程序与应用程序", "正當的程序與應用程式"),
        ("纳米比亚的纳米技术", "納米比亞的奈米技術"),
        ("海内存知己，电脑内存不足", "海內存知己，電腦記憶體不足"),
        ("老年痴呆症患者", "失智症患者"),
        ("质量守恒定律", "質量守恆定律"),
        ("太阳能光伏", "太陽能光電"),
        ("错误信息", "錯誤訊息"),
    ],
)
def test_a_word_that_means_something_else_in_what_is_made_with_it_keeps_that(simplified, traditional):
    assert taipei(simplified) == traditional


# Pairs of words that nobody writes, or whose entry is what is written there (二十一 and 季度, 不在 and 网上).
_READ_AS_ENTRIES: dict[Script, str] = {
    "zh-Hant": (
        "一一季度 万一季度 之一季度 五一季度 十一季度 十二季度 十三季度 十四季度 第一季度 第二季度 "
        "第三季度 第四季度 单一季度 同一季度 千万亿元 千万亿吨 千万亿美元 百万亿元 百万亿吨 "
        "百万亿美元 不在网上 不小程序 以北朝鲜 以南朝鲜 发达国家机关 文件名为 文件名人 方便面向 "
        "日报道人 晶体管道 来源代码 用户名人 能源代码 起源代码 计算机枪 计算机动 计算机场 计算机遇 "
        "新增长大"
    ),
    "zh-Hans": "太空人人 太空人為 記憶體會 財務長大",
}


@pytest.mark.parametrize("name", ["zh-Hant", "zh-Hans"])
def test_no_entry_is_found_across_the_border_of_two_common_words(name: Script):
    """All pairs of the five thousand commonest words of jieba's dictionary in which an entry stands across."""
    lines = (line.split(" ") for line in (Path(jieba.__file__).parent / "dict.txt").read_text("utf-8").splitlines())
    common = [word for word, written, _ in lines if int(written) >= 1000 and len(word) > 1]
    list_name, to_script = ("zh/taiwan.tsv", str) if name == "zh-Hant" else ("zh/mainland.tsv", OpenCC("s2tw").convert)
    ending, beginning = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for word in map(to_script, common):
        for size in range(1, len(word) + 1):
            ending[word[-size:]].append(word)
            beginning[word[:size]].append(word)
    one, mark = script(name), "这，" if name == "zh-Hant" else "這，"
    pairs = {
        (before, after)
        for entry, shown in entries(list_name).items()
        if one.quoted(mark + entry)[2:] != shown
        for size in range(1, len(entry))
        for before in ending[entry[:size]]
        for after in beginning[entry[size:]]
        if before + after != entry
    }
    assert len(pairs) > 200
    plain = OpenCC("t2s").convert
    # Which character it is (面 or 麵), the neighbours may tell.
    words = {pair: plain("".join(one.reworded(mark + word)[2:] for word in pair)) for pair in pairs}
    read = {pair: plain(one.reworded(mark + "".join(pair))[2:]) for pair in pairs}
    assert {"".join(pair) for pair in pairs if read[pair] != words[pair]} == set(_READ_AS_ENTRIES[name].split())


@pytest.mark.parametrize("typed", ["台股漲了，賬面很漂亮", "臺灣的資訊", "“幻影”資料中心", "視頻網站", "皇后大道"])
def test_what_a_server_has_written_in_traditional_stays_as_typed(typed):
    assert taipei(typed) == typed


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("伺服器裡的資料庫用了輝達晶片", "服务器里的数据库用了英伟达芯片"),
        ("「台積電」的執行長", "“台积电”的首席执行官"),
        ("脑極体（网易号专栏）", "脑极体（网易号专栏）"),
    ],
)
def test_traditional_is_converted_for_readers_of_simplified(typed, shown):
    assert beijing(typed) == shown
    assert beijing(shown) == shown


def test_titles_of_documents_change_their_characters_and_not_their_words():
    hant, hans = script("zh-Hant"), script("zh-Hans")
    assert hant.quoted("数据中心与“算法”") == "數據中心與“算法”"
    assert hans.quoted("AI熔化白銀？資料") == "AI熔化白银？资料"
    assert hant.quoted("The data-centre “boom”") == "The data-centre “boom”"


@given(st.text(st.characters(codec="utf-8") | st.sampled_from("数據台里账“」出内存一")))
def test_any_text_is_converted_and_none_is_lost(text):
    for one in map(script, ("zh-Hant", "zh-Hans")):
        assert bool(one.reworded(text)) == bool(one.quoted(text)) == bool(text)
        assert text.isascii() <= (one.reworded(text) == text)


def test_english_is_left_alone():
    texts = Texts.open("en")
    assert texts.reworded("服务器") == texts.quoted("服务器") == "服务器"
    assert taipei("It’s a “bubble”: 5 kg") == "It’s a “bubble”: 5 kg"


def test_many_threads_get_what_one_gets():
    made, texts = ChineseScript("zh-Hant"), pack_texts()[:400]
    with ThreadPoolExecutor(8) as pool:
        shown = list(pool.map(made.reworded, texts * 4))
    assert shown == [taipei(text) for text in texts] * 4
