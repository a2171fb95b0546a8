#!/usr/bin/env python3
"""erasure.py FOXTAIL FOXTAIL_VERIFY CLOCK: what came of a grant is to be erased. Ending it asks for that, the certificate
says so, who had it answers with the ended token, which opens nothing else; who does not answer in time is told of, once.

CLOCK is shifted_clock.c as a library: months pass between two lives of the program."""
import subprocess
import sys

from first_light import announce_sensor
from house import House, check, play, wait_until

DAY_S = 86400


def give(house, name, erase_after):
    terms = {"obligations": {"erase_after": erase_after}}
    answer = house.ask("POST", "/grants", {"subject_name": name, "addresses": ["porch/*"], "verbs": ["read"], "purpose": "a test", "terms": terms})
    check(answer.status == 201, f"give: {answer.status} {answer.body}")
    return answer.json()


def live_on(house, clock, days):
    """The next life begins so many days ahead of the real clock."""
    house.environment = {"LD_PRELOAD": clock, "FOXTAIL_CLOCK_SHIFT_S": str(days * DAY_S)} if days else {}
    house.start()


def states(house):
    return {one["grant"]: one["state"] for one in house.get("/grants")["erasures"]}


def told(house):
    return [(record["body"]["grant"], record["body"]["done"]) for record in reversed(house.records(kind="erasure"))]


def opens_nothing_else(house, token):
    for method, target in (("GET", "/things"), ("GET", "/readings?address=porch/lux"), ("GET", "/desk"), ("GET", "/grants"),
                           ("GET", "/journal"), ("PUT", "/things/porch/properties/lux"), ("GET", "/auth/me")):
        answer = house.ask(method, target, token=token)
        unknown = house.ask(method, target, token="fxt_nobodys")
        check((answer.status, answer.body) == (401, unknown.body), f"{method} {target}: {answer.status} {answer.body}")


def is_asked_for_and_answered(house, verifier):
    given = give(house, "participant:insurer", "30d")
    token = given["token"]
    check(house.ask("GET", "/readings?address=porch/lux", token=token).status == 200, "the insurer reads")
    check(house.ask("GET", "/erasure", token=token).status == 404, "nothing is asked while the grant is in force")
    path = house.folder / "back.certificate"
    ended = house.cli("grants", "revoke", str(given["id"]), "--certificate", str(path))
    check(ended.returncode == 0 and "to be erased by" in ended.stdout, f"{ended}")
    verified = subprocess.run([verifier, "certificate", path], capture_output=True, text=True, timeout=60, check=False)
    check(verified.returncode == 0, f"{verified}")
    asked = house.ask("GET", "/erasure", token=token).json()
    check(asked["grant"] == given["id"] and asked["state"] == "asked", f"{asked}")
    check(f'"erase_by":"{asked["erase_by"]}"' in path.read_text(), f"the certificate does not name it: {path.read_text()}")
    opens_nothing_else(house, token)
    house.kill()
    house.start()
    check(house.ask("GET", "/erasure", token=token).json() == asked, "a kill forgot what was asked")
    done = house.ask("POST", "/erasure", token=token)
    check(done.status == 200 and done.json()["state"] == "done", f"{done.status} {done.body}")
    house.kill()
    house.start()
    check(house.ask("POST", "/erasure", token=token).body == done.body, "the answer is kept, and a second one changes nothing")
    check(told(house) == [(given["id"], True)], f"{told(house)}")
    opens_nothing_else(house, token)
    return given["id"]


def is_missed_and_told_once(house, clock, answered):
    """Months later nobody has said anything; it is on record once, through a kill and a clock that goes back."""
    given = give(house, "participant:garage", "90d")
    check(house.ask("DELETE", f"/grants/{given['id']}").status == 200, "taken back")
    check(states(house) == {answered: "done", given["id"]: "asked"}, f"{states(house)}")
    check(house.stop() == 0, "TERM: not 0")
    live_on(house, clock, 89)
    check(states(house)[given["id"]] == "asked", "a day is left")
    check(house.stop() == 0, "TERM: not 0")
    live_on(house, clock, 91)
    expected = [(answered, True), (given["id"], False)]
    wait_until(lambda: told(house) == expected, lambda: f"it is on record: {told(house)}")
    listed = house.cli("grants").stdout
    check("not acknowledged" in listed and "erased, they said" in listed, listed)
    check("not acknowledged" in house.cli("desk").stdout, "the desk does not say it")
    house.kill()
    live_on(house, clock, 92)
    check(house.get("/healthz")["status"] == "ok" and told(house) == expected, f"a kill says it again: {told(house)}")
    house.kill()
    live_on(house, clock, 0)
    check(states(house)[given["id"]] == "overdue" and told(house) == expected, f"a clock set back: {told(house)}")
    late = house.ask("POST", "/erasure", token=given["token"])
    check(late.status == 200 and late.json()["state"] == "done", f"{late.status} {late.body}")
    check(told(house) == [*expected, (given["id"], True)], f"{told(house)}")


def scene(program, verifier, clock):
    house = House(program, "erasure")
    house.configure()
    house.start()
    announce_sensor(house, "porch", "lux", unit="lx")
    house.tell("porch/lux", '{"v": 41}')
    wait_until(lambda: house.value("porch/lux") == 41, "a value")
    answered = is_asked_for_and_answered(house, verifier)
    is_missed_and_told_once(house, clock, answered)
    house.ends_well()


if __name__ == "__main__":
    sys.exit(play(scene, __doc__, "ok    asked, answered, missed and told"))
