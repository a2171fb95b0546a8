#!/usr/bin/env python3
"""plan_reload.py FOXTAIL: planning and the charging points are changed while a plan is carried out: HUP makes the plan anew with what
was wished and known, what was taken out goes, and a mistake changes nothing."""
import sys
import traceback

from house import Wrong, check, wait_until
from plan_house import prepare, ready_by
from plan_house import Devices, PlannedHouse, Prices


def hang_up(house, change):
    """Writes what `change` makes of the configuration; gives what the log says from then on, once it was taken or refused."""
    house.config.write_text(change(house.config.read_text()))
    begin = len(house.log_text())
    house.hang_up()
    return wait_until(lambda: house.log_text()[begin:] if "configuration" in house.log_text()[begin:] else None, "an answer to HUP")


def taken(house, change):
    said = hang_up(house, change)
    check("configuration taken" in said and "not taken" not in said and "restart" not in said, f"not taken:\n{said}")


def names(house):
    return {device["name"] for device in (house.plan() or {"devices": []})["devices"]}


def planned(house, wanted, deadline_s=40):
    wait_until(lambda: names(house) == wanted, lambda: f"a plan of {wanted}: {names(house)}", deadline_s)
    return house.plan()


def what_if(house):
    answer = house.ask("POST", "/plan/what-if", {"device": "leaf", "set": {"mode": "now", "most": 85}})
    check(answer.status == 200, f"what-if: {answer.status} {answer.body!r}")


def without_the_battery(text):
    begin = text.index("  batteries:")
    return text[:begin] + text[text.index("  cars:", begin):]


def story(house, devices):
    first = planned(house, {"cellar", "leaf", "warmth", "dishes"})
    goal = f"80 % by {ready_by()}"
    house.set("plan-leaf/goals", goal)
    house.set("plan-leaf/act", True)
    house.is_value("charge-garage/mode", lambda v: v == "planned", "the plan decides")
    known = house.plan()["buy"]
    whole = house.config.read_text()

    taken(house, lambda text: without_the_battery(text).replace("import_kw: 17", "import_kw: 11"))
    plan = planned(house, {"leaf", "warmth", "dishes"})
    check(plan["version"] > first["version"], f"versions go on: {first['version']}, {plan['version']}")
    check("plan-cellar" not in house.things(), "what was taken out goes")
    check(house.value("plan-leaf/goals") == goal and house.value("plan-leaf/act") is True, "what was wished stays")
    check(plan["buy"][-8:] == known[-8:], "prices that were told are still known")
    house.is_value("charge-garage/mode", lambda v: v == "planned", "and the plan still decides")
    what_if(house)

    said = hang_up(house, lambda text: text.replace("point: garage, power", "point: carport, power"))
    check("configuration not taken" in said and "carport" in said and "configuration taken" not in said, said)
    check(names(house) == {"leaf", "warmth", "dishes"}, "what was goes on")
    what_if(house)

    taken(house, lambda text: text.replace("{name: garage,", "{name: carport,"))
    planned(house, {"leaf", "warmth", "dishes"})
    wait_until(lambda: "charge-carport" in house.things() and "charge-garage" not in house.things(), lambda: f"{list(house.things())}")
    house.set("plan-leaf/mode", "now")
    house.set("charge-carport/mode", "planned")
    wait_until(lambda: float(devices.last("box/box_limit") or 0) >= 6, lambda: f"the new point does what is planned: {devices.told[-5:]}", 40)

    taken(house, lambda text: text.replace("planning:\n", "planning:\n  enabled: false\n"))
    wait_until(lambda: not any(name.startswith("plan") for name in house.things()), lambda: f"nothing is planned: {list(house.things())}")
    check(house.ask("POST", "/plan/what-if", {"device": "leaf", "set": {"mode": "now"}}).status == 404, "nobody to ask")
    taken(house, lambda text: whole)
    planned(house, {"cellar", "leaf", "warmth", "dishes"})
    check(house.value("plan-leaf/goals") == goal, f"what was wished is still known: {house.value('plan-leaf/goals')}")
    what_if(house)
    for _ in range(5):  # while it is at work
        taken(house, lambda text: text.replace("import_kw: 17", "import_kw: 16") if "17" in text else text.replace("import_kw: 16", "import_kw: 17"))
    planned(house, {"cellar", "leaf", "warmth", "dishes"})


def main():
    house, prices = PlannedHouse(sys.argv[1], "plan_reload"), Prices()
    devices = Devices(house)
    try:
        prepare(house, prices)
        prices.now_is_dear()
        house.start()
        devices.come()
        story(house, devices)
        devices.end()
        house.ends_well()
    except (Wrong, OSError) as wrong:
        traceback.print_exc()
        print(f"plan_reload: {wrong}\n{house.log_text()[-3000:]}", file=sys.stderr)
        return 1
    finally:
        devices.end()
        house.clear()
    print("ok    a changed plan is taken up while the house goes on")
    return 0


if __name__ == "__main__":
    sys.exit(main())
