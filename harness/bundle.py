"""Raw little-endian arrays behind a JSON header: twin of src/domain/bundle.ts, held to it by wire-fixtures/.

    "MWB1" · u32 header bytes · header JSON {meta, arrays: [{name, dtype, length, offset}]} · zero padding to 8 · arrays, each aligned to 8

Offsets count from the first byte after the padded header; each array begins where the one before it ends. Plain data: nothing in it can be run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAGIC = b"MWB1"
MAX_HEADER_BYTES = 4 << 20
DTYPES: dict[str, np.dtype[Any]] = {
    "float64": np.dtype("<f8"),
    "float32": np.dtype("<f4"),
    "int32": np.dtype("<i4"),
    "uint8": np.dtype("u1"),
}


class NotABundle(ValueError):
    """The bytes are not a bundle; the text names the fault."""


def aligned(size: int) -> int:
    return (size + 7) // 8 * 8


def encode(meta: object, arrays: Mapping[str, NDArray[Any]]) -> Iterator[bytes | memoryview]:
    """The parts of a bundle in order, without one large copy. Arrays are flattened in C order."""
    described: list[dict[str, object]] = []
    bodies: list[NDArray[Any]] = []
    offset = 0
    for name, array in arrays.items():
        if array.dtype.name not in DTYPES:
            raise NotABundle(f'array "{name}" is {array.dtype.name}')
        flat = np.ascontiguousarray(array, dtype=DTYPES[array.dtype.name]).reshape(-1)
        described.append({"name": name, "dtype": array.dtype.name, "length": int(flat.size), "offset": offset})
        bodies.append(flat)
        offset += aligned(flat.nbytes)
    text = json.dumps({"meta": meta, "arrays": described}, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
    yield (MAGIC + len(text).to_bytes(4, "little") + text).ljust(aligned(8 + len(text)), b"\0")
    for flat in bodies:
        if flat.nbytes:
            yield memoryview(flat).cast("B")
        yield b"\0" * (aligned(flat.nbytes) - flat.nbytes)


def decode(data: bytes | bytearray | memoryview) -> tuple[Any, dict[str, NDArray[Any]]]:
    """Meta and arrays; the arrays are views of `data`, nothing is copied."""
    view = memoryview(data).cast("B")
    if len(view) < 8 or bytes(view[:4]) != MAGIC:
        raise NotABundle("wrong first bytes")
    header_bytes = int.from_bytes(view[4:8], "little")
    if header_bytes > MAX_HEADER_BYTES or 8 + header_bytes > len(view):
        raise NotABundle("the header is longer than allowed")
    header = read_header(bytes(view[8 : 8 + header_bytes]))
    first = aligned(8 + header_bytes)
    start = first
    arrays: dict[str, NDArray[Any]] = {}
    for entry in header["arrays"]:
        name, dtype, length, offset = read_entry(entry)
        if offset != first - start:
            raise NotABundle(f'array "{name}" does not lie behind the one before it')
        if first + length * dtype.itemsize > len(view):
            raise NotABundle(f'array "{name}" lies outside it')
        if name in arrays:
            raise NotABundle(f'it holds two arrays "{name}"')
        arrays[name] = np.frombuffer(view, dtype, length, first) if length else np.empty(0, dtype)
        first += aligned(length * dtype.itemsize)
    return header["meta"], arrays


def read_header(text: bytes) -> dict[str, Any]:
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotABundle("the header cannot be read") from error
    if not isinstance(header, dict) or header.keys() != {"meta", "arrays"} or not isinstance(header["arrays"], list):
        raise NotABundle("the header is not as agreed")
    return header


def read_entry(entry: object) -> tuple[str, np.dtype[Any], int, int]:
    match entry:
        case {"name": str(name), "dtype": str(dtype), "length": length, "offset": offset} if dtype in DTYPES and is_count(length) and is_count(offset):
            return name, DTYPES[dtype], length, offset
        case _:
            raise NotABundle("an array is described in another way than agreed")


def is_count(value: object) -> bool:
    """A whole number from zero on; `True` counts as 1 in Python and is none."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
