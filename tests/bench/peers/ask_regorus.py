"""Rego, the language of Open Policy Agent, by regorus: a policy over the rows as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import regorus
from plain import rows, write

POLICY = Path(__file__).with_name("lapses.rego")


def main(folder: str, output: str, window_starts: str, as_of: str) -> None:
    """Ask for the lapses."""
    engine = regorus.Engine()
    engine.add_policy_from_file(str(POLICY))
    # Rego reads no CSV.
    asked = {name: list(rows(f"{folder}/evidence/{name}")) for name in ("assets", "inspections")}
    window = {"window_starts": int(window_starts), "as_of": int(as_of)}
    engine.set_input_json(json.dumps({**asked, **window}))
    found = json.loads(engine.eval_rule_as_json("data.lapses.lapse"))
    write(output, sorted((asset, starts, ends) for asset, starts, ends in found))


if __name__ == "__main__":
    main(*sys.argv[1:])
