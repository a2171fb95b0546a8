#!/usr/bin/env python3
"""Makes the CSV that `foxtail plan simulate` reads from two public series: the house "residential4" in Konstanz (Open Power
System Data, CoSSMic, CC BY 4.0; 2016, hourly meters) and day-ahead prices of 2024, put together by the day of the year. What
the house bought and sold tells its base load: without car and heat pump, which are simulated. The outdoor temperature is made
up: a year and a day of Konstanz, colder and warmer by turns.

usage: konstanz.py FOLDER OUT.csv     FOLDER holds both files; without them nothing is written and the exit status is 3
"""
import csv, datetime, math, pathlib, sys

HOUSE = "opsd_household_konstanz_res4_60min_2015-2017.csv"
PRICES = "de-lu_dayahead_2024_hourly.csv"
PREFIX = "DE_KN_residential4_"
ADDER, VAT, FEED_IN = 0.15, 1.19, 0.08  # EUR/kWh: grid fee, duties and margin; tax on the market's price; fixed
YEAR = 2016
HOUR = datetime.timedelta(hours=1)


def folder_of_figures():
    """Where the figures lie beside a clone of the project, if they do."""
    for above in pathlib.Path(__file__).resolve().parents:
        for folder in (above / "shared" / "data" / "energy", above / "data" / "energy"):
            if (folder / HOUSE).exists() and (folder / PRICES).exists():
                return folder
    return None


def usual(energy, moment):
    """What the same hour of the day brought in the seven days before, of those hours that are known."""
    before = (energy.get(moment - 24 * HOUR * day) for day in range(1, 8))
    known = [kwh for kwh in before if kwh is not None]
    return sum(known) / len(known) if known else 0.0


def hourly(rows, name):
    """Energy of each hour in kWh from a counting meter. What was counted over a hole is spread over its hours as the week
    before was by the hour of the day: spread evenly, the 54 hours of April would have sun at midnight. What no house takes in an
    hour (a meter that was replaced) counts as a hole."""
    known = [(datetime.datetime.fromisoformat(r["utc_timestamp"].replace("Z", "+00:00")), float(r[PREFIX + name]))
             for r in rows if r[PREFIX + name]]
    out = {}
    for (begin, low), (end, high) in zip(known, known[1:]):
        count = round((end - begin) / HOUR)
        hours = [begin + HOUR * i for i in range(count)]
        likely = [usual(out, moment) if count > 1 else 1.0 for moment in hours]
        if sum(likely) <= 0:
            likely = [1.0] * count
        for moment, part in zip(hours, likely):
            each = (high - low) * part / sum(likely)
            out[moment] = each if 0 <= each <= 15 else None
    last = 0.0
    for moment in sorted(out):
        last = out[moment] = last if out[moment] is None else out[moment]
    return out


def prices(path):
    by_day = {}
    for row in csv.DictReader(path.open()):
        moment = datetime.datetime.fromisoformat(row["Datetime"])
        by_day.setdefault((moment.month, moment.day), {})[moment.hour] = float(row["Price (EUR/MWh)"]) / 1000
    return by_day


def outdoor(moment):
    """Konstanz: 10.5 °C over the year, ±9.5 K with the seasons, ±3.5 K with the hour, and weather of four to nine days."""
    day = moment.timetuple().tm_yday + moment.hour / 24
    weather = 2.2 * math.sin(2 * math.pi * day / 8.7) + 1.6 * math.sin(2 * math.pi * day / 4.3 + 1)
    return 10.5 - 9.5 * math.cos(2 * math.pi * (day - 17) / 366) + weather + 3.5 * math.cos(2 * math.pi * (moment.hour - 14) / 24)


def write(folder, out):
    rows = list(csv.DictReader((folder / HOUSE).open()))
    series = {name: hourly(rows, name) for name in ("grid_import", "grid_export", "pv", "ev", "heat_pump")}
    market = prices(folder / PRICES)
    before = 0.08
    moment = datetime.datetime(YEAR, 1, 1, tzinfo=datetime.timezone.utc)
    with open(out, "w") as file:
        file.write("# made by benchmarks/konstanz.py; house: Open Power System Data (CC BY 4.0); prices: day-ahead 2024\n")
        file.write("time,load_kw,sun_kw,buy_eur,sell_eur,outdoor_c\n")
        while moment.year == YEAR:
            of = {name: values.get(moment, 0.0) for name, values in series.items()}
            load = max(0.0, of["grid_import"] + of["pv"] - of["grid_export"] - of["ev"] - of["heat_pump"])
            before = market.get((moment.month, moment.day), {}).get(moment.hour, before)
            file.write(f"{moment:%Y-%m-%dT%H:%M:%SZ},{load:.3f},{of['pv']:.3f},{before * VAT + ADDER:.5f},{FEED_IN},"
                       f"{outdoor(moment):.2f}\n")
            moment += HOUR


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    source = pathlib.Path(sys.argv[1])
    if not (source / HOUSE).exists() or not (source / PRICES).exists():
        print(f"konstanz.py: {source} does not hold {HOUSE} and {PRICES}; skipped", file=sys.stderr)
        sys.exit(3)
    write(source, sys.argv[2])
