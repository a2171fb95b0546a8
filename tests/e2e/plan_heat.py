#!/usr/bin/env python3
"""plan_heat.py FOXTAIL: a heat pump that is told how warm the room is to be, and a tank whose rod is switched. Each does what the plan
says, is not told what it does already, and is left alone while the plan only shows."""
import sys
import traceback

from house import Listener, Wrong, check, wait_until
from plan_house import PlannedHouse, entity

LOW_C, BOOST_K = 20, 2
PLANNING = f"""
planning:
  act: false
  grid: {{power: meter/grid}}
  outdoor: {{temperature: pump/outdoor}}
  tariff: {{buy: 0.3, sell: 0.05}}
  heat_pumps:
    - {{name: warmth, room: pump/room, power: pump/pump_power, target: pump/target, boost_k: {BOOST_K}, comfort: {{low: [{{c: {LOW_C}}}], high: 23}}, act: true}}
  hot_water:
    - {{name: tank, temperature: tank/water, power: tank/rod_power, litres: 200, litres_day: 60, mode: {{address: tank/rod, words: {{run: true, "off": false}}}}, act: true}}
"""


class Cellar:
    """The pump and the tank say what they were told, and do it."""

    def __init__(self, house):
        self.house, self.state, self.seen = house, {"meter/grid": 500, "pump/room": 21, "pump/outdoor": 4, "pump/pump_power": 0, "pump/target": 19,
                                                    "tank/water": 50, "tank/rod": "OFF", "tank/rod_power": 0}, 0
        watts, celsius = {"unit_of_measurement": "W", "device_class": "power"}, {"unit_of_measurement": "°C"}
        for topic, config in (entity("sensor", "meter", "grid", **watts), entity("sensor", "pump", "room", **celsius),
                              entity("sensor", "pump", "outdoor", **celsius), entity("sensor", "pump", "pump_power", **watts),
                              entity("number", "pump", "target", min=10, max=30, step=0.1, command_topic="x/pump/target/set", **celsius),
                              entity("sensor", "tank", "water", **celsius), entity("switch", "tank", "rod", command_topic="x/tank/rod/set"),
                              entity("sensor", "tank", "rod_power", **watts)):
            house.tell(topic, config, retain=True)
        self.listener = Listener(house, ["x/pump/target/set", "x/tank/rod/set"])
        for name, value in self.state.items():
            house.tell(f"x/{name}", str(value), retain=True)

    def told(self, name):
        return [payload for topic, payload in self.listener.heard() if topic == f"x/{name}/set"]

    def obeys(self):
        """Whether it was told something new, which it does."""
        heard = self.listener.heard()
        fresh, self.seen = heard[self.seen:], len(heard)
        for topic, payload in fresh:
            name = topic.removeprefix("x/").removesuffix("/set")
            self.house.tell(f"x/{name}", payload, retain=True)
            if name == "tank/rod":
                self.house.tell("x/tank/rod_power", "2000" if payload == "ON" else "0", retain=True)
        return bool(fresh)

    def until(self, question, what):
        return wait_until(lambda: (self.obeys(), question())[1], what, 30)


def the_room(house, cellar):
    def is_told(celsius, what):
        cellar.until(lambda: [float(one) for one in cellar.told("pump/target")][-1:] == [celsius], lambda: f"{what}: {celsius}; told {cellar.told('pump/target')}")
        cellar.until(lambda: house.value("pump/target") == celsius, "and says so")
    house.set("plan-warmth/mode", "now")
    is_told(LOW_C + BOOST_K, "more than it would")
    house.set("plan-warmth/mode", "pause")
    is_told(LOW_C - BOOST_K, "not until it is much colder")
    count = len(cellar.told("pump/target"))
    leads = house.get(f"/why/{next(one for one in house.records(kind='command', limit=50) if one.get('address') == 'pump/target')['seq']}")
    check(leads["plan"]["device"] == "warmth" and leads["plan"]["slot"]["code"] == "USER_OVERRIDE", f"why: {leads.get('plan')}")
    check(len(cellar.told("pump/target")) == count, f"told once: {cellar.told('pump/target')}")


def the_tank(house, cellar):
    house.set("plan-tank/mode", "now")
    cellar.until(lambda: cellar.told("tank/rod")[-1:] == ["ON"] and house.value("tank/rod") is True, lambda: f"the rod is on: {cellar.told('tank/rod')}")
    cellar.until(lambda: house.value("tank/rod_power") == 2000, "it heats")
    house.set("plan-tank/mode", "pause")
    cellar.until(lambda: cellar.told("tank/rod")[-1:] == ["OFF"] and house.value("tank/rod") is False, lambda: f"the rod is off: {cellar.told('tank/rod')}")


def in_the_shadow(house, cellar):
    for device in ("warmth", "tank"):
        house.set(f"plan-{device}/act", False)
    before = cellar.told("pump/target"), cellar.told("tank/rod")
    plan = house.plan()
    for device in ("warmth", "tank"):
        house.set(f"plan-{device}/mode", "now")
    house.new_plan(plan, "'mode' of tank")
    house.is_value("plan-tank/intent", lambda intent: intent == "run", "it is shown what it would do")
    check((cellar.told("pump/target"), cellar.told("tank/rod")) == before, f"and nothing is told: {cellar.listener.heard()}")


def main():
    house = PlannedHouse(sys.argv[1], "plan-heat")
    cellar = None
    try:
        house.configure()
        house.config.write_text(house.config.read_text() + PLANNING)
        house.start()
        cellar = Cellar(house)
        wait_until(lambda: house.course("warmth") and house.course("tank"), "both are planned", 40)
        for name, scene in (("the room's set point", the_room), ("the tank's rod", the_tank), ("in the shadow", in_the_shadow)):
            scene(house, cellar)
            print(f"ok    {name}", flush=True)
        house.ends_well()
    except (Wrong, OSError) as wrong:
        traceback.print_exc()
        print(f"plan_heat: {wrong}\n{house.log_text()[-3000:]}", file=sys.stderr)
        return 1
    finally:
        if cellar is not None:
            cellar.listener.close()
        house.clear()
    return 0


if __name__ == "__main__":
    sys.exit(main())
