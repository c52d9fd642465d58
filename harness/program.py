"""Runs one program on one fold: Python that nobody has read, in a cage made for it alone.

The source has a class `Model` with `fit(table, target)` and `predict(table)`. A table is a dictionary by column name: numbers, yes/no and
times are float64 arrays with NaN for missing (times in microseconds since 1970 UTC), texts are arrays of `str` or None. `target` is float64:
class codes or numbers. `predict` answers an array (rows, classes) of probabilities, or (rows,) numbers. `Model.claims`, a dictionary of numbers,
may say what the program thinks of itself; nobody decides by it.

What it hands over are files in the output folder, and the host takes them without believing this process a word: it is the program's own.
"""

from __future__ import annotations

import ast
import itertools
import json
import os
import random
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import bundle
import wire

Table = dict[str, NDArray[Any]]

# A lint that tells a language model early what will not be there. It is no wall and is not counted as one: Python has other ways to import.
IMPORTS = frozenset(
    {"__future__", "collections", "dataclasses", "datetime", "functools", "itertools", "json", "math", "random", "re", "statistics", "string", "typing"}
    | {"warnings", "catboost", "lightgbm", "numpy", "pandas", "scipy", "sklearn", "xgboost"}
)


class NotAllowed(ImportError):
    """The program imports what is not on the list."""


@dataclass(frozen=True, slots=True)
class ProgramJob:
    id: str
    source: str
    task: wire.Task
    class_count: int  # 1 for regression, 2 for binary, K for multiclass
    seed: int
    train: Table
    target: NDArray[np.float64]
    score: Table  # without the target, which is nowhere in this process


def read_job(data: bytes | bytearray | memoryview) -> ProgramJob:
    meta, arrays = bundle.decode(data)
    wire.check_wire(meta)
    return ProgramJob(
        id=meta["id"],
        source=arrays["source"].tobytes().decode(),
        task=meta["task"],
        class_count=meta["classCount"],
        seed=meta["seed"],
        train=_table(meta, arrays, "train"),
        target=arrays["target"].copy(),
        score=_table(meta, arrays, "score"),
    )


def _table(meta: Any, arrays: dict[str, NDArray[Any]], part: str) -> Table:
    rows = meta[f"{part}Rows"]
    numbers, codes = arrays[f"{part}Numbers"], arrays[f"{part}Codes"]
    levels = _levels(meta, arrays)
    table: Table = {}
    number_at = text_at = 0
    for column in meta["columns"]:
        if column["type"] == "text":
            table[column["name"]] = levels[text_at][codes[text_at * rows : (text_at + 1) * rows]]
            text_at += 1
        else:
            table[column["name"]] = numbers[number_at * rows : (number_at + 1) * rows].copy()
            number_at += 1
    return table


def _levels(meta: Any, arrays: dict[str, NDArray[Any]]) -> list[NDArray[Any]]:
    """The texts of each text column, None last: code -1 finds it."""
    data, starts = arrays["levels"].tobytes(), arrays["levelStarts"]
    texts = [data[start:end].decode() for start, end in itertools.pairwise(starts)]
    found: list[NDArray[Any]] = []
    at = 0
    for count in meta["levelCounts"]:
        found.append(np.array([*texts[at : at + count], None], dtype=object))
        at += count
    return found


def check_imports(source: str) -> None:
    """Names the first import that is not on the list. Raises SyntaxError where the source is no Python."""
    for node in ast.walk(ast.parse(source, "<program>")):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "."]
        else:
            continue
        for name in names:
            if name.split(".")[0] not in IMPORTS:
                raise NotAllowed(f"line {node.lineno}: {name} is not among what a program may import: {' '.join(sorted(IMPORTS))}")


def run(payload: bytes | bytearray | memoryview, output: str) -> None:
    job = read_job(payload)
    check_imports(job.source)
    random.seed(job.seed)
    np.random.seed(job.seed)
    names: dict[str, Any] = {"__name__": "program"}
    exec(compile(job.source, "<program>", "exec"), names)  # noqa: S102 — this is what the cage is for
    model = names["Model"]()
    model.fit(job.train, job.target)
    answers = np.asarray(model.predict(job.score), dtype=np.float64)
    with open(os.path.join(output, "predictions.mwb"), "wb") as file:
        for part in bundle.encode({"wire": wire.WIRE}, {"predictions": answers.reshape(-1)}):
            file.write(part)
    claims = getattr(model, "claims", None)
    if claims:
        with open(os.path.join(output, "claims.json"), "w") as file:
            json.dump({str(name): float(value) for name, value in dict(claims).items()}, file)
