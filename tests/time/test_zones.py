"""A zone's rules are those of the package, on every machine."""

from __future__ import annotations

import datetime
import shutil
import zoneinfo
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from ccpolicy.time.zones import is_zone, time_zone

NOON = datetime.datetime(2026, 7, 1, 12, tzinfo=datetime.UTC)


@pytest.fixture
def other_rules(tmp_path: Path) -> Iterator[None]:
    """Have the machine know other rules for Shanghai, and a zone of its own."""
    with as_file(files("tzdata").joinpath("zoneinfo", "America", "New_York")) as there:
        for name in ("Asia/Shanghai", "localtime"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(there, tmp_path / name)
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath([str(tmp_path)])
    zoneinfo.ZoneInfo.clear_cache()
    time_zone.cache_clear()
    yield
    zoneinfo.reset_tzpath(before)
    zoneinfo.ZoneInfo.clear_cache()
    time_zone.cache_clear()


@pytest.mark.usefixtures("other_rules")
def test_the_machine_is_not_asked() -> None:
    assert NOON.astimezone(zoneinfo.ZoneInfo("Asia/Shanghai")).hour == 8
    assert NOON.astimezone(time_zone("Asia/Shanghai")).hour == 20
    assert not is_zone("localtime")


def test_a_zone_is_one_object_that_knows_its_name() -> None:
    assert time_zone("Australia/Lord_Howe") is time_zone("Australia/Lord_Howe")
    assert time_zone("Australia/Lord_Howe").key == "Australia/Lord_Howe"


def test_every_zone_of_the_package() -> None:
    names = files("tzdata").joinpath("zones").read_text("utf-8").split()
    assert len(names) > 400
    assert [time_zone(name).key for name in names] == names


@pytest.mark.parametrize("name", ["Mars/Phobos", "Asia", "", "../zones", "/etc/localtime"])
def test_what_is_none(name: str) -> None:
    assert not is_zone(name)
    with pytest.raises(KeyError):
        time_zone(name)
