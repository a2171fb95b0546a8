#!/usr/bin/env python3
"""A house that really was, in closed loop: two days of April 2016 in Konstanz with prices of 2024, where the series lie beside the clone
(benchmarks/konstanz.py names them; skipped where they do not). What ./bench measures of four weeks must hold of these: a plan costs no
less than the bound that nothing reaches, less than the cheapest slots do, leaves no car empty and no room cold.
usage: konstanz.py FOXTAIL"""
import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "benchmarks"))
import konstanz  # noqa: E402

SKIPPED = 77
BEGIN = "2016-04-09T23:00:00Z"
COLD_KH = 0.2  # as the thermostat leaves it where it swings


def main():
    folder = konstanz.folder_of_figures()
    if folder is None:
        print(f"skipped: {konstanz.HOUSE} and {konstanz.PRICES} are not beside the clone")
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="foxtail-konstanz-") as work:
        series = pathlib.Path(work, "konstanz.csv")
        konstanz.write(folder, series)
        out = subprocess.run([sys.argv[1], "plan", "simulate", "--csv", series, "--from", BEGIN, "--days", "2", "--to-end", "--forecast",
                              "perfect,naive", "--json"], check=True, capture_output=True, text=True, timeout=300).stdout
    span = json.loads(out)
    by_name = {one["name"]: one for one in span["controllers"]}
    arrival, cheapest, perfect, naive = (by_name[name] for name in ("arrival", "cheapest", "foxtail, perfect", "foxtail, naive"))
    wrong = []
    for ours in (perfect, naive):
        if not span["lower_bound_eur"] - 1e-6 <= ours["cost_eur"] < cheapest["cost_eur"] < arrival["cost_eur"]:
            wrong.append(f"{ours['name']}: {span['lower_bound_eur']} <= {ours['cost_eur']} < {cheapest['cost_eur']} < {arrival['cost_eur']}")
        if ours["shortfall_kwh"] > 1e-6 or ours["missed_runs"] or ours["over_fuse_kwh"] > 1e-6:
            wrong.append(f"{ours['name']}: {ours}")
        if ours["cold_kh"] > arrival["cold_kh"] + COLD_KH:
            wrong.append(f"{ours['name']} is colder: {ours['cold_kh']} Kh, {arrival['cold_kh']}")
    if perfect["captured"] < 0.75 or naive["captured"] < 0.5:
        wrong.append(f"of what could be saved too little was: {perfect['captured']}, {naive['captured']}")
    print("\n".join(wrong) or f"ok    captured {perfect['captured']:.2f}, not knowing what comes {naive['captured']:.2f}, cheapest slots {cheapest['captured']:.2f}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
