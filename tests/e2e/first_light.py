#!/usr/bin/env python3
"""first_light.py FOLDER: the first evening with a new house, with real clients against the real program."""
import argparse
import shutil
import subprocess
import sys
import traceback

from house import SKIPPED, House, Listener, Wrong, check, wait_until

RULES = """\
rules:
  - id: dusk
    title: Light when it gets dark
    when:
      - property: porch/lux
        crosses: {below: 50}
    then:
      - set: {garden/lamp: true}
"""

CASES = []


def case(function):
    CASES.append(function)
    return function


def announce_sensor(house, thing, name, version="311", template="{{ value_json.v }}", unit="lx"):
    house.tell(f"homeassistant/sensor/{thing}_{name}/config", {
        "name": name, "uniq_id": f"{thing}_{name}", "stat_t": f"{thing}/{name}", "val_tpl": template,
        "unit_of_meas": unit, "dev": {"ids": [thing], "name": thing}}, version=version)


def announce_lamp(house, thing="garden"):
    house.tell(f"homeassistant/switch/{thing}_lamp/config", {
        "name": "lamp", "uniq_id": f"{thing}_lamp", "stat_t": f"{thing}/lamp", "cmd_t": f"{thing}/lamp/set",
        "pl_on": "ON", "pl_off": "OFF", "dev": {"ids": [thing], "name": thing}})


def wait_value(house, address, value):
    wait_until(lambda: house.value(address) == value,
               lambda: f"{address} is {value!r}; it is {house.reading(address)}; problems: {house.problems()}")


@case
def a_discovery_message_makes_a_thing_and_a_state_message_a_reading(house):
    for version, thing in (("311", "cellar"), ("5", "attic")):
        check(thing not in house.things(), f"{thing} is there before it was announced")
        announce_sensor(house, thing, "warmth", version, unit="°C")
        wait_until(lambda: thing in house.things(), lambda: f"{thing} appears; there are {list(house.things())}")
        check(house.reading(f"{thing}/warmth") is None, "a value before anything was said")
        house.tell(f"{thing}/warmth", '{"v": 21.5}', version=version)
        wait_value(house, f"{thing}/warmth", 21.5)
        reading = house.reading(f"{thing}/warmth")
        check(reading["quality"] == "good" and reading["unit"] == "Cel", f"{reading}")
        shown = house.cli("get", "--value", f"{thing}/warmth")
        check(shown.returncode == 0 and shown.stdout.strip() == "21.5", f"foxtail get: {shown}")


@case
def a_rule_answers_the_lamp_confirms_and_why_names_the_chain(house):
    announce_lamp(house)
    announce_sensor(house, "porch", "lux")
    lamp = Listener(house, ["garden/lamp/set"])
    house.tell("garden/lamp", "OFF")
    house.tell("porch/lux", '{"v": 80}')
    wait_value(house, "porch/lux", 80)
    wait_value(house, "garden/lamp", False)
    check(lamp.heard() == [], f"a command before it was dark: {lamp.heard()}")

    house.tell("porch/lux", '{"v": 12}')
    wait_until(lambda: lamp.heard() == [("garden/lamp/set", "ON")], lambda: f"one ON for the lamp; heard {lamp.heard()}")
    commands = house.records(kind="command", address="garden/lamp")
    check(len(commands) == 1, f"one command: {commands}")
    check(house.get(f"/commands/{commands[0]['seq']}")["status"] == "pending", "confirmed before the lamp said so")
    house.tell("garden/lamp", "ON")
    wait_value(house, "garden/lamp", True)
    wait_until(lambda: house.get(f"/commands/{commands[0]['seq']}")["status"] == "confirmed",
               lambda: f"confirmed: {house.get('/commands/%d' % commands[0]['seq'])}")
    check(len(lamp.heard()) == 1, f"the command was sent more than once: {lamp.heard()}")
    lamp.close()

    chain = house.get(f"/why/{commands[0]['seq']}")["chain"]
    kinds = [record["kind"] for record in chain]
    check(kinds == ["command", "rule_ran", "reading"], f"{kinds}")
    check(chain[1]["actor"] == "rule:dusk" or "dusk" in chain[1]["sentence"], f"{chain[1]}")
    check(chain[2]["address"] == "porch/lux" and chain[2]["cause"] is None, f"{chain[2]}")
    told = house.cli("why", "garden/lamp")
    check(told.returncode == 0, f"{told}")
    lines = told.stdout.splitlines()
    report, command, rule, reading = [next((i for i, line in enumerate(lines) if word in line), -1)
                                      for word in ("lamp is true", "asked for", "Rule 'dusk' ran", "lux is 12")]
    check(0 <= report < command < rule < reading, f"foxtail why:\n{told.stdout}")


@case
def a_device_is_the_car_that_the_household_says_it_is(house):
    house.config.write_text(house.config.read_text() + "things:\n  van: {kind: vehicle, title: The blue van, place: Yard}\n")
    house.stop()
    house.start()
    announce_sensor(house, "van", "range", unit="km")
    wait_until(lambda: "van" in house.things(), lambda: f"the van appears; there are {list(house.things())}")
    listed = house.cli("things", "--kind", "vehicle")
    check("The blue van" in listed.stdout and "Yard" in listed.stdout, f"{listed}")
    check("van" not in house.cli("things", "--kind", "device").stdout, "a car and a device at once")


@case
def a_change_that_nobody_commanded_has_no_cause(house):
    announce_lamp(house, "shed")
    house.tell("shed/lamp", "OFF")
    wait_value(house, "shed/lamp", False)
    house.tell("shed/lamp", "ON")
    wait_value(house, "shed/lamp", True)
    seq = house.reading("shed/lamp")["seq"]
    record = house.records(**{"from": seq, "limit": 1, "readings": "true"})[0]
    check(record["seq"] == seq and record["cause"] is None, f"a cause was guessed: {record}")
    check(len(house.get(f"/why/{seq}")["chain"]) == 1, "a chain for what came from outside")
    # What comes after a command has ended is from outside as well, whatever was wanted before.
    answer = house.ask("PUT", "/things/shed/properties/lamp", False)
    check(answer.status == 204, f"{answer.status} {answer.body}")
    house.tell("shed/lamp", "OFF")
    wait_value(house, "shed/lamp", False)
    house.tell("shed/lamp", "ON")
    wait_value(house, "shed/lamp", True)
    seq = house.reading("shed/lamp")["seq"]
    record = house.records(**{"from": seq, "limit": 1, "readings": "true"})[0]
    check(record["cause"] is None, f"the command had ended, and still it is named: {record}")


@case
def bad_input_never_reaches_the_twin_and_is_listed(house):
    announce_sensor(house, "gauge", "level")
    announce_sensor(house, "plain", "level", template="{{ value }}")
    announce_lamp(house, "bulb")
    house.tell("gauge/level", '{"v": 5}')
    house.tell("plain/level", "5")
    house.tell("bulb/lamp", "OFF")
    wait_value(house, "gauge/level", 5)
    wait_value(house, "plain/level", 5)
    wait_value(house, "bulb/lamp", False)
    bad = [("gauge/level", '{"v": NaN}'), ("gauge/level", '{"v": 1e999}'), ("gauge/level", '{"v": "warm"}'),
           ("gauge/level", '{"v": [1]}'), ("gauge/level", '{"v": '), ("gauge/level", b"\xff\xfe\x00"),
           ("gauge/level", "[" * 100_000), ("plain/level", "NaN"), ("plain/level", "inf"), ("plain/level", "-Infinity"),
           ("plain/level", "five"), ("bulb/lamp", "PURPLE")]
    for topic, payload in bad:
        before = house.get("/problems")["total"]
        house.tell(topic, payload)
        wait_until(lambda: house.get("/problems")["total"] > before, f"{topic} {payload[:30]!r} is listed as a problem")
        newest = house.problems()[0]
        check(newest["topic"] == topic and newest["reason"], f"{topic} {payload[:30]!r}: {newest}")
        check(newest["sample"] or not payload, f"without a sample: {newest}")
        for address, value in (("gauge/level", 5), ("plain/level", 5), ("bulb/lamp", False)):
            check(house.value(address) == value, f"{payload[:30]!r} on {topic} changed {address}: {house.reading(address)}")
        # The topics are named as the properties are.
        check(house.reading(topic)["quality"] == "bad", f"after {payload[:30]!r}: {house.reading(topic)}")
    history = house.get("/history?address=gauge/level&points=0")["points"]
    check(len(history) == 1, f"bad readings in the history: {history}")
    # The door still hears what is right.
    house.tell("gauge/level", '{"v": 6}')
    wait_value(house, "gauge/level", 6)
    check(house.reading("gauge/level")["quality"] == "good", f"{house.reading('gauge/level')}")
    # A device that nobody announced, and a key that no device has.
    house.tell("zigbee2mqtt/bridge/devices", [{"ieee_address": "0x0a", "type": "Router", "friendly_name": "probe", "definition": {
        "model": "M", "vendor": "V", "description": "D", "exposes": [
            {"type": "numeric", "name": "t", "label": "T", "property": "t", "access": 1}]}}])
    wait_until(lambda: "probe" in house.things(), "the probe is there")
    house.tell("zigbee2mqtt/probe", {"t": 7, "linkquality": 90, "odd": 1})
    house.tell("zigbee2mqtt/ghost", {"t": 8})
    wait_until(lambda: house.problems()[0]["topic"] == "zigbee2mqtt/ghost", lambda: f"the ghost is listed: {house.problems()[:2]}")
    ghost, odd = house.problems()[:2]
    check(ghost["sample"] == '{"t": 8}' and "bridge/devices" in ghost["reason"], f"{ghost}")
    check(odd["topic"] == "zigbee2mqtt/probe" and odd["sample"] == '{"odd":1}', f"{odd}")
    check("ghost" not in house.things() and house.value("probe/t") == 7, f"{house.things()}")


@case
def an_announcement_that_cannot_be_followed_is_refused_visibly(house):
    topic = "homeassistant/sensor/clever/config"
    house.tell(topic, {"name": "clever", "uniq_id": "clever", "stat_t": "clever/x",
                       "val_tpl": "{{ value_json.v | float * 2 }}", "dev": {"ids": ["clever"], "name": "clever"}})
    wait_until(lambda: any(p["topic"] == topic and "template not supported" in p["reason"] for p in house.problems()),
               lambda: f"the template among the problems: {house.problems()[:3]}")
    house.tell("clever/x", '{"v": 4}')
    for payload in ("{", "[]", '"text"', "\x00"):
        before = house.get("/problems")["total"]
        house.tell("homeassistant/sensor/broken/config", payload)
        wait_until(lambda: house.get("/problems")["total"] > before, f"the announcement {payload!r} is listed")
    clever = house.things().get("clever", {"properties": {}})
    check("clever" not in clever["properties"], f"a property with a template that is not understood: {clever}")
    check("broken" not in house.things(), "a thing from a broken announcement")


@case
def promtool_accepts_the_metrics(house):
    answer = house.ask("GET", "/metrics")
    check(answer.status == 200, f"{answer.status}")
    told = subprocess.run(["promtool", "check", "metrics"], input=answer.body, capture_output=True, timeout=30, check=False)
    check(told.returncode == 0, f"promtool: {told.stdout.decode()}{told.stderr.decode()}")
    check(house.ask("GET", "/metrics", token="fxt_wrong").status == 401, "metrics without a token")


@case
def a_user_uses_its_topics_only(house):
    everything = Listener(house, ["meter/#", "boiler/#"])
    own = Listener(house, ["meter/in/#"], user="meter", password="correct horse")
    for version in ("311", "5"):
        refused = house.publish("meter/out", "1", version=version, user="meter", password="wrong horse")
        check(refused.returncode != 0, f"{version}: a wrong password is let in")
        refused = house.publish("meter/out", "1", version=version, user="nobody", password="correct horse")
        check(refused.returncode != 0, f"{version}: an unknown user is let in")
        house.tell("meter/out", f"from {version}", version=version, user="meter", password="correct horse")
        house.publish("boiler/set", f"from {version}", version=version, user="meter", password="correct horse")
    # mosquitto_sub -d prints the granted QoS; 0x80 and above is a refusal.
    foreign = Listener(house, ["boiler/#"], user="meter", password="correct horse")
    wait_until(lambda: "mid: 1" in foreign.text() and ("128" in foreign.text() or foreign.process.poll() is not None),
               lambda: f"the subscription is refused: {foreign.text()}")
    house.tell("boiler/set", "last")
    house.tell("meter/in/rate", "7")
    wait_until(lambda: own.heard() == [("meter/in/rate", "7")], lambda: f"what is for the meter: {own.heard()}")
    wait_until(lambda: ("meter/in/rate", "7") in everything.heard(), lambda: f"{everything.heard()}")
    check(everything.heard() == [("meter/out", "from 311"), ("meter/out", "from 5"), ("boiler/set", "last"),
                                 ("meter/in/rate", "7")], f"what came through: {everything.heard()}")
    check(foreign.heard() == [], f"heard without a permission: {foreign.heard()}")
    check(any(p["topic"] == "boiler/set" for p in house.problems()), "the refused topic is not among the problems")
    for listener in (everything, own, foreign):
        listener.close()


@case
def hup_takes_new_rules_or_says_why_not(house):
    announce_lamp(house)
    house.rules.write_text(RULES.replace("id: dusk", "id: twilight"))
    house.hang_up()
    wait_until(lambda: [rule["id"] for rule in house.get("/rules")["rules"]] == ["twilight"],
               lambda: f"the new rule: {house.get('/rules')}")
    begin = len(house.log_text())
    house.rules.write_text(RULES.replace("crosses:", "crosess:"))
    house.hang_up()
    wait_until(lambda: "rules.yaml:6:" in house.log_text(begin), lambda: f"the mistake's place in the log: {house.log_text(begin)}")
    check("configuration not taken" in house.log_text(begin), house.log_text(begin))
    check([rule["id"] for rule in house.get("/rules")["rules"]] == ["twilight"], "broken rules were taken")
    house.rules.write_text(RULES)
    house.hang_up()
    wait_until(lambda: [rule["id"] for rule in house.get("/rules")["rules"]] == ["dusk"], "the first rules again")
    begin = len(house.log_text())
    config = house.config.read_text()
    house.config.write_text(config.replace("Test house", "Other house") + "log: {level: debug}\n")
    house.hang_up()
    wait_until(lambda: "changed: household.name: takes effect after a restart" in house.log_text(begin),
               lambda: f"what a restart is needed for: {house.log_text(begin)}")
    check(house.log_text(begin).count("takes effect after") == 1, house.log_text(begin))
    house.config.write_text(config)
    house.hang_up()


@case
def term_ends_with_0_and_all_is_there_after_a_restart(house):
    announce_sensor(house, "safe", "count")
    house.tell("safe/count", '{"v": 17}')
    wait_value(house, "safe/count", 17)
    check(house.stop() == 0, f"TERM: not 0\n{house.log_text()}")
    house.start()
    reading = house.reading("safe/count")
    check(reading and reading["value"] == 17 and reading["quality"] == "unconfirmed", f"after the restart: {reading}")
    check("safe" in house.things(), "the thing is forgotten")
    verified = house.cli("journal", "verify", "--data", str(house.data), connect=False)
    check(verified.returncode == 0, f"{verified}")


def broken_configuration_names_the_place(binaries):
    house = House(binaries, "broken")
    for config, rules, place in (
            ("household: {name: x}\napi:\n  listn: 127.0.0.1:0\n", "", "foxtail.yaml:3:3: "),
            ("household: {name: x}\napi: [\n", "", "foxtail.yaml:"),
            ("mqtt:\n  listeners:\n    - {listen: 'nowhere:at:all'}\n", "", "foxtail.yaml:3:16: "),
            ("rules: [rules.yaml]\n", "rules:\n  - id: a\n    when: {property: a/b, changes: true}\n    if: 'get('\n"
                                      "    then: {notify: x}\n", "rules.yaml:4:")):
        house.config.write_text(config)
        house.rules.write_text(rules)
        done = house.cli("run", "--config", str(house.config), "--data", str(house.data), connect=False)
        check(done.returncode == 1, f"{config!r}: exit status {done.returncode}: {done.stderr}")
        check(place in done.stderr, f"{config!r}: no {place!r} in: {done.stderr}")
        check(not house.data.exists(), "something was started, there is a data folder")
        checked = house.cli("check", str(house.config), connect=False)
        check(checked.returncode == 1 and place in checked.stderr, f"foxtail check: {checked}")
    house.clear()


def run(name, question):
    try:
        question()
        print(f"ok    {name}", flush=True)
        return True
    except Exception as wrong:  # the other cases still tell something
        print(f"WRONG {name}: {wrong}", flush=True)
        if not isinstance(wrong, Wrong):
            traceback.print_exc()
        return False


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binaries", help="folder with the foxtail program")
    parser.add_argument("--only", default="", help="part of a case's name")
    asked = parser.parse_args()
    missing = [name for name in ("mosquitto_pub", "mosquitto_sub", "promtool", "stdbuf") if shutil.which(name) is None]
    if missing:
        print("skipped, not installed: " + ", ".join(missing))
        return SKIPPED

    first = House(asked.binaries, "password")
    made = first.cli("password", stdin="correct horse\n", connect=False)
    check(made.returncode == 0 and made.stdout.startswith("$argon2id$"), f"foxtail password: {made}")
    users = ("  users:\n"
             f"    - {{name: meter, password_hash: '{made.stdout.strip()}', publish: [meter/out], subscribe: ['meter/in/#']}}\n")
    good = True
    if asked.only in broken_configuration_names_the_place.__name__:
        good &= run(broken_configuration_names_the_place.__name__, lambda: broken_configuration_names_the_place(asked.binaries))
    for one in CASES:
        if asked.only not in one.__name__:
            continue
        house = House(asked.binaries, one.__name__[:20])
        house.configure(users=users, rules=RULES)

        def question(house=house, one=one):
            house.start()
            one(house)
            check(house.process is not None and house.process.poll() is None, "foxtail ended on its own")
            check(house.stop() == 0, f"TERM: not 0\n{house.log_text()}")
            check("bugs found" not in house.log_text(), house.log_text())

        good &= run(one.__name__, question)
        house.clear()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
