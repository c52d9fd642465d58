"""What is promised of every learner, on data made to be hard. Run by `node scripts/check.mjs python`, or in harness/ by
`python -m unittest discover -s tests -t .` with the training environment's Python."""

from __future__ import annotations

import time
import unittest
from dataclasses import fields, replace
from unittest.mock import patch

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression, Ridge

from fit import LEARNERS, fit
from learners import catboost_learner, extra_trees_learner
from learners.examples import Examples, Inputs
from learners.stopwatch import Stopwatch
from tests.golden import goldens, trees_a_round
from tests.interpreter import answers_of
from tests.tables import COLUMNS, make_job, make_matrix, never, score_truth
from wire import (
    F64,
    I32,
    FitJob,
    FitResult,
    Fitted,
    FittedLinear,
    FittedNetwork,
    FittedTrees,
    Matrix,
    ScoreRows,
    Task,
    TrainRows,
    read_result,
    write_result,
)

TASKS: tuple[Task, ...] = ("binary", "multiclass", "regression")
GOLDEN = goldens(LEARNERS)
SMALL = {learner: golden.small for learner, golden in GOLDEN.items()}
WITH_ROUNDS = [learner for learner, golden in GOLDEN.items() if golden.has_rounds]


def largest_difference(ours: F64, theirs: F64) -> float:
    return float((np.abs(ours - theirs) / np.maximum(1, np.abs(theirs))).max())


class EveryLearner(unittest.TestCase):
    def check(self, result: FitResult, job: FitJob, matrix: Matrix) -> None:
        """The table answers as the learner did, for rows it never saw and for the probes, in the arithmetic of the graph."""
        values = np.column_stack([matrix.values[job.score.rows], job.score.extra])
        text = matrix if job.uses_text else None
        self.assertEqual(result.predictions.shape, (len(job.score.rows), job.class_count))
        tolerance = 3e-6 if isinstance(result.fitted, FittedNetwork) else 1e-6  # a network's sums are float32 from layer to layer
        self.assertLessEqual(largest_difference(answers_of(result.fitted, values, text, job.score.rows), result.predictions), tolerance)
        probes = result.probes
        self.assertEqual(probes.matrix.shape, (256, values.shape[1]))
        self.assertTrue(np.isfinite(probes.answers).all() and np.isfinite(result.predictions).all())
        self.assertLessEqual(largest_difference(answers_of(result.fitted, probes.matrix, text, probes.text_rows), probes.answers), tolerance)
        if job.task != "regression":
            self.assertLess(np.abs(result.predictions.sum(axis=1) - 1).max(), 1e-9)
        self.check_shape(result.fitted, values.shape[1])

    def check_shape(self, fitted: Fitted, column_count: int) -> None:
        if isinstance(fitted, FittedLinear):
            self.assertTrue((fitted.low <= fitted.high).all())
            self.assertEqual(len(fitted.columns), len(np.unique(fitted.columns)))
            self.assertEqual(len(fitted.coefficients), len(fitted.columns) * fitted.outputs)
            return
        if isinstance(fitted, FittedNetwork):
            inputs, width, members = len(fitted.columns), fitted.width, fitted.members
            self.assertTrue((fitted.low <= fitted.high).all())
            self.assertLess(fitted.columns.max(), column_count)
            self.assertEqual((len(fitted.factors), len(fitted.first)), (members * inputs, inputs * width))
            self.assertEqual((len(fitted.hidden), len(fitted.biases)), ((fitted.layers - 1) * width**2, fitted.layers * members * width))
            self.assertEqual((len(fitted.heads), len(fitted.head_biases)), (members * width * fitted.outputs, members * fitted.outputs))
            return
        starts = np.repeat(fitted.tree_start[:-1], np.diff(fitted.tree_start))
        here, split = np.arange(len(fitted.feature)) - starts, fitted.feature >= 0
        self.assertTrue((fitted.left[split] > here[split]).all() and (fitted.right[split] > here[split]).all())
        children = np.concatenate([(starts + fitted.left)[split], (starts + fitted.right)[split]])
        self.assertEqual(len(np.unique(children)), len(children))
        self.assertEqual(len(children) + len(fitted.tree_output), len(fitted.feature))
        self.assertLess(fitted.feature.max(), column_count)
        self.assertEqual(len(fitted.leaf_values), len(fitted.feature) * fitted.leaf_width)
        self.assertTrue(all(np.isfinite(values).all() for values in (fitted.threshold, fitted.leaf_values, fitted.base)))

    def test_its_table_answers_as_it_does_on_data_made_to_be_hard(self) -> None:
        matrix = make_matrix(6_000, seed=1)
        for task in TASKS:
            for learner in LEARNERS:
                with self.subTest(learner=learner, task=task):
                    job = make_job(matrix, learner, task, SMALL[learner])
                    result = fit(job, matrix, never)
                    self.check(result, job, matrix)
                    self.assertGreater(score_truth(matrix, job, result), 0.1)

    def test_its_table_answers_as_it_does_in_every_shape_of_tree(self) -> None:
        matrix = make_matrix(3_000, seed=2)
        for learner, name, settings in [(learner, *variant) for learner, golden in GOLDEN.items() for variant in golden.variants.items()]:
            for task in TASKS:
                with self.subTest(name, learner=learner, task=task):
                    job = make_job(matrix, learner, task, settings, max_rounds=25)
                    self.check(fit(job, matrix, never), job, matrix)

    def test_catboost_tells_a_large_model_in_pieces(self) -> None:
        matrix = make_matrix(1_000, seed=16)
        job = make_job(matrix, "catboost", "multiclass", {"depth": 7, "learning_rate": 0.1}, max_rounds=100, holdout=np.empty(0, np.int32))
        result = fit(job, matrix, never)
        assert isinstance(result.fitted, FittedTrees)
        self.assertGreater(len(result.fitted.leaf_values) / 2, catboost_learner.DUMP_NUMBERS)
        self.check(result, job, matrix)

    def test_it_reads_missing_values_that_training_did_not_have(self) -> None:
        matrix = make_matrix(3_000, seed=3)
        known = np.flatnonzero(~np.isnan(matrix.values).any(axis=1)).astype(np.int32)
        for learner in LEARNERS:
            with self.subTest(learner=learner):
                job = make_job(matrix, learner, "binary", SMALL[learner], train=np.intersect1d(known, np.arange(2_000)).astype(np.int32))
                self.check(fit(job, matrix, never), job, matrix)

    def test_it_answers_with_numbers_where_values_lie_at_the_ends_of_float32(self) -> None:
        matrix = make_matrix(900, seed=12)
        values = matrix.values.copy(order="F")
        ends = np.finfo(np.float32)
        values[:, 0] = np.where(np.arange(900) % 3 == 0, ends.min, np.where(np.arange(900) % 3 == 1, ends.max, values[:, 0]))
        values[:, 1] = np.where(np.arange(900) % 2 == 0, ends.max, ends.tiny)
        values[7, 2], values[8, 2] = ends.max, ends.min
        matrix = replace(matrix, values=values)
        for task in TASKS:
            for learner in LEARNERS:
                with self.subTest(learner=learner, task=task):
                    job = make_job(matrix, learner, task, SMALL[learner])
                    self.check(fit(job, matrix, never), job, matrix)

    def test_it_keeps_the_rounds_that_were_best_on_the_holdout(self) -> None:
        matrix = make_matrix(3_000, seed=4)
        for learner in [learner for learner, golden in GOLDEN.items() if golden.stops_early]:
            for task in TASKS:
                with self.subTest(learner=learner, task=task):
                    fast = {**SMALL[learner], "learning_rate": 0.5}
                    job = make_job(matrix, learner, task, fast, max_rounds=2_000, patience=10, train=np.arange(600, dtype=np.int32))
                    result = fit(job, matrix, never)
                    self.assertLess(result.rounds, 300)
                    assert isinstance(result.fitted, FittedTrees)
                    self.assertEqual(len(result.fitted.tree_output), result.rounds * trees_a_round(GOLDEN[learner], task, job.class_count))
                    self.check(result, job, matrix)

    def test_it_trains_all_rounds_without_a_holdout(self) -> None:
        matrix = make_matrix(2_000, seed=5)
        for learner in WITH_ROUNDS:
            with self.subTest(learner=learner):
                job = make_job(matrix, learner, "binary", SMALL[learner], max_rounds=33, holdout=np.empty(0, np.int32))
                result = fit(job, matrix, never)
                self.assertEqual(result.rounds, 33)
                self.check(result, job, matrix)

    def test_it_answers_for_classes_that_its_rows_do_not_hold(self) -> None:
        matrix = make_matrix(3_000, seed=6)
        for learner in LEARNERS:
            for present in ((0, 2, 5), (1, 4)):
                with self.subTest(learner=learner, present=present):
                    job = make_job(matrix, learner, "multiclass", SMALL[learner], max_rounds=20)
                    kept = np.isin(job.train.labels, present)
                    train = replace(job.train, rows=job.train.rows[kept], extra=job.train.extra[kept], labels=job.train.labels[kept])
                    job = replace(job, train=train)
                    result = fit(job, matrix, never)
                    self.check(result, job, matrix)
                    absent = np.setdiff1d(np.arange(6), present)
                    self.assertLess(result.predictions[:, absent].max(), 1e-9)

    def test_it_answers_with_a_constant_where_there_is_nothing_to_learn(self) -> None:
        matrix = make_matrix(600, seed=7)
        blank = replace(matrix, values=np.full_like(matrix.values, np.nan))
        for learner in LEARNERS:
            for task in TASKS:
                with self.subTest(learner=learner, task=task):
                    job = make_job(matrix, learner, task, SMALL[learner], max_rounds=5)
                    one_label = replace(job, train=replace(job.train, labels=np.ones(len(job.train.rows))))
                    for case, data in ((one_label, matrix), (without_extra(job), blank)):
                        result = fit(case, data, never)
                        self.assertEqual(len(np.unique(result.predictions, axis=0)), 1)
                        self.check(result, case, data)

    def test_it_learns_from_few_rows_and_few_columns(self) -> None:
        matrix = make_matrix(60, seed=8)
        for learner in LEARNERS:
            for task in TASKS:
                with self.subTest(learner=learner, task=task):
                    job = make_job(matrix, learner, task, SMALL[learner], max_rounds=10, columns=np.array([3], np.int32))
                    self.check(fit(job, matrix, never), job, matrix)

    def test_it_takes_row_weights(self) -> None:
        matrix = make_matrix(2_000, seed=9)
        for learner in LEARNERS:
            for task in TASKS:
                with self.subTest(learner=learner, task=task):
                    plain = make_job(matrix, learner, task, SMALL[learner], max_rounds=15)
                    chance = np.random.default_rng(0)
                    weighted = replace(plain, train=replace(plain.train, weights=chance.uniform(0.1, 5, len(plain.train.rows))))
                    result = fit(weighted, matrix, never)
                    self.check(result, weighted, matrix)
                    self.assertFalse(np.array_equal(result.predictions, fit(plain, matrix, never).predictions))

    def test_the_same_job_gives_the_same_bytes(self) -> None:
        matrix = make_matrix(2_000, seed=10)
        for learner in LEARNERS:
            for task in TASKS:
                with self.subTest(learner=learner, task=task):
                    job = make_job(matrix, learner, task, SMALL[learner], max_rounds=30)
                    first, second = (b"".join(bytes(part) for part in write_result(fit(job, matrix, never))) for _ in range(2))
                    self.assertEqual(first, second)

    def test_fitting_leaves_what_it_was_given_as_it_was(self) -> None:
        matrix = make_matrix(800, seed=17)
        for learner in LEARNERS:
            with self.subTest(learner=learner):
                job = make_job(matrix, learner, "binary", SMALL[learner], max_rounds=10)
                values = matrix.values[job.train.rows].copy(order="F")
                train, stopwatch = Examples(Inputs(values, None), job.train.labels, None), Stopwatch(60_000, never)
                LEARNERS[learner](job, train, None, stopwatch)
                np.testing.assert_array_equal(values, matrix.values[job.train.rows])

    def test_the_rounds_it_kept_repeat_the_fit(self) -> None:
        matrix = make_matrix(800, seed=18)
        for learner in LEARNERS:
            with self.subTest(learner=learner):
                job = make_job(matrix, learner, "binary", SMALL[learner], max_rounds=100, patience=10)
                first = fit(job, matrix, never)
                again = fit(replace(job, max_rounds=first.rounds), matrix, never)
                np.testing.assert_array_equal(first.predictions, again.predictions)

    def test_what_it_settled_repeats_it_without_a_holdout_and_without_a_clock(self) -> None:
        matrix = make_matrix(2_000, seed=20)
        no_holdout = np.empty(0, np.int32)
        # Asked to stop after so many looks at the clock, the last in the middle of learning for the second time, or never.
        for refit_factor, looks in ((0, None), (0, 7), (1.1, None), (1.1, 45)):
            for learner in LEARNERS:
                for task in TASKS:
                    if learner not in WITH_ROUNDS and refit_factor > 0:
                        continue  # its holdout settles more than rounds
                    with self.subTest(learner=learner, task=task, refit_factor=refit_factor, looks=looks):
                        fast = {**SMALL[learner], "learning_rate": 0.3} if "learning_rate" in SMALL[learner] else SMALL[learner]
                        asked = make_job(matrix, learner, task, fast, max_rounds=40, patience=5, refit_factor=refit_factor)
                        left = iter([False] * looks) if looks else None
                        first = fit(asked, matrix, lambda left=left: left is not None and next(left, True))
                        self.assertEqual(first.settled.is_whole, refit_factor > 0)
                        rows = np.concatenate([asked.train.rows, asked.holdout.rows]) if first.settled.is_whole else asked.train.rows
                        bare = make_job(matrix, learner, task, {**fast, **first.settled.settings}, max_rounds=first.rounds, train=rows, holdout=no_holdout)
                        again = fit(bare, matrix, never)
                        np.testing.assert_array_equal(again.predictions, first.predictions)
                        self.assertEqual([again.rounds, again.settled.settings], [first.rounds, first.settled.settings])
                        for field in fields(first.fitted):
                            np.testing.assert_array_equal(getattr(again.fitted, field.name), getattr(first.fitted, field.name))

    def test_a_forest_is_the_same_in_whatever_slices_it_is_grown(self) -> None:
        matrix = make_matrix(500, seed=21)
        job = make_job(matrix, "extra_trees", "multiclass", SMALL["extra_trees"], max_rounds=37)
        forests: list[FitResult] = []
        for seconds in (-1.0, 1e9):
            with patch.object(extra_trees_learner, "SLICE_SECONDS", seconds):
                forests.append(fit(job, matrix, never))
        np.testing.assert_array_equal(forests[0].predictions, forests[1].predictions)

    def test_its_result_survives_the_wire(self) -> None:
        matrix = make_matrix(500, seed=11)
        for learner in LEARNERS:
            with self.subTest(learner=learner):
                job = make_job(matrix, learner, "multiclass", SMALL[learner], max_rounds=5)
                result = fit(job, matrix, never)
                read = read_result(b"".join(bytes(part) for part in write_result(result)), job.class_count, COLUMNS + job.extra_count)
                self.check(read, job, matrix)

    def test_it_ends_in_time_with_what_it_has(self) -> None:
        matrix = make_matrix(40_000, seed=12)
        for learner in LEARNERS:
            with self.subTest(learner=learner):
                job = make_job(matrix, learner, "multiclass", GOLDEN[learner].slow or SMALL[learner], max_rounds=100_000, patience=100_000, stop_after_ms=1_500)
                start = time.monotonic()
                result = fit(job, matrix, never)
                self.assertLess(time.monotonic() - start, 2.5)
                self.check(result, job, matrix)

    def test_it_ends_when_it_is_asked_to(self) -> None:
        matrix = make_matrix(2_000, seed=13)
        for learner in WITH_ROUNDS:
            with self.subTest(learner=learner):
                job = make_job(matrix, learner, "binary", SMALL[learner], max_rounds=100_000, patience=100_000)
                asked = iter([False] * 5)
                result = fit(job, matrix, lambda: next(asked, True))
                self.assertGreater(result.rounds, 0)
                self.assertLess(result.rounds, 100)

    def test_it_refuses_settings_it_does_not_know(self) -> None:
        matrix = make_matrix(200, seed=14)
        for learner in LEARNERS:
            with self.subTest(learner=learner), self.assertRaisesRegex(ValueError, "unknown settings: output_model"):
                fit(make_job(matrix, learner, "binary", {"output_model": "x"}), matrix, never)

    def test_it_keeps_to_the_columns_it_was_given(self) -> None:
        matrix = make_matrix(1_000, seed=15)
        for learner in LEARNERS:
            with self.subTest(learner=learner):
                job = make_job(matrix, learner, "binary", SMALL[learner], max_rounds=20, columns=np.array([9, 2, 7], np.int32))
                fitted = fit(job, matrix, never).fitted
                used = fitted.columns if isinstance(fitted, FittedLinear | FittedNetwork) else fitted.feature[fitted.feature >= 0]
                self.assertLessEqual(set(used.tolist()), {9, 2, 7, COLUMNS, COLUMNS + 1})
                self.assertIn(COLUMNS, used)


def without_extra(job: FitJob) -> FitJob:
    train, holdout, score = (replace(part, extra=np.empty((len(part.rows), 0), np.float32)) for part in (job.train, job.holdout, job.score))
    return replace(job, extra_count=0, train=train, holdout=holdout, score=score)


def prepared(fitted: FittedLinear, matrix: Matrix, part: TrainRows | ScoreRows) -> F64:
    read = np.column_stack([matrix.values[part.rows], part.extra])[:, fitted.columns].astype(np.float64)
    return (np.where(np.isnan(read), fitted.fill, np.clip(read, fitted.low, fitted.high)) - fitted.center) * fitted.scale


class TheLinearModel(unittest.TestCase):
    def test_it_agrees_with_scikit_learn(self) -> None:
        matrix = make_matrix(2_000, seed=20)
        for task in TASKS:
            with self.subTest(task=task):
                job = make_job(matrix, "linear", task, {"strengths": "3"}, max_rounds=5_000, holdout=np.empty(0, np.int32))
                result = fit(job, matrix, never)
                assert isinstance(result.fitted, FittedLinear)
                train, score = prepared(result.fitted, matrix, job.train), prepared(result.fitted, matrix, job.score)
                self.assertLess(np.abs(train.std(axis=0) - 1).max(), 1e-3)
                if task == "regression":
                    theirs = Ridge(alpha=3).fit(train, job.train.labels).predict(score)[:, np.newaxis]
                else:
                    theirs = LogisticRegression(C=1 / 3, max_iter=5_000, tol=1e-8).fit(train, job.train.labels).predict_proba(score)
                self.assertLess(np.abs(result.predictions - theirs).max(), 2e-3)

    def test_it_agrees_with_scikit_learn_on_few_rows_of_many_terms(self) -> None:
        matrix = make_matrix(90, seed=25, vocabulary=5_000)
        job = make_job(matrix, "linear", "multiclass", {"strengths": "0.3"}, max_rounds=5_000, uses_text=True, holdout=np.empty(0, np.int32))
        self.assertGreater(len(np.unique(matrix.text_ids)), 4 * len(job.train.rows))
        result = fit(job, matrix, never)
        EveryLearner().check(result, job, matrix)
        assert isinstance(result.fitted, FittedLinear)
        text = csr_matrix((matrix.text_weights, matrix.text_ids, matrix.text_start), shape=(90, 5_000))
        train, score = (hstack([prepared(result.fitted, matrix, part), text[part.rows]]).tocsr() for part in (job.train, job.score))
        theirs = LogisticRegression(C=1 / 0.3, max_iter=500, tol=1e-5).fit(train, job.train.labels).predict_proba(score)
        self.assertLess(np.abs(result.predictions - theirs).max(), 2e-3)

    def test_the_holdout_chooses_the_strength(self) -> None:
        matrix = make_matrix(1_500, seed=21)
        chosen, alone, others = (
            fit(make_job(matrix, "linear", "binary", {"strengths": strengths}), matrix, never).predictions for strengths in ("100000,1,10000000", "1", "100000")
        )
        self.assertLess(np.abs(chosen - alone).max(), 1e-2)
        self.assertGreater(np.abs(chosen - others).max(), 0.1)

    def test_a_rare_flag_is_not_clamped_away(self) -> None:
        matrix = make_matrix(4_000, seed=22)
        values = matrix.values.copy(order="F")
        values[:, 4] = np.arange(4_000) % 400 == 1
        matrix = replace(matrix, values=values)
        job = make_job(matrix, "linear", "binary", {})
        fitted = fit(job, matrix, never).fitted
        assert isinstance(fitted, FittedLinear)
        self.assertIn(4, fitted.columns)

    def test_it_reads_text(self) -> None:
        matrix = make_matrix(1_500, seed=23, vocabulary=3_000)
        for task in TASKS:
            with self.subTest(task=task):
                job = make_job(matrix, "linear", task, {"strengths": "10,1,0.1"}, uses_text=True)
                result = fit(job, matrix, never)
                assert isinstance(result.fitted, FittedLinear)
                self.assertEqual(len(result.fitted.text_coefficients), 3_000 * result.fitted.outputs)
                EveryLearner().check(result, job, matrix)
                without = fit(replace(job, uses_text=False), matrix, never)
                self.assertGreater(score_truth(matrix, job, result), score_truth(matrix, job, without) + 0.02)
                self.assertTrue((result.probes.text_rows >= 0).any() and (result.probes.text_rows == -1).any())

    def test_it_reads_text_alone(self) -> None:
        matrix = make_matrix(1_000, seed=24, vocabulary=2_000)
        job = make_job(matrix, "linear", "multiclass", {}, uses_text=True, columns=np.empty(0, np.int32))
        job = without_extra(job)
        result = fit(job, matrix, never)
        EveryLearner().check(result, job, matrix)
        self.assertGreater(score_truth(matrix, job, result), 0.05)


class TheNetwork(unittest.TestCase):
    def test_it_learns_a_bend_that_no_linear_model_has(self) -> None:
        matrix = make_matrix(3_000, seed=26)
        values = matrix.values.copy(order="F")
        values[:, 0] = np.random.default_rng(1).normal(size=3_000)
        matrix = replace(matrix, values=values)
        job = without_extra(make_job(matrix, "network", "regression", {}, max_rounds=40, columns=np.array([0], np.int32)))

        def bend(rows: I32) -> F64:
            return np.abs(values[rows, 0].astype(np.float64))

        job = replace(job, train=replace(job.train, labels=bend(job.train.rows)), holdout=replace(job.holdout, labels=bend(job.holdout.rows)))
        self.assertLess(np.abs(fit(job, matrix, never).predictions[:, 0] - bend(job.score.rows)).mean(), 0.05)

    def test_it_keeps_the_round_that_was_best_on_the_holdout_and_learns_as_long_from_all_rows(self) -> None:
        matrix = make_matrix(1_500, seed=27)
        job = make_job(matrix, "network", "binary", {}, max_rounds=1_000, patience=5)
        once, twice = fit(job, matrix, never), fit(replace(job, refit_factor=1.5), matrix, never)
        self.assertLess(once.rounds, 200)
        self.assertEqual(twice.rounds, round(1.5 * once.rounds))
        EveryLearner().check(twice, job, matrix)

    def test_the_unit_of_the_labels_and_of_the_columns_is_all_the_same_to_it(self) -> None:
        matrix = make_matrix(1_500, seed=28)
        job = make_job(matrix, "network", "regression", {"width": 16}, max_rounds=5, columns=np.array([0, 6, 9], np.int32))
        known = fit(job, matrix, never).predictions
        values = matrix.values * np.float32(1024)
        labels = replace(
            job, train=replace(job.train, labels=job.train.labels * 1e6 + 5e8), holdout=replace(job.holdout, labels=job.holdout.labels * 1e6 + 5e8)
        )
        np.testing.assert_allclose((fit(labels, matrix, never).predictions - 5e8) / 1e6, known, atol=1e-3)
        np.testing.assert_allclose(fit(job, replace(matrix, values=values), never).predictions, known, atol=1e-3)

    def test_it_says_what_it_has_when_not_one_round_fits_into_the_time(self) -> None:
        matrix = make_matrix(40_000, seed=29)
        job = make_job(matrix, "network", "multiclass", {"width": 256, "members": 8}, stop_after_ms=400)
        start = time.monotonic()
        result = fit(job, matrix, never)
        self.assertLess(time.monotonic() - start, 6)
        self.assertEqual(result.rounds, 1)
        EveryLearner().check(result, job, matrix)

    def test_it_refuses_a_setting_out_of_its_bounds(self) -> None:
        matrix = make_matrix(200, seed=30)
        for name, value in (("width", 1_000_000), ("members", 0), ("learning_rate", float("nan"))):
            with self.subTest(name), self.assertRaisesRegex(ValueError, f"{name} lies between"):
                fit(make_job(matrix, "network", "binary", {name: value}), matrix, never)


if __name__ == "__main__":
    unittest.main()
