"""Give the package the address of the repository that it is built from; all else stands in `pyproject.toml`.

The address is that of git's `origin`, or the variable TOUCHSTONE_ADDRESS, such as `https://host/owner/name`; before it
may stand what kind of code host a name does not tell (`forgejo+https://...`). With it the package has its addresses,
and the description leads to the files that README names, which a package page does not have. An sdist keeps what it was
made with.
"""

import os
import posixpath
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_string
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from setuptools import setup

ROOT = Path(__file__).resolve().parent
VARIABLE = "TOUCHSTONE_ADDRESS"
README = "README.md"
_EXAMPLE = "https://host/owner/name"
# Of each kind of code host: where a file is shown, where its bytes are, and where issues stand; `{at}` is what of the
# history is meant.
HOSTS: Mapping[str, tuple[str, str, str]] = {
    "github": ("/blob/{at}/", "/raw/{at}/", "/issues"),
    "gitlab": ("/-/blob/{at}/", "/-/raw/{at}/", "/-/issues"),
    "forgejo": ("/src/{kind}/{at}/", "/raw/{kind}/{at}/", "/issues"),
    "bitbucket": ("/src/{at}/", "/raw/{at}/", "/issues"),
}
# By these the name of a host tells its kind.
_TELLING = {"codeberg": "forgejo", "gitea": "forgejo"} | {kind: kind for kind in HOSTS}
# Where ssh goes through the port of https.
_BESIDE = {"ssh.github.com": "github.com", "altssh.gitlab.com": "gitlab.com", "altssh.bitbucket.org": "bitbucket.org"}
_OVER_SSH = re.compile(r"(?:[^@/\s]+@)?(?P<host>\[[^\]\s]+\]|[^:/\s]+):(?!//)(?P<path>\S+)")
_NEWEST = "HEAD"


@dataclass(frozen=True, slots=True)
class Repository:
    """The page of a repository, the kind of host that shows it ("": not known), and the tag that is built, if any."""

    home: str
    kind: str
    tag: str = ""

    def page(self, path: str, *, newest: bool = False) -> str:
        """Return where a file is shown, as of the tag or the newest; where that is not known, the repository's page."""
        return self._place(0, path, newest=newest) or self.home

    def picture(self, path: str) -> str:
        """Return where the bytes of a picture are, "" where that is not known."""
        return self._place(1, path, newest=False)

    def urls(self) -> dict[str, str]:
        """Return the addresses for the package's metadata."""
        found = {"Homepage": self.home, "Source": self.home}
        if self.kind:
            found |= {
                "Documentation": self.page("docs", newest=True),
                "Changelog": self.page("CHANGELOG.md", newest=True),
                "Issues": self.home + HOSTS[self.kind][2],
                "Security": self.page("SECURITY.md", newest=True),
            }
        return found

    def _place(self, which: int, path: str, *, newest: bool) -> str:
        if not self.kind:
            return ""
        tag = "" if newest else self.tag
        form = HOSTS[self.kind][which].format(at=tag or _NEWEST, kind="tag" if tag else "branch")
        return self.home + form + posixpath.normpath(path)


def repository(address: str, tag: str = "") -> Repository | None:
    """Return the repository of an address as git has it, by https or ssh; None for a path or this machine's."""
    told, plus, plain = address.strip().partition("+")
    kind = told if plus and told in HOSTS else ""
    address = plain if kind else address.strip()
    if found := None if "://" in address else _OVER_SSH.fullmatch(address):
        address = f"ssh://{found['host']}/{found['path'].lstrip('/')}"
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return None
    host, path = _BESIDE.get(host, host), parts.path.strip("/").removesuffix(".git").rstrip("/")
    # Nobody knows at which port of https the page of a server is that has another one for http.
    is_page = parts.scheme in {"https", "ssh", "git"} or (parts.scheme == "http" and port in {None, 80})
    if not (is_page and path and _is_public(host)):
        return None
    kind = kind or next((_TELLING[part] for part in _TELLING if part in host), "")
    # A name and a token, by which somebody pushes there, are no part of the page.
    place = f"[{host}]" if ":" in host else host
    place += f":{port}" if parts.scheme == "https" and port not in {None, 443} else ""
    return Repository(f"https://{place}/{path}", kind, tag)


def _is_public(host: str) -> bool:
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith((".localhost", ".local"))


_CODE = r"^```.*?^```|`[^`\n]*`"
_PICTURE = r"<picture>.*?</picture>|<img\b[^>]*>"
_LINK = r"(?P<mark>!?)\[(?P<text>[^\[\]]*)\]\((?P<target>[^()\s]+)\)"
_PARTS = re.compile(f"{_CODE}|(?P<picture>{_PICTURE})|{_LINK}", re.DOTALL | re.MULTILINE)
_SOURCE = re.compile(r'\bsrc="([^"]+)"')
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|#|//", re.IGNORECASE)


def description(readme: str, where: Repository) -> str:
    """Return README as a package page can show it: what leads to files leads there, and pictures are PNG.

    Such pages let only the `<img>` of a `<picture>` through, fetch it for their readers, and refuse SVG where a host
    hands it out as text. Links within README stay.
    """

    def mended(found: re.Match[str]) -> str:
        if found["picture"]:
            return _shown(found["picture"], where)
        target = found["target"]
        if target is None or _ELSEWHERE.match(target):
            return found[0]
        if found["mark"] and (address := where.picture(_as_png(target))):
            return f"![{found['text']}]({address})"
        return f"[{found['text']}]({where.page(target)})"

    return _PARTS.sub(mended, readme)


def _shown(picture: str, where: Repository) -> str:
    (image,) = re.findall(r"<img\b[^>]*>", picture)
    source = _SOURCE.search(image)
    if source is None or _ELSEWHERE.match(source[1]):
        return image
    if address := where.picture(_as_png(source[1])):
        return _SOURCE.sub(f'src="{address}"', image)
    told = re.search(r'\balt="([^"]*)"', image)
    return f"[{told[1] if told else source[1]}]({where.page(source[1])})"


def _as_png(path: str) -> str:
    """Return the picture that stands beside an SVG and shows the same."""
    return path.removesuffix(".svg") + ".png" if path.endswith(".svg") else path


def from_git(version: str) -> Repository | None:
    """Return the repository that git's `origin` is, with the tag of this version where what is built has it."""
    # A folder within somebody else's repository has that one's origin.
    is_top = _git("rev-parse", "--is-inside-work-tree") == "true" and not _git("rev-parse", "--show-prefix")
    return repository(_git("remote", "get-url", "origin"), _tag(version)) if is_top else None


def from_variable(address: str, version: str) -> Repository:
    """Return the repository of an address that somebody has given; raises SystemExit where it is none."""
    found = repository(address, _tag(version))
    if found is None:
        raise SystemExit(f"{VARIABLE} is no address that others can open. Give it as {_EXAMPLE}.")
    return found


def _tag(version: str) -> str:
    tags = _git("tag", "--points-at", "HEAD").split()
    return next((tag for tag in (f"v{version}", version) if tag in tags), "")


def _git(*command: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603
            ("git", "-C", str(ROOT), *command),  # noqa: S607
            capture_output=True, encoding="utf-8", errors="replace", check=False,
        )  # fmt: skip
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def kept_in(metadata: str) -> tuple[str, dict[str, str]]:
    """Return description and addresses of an sdist's own metadata."""
    made = message_from_string(metadata)
    pairs = (str(each).partition(", ") for each in made.get_all("Project-URL", []))
    return str(made.get_payload()), {label: address for label, _, address in pairs}


def main() -> None:
    """Build what is asked for; where that has no address, say how to give one."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    readme, metadata = (ROOT / README).read_text("utf-8"), ROOT / "PKG-INFO"
    given = os.environ.get(VARIABLE, "").strip()
    where = from_variable(given, version) if given else None if metadata.is_file() else from_git(version)
    if where is not None:
        text, urls = description(readme, where), where.urls()
    else:
        text, urls = kept_in(metadata.read_text("utf-8")) if metadata.is_file() else (readme, {})
    setup(long_description=text, long_description_content_type="text/markdown", project_urls=urls)
    # Whoever has made an sdist was told already, and who installs or looks at it cannot help it.
    if not urls and not metadata.is_file() and not {"sdist", "bdist_wheel"}.isdisjoint(sys.argv):
        sys.stderr.write(
            "The package has no address of its project, because git's origin is none that others can open: "
            f"give it one with {VARIABLE}={_EXAMPLE}.\n"
        )


if __name__ == "__main__":
    main()
