"""The shipped waivers are those that were asked for: the same control, subject and end."""

from __future__ import annotations

import csv

import yaml

from ccpolicy.shipped import shipped_folder


def test_each_waiver_has_its_request() -> None:
    root = shipped_folder()
    waivers = yaml.safe_load((root / "policy" / "waivers.yaml").read_text("utf-8"))["waivers"]
    text = (root / "evidence" / "waiver_requests" / "waiver_requests.csv").read_text("utf-8")
    asked = {row["waiver_id"]: row for row in csv.DictReader(text.splitlines())}
    assert len(waivers) > 1
    for waiver in waivers:
        request = asked[waiver["id"]]
        held = (waiver["control"], waiver["subject"], str(waiver["from"]), str(waiver["until"]))
        assert held == tuple(request[key] for key in ("control", "subject", "approved_on", "until"))
        assert f"({request['requested_by']})" in waiver["owner"]["en"]
        assert f"({request['approved_by']})" in waiver["approver"]["en"]
