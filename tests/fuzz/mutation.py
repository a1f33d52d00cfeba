"""Changes bytes at random, with a liking for what readers stumble over."""

from __future__ import annotations

import random

TOKENS = [
    *(b"", b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\r", b"\r\n", b"\n\n", b"\t"),
    *(b'"', b'""', b"'", b",", b";", b"{", b"}", b"[", b"]", b":", b"- ", b"#", b"&a ", b"*a"),
    *(b"!!python/object:os.system ", b"<<: ", b"null", b"true", b"~", b".nan", b"-.inf", b"1e999"),
    *(b"-1", b"0", b"9" * 40, b"0x1F", b"1_000", b"1:30", b"2026-02-30", b"9999-12-31"),
    *(b"0001-01-01T00:00:00+00:00", b"2026-11-10T24:00:00+25:00", b"2026-11-10", b"P1M1DT1H"),
    *(b"1 month 1 hour", b"999999999 years", b"-3 days", "３０ 天".encode(), "\u202e".encode()),
    *(b" OR true", b"; DROP TABLE x", b"read_csv('/etc/passwd')", b"(SELECT 1)", b"--", b"/*"),
    *(
        b"=cmd|' /C calc'!A0",
        b"../" * 9,
        b"%s%n",
        b"{{7*7}}",
        b"<script>",
        b"[" * 2000,
        b"a" * 9000,
    ),
]


def mutated(draw: random.Random, seed: bytes, other: bytes) -> bytes:
    """Return bytes with one to four changes: a token, a bit, a cut, a copy, a piece of others."""
    data = bytearray(seed)
    for _ in range(draw.choice([1, 1, 2, 4])):
        at = draw.randrange(len(data) + 1)
        to = min(len(data), at + draw.choice([0, 1, 1, 2, 5, 20, 200]))
        match draw.randrange(7):
            case 0 | 1:
                data[at:to] = draw.choice(TOKENS)
            case 2:
                if data:
                    data[at % len(data)] ^= 1 << draw.randrange(8)
            case 3:
                del data[at:to]
            case 4:
                data[at:at] = data[at:to] * draw.choice([1, 3, 100])
            case 5:
                start = draw.randrange(len(other) + 1)
                data[at:to] = other[start : start + draw.choice([1, 10, 100])]
            case _:
                if draw.random() < 0.3:
                    del data[at:]
    return bytes(data)
