#!/usr/bin/env python3
"""mqtt_values.py PROGRAM: what the household believes, told over MQTT to whoever may know it: mosquitto_sub with a token for
its password gets what was given, first as it is and then as it changes, and nothing else shows."""
import json
import sys
import time

from house import DEADLINE_S, House, Listener, Wrong, check, play, wait_until

LAMP = "$foxtail/things/lamp/power"


def give(house, name, addresses, **more):
    answer = house.ask("POST", "/grants", {"subject_name": name, "addresses": addresses, "verbs": ["read"], **more})
    check(answer.status == 201, f"the grant: {answer.status} {answer.body}")
    return answer.json()


def announce(house, name):
    for what in ("power", "energy"):
        house.tell(f"homeassistant/sensor/{name}_{what}/config", {
            "name": what, "uniq_id": f"{name}_{what}", "stat_t": f"{name}/{what}", "unit_of_meas": "W",
            "dev": {"ids": [name], "name": name}}, retain=True)
    wait_until(lambda: name in house.things(), f"{name} is known")
    house.tell(f"{name}/power", "10")
    house.tell(f"{name}/energy", "5")
    wait_until(lambda: house.value(f"{name}/energy") == 5, f"{name} has spoken")


def values(listener, topic):
    return [json.loads(payload)["value"] for heard, payload in listener.heard() if heard == topic]


def gets_what_was_given_and_no_more(house, token):
    follower = Listener(house, ["$foxtail/#"], user="dash", password=token)
    wait_until(lambda: values(follower, LAMP) == [10], lambda: f"the present value comes first: {follower.text()}")
    house.tell("lamp/energy", "6")
    house.tell("door/power", "11")
    house.tell("lamp/power", "12")
    wait_until(lambda: values(follower, LAMP) == [10, 12], lambda: f"then what changes: {follower.text()}")
    check({topic for topic, _ in follower.heard()} == {LAMP}, f"more than was given: {follower.text()}")
    said = json.loads(follower.heard()[-1][1])
    check(said["address"] == "lamp/power" and said["unit"] == "W" and said["quality"] == "good", f"{said}")
    check(said == house.reading("lamp/power"), f"not what the API says: {said} / {house.reading('lamp/power')}")
    return follower


def hides_what_there_is(house, token):
    """The hidden and the absent: the same answer, and the same silence."""
    for topic in ("$foxtail/things/door/power", "$foxtail/things/nothing/at/all", "$foxtail/other"):
        follower = Listener(house, [topic, LAMP], user="dash", password=token)
        wait_until(lambda: values(follower, LAMP), lambda: f"what was given comes: {follower.text()}")
        check(len(follower.heard()) == 1, f"{topic}: {follower.text()}")
        check("Subscribed (mid: 1): 1, 1" in follower.text(), f"{topic} is answered otherwise: {follower.text()}")
        follower.close()


def nobody_else_speaks_or_hears(house):
    """Who may hear and say everything among the devices neither hears this nor can pretend it."""
    everything = Listener(house, ["#", "$foxtail/#"])
    house.tell("lamp/power", "20")
    wait_until(lambda: ("lamp/power", "20") in everything.heard(), lambda: f"the device is heard: {everything.text()}")
    house.publish(LAMP, "99")
    done = house.publish(LAMP, "99", version="5", retain=True)
    check(b"ot authorized" in done.stderr or done.returncode != 0, f"somebody speaks as the household: {done}")
    check(not [topic for topic, _ in everything.heard() if topic.startswith("$")], everything.text())
    check(house.value("lamp/power") == 20, "the household believes it")
    everything.close()


def wrong_tokens_stay_out(house, token):
    for wrong in (token[:-1] + ("A" if token[-1] != "A" else "B"), token[:-1], token + "x", "fxt_"):
        done = house.publish("lamp/power", "30", user="dash", password=wrong)
        check(done.returncode != 0, f"{wrong} is let in: {done}")
    check(house.value("lamp/power") == 20, "what a wrong token said is believed")


def is_on_record(house, grant):
    def looked():
        return [record for record in house.records(kind="outside_read", limit=50)
                if record.get("body", record).get("grant", record.get("grant")) == grant]
    wait_until(looked, lambda: f"the looks are on record: {house.records(kind='outside_read', limit=5)}", 90)


def ends_with_its_grant(house, grant, follower):
    """One token of two that the same subject holds: its line ends, the other's goes on."""
    second = give(house, "participant:dash", ["door/power"])
    other = Listener(house, ["$foxtail/#"], user="dash", password=second["token"])
    wait_until(lambda: values(other, "$foxtail/things/door/power"), lambda: f"the second token: {other.text()}")
    answer = house.ask("DELETE", f"/grants/{grant}")
    check(answer.status == 200, f"{answer.status} {answer.body}")
    wait_until(lambda: follower.process.poll() is not None, lambda: f"the line ends: {follower.text()}", DEADLINE_S)
    before = len(values(other, LAMP))
    house.tell("lamp/power", "77")
    house.tell("door/power", "78")
    wait_until(lambda: 78 in values(other, "$foxtail/things/door/power"), lambda: f"the other goes on: {other.text()}")
    check(len(values(other, LAMP)) == before and 77 not in values(other, LAMP), f"what was taken back comes still: {other.text()}")
    other.close()


def for_some_hours(house):
    """A right of some hours of the day opens in them alone, also on a line that stands."""
    def at(hour):
        return f"{hour % 24:02d}:00"
    hour = time.gmtime().tm_hour
    shut = give(house, "participant:night", ["lamp/power"], terms={"when": {"from": at(hour + 2), "until": at(hour + 4)}})
    follower = Listener(house, ["$foxtail/#"], user="night", password=shut["token"])
    house.tell("lamp/power", "81")
    wait_until(lambda: house.value("lamp/power") == 81, "it is on record")
    check(follower.heard() == [], f"outside its hours: {follower.text()}")
    follower.close()


def story(program):
    house = House(program, "mqtt_values")
    house.configure()
    house.start()
    for name in ("lamp", "door"):
        announce(house, name)
    given = give(house, "participant:dash", ["lamp/power"])
    follower = gets_what_was_given_and_no_more(house, given["token"])
    hides_what_there_is(house, given["token"])
    nobody_else_speaks_or_hears(house)
    wrong_tokens_stay_out(house, given["token"])
    for_some_hours(house)
    is_on_record(house, given["id"])
    ends_with_its_grant(house, given["id"], follower)
    check(given["token"] not in house.log_text(), "the token stands in the log")
    check(house.stop() == 0, "TERM: not 0")
    check("bugs found" not in house.log_text(), house.log_text())


if __name__ == "__main__":
    sys.exit(play(story, "usage: mqtt_values.py PROGRAM", "ok    values over MQTT, to whom they were given"))
