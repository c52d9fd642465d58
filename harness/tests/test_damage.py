"""Thousands of damaged payloads, from one seed: each is read or refused, and none costs more than it is long."""

from __future__ import annotations

import json
import random
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import bundle
import wire

FIXTURES = Path(__file__).parent.parent / "wire-fixtures"
COUNT = 1500
MOST_KIB = 64 << 10
ODD: list[Any] = [None, True, -1, 0, 1, 2**31, 2**63, 2**70, 1e308, float("inf"), float("nan"), "", "float64", "__class__", [], {}, [[]], {"kind": "trees"}]


def golden(name: str) -> bytes:
    return (FIXTURES / f"{name}.bin").read_bytes()


def with_slips(chance: random.Random, data: bytes) -> bytes:
    damaged = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(damaged) + 1)
        match chance.randrange(5):
            case 0 if at < len(damaged):
                damaged[at] ^= 1 << chance.randrange(8)
            case 1:
                del damaged[at:]
            case 2:
                del damaged[at : at + chance.randrange(40)]
            case 3:
                damaged[at:at] = damaged[at : at + chance.randrange(40)]
            case _:
                damaged[at : at + 4] = chance.choice([0, 1, 2**31 - 1, 2**32 - 1]).to_bytes(4, "little")
    return bytes(damaged)


def places(tree: Any) -> list[tuple[Any, Any]]:
    """Every place of a tree: what holds it and under which key."""
    if not isinstance(tree, dict | list):
        return []
    keys = list(tree) if isinstance(tree, dict) else list(range(len(tree)))
    return [(tree, key) for key in keys] + [place for key in keys for place in places(tree[key])]


def with_odd_header(chance: random.Random, data: bytes) -> bytes:
    size = int.from_bytes(data[4:8], "little")
    header = json.loads(data[8 : 8 + size])
    for _ in range(chance.randint(1, 3)):
        found = places(header)
        if not found:
            break
        holder, key = chance.choice(found)
        match chance.randrange(4):
            case 0:
                del holder[key]
            case 1:
                other, its = chance.choice(found)
                holder[key] = json.loads(json.dumps(other[its] if its in places_of(other) else None))
            case _:
                holder[key] = chance.choice(ODD)
    text = json.dumps(header).encode()
    if chance.random() < 0.05:
        text = b'{"meta":' + b"[" * 50_000 + b"]" * 50_000 + b',"arrays":[]}'
    return (b"MWB1" + len(text).to_bytes(4, "little") + text).ljust(bundle.aligned(8 + len(text)), b"\0") + data[bundle.aligned(8 + size) :]


def places_of(holder: Any) -> Any:
    return holder if isinstance(holder, dict) else range(len(holder))


READERS: list[tuple[str, Callable[[bytes], object]]] = [
    ("matrix", wire.read_matrix),
    ("job", wire.read_job),
    ("result-trees", lambda data: wire.read_result(data, 2, 4)),
    ("result-linear", lambda data: wire.read_result(data, 2, 4)),
    ("result-network", lambda data: wire.read_result(data, 2, 4)),
]


@pytest.mark.parametrize(("name", "read"), READERS)
def test_damaged_payloads_are_read_or_refused(name: str, read: Callable[[bytes], object]) -> None:
    chance = random.Random(name)  # noqa: S311  chance with a seed
    read(golden(name))
    refused = 0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(COUNT):
        damaged = (with_slips if chance.random() < 0.5 else with_odd_header)(chance, golden(name))
        try:
            read(damaged)
        except ValueError:
            refused += 1
    assert COUNT / 10 < refused < COUNT
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_KIB


@pytest.mark.parametrize(
    "arrays",
    [
        [{"name": "a", "dtype": "uint8", "length": -1, "offset": 0}],
        [{"name": "a", "dtype": "uint8", "length": 8, "offset": -8}],
        [{"name": "a", "dtype": "uint8", "length": True, "offset": 0}],
        [{"name": "a", "dtype": ["uint8"], "length": 1, "offset": 0}],
        [{"name": name, "dtype": "uint8", "length": 8, "offset": 0} for name in "ab"],
        [{"name": "a", "dtype": "uint8", "length": 8, "offset": offset} for offset in (0, 8)],
        [3],
    ],
)
def test_arrays_lie_one_behind_the_other_within_the_bundle(arrays: list[object]) -> None:
    text = json.dumps({"meta": None, "arrays": arrays}).encode()
    data = (b"MWB1" + len(text).to_bytes(4, "little") + text).ljust(bundle.aligned(8 + len(text)), b"\0") + bytes(64)
    with pytest.raises(bundle.NotABundle):
        bundle.decode(data)
