"""What may cross the wall, as this side sees it: twin of src/edges/sandbox/wire.ts, held to it by wire-fixtures/.

Both sides ship in one package with one wire number. The host checks every result again before it believes a byte:
what a field may hold is said beside it here and enforced there.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

import bundle

WIRE = 1

Task = Literal["binary", "multiclass", "regression"]
Link = Literal["none", "sigmoid", "softmax"]
Setting = int | float | str | bool
F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
U8 = NDArray[np.uint8]


# --- frames -----------------------------------------------------------------------------------------------------------
# u32 kind · u32 job · u32 payload bytes · u32 zero, then the payload. Job 0 is the worker itself.

FRAME = struct.Struct("<4I")

# host → worker; closing the channel ends the worker
MATRIX = 1  # payload MATRIX_PLACE; the bundle lies in the file behind the matrix descriptor
JOB = 2  # payload JOB_LIMITS, then a bundle
STOP = 3  # end with what there is
CANCEL = 4  # kill

# worker → host
READY = 101  # payload READY_FACTS
MAPPED = 102
STARTED = 103  # payload STARTED_FACTS
LOG = 104  # a piece of what the job printed
RESULT = 105  # a piece of the job's result, or of its traceback where it failed
DONE = 106  # payload DONE_FACTS

MATRIX_PLACE = struct.Struct("<Q")  # size in bytes
JOB_LIMITS = struct.Struct("<IIQQ")  # wall ms · log bytes · memory bytes · result bytes
READY_FACTS = struct.Struct("<I")  # wire number
STARTED_FACTS = struct.Struct("<I")  # the job's process id as the worker sees it
# wait status · largest resident set in KiB · cause · log bytes thrown away · µs from the fork to behind the walls of the job, 0 where it never got there
DONE_FACTS = struct.Struct("<5I")
HARDEN_US = struct.Struct("<I")  # from a job to its worker, before anything of the job is run

CAUSE_ITSELF = 0
CAUSE_TIME = 1
CAUSE_OUTPUT = 2
CAUSE_CANCELLED = 3

# exit codes by which our own code in the job says what it saw
EXIT_MEMORY = 86
EXIT_PROCESSES = 87
EXIT_CAGE = 97  # a wall of the job could not be put up: nothing of the job was run


# --- what a fit is given ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Matrix:
    """The training matrix. It is mapped read-only and shared by all jobs: never write to it."""

    row_count: int
    column_count: int
    values: F32  # (row_count, column_count), a column-major view: values[:, f] is contiguous; NaN is missing
    vocabulary_size: int  # 0: no text
    text_start: I32  # row_count + 1; CSR of TF-IDF weights
    text_ids: I32
    text_weights: F32


@dataclass(frozen=True, slots=True)
class TrainRows:
    rows: I32  # indices into the matrix
    extra: F32  # (len(rows), extra_count), a column-major view
    labels: F64  # class codes, or numbers on the training scale
    weights: F64 | None


@dataclass(frozen=True, slots=True)
class HoldoutRows:
    """Rows to stop early by; may be empty."""

    rows: I32
    extra: F32
    labels: F64


@dataclass(frozen=True, slots=True)
class ScoreRows:
    """Rows to answer for. Their labels are not here and cannot be."""

    rows: I32
    extra: F32


@dataclass(frozen=True, slots=True)
class FitJob:
    id: str
    learner: str  # a file learners/NAME_learner.py has this NAME
    task: Task
    class_count: int  # 1 for regression, 2 for binary, K for multiclass
    settings: dict[str, Setting]
    seed: int
    columns: I32  # matrix columns the learner may use; extra columns are always used
    uses_text: bool
    extra_count: int
    train: TrainRows
    holdout: HoldoutRows
    score: ScoreRows
    max_rounds: int
    patience: int
    refit_factor: float  # above 0: learn again from train and holdout rows for the best rounds times this
    stop_after_ms: int  # end by itself with the rounds it has by then


# --- what a fit gives back --------------------------------------------------------------------------------------------
# Column f < F is matrix column f, F + e is extra column e; a matrix column must be one of job.columns.


@dataclass(frozen=True, slots=True)
class FittedTrees:
    """Trees of one model, concatenated. Tree t spans nodes tree_start[t] … tree_start[t + 1]; its first node is the root.

    `left`, `right` are indices within the tree, each greater than its parent's, each node but the root the child of exactly one.
    At leaves feature is -1 and threshold, left, right, missing_left are not read. The test is `x comparison threshold` → left.
    """

    link: Link
    outputs: int  # 1 for regression and for binary with link sigmoid; class_count otherwise
    comparison: Literal["<=", "<"]
    base: F64  # (outputs,), finite
    tree_start: I32  # (trees + 1,), from 0, rising, to the node count; at least one node a tree
    tree_output: I32  # (trees,), 0 … outputs - 1; 0 for vector leaves
    feature: I32  # (nodes,), -1 at leaves
    threshold: F64  # (nodes,), finite where a feature is tested
    left: I32
    right: I32
    missing_left: U8  # (nodes,), 0 or 1
    leaf_width: int  # 1, or outputs
    leaf_values: F64  # (nodes * leaf_width,), finite at leaves


@dataclass(frozen=True, slots=True)
class FittedLinear:
    """x' = (missing(x) ? fill : clamp(x, low, high) - center) * scale; raw = intercept + coefficients · x'. Everything finite, low <= high."""

    link: Link
    outputs: int
    columns: I32  # (C,), each once
    fill: F64
    low: F64
    high: F64
    center: F64
    scale: F64
    coefficients: F64  # (C * outputs,), row-major, outputs of a column side by side
    intercept: F64  # (outputs,)
    text_coefficients: F64  # (V * outputs,) where job.uses_text, else empty


@dataclass(frozen=True, slots=True)
class FittedNetwork:
    """For each of I inputs x' = ((missing(x) ? fill : clamp(x, low, high)) - center) * scale and input = x' / sqrt(1 + (x' / 3)²).

    A member: state = max(0, (inputs * factors) first + biases[0]), then for each further layer max(0, state hidden + biases); its answer is
    link(state heads + head_biases), and the network's is the mean of the members'. Everything finite, low <= high, outputs as of FittedLinear.
    """

    link: Link
    outputs: int
    members: int
    width: int
    layers: int
    columns: I32  # (I,), at least one; a column may be read by several inputs
    fill: F32
    low: F32
    high: F32
    center: F32
    scale: F32
    factors: F32  # (members * I,), all arrays row-major
    first: F32  # (I * width,)
    hidden: F32  # ((layers - 1) * width * width,)
    biases: F32  # (layers * members * width,)
    heads: F32  # (members * width * outputs,)
    head_biases: F64  # (members * outputs,)


Fitted = FittedTrees | FittedLinear | FittedNetwork


@dataclass(frozen=True, slots=True)
class Probes:
    """Rows made to be hard to copy, at most 1024, with the learner's raw answers (probabilities, or numbers on the training scale)."""

    matrix: F32  # (n, F + E), row-major; NaN is missing
    text_rows: I32  # (n,): the matrix row whose text probe i has, -1 for none
    answers: F64  # (n, class_count), row-major; finite


@dataclass(frozen=True, slots=True)
class Settled:
    """What a fit settled that its job left open. A job with these settings besides its own, `rounds` as its most, the rows that were learnt from as
    its training rows, no holdout and no clock gives the same model, bit by bit."""

    is_whole: bool  # the rows of the holdout were learnt from too, after those of training
    settings: dict[str, Setting]  # at most 8


@dataclass(frozen=True, slots=True)
class FitResult:
    fitted: Fitted
    predictions: F64  # (score rows, class_count), row-major; probabilities of each row add up to 1, or numbers on the training scale
    rounds: int
    settled: Settled
    probes: Probes


# The arrays of FittedNetwork whose names are the same on both sides.
NETWORK_NUMBERS = ("fill", "low", "high", "center", "scale", "factors", "first", "hidden", "biases", "heads")


# --- bundles ----------------------------------------------------------------------------------------------------------


@contextmanager
def as_agreed() -> Iterator[None]:
    """What is missing or of another kind in a bundle is one error, whichever line met it."""
    try:
        yield
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise bundle.NotABundle("a field is missing or of another kind") from error


@as_agreed()
def read_matrix(data: bytes | bytearray | memoryview) -> Matrix:
    meta, arrays = bundle.decode(data)
    check_wire(meta)
    rows, columns = meta["rowCount"], meta["columnCount"]
    return Matrix(
        row_count=rows,
        column_count=columns,
        values=arrays["values"].reshape(columns, rows).T,
        vocabulary_size=meta["vocabularySize"],
        text_start=arrays["textStart"],
        text_ids=arrays["textIds"],
        text_weights=arrays["textWeights"],
    )


def write_matrix(matrix: Matrix) -> Iterator[bytes | memoryview]:
    meta = {"wire": WIRE, "rowCount": matrix.row_count, "columnCount": matrix.column_count, "vocabularySize": matrix.vocabulary_size}
    return bundle.encode(
        meta,
        {"values": matrix.values.T, "textStart": matrix.text_start, "textIds": matrix.text_ids, "textWeights": matrix.text_weights},
    )


@as_agreed()
def read_job(data: bytes | bytearray | memoryview) -> FitJob:
    meta, arrays = bundle.decode(data)
    check_wire(meta)
    extra_count = meta["extraCount"]

    def extra(part: str) -> F32:
        return arrays[f"{part}Extra"].reshape(extra_count, len(arrays[f"{part}Rows"])).T

    return FitJob(
        id=meta["id"],
        learner=meta["learner"],
        task=meta["task"],
        class_count=meta["classCount"],
        settings=meta["settings"],
        seed=meta["seed"],
        columns=arrays["columns"],
        uses_text=meta["usesText"],
        extra_count=extra_count,
        train=TrainRows(arrays["trainRows"], extra("train"), arrays["trainLabels"], arrays.get("trainWeights")),
        holdout=HoldoutRows(arrays["holdoutRows"], extra("holdout"), arrays["holdoutLabels"]),
        score=ScoreRows(arrays["scoreRows"], extra("score")),
        max_rounds=meta["maxRounds"],
        patience=meta["patience"],
        refit_factor=meta["refitFactor"],
        stop_after_ms=meta["stopAfterMs"],
    )


def write_job(job: FitJob) -> Iterator[bytes | memoryview]:
    meta: dict[str, object] = {
        "wire": WIRE,
        "id": job.id,
        "learner": job.learner,
        "task": job.task,
        "classCount": job.class_count,
        "settings": job.settings,
        "seed": job.seed,
        "usesText": job.uses_text,
        "extraCount": job.extra_count,
        "maxRounds": job.max_rounds,
        "patience": job.patience,
        "refitFactor": job.refit_factor,
        "stopAfterMs": job.stop_after_ms,
    }
    arrays: dict[str, NDArray[Any]] = {"columns": job.columns, "trainRows": job.train.rows, "trainExtra": job.train.extra.T, "trainLabels": job.train.labels}
    if job.train.weights is not None:
        arrays["trainWeights"] = job.train.weights
    arrays |= {"holdoutRows": job.holdout.rows, "holdoutExtra": job.holdout.extra.T, "holdoutLabels": job.holdout.labels}
    arrays |= {"scoreRows": job.score.rows, "scoreExtra": job.score.extra.T}
    return bundle.encode(meta, arrays)


def write_result(result: FitResult) -> Iterator[bytes | memoryview]:
    fitted = result.fitted
    arrays: dict[str, NDArray[Any]] = {
        "predictions": as_f64(result.predictions),
        "probeMatrix": as_f32(result.probes.matrix),
        "probeTextRows": as_i32(result.probes.text_rows),
        "probeAnswers": as_f64(result.probes.answers),
    }
    described: dict[str, object]
    if isinstance(fitted, FittedTrees):
        described = {
            "kind": "trees",
            "link": fitted.link,
            "outputs": int(fitted.outputs),
            "comparison": fitted.comparison,
            "leafWidth": int(fitted.leaf_width),
        }
        arrays |= {
            "base": as_f64(fitted.base),
            "treeStart": as_i32(fitted.tree_start),
            "treeOutput": as_i32(fitted.tree_output),
            "feature": as_i32(fitted.feature),
            "threshold": as_f64(fitted.threshold),
            "left": as_i32(fitted.left),
            "right": as_i32(fitted.right),
            "missingLeft": np.asarray(fitted.missing_left, np.uint8),
            "leafValues": as_f64(fitted.leaf_values),
        }
    elif isinstance(fitted, FittedNetwork):
        described = {
            "kind": "network",
            "link": fitted.link,
            "outputs": int(fitted.outputs),
            "members": int(fitted.members),
            "width": int(fitted.width),
            "layers": int(fitted.layers),
        }
        arrays |= {"columns": as_i32(fitted.columns), **{name: as_f32(getattr(fitted, name)) for name in NETWORK_NUMBERS}}
        arrays["headBiases"] = as_f64(fitted.head_biases)
    else:
        described = {"kind": "linear", "link": fitted.link, "outputs": int(fitted.outputs)}
        arrays |= {
            "columns": as_i32(fitted.columns),
            "fill": as_f64(fitted.fill),
            "low": as_f64(fitted.low),
            "high": as_f64(fitted.high),
            "center": as_f64(fitted.center),
            "scale": as_f64(fitted.scale),
            "coefficients": as_f64(fitted.coefficients),
            "intercept": as_f64(fitted.intercept),
            "textCoefficients": as_f64(fitted.text_coefficients),
        }
    settled = {"isWhole": result.settled.is_whole, "settings": result.settled.settings}
    return bundle.encode({"wire": WIRE, "rounds": int(result.rounds), "settled": settled, "fitted": described}, arrays)


@as_agreed()
def read_result(data: bytes | bytearray | memoryview, class_count: int, column_count: int) -> FitResult:
    """`column_count` counts matrix and extra columns. For tests on this side; the host reads results with its own strict reader."""
    meta, arrays = bundle.decode(data)
    check_wire(meta)
    described = meta["fitted"]
    fitted: Fitted
    if described["kind"] == "trees":
        fitted = FittedTrees(
            link=described["link"],
            outputs=described["outputs"],
            comparison=described["comparison"],
            base=arrays["base"],
            tree_start=arrays["treeStart"],
            tree_output=arrays["treeOutput"],
            feature=arrays["feature"],
            threshold=arrays["threshold"],
            left=arrays["left"],
            right=arrays["right"],
            missing_left=arrays["missingLeft"],
            leaf_width=described["leafWidth"],
            leaf_values=arrays["leafValues"],
        )
    elif described["kind"] == "network":
        fitted = FittedNetwork(
            link=described["link"],
            outputs=described["outputs"],
            members=described["members"],
            width=described["width"],
            layers=described["layers"],
            columns=arrays["columns"],
            head_biases=arrays["headBiases"],
            **{name: arrays[name] for name in NETWORK_NUMBERS},
        )
    else:
        fitted = FittedLinear(
            link=described["link"],
            outputs=described["outputs"],
            columns=arrays["columns"],
            fill=arrays["fill"],
            low=arrays["low"],
            high=arrays["high"],
            center=arrays["center"],
            scale=arrays["scale"],
            coefficients=arrays["coefficients"],
            intercept=arrays["intercept"],
            text_coefficients=arrays["textCoefficients"],
        )
    return FitResult(
        fitted=fitted,
        predictions=arrays["predictions"].reshape(-1, class_count),
        rounds=meta["rounds"],
        settled=Settled(meta["settled"]["isWhole"], meta["settled"]["settings"]),
        probes=Probes(arrays["probeMatrix"].reshape(-1, column_count), arrays["probeTextRows"], arrays["probeAnswers"].reshape(-1, class_count)),
    )


def check_wire(meta: Any) -> None:
    if meta["wire"] != WIRE:
        raise ValueError(f"wire {meta['wire']} is not {WIRE}")


def as_f32(array: NDArray[Any]) -> F32:
    return np.asarray(array, np.float32)


def as_f64(array: NDArray[Any]) -> F64:
    return np.asarray(array, np.float64)


def as_i32(array: NDArray[Any]) -> I32:
    return np.asarray(array, np.int32)
