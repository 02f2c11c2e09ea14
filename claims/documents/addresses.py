"""Which addresses may be read: http(s), on hosts of the public internet only, each resolved once."""

import ipaddress
import re
import socket
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from config.errors import AddressRefusedError, OfflineError

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_LONGEST = 2000
_PORTS = {"http": 80, "https": 443}
# Names that lead nowhere on the public internet, by their ends.
_INNER = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "onion", "arpa", "test", "invalid")
_NUMERIC = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)\.?\Z", re.IGNORECASE)
_QUAD = re.compile(r"(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}")
_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_][a-z0-9_-]{0,62})*\.?", re.IGNORECASE)
_NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))


@dataclass(frozen=True, slots=True)
class Target:
    """An address that may be read: `ip` is what its host was resolved to, once, and what is connected to."""

    scheme: str
    host: str
    port: int
    path: str
    ip: str

    @property
    def origin(self) -> str:
        """Return scheme, host and port as addresses write them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + (f":{self.port}" if self.port != _PORTS[self.scheme] else "")

    @property
    def address(self) -> str:
        """Return the whole address."""
        return self.origin + self.path


def system_resolve(host: str, port: int) -> Sequence[str]:
    """Return the IP addresses of a host as the system finds them; raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(ip: IpAddress) -> bool:
    """Tell whether an IP address is one of the public internet, also where it is wrapped in one of version 6."""
    if isinstance(ip, ipaddress.IPv6Address):
        inner = _inner(ip)
        if inner is not None:
            return is_public(inner)
        if ip.is_site_local:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_loopback or ip.is_unspecified)


def _inner(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the address of version 4 that one of version 6 stands for."""
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip.sixtofour is not None:
        return ip.sixtofour
    if ip.teredo is not None:
        return ip.teredo[1]
    if any(ip in network for network in _NAT64) or int(ip) >> 32 == 0 or int(ip) >> 32 == 0xFFFF0000:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return None


@dataclass(frozen=True, slots=True)
class AddressBook:
    """Finds out where addresses lead; `resolve` and `permits` are the system's and the public internet's."""

    resolve: Callable[[str, int], Sequence[str]] = system_resolve
    permits: Callable[[IpAddress], bool] = is_public

    def target(self, address: str) -> Target:
        """Return where an address leads; raises AddressRefusedError with the reason (OfflineError: no network)."""
        parts = _parts(address)
        host = _host(parts)
        try:
            port = parts.port or _PORTS[parts.scheme.lower()]
        except ValueError:
            raise AddressRefusedError(
                "{address} has no port that exists. Check the address.", address=address
            ) from None
        ip = self._ip(host, port)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return Target(parts.scheme.lower(), host, port, path, ip)

    def _ip(self, host: str, port: int) -> str:
        try:
            found = [host] if ":" in host or _QUAD.fullmatch(host) else list(self.resolve(host, port))
            addresses = [ipaddress.ip_address(each.partition("%")[0]) for each in found]
        except (OSError, UnicodeError, ValueError) as error:
            if isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN:
                raise OfflineError(
                    "{host} cannot be looked up: no name server answers. Look at the network, or try again later.",
                    host=host,
                ) from error
            raise AddressRefusedError("The host {host} cannot be found. Check the address.", host=host) from error
        if not addresses:
            raise AddressRefusedError("The host {host} cannot be found. Check the address.", host=host)
        # One inner address among several is enough: whoever answers for the name decides which comes first.
        for each in addresses:
            if not self.permits(each):
                raise AddressRefusedError(
                    "{host} is no host of the public internet ({ip}). Save the page as a file, and add that.",
                    host=host, ip=each,
                )  # fmt: skip
        return str(addresses[0])


def _parts(address: str) -> SplitResult:
    if len(address) > _LONGEST:
        raise AddressRefusedError("The address is longer than {most} characters. Use a shorter one.", most=_LONGEST)
    if any(unicodedata.category(each) in {"Cc", "Cf", "Cs"} or each.isspace() or each == "\\" for each in address):
        raise AddressRefusedError("The address holds spaces or invisible characters. Copy it anew.")
    try:
        parts = urlsplit(address)
        named = parts.hostname
    except ValueError:
        raise AddressRefusedError("{address} is no address. Write it as https://…", address=address[:80]) from None
    if parts.scheme.lower() not in _PORTS:
        raise AddressRefusedError(
            "Only addresses with http:// or https:// are read, not {address}.", address=address[:80]
        )
    if not named:
        raise AddressRefusedError("{address} is no address. Write it as https://…", address=address[:80])
    if parts.username is not None or parts.password is not None:
        raise AddressRefusedError("The address names a user or a password. Leave them out.")
    return parts


def _host(parts: SplitResult) -> str:
    host = unicodedata.normalize("NFKC", parts.hostname or "").replace("。", ".").lower()
    if ":" in host:
        try:
            return str(ipaddress.IPv6Address(host))
        except ValueError:
            raise AddressRefusedError("{host} is no host. Check the address.", host=host) from None
    if "%" in host:
        raise AddressRefusedError("{host} is no host. Check the address.", host=host)
    if not host.isascii():
        try:
            host = host.encode("idna").decode()
        except UnicodeError:
            raise AddressRefusedError("{host} is no host. Check the address.", host=host) from None
    if _NUMERIC.fullmatch(host.rstrip(".").rpartition(".")[2]):
        if not _QUAD.fullmatch(host) or any(int(part) > 255 for part in host.split(".")):
            raise AddressRefusedError("{host} hides an IP address in an odd form. Write the host's name.", host=host)
        return host
    name = host.rstrip(".")
    if not _NAME.fullmatch(host) or "." not in name or name.rpartition(".")[2] in _INNER:
        raise AddressRefusedError("{host} is no host of the public internet. Write its full name.", host=host)
    return name
