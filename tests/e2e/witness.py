#!/usr/bin/env python3
"""witness.py FOXTAIL FOXTAIL_VERIFY: a witness follows a household's ledger, also over a new key, vouches for it, and notices
when an older copy of the household is put in its place, or another past grows from there."""
import base64
import pathlib
import re
import shutil
import subprocess
import sys
import time

from first_light import announce_sensor
from house import House, Wrong, check, play
from wire import PUBACK, Line, publish_packet

LEDGER = pathlib.Path(__file__).resolve().parent.parent / "ledger"


class Witness:
    def __init__(self, house, token):
        self.house, self.state = house, house.folder / "seen"
        self.token = house.folder / "witness.token"
        self.token.write_text(token + "\n")

    def look(self):
        done = subprocess.run([self.house.program, "witness", "http://" + self.house.page, "--token-file", self.token, "--state", self.state],
                              capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def size(self):
        return int(self.state.read_text().split("\n")[1])


def grow(house, what, count):
    """Records of their own kind: each has a leaf."""
    line = Line(house.mqtt_ports[0]).come("porch-device")
    for number in range(count):
        check(house.ask("PUT", "/things/porch/properties/lux", number).status in (204, 400, 403, 404, 409), "a wish")
        given = house.ask("POST", "/grants", {"subject_name": f"token:{what}-{number}", "addresses": ["porch/*"], "verbs": ["read"]})
        check(given.status == 201, f"{given.status} {given.body}")
    until_signed(house, given.json()["id"])
    line.send(publish_packet("porch/lux", b'{"v": 5}', qos=1))
    check(line.next()[0] == PUBACK, "on record")
    line.close()


def until_signed(house, seq):
    """The proof of a record, under a checkpoint that has its leaf."""
    answer = house.ask("GET", f"/ledger/proof/inclusion?seq={seq}")
    check(answer.status == 200, f"inclusion: {answer.status} {answer.body}")
    return answer.body.decode()


def judge(verifier, path, *words):
    done = subprocess.run([verifier, "proof", *words, path], capture_output=True, text=True, timeout=30)
    return done.returncode, done.stdout + done.stderr


def by_python(note, vouching):
    """The witness's signature (C2SP tlog-cosignature), checked by what shares no code with it."""
    sys.path.insert(0, str(LEDGER))
    from ed25519 import signed
    name, _, key = vouching.split("+", 2)
    text, lines = note.split("\n\n")
    raw = base64.b64decode(next(line for line in lines.split("\n") if f" {name} " in line).split(" ")[2])
    seconds = int.from_bytes(raw[4:12], "big")
    said = f"cosignature/v1\ntime {seconds}\n{text}\n".encode()
    check(base64.b64decode(key)[:1] == b"\x04" and signed(base64.b64decode(key)[1:], said, raw[12:]), "the cosignature holds")
    check(abs(seconds - time.time()) < 300, "and says when")


def proofs(house, verifier, witness, vouching):
    key = re.search(r'(foxtail/[0-9a-f]{16}\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+)', house.ask("GET", "/ledger/keys").body.decode().replace("\\n", "\n"))[1]
    grants = [r for r in house.records(kind="grant", limit=5)]
    text = until_signed(house, grants[0]["seq"])
    path = house.folder / "one.tlog-proof"
    path.write_text(text)
    status, said = judge(verifier, path, "--key", key)
    check(status == 0 and f'"seq":{grants[0]["seq"]}' in said, said)
    check(judge(verifier, path)[0] == 2, "without the ledger's key nothing is proved")
    raw = path.read_bytes()
    damaged = house.folder / "damaged.tlog-proof"
    for at in range(0, len(raw), 11):
        damaged.write_bytes(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1:])
        check(judge(verifier, damaged, "--key", key)[0] == 1, f"a changed byte {at}")
    # With the witness's word: its note stands where the hub's stood, when both are of one size.
    for _ in range(20):
        status, said = witness.look()
        check(status == 0, said)
        text = until_signed(house, grants[0]["seq"])
        head, checkpoint = text.split("\n\n", 1)
        if checkpoint.split("\n")[1] == str(witness.size()):
            break
    else:
        raise Wrong("the house never stood still")
    path.write_text(head + "\n\n" + witness.state.read_text())
    by_python(witness.state.read_text(), vouching)
    status, said = judge(verifier, path, "--key", key, "--witness", vouching)
    check(status == 0 and "by 1 of the witnesses" in said, said)
    return key


def scene(program, verifier):
    house = House(program, "witness")
    house.configure()
    house.start()
    announce_sensor(house, "porch", "lux", unit="lx")
    grow(house, "first", 3)
    made = house.ask("POST", "/grants", {"subject_name": "participant:neighbour", "addresses": ["ledger/checkpoint"], "verbs": ["read"]}).json()
    stranger = house.ask("POST", "/grants", {"subject_name": "token:stranger", "addresses": ["porch/*"], "verbs": ["read"]}).json()
    for target in ("/ledger/checkpoint", "/ledger/keys", "/ledger/proof/consistency?from=1"):
        check(house.ask("GET", target, token=stranger["token"]).status == 404, f"{target} is nothing to a stranger")
    check(house.ask("GET", "/ledger/proof/inclusion?seq=1", token=made["token"]).status == 404, "a witness sees no record")
    witness = Witness(house, made["token"])
    status, said = witness.look()
    check(status == 0 and "First seen" in said and "This witness's key: witness/" in said, said)
    key = proofs(house, verifier, witness, re.search(r"key: (\S+)", said)[1])
    grow(house, "second", 4)
    status, said = witness.look()
    check(status == 0 and "Holds" in said, said)

    # A new key, for which the old one signs: the witness goes along, and exports of before and after hold.
    house.stop()
    exports = []
    for round_ in range(2):
        export = house.folder / f"export-{round_}.jsonl"
        done = house.cli("journal", "export", "--ledger", str(export), "--data", str(house.data), connect=False)
        check(done.returncode == 0, f"{done}")
        exports.append(export)
        if round_ == 0:
            done = house.cli("journal", "rotate-key", "--data", str(house.data), connect=False)
            check(done.returncode == 0, f"rotate: {done}")
    for export in exports:
        for judge_ in ([verifier, "--key", key, export], [sys.executable, LEDGER / "verify.py", export, key]):
            done = subprocess.run(judge_, capture_output=True, text=True, timeout=60)
            check(done.returncode == 0, f"{judge_}: {done.stdout}")
    check(exports[1].read_text().count('"kind":"key"') == 2, "the continuity entry is there")
    house.start()
    status, said = witness.look()
    check(status == 0 and "Holds" in said, f"over a new key: {said}")

    # An older copy of the folder in its place.
    house.stop()
    older = house.folder / "older"
    shutil.copytree(house.data, older)
    house.start()
    announce_sensor(house, "porch", "lux", unit="lx")
    grow(house, "third", 20)
    status, said = witness.look()
    check(status == 0, said)
    held = witness.state.read_bytes()
    house.stop()
    shutil.rmtree(house.data)
    shutil.copytree(older, house.data)
    house.start()
    status, said = witness.look()
    sizes = [int(n) for n in re.findall(r"(\d+) leaves, root [A-Za-z0-9+/]{43}=", said)]
    check(status == 1 and "ROLLBACK" in said and len(sizes) == 2 and sizes[0] > sizes[1], f"a rollback: {status} {said}")
    # And what grows from there is another past, however long it gets.
    announce_sensor(house, "porch", "lux", unit="lx")
    grow(house, "other", 40)
    status, said = witness.look()
    sizes = [int(n) for n in re.findall(r"(\d+) leaves, root [A-Za-z0-9+/]{43}=", said)]
    check(status == 1 and "FORK" in said and len(sizes) == 2 and sizes[0] < sizes[1], f"a fork: {status} {said}")
    check(witness.state.read_bytes() == held, "the witness keeps what it saw")
    check((house.folder / "seen.conflict").read_text().startswith("foxtail/"), "and the proof of the other past")
    check(house.stop() == 0, "TERM: not 0")


if __name__ == "__main__":
    sys.exit(play(scene, __doc__, "the witness saw all of it"))
