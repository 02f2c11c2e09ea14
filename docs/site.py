"""Make a small site of the same Markdown, and the manual page of the command from the command itself.

`make docs` and `make manual`. The site needs no network, neither to be made nor to be read.
"""

import re
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path
from shutil import copyfile
from typing import Any

import typer
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.terminal.app import COMMAND, build_app

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "build" / "docs"
PAGES = (
    "README.md",
    "README.zh.md",
    "docs/upgrading.md",
    "docs/privacy.md",
    "SECURITY.md",
    "CHANGELOG.md",
    "docs/architecture.md",
    "CONTRIBUTING.md",
)
STYLE = """
:root { color-scheme: light dark; --ink: #1c1e21; --paper: #fff; --soft: #f3f4f6; --line: #d7dade; --link: #0b57a4; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e6e9; --paper: #17191c; --soft: #22252a; --line: #3a3e45; --link: #7ab7ff; }
}
body { margin: 0; color: var(--ink); background: var(--paper);
  font: 1rem/1.6 system-ui, "Noto Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
nav { background: var(--soft); border-bottom: 1px solid var(--line); padding: .6rem 1rem;
  display: flex; flex-wrap: wrap; gap: .2rem 1rem; }
main { max-width: 52rem; margin: 0 auto; padding: 0 1rem 4rem; overflow-wrap: anywhere; }
a { color: var(--link); }
pre, code { background: var(--soft); font: .9em/1.5 ui-monospace, Menlo, Consolas, monospace; border-radius: .3rem; }
code { padding: .1em .3em; } pre { padding: .8rem; overflow-x: auto; } pre code { padding: 0; }
.table { overflow-x: auto; } table { border-collapse: collapse; }
th, td { border: 1px solid var(--line); padding: .3rem .6rem; text-align: left; vertical-align: top; }
img { max-width: 100%; height: auto; }
"""


def pages() -> list[str]:
    """Return the pages that there are, those that lead first."""
    others = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md"))
    return [name for name in dict.fromkeys((*PAGES, *others)) if (ROOT / name).is_file()]


def place_of(page: str) -> str:
    """Return the file of the site that a page becomes: all stand in one folder."""
    if page == "README.md":
        return "index.html"
    return page.removeprefix("docs/").removesuffix(".md").replace("/", "-").lower() + ".html"


def slug(title: str) -> str:
    """Return the anchor of a heading, as code hosts make it."""
    return re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-")


def render(page: str, text: str, known: list[str]) -> tuple[str, str, list[str]]:
    """Return title and body of a page, and the files beside it that it shows."""
    markdown = MarkdownIt("commonmark", {"html": True}).enable("table")
    tokens = markdown.parse(text)
    beside: list[str] = []
    title = page
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            words = "".join(child.content for child in tokens[at + 1].children or ())
            title = words if token.tag == "h1" else title
            token.attrSet("id", slug(words))
        for inner in (token, *(token.children or ())):
            _lead(inner, page, known, beside)
    body = markdown.renderer.render(tokens, markdown.options, {})
    body = re.sub(r"<table>.*?</table>", lambda found: f'<div class="table">{found[0]}</div>', body, flags=re.DOTALL)
    return title, body, beside


def _lead(token: Token, page: str, known: list[str], beside: list[str]) -> None:
    """Let a link or picture lead to its place in the site."""
    if token.type == "link_open":
        token.attrSet("href", _target(str(token.attrGet("href")), page, known, beside))
    elif token.type == "image":
        token.attrSet("src", _target(str(token.attrGet("src")), page, known, beside))
    elif token.type in {"html_block", "html_inline"}:

        def leading(found: re.Match[str]) -> str:
            return f'{found[1]}="{_target(found[2], page, known, beside)}"'

        token.content = re.sub(r'\b(src|srcset|href)="([^"]+)"', leading, token.content)


def _target(address: str, page: str, known: list[str], beside: list[str]) -> str:
    if re.match(r"[a-z]+:|#", address):
        return address
    path, hash_, anchor = address.partition("#")
    named = (ROOT / page).parent.joinpath(path).resolve()
    name = named.relative_to(ROOT).as_posix() if named.is_relative_to(ROOT) else path
    if name in known:
        return place_of(name) + hash_ + anchor
    if named.is_file():
        beside.append(name)
        return named.name
    return address


def build(target: Path = TARGET) -> Iterator[Path]:
    """Write the site; yields each file as it is written."""
    known = pages()
    texts = {page: (ROOT / page).read_text("utf-8") for page in known}
    made = {page: render(page, text, known) for page, text in texts.items()}
    links = "".join(
        f'<a href="{place_of(page)}">{escape(made[page][0])}</a>'
        for page in known
        if not page.startswith("docs/decisions")
    )
    target.mkdir(parents=True, exist_ok=True)
    for page, (title, body, beside) in made.items():
        language = "zh-Hans" if page.endswith(".zh.md") else "en"
        file = target / place_of(page)
        head = (
            f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
        )
        file.write_text(
            f'<!doctype html>\n<html lang="{language}"><head>{head}<style>{STYLE}</style></head>\n'
            f"<body><nav>{links}</nav><main>\n{body}</main></body></html>\n",
            "utf-8",
        )
        yield file
        for name in beside:
            copyfile(ROOT / name, target / Path(name).name)


MANUAL = ROOT / "docs" / f"{COMMAND}.1"
_CODES = (
    ("0", "The work is done."),
    ("1", "It could not be done; a sentence on standard error says why, and how to mend it."),
    ("2", "The input or an option is wrong, or the bot cannot start until its operator mends something."),
    ("130", "Ctrl-C has ended it."),
)


def roff(text: str) -> str:
    """Return a text as it stands in a manual page: nothing in it is taken for a request."""
    plain = " ".join(re.sub(r"`([^`]*)`", r"\1", text).split())
    quoted = plain.replace("\\", "\\e").replace("-", "\\-")
    quoted = "".join(sign if sign.isascii() else f"\\[u{ord(sign):04X}]" for sign in quoted)
    return f"\\&{quoted}" if quoted.startswith((".", "'")) else quoted


def manual() -> str:
    """Return the manual page."""
    command: Any = typer.main.get_command(build_app())
    lines = [
        f'.TH {COMMAND.upper()} 1 "" "Touchstone" "User Commands"',
        ".SH NAME",
        f"{COMMAND} \\- {roff(command.help)}",
        ".SH SYNOPSIS",
        f".B {COMMAND}",
        "[\\fIoption\\fR]... \\fIcommand\\fR [\\fIargument\\fR]...",
        ".SH COMMANDS",
        *_described(COMMAND, command),
        ".SH SETTINGS",
        "Every setting is a variable of the environment, such as",
        "\\fBTOUCHSTONE_DATABASE_URL\\fR, or a line of the file",
        "\\fBtouchstone.toml\\fR in the current folder. The README lists all of them.",
        ".SH EXIT STATUS",
        *(line for code, meaning in _CODES for line in (".TP", f".B {code}", roff(meaning))),
    ]
    return "\n".join([*lines, ""])


def _described(name: str, command: Any) -> Iterator[str]:  # noqa: ANN401  a class of typer's own
    children = getattr(command, "commands", None)
    if children:
        for child, each in sorted(children.items()):
            yield from _described(f"{name} {child}", each)
        return
    yield from (".SS", roff(_usage(name, command)), roff(command.help or ""))
    for param in command.params:
        told = getattr(param, "help", None)
        if not told or getattr(param, "hidden", False):
            continue
        spelt = _option(param) if param.param_type_name == "option" else _shown(param)
        yield from (".TP", f".B {roff(spelt)}", roff(told))


def _usage(name: str, command: Any) -> str:  # noqa: ANN401
    given = [_shown(param) for param in command.params if param.param_type_name == "argument"]
    return " ".join([name, "[OPTION]...", *given])


def _option(param: Any) -> str:  # noqa: ANN401
    choices = "|".join(map(str, param.type_descriptor.choices or ()))
    value = "" if param.is_flag else f" {param.metavar or choices or param.name.lstrip('_').upper()}"
    return ", ".join([*param.opts, *param.secondary_opts]) + value


def _shown(param: Any) -> str:  # noqa: ANN401
    return (param.metavar or param.name.upper()) if param.required else f"[{param.metavar or param.name.upper()}]"


if __name__ == "__main__":
    if sys.argv[1:] == ["--manual"]:
        MANUAL.write_text(manual(), "utf-8")
    else:
        written = list(build(Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET))
        sys.stdout.write(f"{len(written)} pages in {written[0].parent}\n")
