"""What an evaluation writes to a file: figures and ids, never the text of a message."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from checks.evaluate.chat import ChatReport
    from checks.evaluate.messages import MessageReport
    from checks.evaluate.retrieval import RetrievalReport


def messages_json(report: "MessageReport") -> dict[str, Any]:
    """Return the report on labelled messages."""
    worst = [
        {"id": row.message.id, "fault": row.fault, "action": row.action, "claim": row.claim, "score": row.score}
        for row in report.worst
    ]
    return {
        "rows": report.rows,
        "figures": dict(report.figures),
        "by_language": {language: dict(figures) for language, figures in report.by_language.items()},
        "worst": worst,
        "confusion": [{"right": right, "found": found, "count": count} for right, found, count in report.confusion],
    }


def chat_json(report: "ChatReport") -> dict[str, Any]:
    """Return the report on chat."""
    alarms = [
        {"line": each.line.number, "action": each.action, "claim": each.claim, "score": each.score}
        for each in report.alarms
    ]
    return {
        "lines": report.lines,
        "replies": report.count("reply"),
        "offers": report.count("offer"),
        "replies_per_1000": report.per_thousand("reply"),
        "offers_per_1000": report.per_thousand("offer"),
        "alarms": alarms,
    }


def retrieval_json(report: "RetrievalReport") -> dict[str, Any]:
    """Return the report on one file of a retrieval set."""
    return {
        "claims": report.claims,
        "rows": len(report.ranked),
        "figures": report.figures,
        "milliseconds": report.milliseconds,
        "missed": [each.query.id for each in report.missed],
    }
