"""What the offline page itself says."""

from __future__ import annotations

from ccpolicy.errors import catalogue


def page_words(language: str) -> dict[str, str]:
    """Return what the page itself says, by the names that its script uses."""
    say = catalogue(language).gettext
    return {
        "due": say("What is due"),
        "nothing": say("Nothing is due."),
        "asOf": say("As of {moment}"),
        "by": say("Group by"),
        "which": say("Show"),
        "all": say("all"),
        "owner": say("owner"),
        "overdue": say("overdue since {day}"),
        "until": say("due by {day}"),
        "more": say("Show more"),
        "elsewhere": say("Due, and recorded elsewhere: {count}"),
        "leftOut": say("Without a form here"),
        "fill": say("Fill in"),
        "dataset": say("Records of"),
        "choose": say("choose …"),
        "needed": say("Fields with * are needed."),
        "numbered": say("The number is given when it is recorded."),
        "now": say("Set to now"),
        "today": say("Set to today"),
        "zone": say("time in {zone}"),
        "listed": say("one or more, with commas between them"),
        "save": say("Keep this record"),
        "saved": say("Kept. Hand it in below."),
        "clear": say("Clear"),
        "handIn": say("Hand in"),
        "empty": say("No record is filled in yet."),
        "records": say("{title}: {count} to hand in"),
        "how": say("Send the file to whoever records, who runs: {command}"),
        "download": say("Download"),
        "copy": say("Copy"),
        "copied": say("Copied."),
        "text": say("Text of {title}"),
        "change": say("Edit"),
        "remove": say("Remove"),
        "removed": say("Removed."),
        "blocked": say("This browser keeps nothing: hand in before you close the page."),
        "missing": say("This is needed."),
        "unknown": say("This is not in the list."),
        "ahead": say("This has not come yet."),
        "number": say("A number is expected."),
        "whole": say("A whole number is expected."),
        "least": say("At least {limit}."),
        "most": say("At most {limit}."),
        "shorter": say("{limit} or fewer characters."),
        "longer": say("{limit} or more characters."),
        "pattern": say("It must fit {pattern}"),
        "wrong": say("Fields to be corrected: {count}."),
        "language": say("Language"),
    }
