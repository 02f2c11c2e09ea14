"""Make a small site of the same Markdown: `make docs`. It needs no network, neither to be made nor to be read."""

import re
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path
from shutil import copyfile

from markdown_it import MarkdownIt
from markdown_it.token import Token

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


if __name__ == "__main__":
    written = list(build(Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET))
    sys.stdout.write(f"{len(written)} pages in {written[0].parent}\n")
