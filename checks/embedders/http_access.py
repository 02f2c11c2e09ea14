"""The operator's address and key of an embeddings server, checked before anything is sent."""

import httpx
from pydantic import SecretStr

from config.errors import EmbedderSetupError

_EXAMPLE = "Write for example http://localhost:11434/v1."


def read_base(base: str) -> str:
    """Return the base address without a closing slash; raises EmbedderSetupError where it is no plain http(s) one."""
    try:
        url = httpx.URL(base.strip())
    except httpx.InvalidURL as error:
        raise EmbedderSetupError(f"embedder_url is no address. {_EXAMPLE}") from error
    if url.scheme not in {"http", "https"} or not url.host:
        raise EmbedderSetupError(f"embedder_url is no http or https address. {_EXAMPLE}")
    if url.userinfo or url.query or url.fragment:
        raise EmbedderSetupError(
            "embedder_url is logged: it may hold no password or query. Put the key into embedder_key."
        )
    return str(url).rstrip("/")


def read_key(key: SecretStr | None) -> str:
    """Return the key, empty for none; raises EmbedderSetupError where no header can carry it."""
    plain = key.get_secret_value().strip() if key is not None else ""
    if not (plain.isascii() and plain.isprintable()):
        raise EmbedderSetupError("embedder_key holds a character that no header may carry. Copy it again, in one line.")
    return plain
