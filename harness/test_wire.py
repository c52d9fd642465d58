"""The golden files, read and written on this side. Run by pytest, or alone: then it says nothing when all is well."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import wire

FIXTURES = Path(__file__).parent / "wire-fixtures"


def golden(name: str) -> bytes:
    return (FIXTURES / f"{name}.bin").read_bytes()


def test_reads_and_writes_a_matrix_as_the_same_bytes() -> None:
    matrix = wire.read_matrix(golden("matrix"))
    assert b"".join(wire.write_matrix(matrix)) == golden("matrix")
    assert matrix.values.shape == (4, 3)
    assert matrix.values[:, 1].tolist() == [-1.5, 0.0, 0.25, float(np.float32(1e30))]
    assert matrix.values.flags.f_contiguous and not matrix.values.flags.writeable


def test_reads_and_writes_a_job_as_the_same_bytes() -> None:
    job = wire.read_job(golden("job"))
    assert b"".join(wire.write_job(job)) == golden("job")
    assert (job.id, job.settings["learning_rate"], job.train.labels.tolist()) == ("lightgbm-1 / fold 2 “é”", 0.05, [0.0, 1.0])
    assert job.train.extra.shape == (2, 1) and job.train.extra[0, 0] == 0.5


def test_reads_and_writes_results_as_the_same_bytes() -> None:
    for name in ("result-trees", "result-linear", "result-network"):
        result = wire.read_result(golden(name), class_count=2, column_count=4)
        assert b"".join(wire.write_result(result)) == golden(name)


def test_refuses_what_is_not_a_bundle() -> None:
    for bad in (b"", b"MWB1", b"MWB1\xff\xff\xff\xff", golden("matrix")[:-40]):
        try:
            wire.read_matrix(bad)
        except ValueError:
            continue
        raise AssertionError(f"{bad[:20]!r} was read")


if __name__ == "__main__":
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            test()
