#!/usr/bin/env python3
"""certificate.py FOXTAIL FOXTAIL_VERIFY: who takes a grant back holds a signed certificate, which two programs that share no
code check offline, and which the ledger's own export confirms."""
import http.client
import pathlib
import subprocess
import sys

from first_light import announce_sensor
from house import House, check, play
from wire import Line, publish_packet

LEDGER = pathlib.Path(__file__).resolve().parent.parent / "ledger"


def run(*words):
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def judges(verifier, path, *key):
    """Both verifiers' exit status; they must agree."""
    by_program = run(verifier, "certificate", *(("--key", key[0]) if key else ()), path)
    by_python = run(sys.executable, LEDGER / "certificate.py", path, *key)
    check(by_program[0] == by_python[0], f"the verifiers differ: {by_program} {by_python}")
    return by_program[0]


def fields_of(text):
    """What a certificate says, by its words."""
    return dict(line.split(" ", 1) for line in text.split("\n\n")[0].split("\n")[2:14])


def export_confirms(house, verifier, fields):
    """The whole ledger, exported later from the journal's file, holds by both verifiers under the certificate's key, and has the
    certificate's root at its size and its leaf in its place. Gives the export's text."""
    export = house.folder / "export.jsonl"
    status, said = run(house.program, "journal", "export", "--ledger", export, "--data", house.data)
    check(status == 0, said)
    for who, done in (("foxtail-verify", run(verifier, "--key", fields["key"], export)),
                      ("verify.py", run(sys.executable, LEDGER / "verify.py", export, fields["key"]))):
        check(done[0] == 0, f"{who}: the export does not hold under the certificate's key: {done[1]}")
    sys.path.insert(0, str(LEDGER))
    import verify
    text = export.read_text()
    tree, leaves = verify.Tree(), []
    for line in text.split("\n"):
        if line.startswith(('{"actor"', '{"blocks"', '{"kind"')) and tree.size < int(fields["size"]):
            tree.append(verify.sha(b"\0" + line.encode()))
            leaves.append(line)
    check(tree.root() == verify.bytes_of(fields["root"]), "the certificate's root is the ledger's at that size")
    check(leaves[int(fields["index"])] == fields["leaf"], "and its leaf stands where it says")
    return text


def scene(program, verifier):
    house = House(program, "certificate")
    house.configure()
    house.start()
    announce_sensor(house, "porch", "lux", unit="lx")
    device = Line(house.mqtt_ports[0]).come("porch-device")
    given = house.ask("POST", "/grants", {"subject_name": "participant:insurer", "addresses": ["porch/*"], "verbs": ["read", "history"]}).json()
    stream = http.client.HTTPConnection(house.page, timeout=20)
    stream.request("GET", "/things/porch/properties/lux/observe", headers={"Authorization": "Bearer " + given["token"]})
    answer = stream.getresponse()
    check(answer.status == 200, f"the stream opens: {answer.status}")
    check(device.send(publish_packet("porch/lux", b'{"v": 41}')), "a value")
    seen = None
    while seen is None or b"41" not in seen:
        seen = answer.fp.readline()
        check(seen, "the stream goes on")
    path = house.folder / "back.certificate"
    status, said = run(house.program, "grants", "revoke", given["id"], "--certificate", path, "--data", house.data, "--url", "http://" + house.page)
    check(status == 0, said)
    text = path.read_text()
    fields = fields_of(text)
    check(fields["grant"] == str(given["id"]) and fields["subject"] == "participant:insurer", text)
    check(int(fields["effective"]) > int(fields["delivered"]) > 0, text)
    check(answer.read() is not None, "the stream ends")
    check(judges(verifier, path) == 0 and judges(verifier, path, fields["key"]) == 0, "the certificate holds")
    stranger = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    check(judges(verifier, path, stranger) == 1, "not under another key")
    raw = path.read_bytes()
    damaged = house.folder / "damaged"
    for at in range(0, len(raw), 7):
        damaged.write_bytes(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1:])
        check(judges(verifier, damaged) == 1, f"a changed byte {at} is noticed")
    check(judges(verifier, house.folder / "none") == 2, "no file")
    house.stop()
    export_confirms(house, verifier, fields)


if __name__ == "__main__":
    sys.exit(play(scene, __doc__, "the certificate holds"))
