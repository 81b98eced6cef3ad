import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mtl.errors import MtlError
from mtl.results import statistics as s

SCORES = st.lists(st.integers(-1000, 1000).map(lambda k: k / 1000), min_size=2, max_size=7)
DISTINCT = st.lists(
    st.integers(-1000, 1000).filter(bool), min_size=3, max_size=7, unique_by=abs
).map(lambda values: [value / 1000 for value in values])
P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=6)


class TestSummarise:
    @pytest.mark.oracle
    @given(SCORES)
    def test_agrees_with_numpy(self, values: list[float]) -> None:
        found = s.summarise(values)
        assert found.mean == pytest.approx(np.mean(values))
        assert found.std == pytest.approx(np.std(values, ddof=1), abs=1e-12)
        assert found.n == len(values)

    def test_one_value_has_no_spread(self) -> None:
        assert s.summarise([0.3]) == s.Summary(0.3, None, 1)

    def test_identical_values_have_exactly_none(self) -> None:
        assert s.summarise([0.1] * 5) == s.Summary(0.1, 0.0, 5)

    @given(SCORES, st.randoms(use_true_random=False))
    def test_order_of_seeds_does_not_matter(self, values, random) -> None:
        shuffled = random.sample(values, len(values))
        assert s.summarise(shuffled).mean == s.summarise(values).mean
        assert s.summarise(shuffled).std == pytest.approx(s.summarise(values).std, rel=1e-12)


class TestPair:
    def test_pairs_by_seed_and_names_what_it_drops(self) -> None:
        paired = s.pair({2: 0.5, 0: 0.7, 9: 0.1}, {0: 0.6, 1: 0.3, 2: 0.1})
        assert paired.seeds == (0, 2)
        assert paired.differences == pytest.approx((0.1, 0.4))
        assert paired.dropped == (1, 9)

    def test_without_a_common_seed_there_is_no_comparison(self) -> None:
        with pytest.raises(MtlError, match=r"seeds \[0\] and \[1\] have none in common"):
            s.pair({0: 0.5}, {1: 0.5})


class TestTests:
    @pytest.mark.oracle
    @given(DISTINCT)
    def test_t_agrees_with_scipy(self, values: list[float]) -> None:
        assert s.paired_t_p(values) == pytest.approx(stats.ttest_1samp(values, 0).pvalue, rel=1e-9)

    @pytest.mark.oracle
    @settings(max_examples=30)
    @given(SCORES)
    def test_sign_flip_agrees_with_scipy(self, values: list[float]) -> None:
        oracle = stats.permutation_test(
            (values,), lambda x, axis: np.sum(x, axis=axis), permutation_type="samples"
        )
        assert s.sign_flip_p(values) == pytest.approx(oracle.pvalue)

    @pytest.mark.oracle
    @given(DISTINCT)
    def test_wilcoxon_agrees_with_scipy_without_ties(self, values: list[float]) -> None:
        oracle = stats.wilcoxon(values, method="exact").pvalue
        assert s.wilcoxon_p(values) == pytest.approx(oracle)

    @pytest.mark.oracle
    @settings(max_examples=30)
    @given(SCORES.filter(any))
    def test_wilcoxon_agrees_with_scipys_permutations_with_ties(self, values) -> None:
        oracle = stats.wilcoxon(values, method=stats.PermutationMethod(), zero_method="wilcox")
        assert s.wilcoxon_p(values) == pytest.approx(oracle.pvalue)

    @pytest.mark.parametrize("n", range(2, 12))
    def test_smallest_possible_p_value(self, n: int) -> None:
        assert s.sign_flip_p([0.01 * (k + 1) for k in range(n)]) == 2 / 2**n

    def test_many_seeds_are_sampled_reproducibly(self) -> None:
        values = list(np.random.default_rng(0).normal(0.3, 1, size=20))
        assert s.sign_flip_p(values) == s.sign_flip_p(values)
        assert s.sign_flip_p(values) == pytest.approx(s.paired_t_p(values), abs=0.02)

    @given(SCORES, st.floats(0.01, 100), st.randoms(use_true_random=False))
    def test_invariances(self, values: list[float], scale: float, random) -> None:
        """Order of the seeds, units and the direction of the difference do not matter."""
        changed = [-scale * value for value in random.sample(values, len(values))]
        for test in (s.sign_flip_p, s.paired_t_p, s.wilcoxon_p):
            before, after = test(values), test(changed)
            assert after == (None if before is None else pytest.approx(before, rel=1e-6, abs=1e-9))

    @given(SCORES.filter(lambda values: len(values) < s.EXACT_SEEDS), st.floats(-1, 1))
    def test_a_shift_common_to_both_rows_does_not_matter(self, values, shift: float) -> None:
        row = {seed: value + shift for seed, value in enumerate(values)}
        baseline = dict.fromkeys(row, shift)
        found = s.compare([round(d, 9) for d in s.pair(row, baseline).differences])
        assert found.sign_flip_p == pytest.approx(s.compare(values).sign_flip_p)

    @pytest.mark.parametrize(("n", "test"), [(2, "paired t"), (5, "paired t"), (6, "sign-flip")])
    def test_the_primary_test_is_one_that_can_find_something(self, n: int, test: str) -> None:
        found = s.compare([0.0100 + 0.00001 * k for k in range(n)])
        assert found.test == test
        assert found.n == n
        assert found.p_value < 0.05
        assert found.sign_flip_p == 2 / 2**n

    def test_one_seed_tests_nothing(self) -> None:
        assert s.compare([0.5]) == s.PairedTest("none", None, None, 1)

    def test_equal_differences_leave_t_undefined(self) -> None:
        # 0.3 - 0.2 and 0.1 differ in the last bit only: that is no variance to divide by.
        assert s.compare([0.3 - 0.2, 0.1, 0.1]) == s.PairedTest("sign-flip", 0.25, 0.25, 3)

    def test_no_difference_at_all(self) -> None:
        assert s.compare([0.0] * 5) == s.PairedTest("sign-flip", 1.0, 1.0, 5)
        assert s.wilcoxon_p([0.0] * 5) == 1.0

    @pytest.mark.parametrize("test", [s.compare, s.sign_flip_p, s.wilcoxon_p, s.summarise])
    @pytest.mark.parametrize("values", [[], [0.1, math.nan], [math.inf]])
    def test_nan_is_refused(self, test, values: list[float]) -> None:
        with pytest.raises(MtlError, match="statistics: "):
            test(values)

    @pytest.mark.oracle
    @given(DISTINCT, DISTINCT)
    def test_pooled_t_agrees_with_scipy(self, first: list[float], second: list[float]) -> None:
        oracle = stats.ttest_ind(first, second, equal_var=True).pvalue
        assert s.pooled_t_p(first, second, 1e-9) == pytest.approx(oracle, rel=1e-9)

    @given(DISTINCT, DISTINCT, st.floats(1e-4, 0.5))
    def test_detectable_shift_is_just_significant(self, first, second, level: float) -> None:
        shift = s.detectable_shift(first, second, level, 1e-9)
        gap = s.summarise(first).mean - s.summarise(second).mean
        moved = [value + gap + shift for value in second]
        assert s.pooled_t_p(first, moved, 1e-9) == pytest.approx(level, rel=1e-6)

    def test_constant_samples_are_told_apart_by_the_resolution(self) -> None:
        assert s.pooled_t_p([0.5, 0.5], [0.5, 0.5], 1e-6) == 1
        assert s.pooled_t_p([0.5, 0.5], [0.5 + 1e-7, 0.5 + 1e-7], 1e-6) > 0.5
        assert s.pooled_t_p([0.5, 0.5], [0.51, 0.51], 1e-6) < 1e-6

    def test_two_single_values_cannot_be_compared(self) -> None:
        assert s.pooled_t_p([0.5], [0.6], 1e-6) is None
        with pytest.raises(MtlError, match="two single values"):
            s.detectable_shift([0.5], [0.6], 0.05, 1e-6)

    def test_t_keeps_its_level_at_five_seeds(self) -> None:
        samples = np.random.default_rng(3).normal(size=(2000, 5))
        rejected = sum(s.compare(list(sample)).p_value < 0.05 for sample in samples)
        assert stats.binomtest(rejected, 2000, 0.05).pvalue > 1e-3


class TestBootstrap:
    @settings(max_examples=30)
    @given(st.lists(st.integers(-50, 50), min_size=2, max_size=5), st.floats(0.5, 0.99))
    def test_equals_brute_force_over_every_resample(self, values, level: float) -> None:
        n = len(values)
        means = sorted(sum(chosen) / n for chosen in itertools.product(values, repeat=n))
        tail = stats.norm.cdf(math.sqrt(n / (n - 1)) * stats.t.ppf((1 - level) / 2, n - 1))
        index = max(0, math.ceil(tail * len(means)) - 1)
        expected = (means[index], means[-1 - index])
        assert s.bootstrap_interval(values, level) == pytest.approx(expected)

    @settings(max_examples=30)
    @given(SCORES, st.floats(-1, 1), st.floats(0.1, 10))
    def test_follows_shift_scale_and_sign(self, values, shift: float, scale: float) -> None:
        low, high = s.bootstrap_interval(values)
        moved = s.bootstrap_interval([shift - scale * value for value in values])
        assert moved == pytest.approx((shift - scale * high, shift - scale * low), abs=1e-9)
        mean = s.summarise(values).mean
        assert low - 1e-12 <= mean <= high + 1e-12

    def test_covers_the_mean_at_five_seeds_about_as_often_as_it_says(self) -> None:
        """About 93 times in 100; the plain percentile interval manages 85."""
        samples = np.random.default_rng(1).normal(size=(600, 5))
        covered = 0
        for sample in samples:
            low, high = s.bootstrap_interval(list(sample))
            covered += low <= 0 <= high
        assert 0.90 <= covered / 600 <= 0.96

    def test_many_seeds_are_sampled_reproducibly(self) -> None:
        values = list(np.random.default_rng(0).normal(size=30))
        interval = s.bootstrap_interval(values)
        assert interval == s.bootstrap_interval(values)
        t = stats.t.interval(0.95, 29, np.mean(values), stats.sem(values))
        assert interval == pytest.approx(t, abs=0.05)

    def test_one_seed_has_no_interval(self) -> None:
        assert s.bootstrap_interval([0.2]) is None

    def test_level_is_checked(self) -> None:
        with pytest.raises(MtlError, match="level must be between 0 and 1, found 95"):
            s.bootstrap_interval([0.1, 0.2], 95)


class TestHolm:
    @given(P_VALUES)
    def test_is_the_closure_of_bonferroni(self, p_values: list[float]) -> None:
        """By definition: the largest Bonferroni p-value of any subset that holds the hypothesis."""
        for i, adjusted in enumerate(s.holm(p_values)):
            subsets = (
                subset
                for size in range(1, len(p_values) + 1)
                for subset in itertools.combinations(range(len(p_values)), size)
                if i in subset
            )
            bonferroni = (min(1, len(x) * min(p_values[j] for j in x)) for x in subsets)
            assert adjusted == pytest.approx(max(bonferroni))

    @given(P_VALUES, st.randoms(use_true_random=False))
    def test_monotone_bounded_and_independent_of_order(self, p_values, random) -> None:
        adjusted = s.holm(p_values)
        pairs = sorted(zip(p_values, adjusted, strict=True))
        assert [a for _, a in pairs] == sorted(adjusted)
        assert all(p <= a <= min(1, len(p_values) * p) + 1e-15 for p, a in pairs)
        order = random.sample(range(len(p_values)), len(p_values))
        assert s.holm([p_values[i] for i in order]) == [adjusted[i] for i in order]

    def test_worked_example(self) -> None:
        assert s.holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
        assert s.holm([]) == []

    def test_refuses_what_is_no_probability(self) -> None:
        with pytest.raises(MtlError, match=r"must lie in \[0, 1\]"):
            s.holm([0.1, math.nan])
