"""What a site's robots.txt lets us read (RFC 9309): the longest rule that fits decides, allowing where two tie."""

import re
from collections.abc import Iterator

_MOST_RULES = 5000


def may_read(robots: str, agent: str, path: str) -> bool:
    """Tell whether the file lets the agent read the path; what it does not mention may be read."""
    groups = list(_groups(robots))
    name = agent.lower()
    own = [rules for agents, rules in groups if name in agents]
    rules = [rule for group in own or [rules for agents, rules in groups if "*" in agents] for rule in group]
    best, allowed = -1, True
    for allows, pattern in rules[:_MOST_RULES]:
        if len(pattern) >= best and _fits(pattern, path) and (len(pattern) > best or allows):
            best, allowed = len(pattern), allows
    return allowed


def _groups(robots: str) -> Iterator[tuple[set[str], list[tuple[bool, str]]]]:
    agents: set[str] = set()
    rules: list[tuple[bool, str]] = []
    for line in robots.splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        word, value = key.strip().lower(), value.strip()
        if not colon:
            continue
        if word == "user-agent":
            if rules:
                yield agents, rules
                agents, rules = set(), []
            agents.add(re.split(r"[/\s]", value.lower(), maxsplit=1)[0])
        elif word in {"allow", "disallow"} and agents and value:
            rules.append((word == "allow", value))
        elif word == "disallow" and agents:
            rules.append((True, "/"))
    if agents:
        yield agents, rules


def _fits(pattern: str, path: str) -> bool:
    """Tell whether a pattern with * and $ fits; each part is looked for once, so the time stays linear."""
    whole = pattern.endswith("$")
    parts = pattern.removesuffix("$").split("*")
    if not path.startswith(parts[0]):
        return False
    at = len(parts[0])
    for number, part in enumerate(parts[1:], 1):
        if whole and number == len(parts) - 1:
            return len(path) - at >= len(part) and path.endswith(part)
        found = path.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return not whole or at == len(path)
