"""Reading pages from addresses: politely, within limits, and never from an inner network."""

import zlib
from collections.abc import Iterator

import pytest

from claims.documents.addresses import AddressBook, is_public
from claims.documents.fetching import PageReader, may_read, user_agent
from config.errors import AddressRefusedError, RobotsError
from tests.claims.documents.site import PAGE, Answer, Site, answer, bomb, drip, packed, site, to


@pytest.fixture
def here() -> Iterator[Site]:
    with site() as running:
        yield running


def nowhere(host: str, _: int) -> list[str]:
    """A resolver that would let everything through, were it asked."""
    return ["93.184.215.14"] if host else []


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "ftp://example.com/a.txt",
        "gopher://example.com/1",
        "javascript:alert(1)",
        "data:text/html,hello",
        "//example.com/page",
        "https://",
        "http:///page",
        "https://user:secret@example.com/",
        "https://example.com@127.0.0.1/",
        "http://localhost/",
        "http://LOCALHOST./",
        "http://app.localhost/",
        "http://printer.local/",
        "http://metadata.google.internal/",
        "http://intranet/",
        "http://hidden.onion/",
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://017700000001/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://0x7f.0.0.1/",
        "http://127.0.0.1./",
        "http://１２７.0.0.1/",
        "http://127。0。0。1/",
        "http://10.1.2.3/",
        "http://172.16.0.1/",
        "http://192.168.1.1/admin",
        "http://169.254.169.254/latest/meta-data/",
        "http://100.64.0.1/",
        "http://0.0.0.0/",
        "http://255.255.255.255/",
        "http://224.0.0.1/",
        "http://192.0.2.1/",
        "http://256.256.256.256/",
        "http://[::1]/",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[::7f00:1]/",
        "http://[fe80::1]/",
        "http://[fe80::1%25eth0]/",
        "http://[fc00::1]/",
        "http://[fec0::1]/",
        "http://[ff02::1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[2001:db8::1]/",
        "http://[::ffff:0:7f00:1]/",
        "http://[::1/",
        "http://example.com:99999/",
        "http://example.com:port/",
        "http://exa mple.com/",
        "http://example.com/\r\nHost: inner",
        "http://example.com\\@127.0.0.1/",
        "http://127%2e0%2e0%2e1/",
        "http://-.example..com/",
        "https://example.com/" + "a" * 3000,
        "",
    ],
)
def test_an_address_that_is_none_or_leads_inside_is_refused_with_its_reason(address: str) -> None:
    with pytest.raises(AddressRefusedError) as refused:
        AddressBook(nowhere).target(address)
    assert len(str(refused.value)) > 30


@pytest.mark.parametrize(
    "ips", [["10.0.0.5"], ["::1"], ["93.184.215.14", "127.0.0.1"], ["fd00::5"], ["169.254.169.254"], ["nonsense"], []]
)
def test_a_name_that_leads_inside_is_refused_also_where_it_leads_outside_too(ips: list[str]) -> None:
    with pytest.raises(AddressRefusedError):
        AddressBook(lambda *_: ips).target("https://rebind.example/")


@pytest.mark.parametrize(
    ("address", "host", "path"),
    [
        ("https://example.com", "example.com", "/"),
        ("HTTP://Example.COM:8080/a?b=c#d", "example.com", "/a?b=c"),
        ("https://例子.example/页", "xn--fsqu00a.example", "/页"),
        ("https://93.184.215.14/x", "93.184.215.14", "/x"),
        ("https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "/"),
    ],
)
def test_addresses_of_the_public_internet_are_let_in(address: str, host: str, path: str) -> None:
    target = AddressBook(nowhere).target(address)
    assert (target.host, target.path) == (host, path)


def test_the_host_is_resolved_once_and_connected_to_as_it_was_resolved(here: Site) -> None:
    asked: list[str] = []

    def rebinding(host: str, _: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.5"]

    here.pages["/page"] = answer()
    book = AddressBook(rebinding, lambda ip: str(ip) == "127.0.0.1")
    assert PageReader(book).fetch(here.address()).data == PAGE
    assert asked == ["good.example"]


def test_a_page_is_read_by_who_we_say_we_are(here: Site) -> None:
    here.pages["/page"] = answer()
    found = here.reader().fetch(here.address("/page") + "#part")
    assert (found.data, found.charset, found.name, found.address) == (PAGE, "utf-8", "page", here.address("/page"))
    assert [path for path, _ in here.asked] == ["/robots.txt", "/page"]
    assert here.asked[1][1]["user-agent"] == user_agent()
    assert here.asked[1][1]["host"] == f"good.example:{here.port}"


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_packed_page_is_unpacked(here: Site, coding: str) -> None:
    body = packed() if coding == "gzip" else zlib.compress(PAGE)
    here.pages["/page"] = answer(body=body, content_encoding=coding)
    assert here.reader().fetch(here.address()).data == PAGE


def test_a_file_whose_server_does_not_know_its_kind_is_known_by_its_name(here: Site) -> None:
    here.pages["/talk.srt"] = answer(
        body=b"1\n00:00:01,000 --> 00:00:02,000\nHello.\n", kind="application/octet-stream"
    )
    assert here.reader().fetch(here.address("/talk.srt")).name == "talk.srt"


HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n"


@pytest.mark.parametrize(
    ("page", "says"),
    [
        (answer("401 Unauthorized"), "sign-in"),
        (answer("402 Payment Required"), "payment"),
        (answer("403 Forbidden"), "does not let programs in"),
        (answer("404 Not Found"), "404"),
        (answer("410 Gone"), "410"),
        (answer("429 Too Many Requests"), "429"),
        (answer("451 Unavailable"), "451"),
        (answer("500 Oops"), "500"),
        (answer("503 Busy"), "503"),
        (answer("206 Partial Content"), "206"),
        (answer("204 No Content", b"", None), "204"),
        (answer(kind="image/png"), "image/png"),
        (answer(kind="application/zip"), "application/zip"),
        (answer(kind="application/json"), "application/json"),
        (answer(kind="text/xml"), "text/xml"),
        (answer(kind="video/mp4"), "video/mp4"),
        (answer(kind=None), "not read"),
        (answer(kind="application/octet-stream"), "octet-stream"),
        (answer(content_length="2147483648"), "more than 10 MB"),
        (answer(content_length="9" * 40), "broken answer"),
        (answer(content_length="-5"), "broken answer"),
        (answer(content_length="100000"), "broken answer"),
        (answer(body=b"x" * (11 << 20)), "more than 10 MB"),
        (HEAD + b"\r\n" + b"x" * (11 << 20), "more than 10 MB"),
        (answer(body=bomb(64), content_encoding="gzip"), "more than 10 MB"),
        (answer(body=bomb(64, 15), content_encoding="deflate"), "more than 10 MB"),
        (answer(body=packed()[:-9], content_encoding="gzip"), "broken answer"),
        (answer(body=b"no gzip at all", content_encoding="gzip"), "broken answer"),
        (answer(body=PAGE, content_encoding="br"), "packs its answer as br"),
        (answer(body=PAGE, content_encoding="gzip, gzip, gzip"), "packs its answer"),
        (HEAD + b"transfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n", "broken answer"),
        (HEAD + b"x: " + b"y" * 200_000 + b"\r\n\r\n", "broken answer"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "broken answer"),
        (b"", "broken answer"),
        (b"\x00\xff" * 500, "broken answer"),
        (drip(b"x", 0.2, HEAD), "longer than"),
        (drip(b"x", 0.2, HEAD + b"\r\n"), "longer than"),
        (drip(b"", 0.2), "longer than"),
        (to(""), "leads on to nowhere"),
        (to("file:///etc/passwd"), "Only addresses with http"),
        (to("http://127.0.0.1:1/"), "cannot be reached"),
        (to("http://10.0.0.5/"), "no host of the public internet"),
        (to("http://inner.example/"), "no host of the public internet"),
        (to("http://split.example/"), "no host of the public internet"),
        (to("http://[::1]/"), "no host of the public internet"),
        (to("//2130706433/"), "odd form"),
        (to("http://[broken/"), "nowhere"),
        (to("/page"), "more than 5 times"),
        (to("http://gone.example/", "308 Permanent Redirect"), "cannot be found"),
    ],
)
def test_a_hostile_answer_is_refused_with_its_reason(here: Site, page: bytes | Answer, says: str) -> None:
    here.pages["/page"] = page
    limits = {"seconds": 1.5} if says == "longer than" else {}
    with pytest.raises(AddressRefusedError, match=says):
        here.reader(**limits).fetch(here.address())


def test_five_redirects_are_followed_and_a_site_is_asked_once_for_its_robots(here: Site) -> None:
    here.pages |= {f"/{n}": to(f"/{n + 1}") for n in range(5)} | {"/5": answer()}
    assert here.reader().fetch(here.address("/0")).address == here.address("/5")
    assert sum(path == "/robots.txt" for path, _ in here.asked) == 1
    here.pages |= {"/5": to("/6"), "/6": answer()}
    with pytest.raises(AddressRefusedError, match="more than 5 times"):
        here.reader().fetch(here.address("/0"))


def test_a_page_that_programs_may_not_read_is_not_read_by_way_of_another(here: Site) -> None:
    robots = answer(body=b"User-agent: *\nDisallow: /inside", kind="text/plain")
    here.pages |= {"/robots.txt": robots, "/page": to("/inside"), "/inside": answer()}
    with pytest.raises(AddressRefusedError, match="asks programs not to read"):
        here.reader().fetch(here.address())
    assert [path for path, _ in here.asked] == ["/robots.txt", "/page"]


@pytest.mark.parametrize(
    ("robots", "says"),
    [
        (answer(body=b"User-agent: *\nDisallow: /", kind="text/plain"), "asks programs not to read"),
        (answer(body=b"User-agent: TouchstoneBot\nDisallow: /page", kind="text/plain"), "asks programs not to read"),
        (answer("503 Busy"), "robots.txt: 503"),
        (to("http://10.0.0.5/robots.txt"), "no host of the public internet"),
    ],
)
def test_a_site_that_keeps_programs_out_is_left_alone(here: Site, robots: bytes, says: str) -> None:
    here.pages |= {"/robots.txt": robots, "/page": answer()}
    with pytest.raises(AddressRefusedError, match=says):
        here.reader().fetch(here.address())
    assert "/page" not in [path for path, _ in here.asked]


def test_a_mark_before_a_robots_file_hides_none_of_its_rules(here: Site) -> None:
    robots = answer(body=b"\xef\xbb\xbfUser-agent: *\nDisallow: /page", kind="text/plain")
    here.pages |= {"/robots.txt": robots, "/page": answer()}
    with pytest.raises(RobotsError):
        here.reader().fetch(here.address())


def test_an_endless_robots_file_is_read_as_far_as_it_may_be(here: Site) -> None:
    here.pages |= {"/robots.txt": answer(body=b"# hello\n" * 200_000, kind="text/plain"), "/page": answer()}
    assert here.reader().fetch(here.address()).data == PAGE


@pytest.mark.parametrize(
    ("robots", "path", "allowed"),
    [
        ("", "/a", True),
        ("User-agent: *\nDisallow:", "/a", True),
        ("User-agent: *\nDisallow: /a", "/abc", False),
        ("User-agent: *\nDisallow: /a\nAllow: /abc", "/abcd", True),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf?z", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: touchstonebot\nAllow: /", "/a", True),
        ("User-agent: a\nUser-agent: TouchstoneBot/2.0\nDisallow: /x # why", "/x", False),
        ("Disallow: /", "/a", True),
        ("User-agent: *\nAllow: /a\nDisallow: /a", "/a", True),
        ("User-agent: *\nDisallow: " + "/*" * 2000 + "x$", "/" + "a/" * 2000, True),
    ],
)
def test_robots_files_are_read_as_their_standard_says(robots: str, path: str, allowed: bool) -> None:
    assert may_read(robots, "TouchstoneBot", path) is allowed


def test_public_addresses_are_told_from_others() -> None:
    import ipaddress

    public = ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
    assert all(is_public(ipaddress.ip_address(each)) for each in public)
