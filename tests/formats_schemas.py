"""Hold every report to the schemas that its consumers publish.

`python -m formats_schemas FOLDER`, from `tests/`, with the folder that holds the schemas. They are
not kept here, since some of them may not be passed on.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import jsonschema_rs
import xmlschema

import ccpolicy
from ccpolicy.errors import LANGUAGES
from ccpolicy.policy.oscal import DOCUMENTS
from ccpolicy.reports import View, render
from ccpolicy.shipped import shipped_folder
from reports.centres import FAILING, NAMES, centre

Check = Callable[[str], Iterator[str]]
"""Yields what a schema has against a text."""

OSCAL = "oscal_complete_schema-1.2.3.json"
REPORTS = {
    "sarif": ("sarif-schema-2.1.0.json",),
    "junit": ("junit-windyroad.xsd", "junit-jenkins-10.xsd"),
    "gitlab": ("gitlab-codeclimate.json",),
    "oscal": ("oscal_assessment-results_schema-1.2.1.json", OSCAL),
}
EXPORTS = {
    "oscal-catalog": ("oscal_catalog_schema-1.2.1.json", OSCAL),
    "oscal-component": ("oscal_component_schema-1.2.1.json", OSCAL),
}


def schema(path: Path) -> Check:
    """Load a schema; GitLab's is that of one entry."""
    if path.suffix == ".xsd":
        xsd = xmlschema.XMLSchema(path)
        return lambda text: (str(error.reason) for error in xsd.iter_errors(text))
    validator = jsonschema_rs.validator_for(json.loads(path.read_text("utf-8")))

    def check(text: str) -> Iterator[str]:
        document = json.loads(text)
        for each in document if isinstance(document, list) else [document]:
            yield from (str(error) for error in validator.iter_errors(each))

    return check


def written() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield what it is, its text, and the schemas that it must satisfy."""
    for language in LANGUAGES:
        for name in NAMES:
            for format_, schemas in REPORTS.items():
                text = render(centre(name), format_, View(language=language)).text
                yield f"{format_} of {name}, {language}", text, schemas
        for root in (shipped_folder(), FAILING):
            for document, schemas in EXPORTS.items():
                text = DOCUMENTS[document](ccpolicy.load(root).policy, language)
                yield f"{document} of {root.name}, {language}", text, schemas


def main(folder: Path) -> int:
    """Check everything; 1 if a schema is not satisfied."""
    checks: dict[str, Check] = {}
    count, wrong = 0, 0
    for what, text, schemas in written():
        for name in schemas:
            if name not in checks:
                checks[name] = schema(folder / name)
            count += 1
            for error in checks[name](text):
                wrong += 1
                print(f"{what}: {name}: {error[:300]}", file=sys.stderr)
    print(f"{count} checks against {len(checks)} schemas, {wrong} errors")
    return int(wrong > 0 or count == 0)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
