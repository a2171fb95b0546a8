"""How good the plans are that Foxtail lives by: four weeks of a real house (Konstanz 2016, prices of 2024) in closed loop, by
`foxtail plan simulate`. "Captured" is the share of what could be saved against charging on arrival; 1 is a lower bound that
nothing reaches. docs/simulate.md tells how to repeat it on figures of one's own. Without the series (konstanz.py names them)
there are no figures."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import konstanz

WEEKS = ("2016-01-14T23:00:00Z", "2016-04-07T23:00:00Z", "2016-06-30T23:00:00Z", "2016-10-13T23:00:00Z")
TRANSITION = (1, 3)  # April and October: the heat pump is on and off


def simulate(program, series, *arguments):
    out = subprocess.run([program, "plan", "simulate", "--csv", series, "--json", *arguments], check=True, capture_output=True,
                         text=True, timeout=3600)
    return [json.loads(line) for line in out.stdout.splitlines()]


def by_name(week):
    return {controller["name"]: controller for controller in week["controllers"]}


def figures(program, say):
    given = os.environ.get("FOXTAIL_ENERGY")
    folder = pathlib.Path(given) if given else konstanz.folder_of_figures()
    if folder is None or not (folder / konstanz.HOUSE).exists():
        print("bench: plan.captured and plan.year_minutes need the series that konstanz.py names (FOXTAIL_ENERGY=FOLDER); left out",
              file=sys.stderr)
        return
    with tempfile.TemporaryDirectory(prefix="foxtail-plan-") as work:
        series = pathlib.Path(work, "konstanz.csv")
        konstanz.write(folder, series)
        starts = [part for moment in WEEKS for part in ("--from", moment)]
        weeks = [by_name(week) for week in simulate(program, series, *starts, "--forecast", "perfect,naive")]
        ended = [by_name(week) for week in simulate(program, series, *starts, "--controllers", "arrival,foxtail", "--to-end")]
    perfect = [week["foxtail, perfect"]["captured"] for week in weeks]
    naive = [week["foxtail, naive"]["captured"] for week in weeks]
    # The bound knows that the week ends and what is left is worth then; so do these plans.
    to_end = [week["foxtail, perfect"]["captured"] for week in ended]
    say("plan.captured.perfect_min", min(perfect), "share", "higher")
    say("plan.captured.perfect_mean", sum(perfect) / len(perfect), "share", "higher")
    say("plan.captured.to_end_min", min(to_end), "share", "higher")
    say("plan.captured.to_end_mean", sum(to_end) / len(to_end), "share", "higher")
    say("plan.captured.naive_min", min(naive), "share", "higher")
    say("plan.captured.naive_over_cheapest", min(n - week["cheapest"]["captured"] for n, week in zip(naive, weeks)), "share",
        "higher")
    say("plan.heat_pump_starts", max(weeks[i]["foxtail, perfect"]["heat_pump_starts"] /
                                     max(1, weeks[i]["arrival"]["heat_pump_starts"]) for i in TRANSITION), "ratio", "lower")
    say("plan.shortfall_kwh", sum(week[name]["shortfall_kwh"] for week in weeks for name in ("foxtail, perfect", "foxtail, naive")),
        "kWh", "lower")
    # Thirteen such sets of four weeks are a year, winter and summer in equal parts.
    seconds = sum(week["foxtail, perfect"]["seconds"] for week in weeks)
    say("plan.year_minutes", seconds * 365.25 / 28 / 60, "min", "lower")
