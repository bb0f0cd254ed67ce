"""What lesson 15 adds: time series that refuse bad times, its windows, a detector, the figure and the slider."""

import ipywidgets
import numpy as np
import pytest

from tools.lesson import definitions
from utils import datasets, plots, sanity, widgets
from utils.datasets import TimeSeries, fill_forward

DAY = np.timedelta64(1, "D")


def dates(*texts):
    return np.array(texts, dtype="datetime64[D]")


# What a series refuses


@pytest.mark.parametrize(
    "times, values, message",
    [
        (dates("2024-02-28", "2024-03-01"), [1, 2], "steps of 1 days, got 2 days from 2024-02-28 to 2024-03-01"),
        (dates("2024-01-02", "2024-01-01"), [1, 2], r"got 2024-01-01 after 2024-01-02 \(row 1\): sort the rows"),
        (dates("2024-01-01", "2024-01-01"), [1, 2], r"got 2024-01-01 after 2024-01-01 \(row 1\): keep one"),
        (dates("2024-01-01", "NaT"), [1, 2], "expected a time in each row, got NaT in row 1"),
        (dates("2024-01-01", "2024-01-02"), [1, np.nan], r"got nan in row 1 \(2024-01-02\) and 0 more: fill them"),
        (dates("2024-01-01", "2024-01-02"), [1, 2, 3], r"a time for each, got shapes \(2,\) and \(3,\)"),
        (dates("2024-01-01"), [1], "expected two values or more"),
    ],
)
def test_a_series_with_bad_times_or_values_is_refused_in_one_sentence(times, values, message):
    with pytest.raises(ValueError, match=f"mine: .*{message}") as error:
        TimeSeries("mine", times, values, DAY, "me")
    assert "\n" not in str(error.value)


def test_a_series_without_a_step_may_have_gaps_but_must_be_sorted():
    assert len(TimeSeries("mine", dates("2024-01-05", "2024-01-08"), [1, 2], None, "me")) == 2
    with pytest.raises(ValueError, match="sort the rows"):
        TimeSeries("mine", dates("2024-01-08", "2024-01-05"), [1, 2], None, "me")


def test_gaps_and_missing_numbers_are_filled_with_what_came_before():
    rows = dates("2024-01-01", "2024-01-02", "2024-01-03", "2024-01-06", "2024-01-07")
    times, values = fill_forward(rows, [np.nan, 1, np.nan, 4, np.nan], step=DAY)
    assert times.tolist() == np.arange("2024-01-02", "2024-01-07", dtype="datetime64[D]").tolist()
    assert values.tolist() == [1, 1, 1, 1, 4]
    assert len(TimeSeries("mine", times, values, DAY, "me")) == 5


def test_filling_does_not_look_ahead():
    values = np.random.default_rng(0).normal(size=(4, 30))
    values[:, 5:9] = np.nan
    filled = lambda rows: np.stack([fill_forward(np.arange(30), row, step=1)[1] for row in rows])  # noqa: E731
    assert sanity.future_leak(filled, values) == 0


def test_nothing_to_fill_with_is_refused():
    with pytest.raises(ValueError, match="expected at least one number, got 2 rows without one"):
        fill_forward([0, 1], [np.nan, np.nan], step=1)
    with pytest.raises(ValueError, match="fill_forward: expected times that grow"):
        fill_forward([1, 0], [1, 2], step=1)


# The series


def test_the_steps_of_a_walk_are_draws_of_width_one():
    walk = datasets.load("random_walk", seed=3, length=20_000)
    steps = np.diff(walk.values)
    assert abs(steps.mean()) < 0.03 and abs(steps.std() - 1) < 0.02
    assert abs(np.corrcoef(steps[:-1], steps[1:])[0, 1]) < 0.03
    assert datasets.load("random_walk").values[0] == datasets.load("random_walk", seed=0).values[0] != walk.values[0]


def test_a_season_comes_back_and_its_disturbances_fade():
    series = datasets.load("seasonal", length=24_000)
    rest = series.values - series.values.reshape(-1, 12).mean(axis=0)[np.arange(24_000) % 12]
    assert abs(np.corrcoef(rest[:-1], rest[1:])[0, 1] - 0.5) < 0.02
    assert abs((rest[1:] - 0.5 * rest[:-1]).std() - 0.5) < 0.01
    assert 2.9 < series.values.reshape(-1, 12).mean(axis=0).max() < 3.1


@pytest.mark.parametrize(
    "name, options, message",
    [
        ("random_walk", {"length": 1}, "expected a length of at least 2, got 1"),
        ("seasonal", {"period": 1}, "a period of at least 2 and -1 < kept < 1, got 1 and 0.5"),
        ("seasonal", {"kept": 1}, "got 12 and 1"),
        ("seattle_weather", {"column": "snow"}, "unknown column 'snow': expected one of temp_max"),
        ("beijing_air", {"column": "snow"}, "unknown column 'snow': expected one of pm2.5"),
    ],
)
def test_a_series_that_cannot_be_is_refused(name, options, message):
    with pytest.raises(ValueError, match=message):
        datasets.load(name, **options)


def test_the_series_in_packages_are_as_their_cards_say():
    seattle, index = datasets.load("seattle_weather"), datasets.load("sp500")
    assert len(seattle) == 1461 and seattle.times[[0, -1]].astype(str).tolist() == ["2012-01-01", "2015-12-31"]
    assert (seattle.times < np.datetime64("2015")).sum() == 1096
    assert (datasets.load("seattle_weather", column="temp_min").values <= seattle.values).mean() > 0.99
    assert len(index) == 5031 and index.times[[0, -1]].astype(str).tolist() == ["1999-01-04", "2018-12-31"]
    assert (index.times[1:] < np.datetime64("2014")).sum() == 3772


@pytest.mark.skipif(
    not all(map(datasets.is_available, ("melbourne_weather", "beijing_air"))),
    reason="they are not in COURSE_DATA; datasets.download fetches them",
)
def test_fetched_weather_has_its_gaps_filled():
    melbourne = datasets.load("melbourne_weather")
    assert len(melbourne) == 3652
    new_year = np.flatnonzero(melbourne.times == np.datetime64("1984-12-31"))[0]
    assert melbourne.values[new_year] == melbourne.values[new_year - 1]
    assert len(datasets.load("beijing_air")) == 43_800 and len(datasets.load("beijing_air", column="TEMP")) == 43_824


# The lesson's windows, the detector


def test_windows_hold_what_came_before_and_targets_what_comes_after():
    windows = definitions("15_time_series", "pytorch")["windows"]
    inputs, targets = windows(np.arange(6), 3, 2)
    assert inputs.tolist() == [[0, 1, 2], [1, 2, 3]] and targets.tolist() == [[3, 4], [4, 5]]
    inputs, targets = windows(np.zeros((10, 4)), 3)
    assert inputs.shape == (7, 3, 4) and targets.shape == (7, 1, 4)


def test_a_horizon_longer_than_the_series_is_refused():
    windows = definitions("15_time_series", "pytorch")["windows"]
    with pytest.raises(ValueError, match=r"at least 3 \+ 14 values .*, got 6: take a longer series or a shorter"):
        windows(np.arange(6), 3, 14)


@pytest.mark.parametrize("horizon", [1, 2, 5])
def test_training_ends_before_the_edge_and_every_step_after_it_is_tested(horizon):
    split = definitions("15_time_series", "pytorch")["split"]
    rows = np.stack([np.arange(30), -np.arange(30)], axis=1)
    (known, answers), (asked, truth) = split(rows, 4, 20, horizon)
    assert known.shape[1:] == asked.shape[1:] == (4, 2) and answers.shape[1] == truth.shape[1] == horizon
    assert answers.max() == 19 and truth.min() == 20 and truth.max() == 29 and asked.max() == 29 - horizon
    assert (answers[:, 0] == known[:, -1, 0] + 1).all() and (truth[:, 0] == asked[:, -1, 0] + 1).all()
    assert sanity.trained_on_the_future(lambda values: split(values[:, None], 4, 20, horizon), 30) == 0


def in_order(values, gap=0, horizon=1):
    """Windows of 3 and the value ``horizon`` steps on, cut at 60; ``gap`` windows before the cut are left out."""
    rows = np.lib.stride_tricks.sliding_window_view(values, 3 + horizon)
    return [(part[:, :3], part[:, -1:]) for part in (rows[: 60 - gap], rows[60:])]


def test_a_cut_in_time_trains_on_nothing_later_than_any_test_window():
    assert sanity.trained_on_the_future(in_order, 100) == 0
    assert sanity.trained_on_the_future(lambda values: in_order(values, gap=6, horizon=7), 100) == 0


def test_answers_that_come_after_a_test_window_are_found():
    too_short = sanity.trained_on_the_future(lambda values: in_order(values, gap=5, horizon=7), 100)
    assert too_short == pytest.approx(1 / 31)
    assert sanity.trained_on_the_future(lambda values: in_order(values)[::-1], 100) == 1
    lesson = definitions("15_time_series", "pytorch")
    lesson.update(edge=200, seed=0)
    assert sanity.trained_on_the_future(lesson["shuffled"], 300) > 0.9
    assert sanity.trained_on_the_future(lesson["in_order"], 300) == 0


def test_a_part_without_windows_is_named():
    with pytest.raises(ValueError, match=r"got arrays of \[20, 20, 0, 0\] numbers: try a longer series than 23"):
        sanity.trained_on_the_future(lambda values: [(values[:20], values[3:]), ([], [])], 23)


# The figure and the slider

TIMES = np.arange("2018-01-01", "2018-02-10", dtype="datetime64[D]")
PRICE = np.random.default_rng(0).normal(size=40).cumsum() + 100


def test_forecasts_are_drawn_with_bands_and_alt_text(capsys):
    band = {"interval": (TIMES, PRICE - 1, PRICE + 1), "what came": (TIMES, PRICE)}
    plots.forecasts({"left": band, "right": {"what came": (np.arange(3), [1.0, 2, 3])}}, ylabel="price", title="T")
    shown = capsys.readouterr().out
    assert "T. price over time. left, interval: from" in shown and "right, what came: from 1.0 to 3.0" in shown


def test_a_forecast_that_is_yesterday_fits_after_one_step_back(monkeypatch, capsys):
    shown = []
    monkeypatch.setattr(widgets, "display", shown.append)
    drawn = []
    monkeypatch.setattr(widgets.plots, "forecasts", lambda panels, **options: drawn.append((panels, options)))
    widgets.move_back(TIMES, PRICE, np.roll(PRICE, 1), most=5, ylabel="price", title="T")
    slider = shown[0].children[0]
    assert isinstance(slider, ipywidgets.IntSlider) and (slider.min, slider.max) == (0, 5)
    static, live = drawn
    assert list(static[0])[1] == "one step back: 0.0 apart" and next(iter(static[0])).startswith("as it is: ")
    assert list(live[0]) == list(static[0])[:1]
    slider.value = 2
    name, lines = next(iter(drawn[-1][0].items()))
    assert name.startswith("2 steps back: ") and len(lines["forecast"][0]) == 38
    assert drawn[-1][1]["ylim"] == static[1]["ylim"]
