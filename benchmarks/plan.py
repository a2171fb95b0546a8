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


CAPTURED = [f"plan.captured.{of}" for of in ("perfect_min", "perfect_mean", "naive_min", "naive_over_cheapest")]
BEYOND = [f"plan.captured_beyond.{of}" for of in ("perfect_min", "perfect_mean", "naive_min")] + ["plan.heat_pump_starts", "plan.year_minutes"]


def say_captured(name, weeks, say):
    perfect = [week["foxtail, perfect"]["captured"] for week in weeks]
    naive = [week["foxtail, naive"]["captured"] for week in weeks]
    say(f"plan.{name}.perfect_min", min(perfect), "share", "higher")
    say(f"plan.{name}.perfect_mean", sum(perfect) / len(perfect), "share", "higher")
    say(f"plan.{name}.naive_min", min(naive), "share", "higher")


def figures(program, say, wanted):
    """Lives only through the weeks that a wanted figure is taken from: they take minutes."""
    short = wanted("plan.shortfall_kwh")
    within, over = short or any(map(wanted, CAPTURED)), short or any(map(wanted, BEYOND))
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
        known_end = ["--to-end", "--forecast", "perfect,naive"]
        weeks = [by_name(week) for week in simulate(program, series, *starts, *known_end)] if within else []
        beyond = ["--controllers", "arrival,foxtail", "--forecast", "perfect,naive"]
        beyond = [by_name(week) for week in simulate(program, series, *starts, *beyond)] if over else []
    # A window is all there is: what is left at its end is worth the same to the bound, to the
    # baselines and to the plans. "Beyond" are plans that look 48 hours ahead over its end, as in
    # life, and lose what they kept for later.
    if within:
        say_captured("captured", weeks, say)
        say("plan.captured.naive_over_cheapest",
            min(week["foxtail, naive"]["captured"] - week["cheapest"]["captured"] for week in weeks), "share", "higher")
    if over:
        say_captured("captured_beyond", beyond, say)
        say("plan.heat_pump_starts", max(beyond[i]["foxtail, perfect"]["heat_pump_starts"] /
                                         max(1, beyond[i]["arrival"]["heat_pump_starts"]) for i in TRANSITION), "ratio", "lower")
    if short:
        say("plan.shortfall_kwh", sum(week[name]["shortfall_kwh"] for week in weeks + beyond
                                      for name in ("foxtail, perfect", "foxtail, naive")), "kWh", "lower")
    if over:
        # Thirteen such sets of four weeks are a year, winter and summer in equal parts.
        seconds = sum(week["foxtail, perfect"]["seconds"] for week in beyond)
        say("plan.year_minutes", seconds * 365.25 / 28 / 60, "min", "lower")
