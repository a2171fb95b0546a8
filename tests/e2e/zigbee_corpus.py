#!/usr/bin/env python3
"""zigbee_corpus.py READER: every device Zigbee2MQTT's converters define, through the format.

The peer writes `bridge/devices` of all its definitions, READER (zigbee_corpus) maps it and walks it a second
time; what is refused has to be exactly what stands here, with its reason.
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from house import PEERS, SKIPPED, Wrong, check

# What the pinned converters define and Foxtail does not bring in: (property, reason) and how often.
REFUSED = {
    ("ephemeral_clear_all_pin_code", "composite without features"): 1,
}
DEFINITIONS_MIN = 4500  # fewer, and the peer does not tell all of them


def write_devices(output):
    done = subprocess.run(["node", str(PEERS / "zigbee_devices.mjs"), str(output)],
                          capture_output=True, text=True, timeout=120, check=False)
    check(done.returncode == 0, f"a definition cannot be read: {done.stderr}")
    return json.loads(done.stdout)


def read_devices(reader, file):
    """The reader's exit status, counts and refusals as (property, reason): times."""
    done = subprocess.run([reader, str(file)], capture_output=True, text=True, timeout=120, check=False)
    counts = {name: int(number) for name, number in
              re.findall(r"\b(devices|things|properties|exposes|mapped|refused|neither) (\d+)", done.stdout.split("\n  refused ")[0])}
    refused = {}
    for line in re.findall(r"^  refused (.+)$", done.stdout, re.M):
        where, reason = line.split(": ", 1)
        key = (where.rsplit(" ", 1)[1], reason)
        refused[key] = refused.get(key, 0) + 1
    return done, counts, refused


def nothing_is_left_out(reader, file):
    made = write_devices(file)
    check(made["definitions"] >= DEFINITIONS_MIN, f"{made}")
    done, counts, refused = read_devices(reader, file)
    print(done.stdout, end="")
    check(done.returncode == 0, f"{done.returncode}: {done.stdout}{done.stderr}")
    check(counts["devices"] == counts["things"] == made["definitions"], f"{counts}, {made}")
    check(counts["exposes"] >= made["exposes"], f"fewer exposes than the definitions have: {counts}, {made}")
    check(counts["neither"] == 0 and counts["mapped"] + counts["refused"] == counts["exposes"], f"{counts}")
    check(refused == REFUSED, f"refused: {refused}; expected: {REFUSED}")


def what_cannot_be_mapped_is_found(reader, file):
    """The reader has to see it when something is left out, or the case above says nothing."""
    devices = json.loads(file.read_text())[:3]
    odd = [{"type": "hologram", "property": "projection", "name": "projection", "access": 1},
           {"type": "numeric", "name": "nameless", "access": 1}]
    for expose in odd:
        changed = json.loads(json.dumps(devices))
        changed[1]["definition"]["exposes"].append(expose)
        file.write_text(json.dumps(changed))
        done, counts, refused = read_devices(reader, file)
        told = bool(refused) or done.returncode != 0
        check(told, f"{expose} vanished: {counts}\n{done.stdout}")


def main():
    if shutil.which("node") is None or not (PEERS / "node_modules" / "zigbee-herdsman-converters").is_dir():
        print("skipped: node, or the packages of tests/peers, are not installed")
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="foxtail-corpus-") as folder:
        file = pathlib.Path(folder) / "devices.json"
        try:
            nothing_is_left_out(sys.argv[1], file)
            what_cannot_be_mapped_is_found(sys.argv[1], file)
        except Wrong as wrong:
            print(f"zigbee_corpus: {wrong}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
