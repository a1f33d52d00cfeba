"""The user's cache: what is not as it was written, or was written by others, is not there."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pytest

from ccpolicy.files.user_cache import UserCache, open_user_cache


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> UserCache:
    """An empty cache below a home of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    cache = open_user_cache()
    assert cache
    return cache


def put(cache: UserCache, key: str, content: bytes = b"columns") -> Path:
    """Add an entry, and return where it is."""
    with cache.add(key) as path:
        path.write_bytes(content)
    found = cache.find(key)
    assert found
    return found


def test_an_entry_is_found_by_its_key_alone(cache: UserCache) -> None:
    assert put(cache, "one").read_bytes() == b"columns"
    assert cache.find("on") is None
    assert cache.find("two") is None


def test_a_damaged_entry_is_not_found_and_removed(cache: UserCache) -> None:
    path = put(cache, "one")
    path.write_bytes(b"columnz")
    assert cache.find("one") is None
    assert not path.exists()


def test_an_entry_of_another_key_is_not_found_under_this_one(cache: UserCache) -> None:
    path = put(cache, "one")
    path.rename(path.with_name(path.name.replace("one", "two")))
    assert cache.find("two") is None


def test_an_entry_that_somebody_else_wrote_is_not_found(cache: UserCache) -> None:
    path = put(UserCache(cache.folder, b"another secret"), "one")
    assert cache.find("one") is None
    assert not path.exists()


def test_an_entry_that_cannot_be_finished_is_not_there(cache: UserCache) -> None:
    with suppress(OSError), cache.add("one") as path:
        path.write_bytes(b"col")
        raise OSError("the disk is full")
    assert cache.entries() == []


def test_the_entry_unused_for_longest_makes_room(cache: UserCache) -> None:
    small = UserCache(cache.folder, cache.secret, most=20)
    first, second = put(small, "one"), put(small, "two")
    for age, path in ((30, first), (20, second)):
        os.utime(path, (age, age))
    assert small.find("one") == first  # used now
    put(small, "three")
    assert not second.exists()
    assert first.exists()


def test_clearing_removes_every_entry(cache: UserCache) -> None:
    put(cache, "one")
    cache.clear()
    assert cache.entries() == []


def test_the_secret_lies_elsewhere_and_is_the_users_alone(cache: UserCache, tmp_path: Path) -> None:
    secret = tmp_path / "state/ccpolicy/cache.key"
    assert secret.read_bytes() == cache.secret
    assert secret.stat().st_mode & 0o777 == 0o600
    again = open_user_cache()
    assert again == cache


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_a_secret_that_others_may_read_is_none(cache: UserCache, tmp_path: Path, mode: int) -> None:
    (tmp_path / "state/ccpolicy/cache.key").chmod(mode)
    assert open_user_cache() is None


@pytest.mark.parametrize("mode", [0o770, 0o707])
def test_a_folder_that_others_may_change_is_not_used(cache: UserCache, mode: int) -> None:
    cache.folder.chmod(mode)
    assert open_user_cache() is None


def test_a_folder_that_is_a_link_is_not_used(cache: UserCache, tmp_path: Path) -> None:
    cache.folder.rename(tmp_path / "elsewhere")
    cache.folder.symlink_to(tmp_path / "elsewhere")
    assert open_user_cache() is None


def test_where_nothing_can_be_made_there_is_no_cache(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert open_user_cache() is None
