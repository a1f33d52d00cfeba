"""The policy as OSCAL: its controls as a catalog, and how the plan implements them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from ccpolicy.errors import Language
from ccpolicy.oscal import Part, document, prop, prose, role, stable_uuid, token
from ccpolicy.policy.load import Policy
from ccpolicy.policy.models import Clause, Control, ParameterValue
from ccpolicy.texts import Text

CATALOG_FILE = "oscal-catalog.json"
"""Where a component definition looks for its catalog, unless its reader knows better."""


def catalog(content: Policy, language: Language) -> str:
    """Write the controls as a catalog, in groups by the clause that they begin with."""
    policy = _Policy(content, language)
    groups = [policy.group(clause) for clause in content.plan.clauses]
    return policy.document("catalog", {"groups": groups})


def component(content: Policy, language: Language) -> str:
    """Write how the plan implements its controls as a component definition."""
    policy = _Policy(content, language)
    return policy.document("component-definition", policy.definition())


DOCUMENTS: dict[str, Callable[[Policy, Language], str]] = {
    "oscal-catalog": catalog,
    "oscal-component": component,
}


class _Policy:
    """The parts of the two documents, in one language."""

    def __init__(self, content: Policy, language: Language) -> None:
        self.content, self.language = content, language

    def document(self, name: str, content: Part) -> str:
        plan = self.content.plan
        roles = dict.fromkeys([plan.owner, *(each.owner for each in self.controls())])
        metadata = {
            "props": [prop("policy-digest", self.content.digest)],
            "roles": [role(each.text("en"), self.say(each)) for each in roles],
        }
        return document(
            name,
            self.say(plan.title),
            f"{plan.effective_on}T00:00:00+00:00",
            plan.version,
            {"metadata": metadata, **content},
        )

    def controls(self) -> Iterable[Control]:
        return self.content.controls.values()

    def say(self, text: Text) -> str:
        return prose(text.text(self.language))

    def id(self, *names: str) -> str:
        return stable_uuid(self.content.plan.id, *names)

    def group(self, clause: Clause) -> Part:
        """Return a clause with the controls that begin with it."""
        reason = clause.no_control
        return {
            "id": f"clause-{clause.id}",
            "class": "clause",
            "title": self.say(clause.title),
            "parts": [
                {"name": "overview", "prose": self.say(text)}
                for text in (clause.text, reason)
                if text
            ],
            "controls": [
                self.control(each)
                for each in self.controls()
                if next(iter(each.clauses)) == clause.id
            ],
        }

    def control(self, control: Control) -> Part:
        """Return an OSCAL control: statement, guidance and assessment objective."""
        parts = [{"id": f"{control.id}_smt", "name": "statement", "prose": self.say(control.rule)}]
        if control.rationale:
            parts.append(
                {
                    "id": f"{control.id}_gdn",
                    "name": "guidance",
                    "prose": self.say(control.rationale),
                }
            )
        parts.append(
            {
                "id": f"{control.id}_obj",
                "name": "assessment-objective",
                "prose": self.say(control.rule),
            }
        )
        return {
            "id": control.id,
            "title": self.say(control.title),
            "params": [
                self.parameter(control, name, given) for name, given in _parameters(control).items()
            ],
            "props": [
                prop("severity", control.severity),
                *(prop("clause", clause) for clause in control.clauses),
                *(prop("satisfies", name) for name in control.satisfies),
                *(prop("tag", tag) for tag in control.tags),
            ],
            "parts": parts,
        }

    def parameter(self, control: Control, name: str, given: ParameterValue) -> Part:
        """Return a number of the plan, and why it is that number."""
        norm = self.content.norms[given.norm] if given.norm else None
        label = self.content.kinds[control.check].parameters[name].label
        return {
            "id": f"{control.id}.{name}",
            "label": self.say(label),
            "guidelines": [
                {"prose": text}
                for text in ([self.say(norm.title), self.say(norm.source)] if norm else [])
            ],
            "values": _values(given),
        }

    def definition(self) -> Part:
        """Return the plan as the component that implements every control."""
        plan = self.content.plan
        catalog = self.id("catalog")
        implementation = {
            "uuid": self.id("implementation"),
            "source": f"#{catalog}",
            "description": self.say(plan.title),
            "implemented-requirements": [self.requirement(each) for each in self.controls()],
        }
        return {
            "components": [
                {
                    "uuid": self.id("component"),
                    "type": "plan",
                    "title": self.say(plan.title),
                    "description": self.say(plan.title),
                    "responsible-roles": [{"role-id": token(plan.owner.text("en"))}],
                    "control-implementations": [implementation],
                }
            ],
            "back-matter": {
                "resources": [
                    {
                        "uuid": catalog,
                        "title": self.say(plan.title),
                        "rlinks": [{"href": CATALOG_FILE}],
                    }
                ]
            },
        }

    def requirement(self, control: Control) -> Part:
        """Return how one control is kept, and by which records that is shown."""
        datasets = dict.fromkeys(
            part.dataset for name in control.inputs for part in control.selections(name)
        )
        return {
            "uuid": self.id("requirement", control.id),
            "control-id": control.id,
            "description": self.say(control.rule),
            "props": [
                prop("check-kind", control.check),
                *(prop("dataset", name) for name in datasets),
            ],
            "set-parameters": [
                {"param-id": f"{control.id}.{name}", "values": _values(given)}
                for name, given in _parameters(control).items()
            ],
            "responsible-roles": [{"role-id": token(control.owner.text("en"))}],
            "remarks": self.say(control.remediation),
        }


def _parameters(control: Control) -> Mapping[str, ParameterValue]:
    """Return the numbers of the newest revision, whenever it begins."""
    return control.history[-1].parameters


def _values(given: ParameterValue) -> list[str]:
    if isinstance(given.value, dict):
        return [f"{name}: {value}" for name, value in given.value.items()]
    return [str(given.value)]
