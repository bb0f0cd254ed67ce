"""Weather and a stock index, each as one series of numbers. Two are inside packages, two are fetched on request."""

import csv

import numpy as np

from utils.datasets import registry
from utils.datasets.types import TimeSeries, fill_forward

DAY, HOUR = np.timedelta64(1, "D"), np.timedelta64(1, "h")
BEIJING = ("pm2.5", "DEWP", "TEMP", "PRES", "Iws")


def load_seattle(*, column="temp_max") -> TimeSeries:
    """Daily weather in Seattle, 2012 to 2015: temp_max, temp_min (°C), precipitation (mm) or wind (m/s).

    Raises ValueError for another column.
    """
    from vega_datasets import local_data  # only here: lessons that load other sets do not need pandas

    table = local_data.seattle_weather()
    _check_column(column, ("temp_max", "temp_min", "precipitation", "wind"))
    times, values = table["date"].to_numpy().astype("datetime64[D]"), table[column].to_numpy(float)
    return TimeSeries("seattle_weather", times, values, DAY, "NOAA, in the package vega_datasets")


def load_sp500() -> TimeSeries:
    """The stock index S&P 500 at the end of each trading day, 1999 to 2018."""
    from arch.data import sp500  # only here, as above

    table = sp500.load()
    times, values = table.index.to_numpy().astype("datetime64[D]"), table["Adj Close"].to_numpy(float)
    return TimeSeries("sp500", times, values, None, "the package arch")


def load_melbourne() -> TimeSeries:
    """Daily minimum temperatures in Melbourne (°C), 1981 to 1990; two missing days are filled forward.

    Raises DataError if the file is missing or damaged.
    """
    rows = _rows("melbourne_weather", "weather/daily-min-temperatures.csv")
    times = np.array([row["Date"] for row in rows], dtype="datetime64[D]")
    times, values = fill_forward(times, [float(row["Temp"]) for row in rows], step=DAY)
    return TimeSeries("melbourne_weather", times, values, DAY, registry.REGISTRY["melbourne_weather"]["source"])


def load_beijing(*, column="pm2.5") -> TimeSeries:
    """Hourly air in Beijing, 2010 to 2014: fine dust pm2.5 (µg/m³), DEWP, TEMP (°C), PRES (hPa) or Iws (m/s, summed).

    Missing hours of pm2.5 are filled forward; the first day has none and is cut off. Raises DataError if the file is
    missing or damaged, ValueError for another column.
    """
    _check_column(column, BEIJING)
    rows = _rows("beijing_air", "weather/pollution.csv")
    days = np.array([f"{row['year']}-{row['month']:0>2}-{row['day']:0>2}" for row in rows], dtype="datetime64[h]")
    times = days + np.array([int(row["hour"]) for row in rows]) * HOUR
    numbers = [float("nan") if row[column] == "NA" else float(row[column]) for row in rows]
    times, values = fill_forward(times, numbers, step=HOUR)
    return TimeSeries("beijing_air", times, values, HOUR, registry.REGISTRY["beijing_air"]["source"])


def _rows(name, file_name):
    with registry.path(name, file_name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _check_column(column, known):
    if column not in known:
        raise ValueError(f"unknown column {column!r}: expected one of {', '.join(known)}")
