"""The package has the addresses of the repository that it is built from, and a description that leads there."""

import re
import subprocess
from pathlib import Path

import pytest

import setup
from setup import description, from_variable, kept_in, repository

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("origin", "home", "kind"),
    [
        ("https://github.com/me/touchstone.git", "https://github.com/me/touchstone", "github"),
        ("git@github.com:me/touchstone.git", "https://github.com/me/touchstone", "github"),
        ("git@github.com:/me/touchstone/", "https://github.com/me/touchstone", "github"),
        ("ssh://git@ssh.github.com:443/me/touchstone.git", "https://github.com/me/touchstone", "github"),
        ("ssh://git@git.example.org:2222/me/touchstone", "https://git.example.org/me/touchstone", ""),
        ("https://me:s3cret@gitlab.example.org/a/b/touchstone", "https://gitlab.example.org/a/b/touchstone", "gitlab"),
        ("http://git.example.org/me/touchstone.git", "https://git.example.org/me/touchstone", ""),
        ("https://git.example.org:8443/me/touchstone", "https://git.example.org:8443/me/touchstone", ""),
        ("git://codeberg.org/me/touchstone.git", "https://codeberg.org/me/touchstone", "forgejo"),
        ("git@git.sr.ht:~me/touchstone", "https://git.sr.ht/~me/touchstone", ""),
        ("forgejo+https://git.example.org/me/touchstone", "https://git.example.org/me/touchstone", "forgejo"),
        ("gitlab+git@git.example.org:me/touchstone", "https://git.example.org/me/touchstone", "gitlab"),
    ],
)
def test_every_form_of_an_address_leads_to_the_page(origin: str, home: str, kind: str) -> None:
    found = repository(origin)
    assert found is not None
    assert (found.home, found.kind) == (home, kind)
    assert "s3cret" not in str([*found.urls().values(), found.page("README.md")])


@pytest.mark.parametrize(
    "origin",
    [
        *(
            "",
            "/srv/git/touchstone.git",
            "../touchstone",
            "./a.b:c/d",
            "file:///srv/git/touchstone",
            "C:\\git\\touchstone",
        ),
        *("C:/git/touchstone", "https://localhost/me/touchstone", "git@localhost:me/touchstone", "ssh://[::1]/me/it"),
        *("http://127.0.0.1:3000/me/touchstone", "git@192.168.1.7:me/touchstone", "git@work:me/touchstone"),
        *(
            "https://nas.local/me/touchstone",
            "http://git.example.org:3000/me/it",
            "https://github.com",
            "https://github.com/",
        ),
        *("https://git.example.org:port/me/it", "https://[bad/me", "ext::ssh host x"),
    ],
)
def test_a_path_and_a_host_that_others_cannot_open_are_no_address(origin: str) -> None:
    assert repository(origin) is None


def test_a_variable_that_is_no_address_ends_the_build_with_what_it_should_be() -> None:
    with pytest.raises(SystemExit, match=r"TOUCHSTONE_ADDRESS is no address .* https://host/owner/name"):
        from_variable("touchstone", "0.1.0")


@pytest.mark.parametrize(
    ("kind", "page", "picture"),
    [
        ("github", "/blob/v1/docs/a.md", "/raw/v1/docs/a.png"),
        ("gitlab", "/-/blob/v1/docs/a.md", "/-/raw/v1/docs/a.png"),
        ("forgejo", "/src/tag/v1/docs/a.md", "/raw/tag/v1/docs/a.png"),
        ("bitbucket", "/src/v1/docs/a.md", "/raw/v1/docs/a.png"),
    ],
)
def test_links_and_pictures_lead_to_where_the_host_has_them_as_of_the_release(
    kind: str, page: str, picture: str
) -> None:
    home = "https://git.example.org/me/it"
    where = repository(f"{kind}+{home}", "v1")
    assert where is not None
    text = (
        "[a](docs/a.md), [b](./docs/a.md#part), [c](#part), [d](https://other.example/), `[e](docs/a.md)`\n"
        '![f](docs/a.svg)\n<picture>\n<source srcset=\'x\'>\n<img src="docs/a.svg" alt="g">\n</picture>\n'
        "```sh\n[h](docs/a.md)\n```\n"
    )
    assert description(text, where) == (
        f"[a]({home}{page}), [b]({home}{page}#part), [c](#part), [d](https://other.example/), `[e](docs/a.md)`\n"
        f'![f]({home}{picture})\n<img src="{home}{picture}" alt="g">\n'
        "```sh\n[h](docs/a.md)\n```\n"
    )
    assert "v1" not in str(where.urls())


def test_on_a_host_of_unknown_kind_all_leads_to_the_repositorys_page() -> None:
    where = repository("https://git.example.org/me/it")
    assert where is not None
    text = '[a](docs/a.md#part) ![b](docs/a.svg) <picture><img src="docs/a.svg" alt="c"></picture>'
    assert description(text, where) == "[a](HOME) [b](HOME) [c](HOME)".replace("HOME", where.home)
    assert where.urls() == {"Homepage": where.home, "Source": where.home}


@pytest.mark.parametrize(
    "origin", ["https://github.com/me/it", "https://codeberg.org/me/it", "https://git.example.org/me/it"]
)
def test_nothing_in_the_readme_is_left_that_a_package_page_does_not_have(origin: str) -> None:
    where = repository(origin)
    assert where is not None
    text = re.sub(r"^```.*?^```|`[^`\n]*`", "", description(README, where), flags=re.DOTALL | re.MULTILINE)
    targets = re.findall(r'\]\(([^)\s]+)\)|\b(?:src|srcset|href)="([^"]+)"', text)
    assert targets
    assert [one for pair in targets for one in pair if one and not one.startswith(("https://", "#"))] == []


def test_what_the_readme_shows_stands_beside_it_as_png_too() -> None:
    for name in re.findall(r'<img src="([^"]+)\.svg"', README):
        assert (ROOT / f"{name}.png").read_bytes().startswith(b"\x89PNG")


def git(folder: Path, *command: str) -> None:
    named = ("-c", "user.name=me", "-c", "user.email=me@example.org")
    subprocess.run(["git", "-C", folder, *named, *command], check=True, capture_output=True)


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a commit, which is what is built."""
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message", "first")
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    return tmp_path


def test_the_repository_is_that_of_origin_at_the_tag_of_the_version(repo: Path) -> None:
    assert setup.from_git("0.2.0") is None
    git(repo, "remote", "add", "origin", "git@codeberg.org:me/touchstone.git")
    git(repo, "tag", "v0.1.0")
    untagged, tagged = setup.from_git("0.2.0"), setup.from_git("0.1.0")
    assert untagged is not None
    assert tagged is not None
    assert untagged.page("a.md") == "https://codeberg.org/me/touchstone/src/branch/HEAD/a.md"
    assert tagged.page("a.md") == "https://codeberg.org/me/touchstone/src/tag/v0.1.0/a.md"


def test_a_folder_in_somebody_elses_repository_does_not_take_its_address(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(repo, "remote", "add", "origin", "https://github.com/else/where")
    inner = repo / "vendored"
    inner.mkdir()
    monkeypatch.setattr(setup, "ROOT", inner)
    assert setup.from_git("0.1.0") is None


def test_without_git_there_is_no_address(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(repo, "remote", "add", "origin", "https://github.com/me/it")
    monkeypatch.setenv("PATH", str(repo))
    assert setup.from_git("0.1.0") is None


def test_an_sdist_is_read_as_it_was_written() -> None:
    heads = "Name: x\nProject-URL: Homepage, https://a.example/b\nProject-URL: Issues, https://a.example/c,d\n"
    made = f"Metadata-Version: 2.4\n{heads}\n# 试金石\n\nText\n"
    assert kept_in(made) == (
        "# 试金石\n\nText\n",
        {"Homepage": "https://a.example/b", "Issues": "https://a.example/c,d"},
    )
