#!/usr/bin/env python3
"""people.py BINARY VERIFIER

People of a real hub: invited by the command line, signed in over restarts and kills, moved out; sign-ins on
record in journal and log; and what was taken back after a backup was made does not hold after a restore.
"""
import http.client
import json
import pathlib
import subprocess
import sys

from house import DEADLINE_S, House, Wrong, check, wait_until

PASSPHRASE = "correct horse battery"
VERIFY = pathlib.Path(__file__).resolve().parent.parent / "ledger" / "verify.py"
LAMP = {
    "name": "On", "object_id": "on", "unique_id": "porch_on", "state_topic": "porch/state", "command_topic": "porch/set",
    "device": {"identifiers": ["porch"], "name": "Porch lamp"},
}


class Browser:
    """One session's cookie."""

    def __init__(self, house):
        self.house, self.cookie = house, None

    def ask(self, method, target, body=None):
        connection = http.client.HTTPConnection(self.house.page, timeout=DEADLINE_S)
        headers = {"X-Foxtail": "1"}
        if self.cookie:
            headers["Cookie"] = self.cookie
        connection.request(method, target, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read()
        cookie = answer.getheader("Set-Cookie")
        if cookie and answer.status == 204:
            self.cookie = cookie.split(";")[0]
        connection.close()
        return answer.status, text

    def expect(self, status, method, target, body=None):
        got, text = self.ask(method, target, body)
        check(got == status, f"{method} {target}: {got} instead of {status}: {text[:300]!r}")
        return json.loads(text) if text else None


def invite(house, *words):
    done = house.cli("people", "invite", *words)
    check(done.returncode == 0, f"people invite: {done.stderr}")
    link = done.stdout.strip()
    check("/#invite=" in link, f"no link: {done.stdout!r}")
    return link.split("/#invite=")[1]


def a_resident_lives_here(house):
    house.tell("homeassistant/switch/porch/on/config", LAMP, retain=True)
    house.tell("porch/state", "ON", retain=True)
    wait_until(lambda: house.value("Porch_lamp/on") is True, lambda: f"the lamp: {house.things()}")
    code = invite(house, "ben")
    house.kill()  # an invitation outlives it
    house.start()
    ben = Browser(house)
    ben.expect(401, "POST", "/auth/signup", {"code": "guess", "passphrase": PASSPHRASE})
    ben.expect(204, "POST", "/auth/signup", {"code": code, "passphrase": PASSPHRASE})
    Browser(house).expect(401, "POST", "/auth/signup", {"code": code, "passphrase": PASSPHRASE})
    check(ben.expect(200, "GET", "/auth/me")["subject"] == "resident:ben", "another subject")
    house.kill()
    house.start()
    check(ben.expect(200, "GET", "/things/Porch_lamp/properties/on") is True, "a resident works the home")
    ben.expect(403, "GET", "/system")
    listed = house.cli("people")
    check("resident:ben" in listed.stdout, f"people: {listed.stdout} {listed.stderr}")
    # The household may say less, without a restart.
    text = house.config.read_text()
    house.config.write_text(text + "residents: {may: []}\n")
    house.hang_up()
    wait_until(lambda: ben.ask("GET", "/things/Porch_lamp/properties/on")[0] == 404, "the configuration is taken")
    house.config.write_text(text)
    house.hang_up()
    wait_until(lambda: ben.ask("GET", "/things/Porch_lamp/properties/on")[0] == 200, "and taken back")
    return ben


def sign_ins_are_on_record(house):
    stranger = Browser(house)
    stranger.expect(401, "POST", "/auth/signin", {"name": "ben", "passphrase": "wrong horse battery"})
    stranger.expect(401, "POST", "/auth/signin", {"name": "my-secret-passphrase", "passphrase": ""})
    wrong = house.publish("x", "1", user="meter", password="not-this-one")
    check(wrong.returncode != 0, "a wrong MQTT password is refused")
    right = house.publish("meter/1", "1", user="meter", password="meter-password")
    check(right.returncode == 0, f"the right MQTT password: {right.stderr!r}")

    def refused():
        said = [r["sentence"] for r in house.records(kind="sign_in_refused")]
        wanted = ("Somebody as ben was not let in by passphrase from 127.0.0.1", "not let in by mqtt")
        return said if all(any(w in s for s in said) for w in wanted) else None
    wait_until(refused, lambda: f"on record: {house.records(kind='sign_in_refused')}")
    came = [r["sentence"] for r in house.records(kind="signed_in")]
    for wanted in ("Ben signed in by invitation", "Meter signed in by mqtt", "Token 'owner' signed in by token"):
        check(any(wanted in s for s in came), f"{wanted}: {came}")
    log = house.log_text()
    check("sign-in refused" in log, "refused sign-ins stand in the log")
    for secret in ("my-secret-passphrase", "not-this-one", "wrong horse"):
        check(secret not in log and secret not in json.dumps(house.records(limit=1000)), f"'{secret}' was written down")


def given(house, name):
    answer = house.ask("POST", "/grants", {"subject_name": name, "addresses": ["Porch_lamp/*"], "verbs": ["read"]})
    check(answer.status == 201, f"POST /grants: {answer.status} {answer.body!r}")
    return answer.json()["id"], answer.json()["token"]


def lamp_for(house, token):
    return house.ask("GET", "/things/Porch_lamp/properties/on", token=token).status


def keys(house):
    """The ledger's key leaves, oldest first: the key each tells of, and whether the key before it signed that too."""
    answer = house.ask("GET", "/ledger/keys")
    check(answer.status == 200, f"{answer.status} {answer.body}")
    notes = [json.loads(line)["note"] for line in answer.body.decode().splitlines()]
    return [(note.split("\n")[4], note.count("\n\u2014 ")) for note in notes]


def signs_by_another_key(house, before, verifier):
    """A backup holds no key: whoever restores it elsewhere cannot sign in the old hub's name, and nobody is led to believe they did."""
    after = keys(house)
    check(after[:-1] == before and after[-1][0] not in [key for key, _ in before], f"the same key signs: {before} {after}")
    check(after[-1][1] == 1, f"who else signed for the new key: {after}")
    export = house.folder / "restored.jsonl"
    done = house.cli("journal", "export", "--ledger", str(export))
    check(done.returncode == 0, f"{done}")
    for key, status in ((after[-1][0], 0), (before[-1][0], 1)):
        for words in ([verifier, "--key", key, export], [sys.executable, VERIFY, export, key]):
            judged = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
            check(judged.returncode == status, f"{words}: {judged.stdout} {judged.stderr}")


def a_restore_revives_nothing_unasked(house, ben, verifier):
    kept, kept_token = given(house, "participant:kept")
    ended, ended_token = given(house, "participant:ended")
    check(lamp_for(house, kept_token) == 200 and lamp_for(house, ended_token) == 200, "both are given")
    copy = house.folder / "copy.db"
    done = house.cli("backup", str(copy), connect=False)
    check(done.returncode == 0, f"backup: {done.stderr}")
    check(house.ask("DELETE", f"/grants/{ended}").status == 200, "taken back after the backup")
    check(lamp_for(house, ended_token) == 401, "taken back")
    owner_before, keys_before = house.token(), keys(house)
    house.stop()

    house.data = house.folder / "restored"
    done = subprocess.run([house.program, "restore", str(copy), "--data", str(house.data)], capture_output=True, text=True, timeout=60, check=False)
    check(done.returncode == 0, f"restore: {done.stderr}")
    check("grants confirm" in done.stdout, f"restore tells what to do: {done.stdout}")
    house.start()
    for _ in range(2):
        check(lamp_for(house, ended_token) == 401, "what was taken back holds again after a restore")
        check(lamp_for(house, kept_token) == 401, "nobody has confirmed it yet")
        check(lamp_for(house, owner_before) == 401, "the command line has a new token")
        check(any("until it is confirmed" in p["reason"] for p in house.problems()), f"problems: {house.problems()}")
        house.kill()  # also after another start
        house.start()
    signs_by_another_key(house, keys_before, verifier)
    wait_until(lambda: not (house.data / "restored").exists(), "the marker is gone once that is on record")
    listed = house.cli("grants")
    check("to be confirmed" in listed.stdout, f"grants: {listed.stdout}")
    check(house.ask("DELETE", f"/grants/{ended}").status == 200, "not confirmed but ended")
    done = house.cli("grants", "confirm", str(kept))
    check(done.returncode == 0, f"confirm: {done.stderr}")
    check(lamp_for(house, kept_token) == 200, "confirmed")
    check(lamp_for(house, ended_token) == 401, "ended")
    # A restore brings no passphrases back: who lived here is invited again, and is who they were.
    ben.expect(401, "GET", "/auth/me")
    code = invite(house, "ben")
    ben.expect(204, "POST", "/auth/signup", {"code": code, "passphrase": PASSPHRASE})
    check(ben.expect(200, "GET", "/auth/me")["subject"] == "resident:ben", "the same subject")


def moving_out_ends_it(house, ben):
    done = house.cli("people", "remove", "ben")
    check(done.returncode == 0, f"people remove: {done.stderr}")
    ben.expect(401, "GET", "/auth/me")
    house.kill()
    house.start()
    ben.expect(401, "GET", "/auth/me")
    ben.expect(401, "POST", "/auth/signin", {"name": "ben", "passphrase": PASSPHRASE})
    done = house.cli("people", "invite", "ben")
    check(done.returncode == 1 and "another name" in done.stderr, f"a name is given once: {done.stdout} {done.stderr}")


def main():
    house = House(sys.argv[1], "people")
    hashed = subprocess.run([house.program, "password"], input="meter-password\n", capture_output=True, text=True, timeout=60, check=True)
    house.configure(users="  users:\n"
                          f"    - {{name: meter, password_hash: '{hashed.stdout.strip()}', publish: ['meter/#'], subscribe: []}}\n")
    house.start()
    ben = a_resident_lives_here(house)
    sign_ins_are_on_record(house)
    a_restore_revives_nothing_unasked(house, ben, sys.argv[2])
    moving_out_ends_it(house, ben)
    check(house.stop() == 0, "TERM: not 0")
    print("people: all is well")


if __name__ == "__main__":
    try:
        main()
    except Wrong as wrong:
        sys.exit(f"people: {wrong}")
