"""From a change in the twin to the plan that knows it, in a whole hub: by the times of the journal's records, so neither HTTP
nor the disk is in it. Each change is one that leaves nothing of the old plan's structure standing: a car comes or goes, a
goal is set; and of others a level that is not what was expected. The planner's part alone is plan.event_to_plan
(src/foxtail/solver/plans_bench.cpp)."""
import datetime
import pathlib
import sys
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "tests" / "e2e"))
from house import wait_until  # noqa: E402
from plan_house import Devices, PlannedHouse, Prices, prepare, ready_by  # noqa: E402

CHANGES = 40
REST_S = 0.25  # or the plan before is still being proved
SETTLED_S = 1.2  # what is not a wish waits so long after a plan that was asked for
PATIENCE_S = 40


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def between(house, plan):
    """Milliseconds from the record that the plan names as its cause to the plan's own."""
    chain = house.get(f"/why/{plan['seq']}")["chain"]
    return (moment(chain[0]["time"]) - moment(chain[1]["time"])).total_seconds() * 1000


def told_after(house, version):
    return wait_until(lambda: next((r for r in [house.reading("plan/plan")] if r["seq"] > version), None), "the plan's record")


def levels(house, devices):
    """The battery is fuller or emptier than it was said to be a moment ago."""
    took = []
    for i in range(CHANGES // 2):
        time.sleep(SETTLED_S)
        before, version = house.plan(), house.reading("plan/plan")["seq"]
        devices.say("battery/bsoc", 60 if i % 2 == 0 else 40)
        house.new_plan(before, "cellar is at")
        took.append(between(house, told_after(house, version)))
    return sorted(took)


def measured(house, devices):
    took = []
    clock = ready_by()
    for i in range(CHANGES):
        before, version = house.plan(), house.reading("plan/plan")["seq"]
        if i % 4 == 3:
            devices.plug(False)
            house.new_plan(before, "leaf was unplugged")
            time.sleep(REST_S)
            before, version = house.plan(), house.reading("plan/plan")["seq"]
            devices.plug(True)
            house.new_plan(before, "leaf was plugged in")
        else:
            house.set("plan-leaf/goals", f"{50 + i}% by {clock}")
            house.new_plan(before, "'goals' of leaf")
        took.append(between(house, told_after(house, version)))
        time.sleep(REST_S)
    return sorted(took)


def figures(program, say):
    house, prices = PlannedHouse(program, "plan-bench"), Prices()
    devices = Devices(house)
    try:
        prepare(house, prices)
        prices.now_is_dear()
        house.start()
        devices.come()
        wait_until(lambda: len((house.plan() or {}).get("devices", [])) == 4 and house.course("leaf")["level"][0] > 30,
                   "a plan of all", PATIENCE_S)
        took = measured(house, devices)
        say("plan.hub.p50_ms", took[len(took) // 2], "ms", "lower")
        say("plan.hub.p95_ms", took[int(len(took) * 0.95)], "ms", "lower")
        took = levels(house, devices)
        say("plan.hub.level_p50_ms", took[len(took) // 2], "ms", "lower")
        say("plan.hub.level_p95_ms", took[int(len(took) * 0.95)], "ms", "lower")
    finally:
        devices.end()
        house.clear()


if __name__ == "__main__":
    figures(sys.argv[1], lambda name, value, unit, _: print(f"{name} {value:.1f} {unit}"))
