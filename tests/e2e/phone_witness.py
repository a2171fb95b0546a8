#!/usr/bin/env python3
"""phone_witness.py PROGRAM: the page in a real browser keeps what it saw of the household's ledger, and says so loudly when an older
copy of the data folder is put in its place, and when another past grows from there."""
import re
import shutil
import sys

from browsers import Person, has_browser
from first_light import announce_sensor
from house import SKIPPED, House, check, play, wait_until
from witness import grow


def looks(person, kind):
    found = person.do("witness")
    check(found["kind"] == kind and found["findings"] == [], f"instead of '{kind}': {found}")
    return found


def at_the_same_address(house):
    """A browser keeps things by address: from here on the page's port stays."""
    text = house.config.read_text()
    house.config.write_text(text.replace("api: {listen: '127.0.0.1:0'}", f"api: {{listen: '{house.page}'}}"))


def story(house):
    house.configure()
    house.start()
    at_the_same_address(house)
    announce_sensor(house, "porch", "lux", unit="lx")
    code = wait_until(lambda: re.findall(r'/#signup=([^\s"]+)', house.log_text()), "the sign-up link")[-1]
    anna = Person(house, "anna", code)
    try:
        first = looks(anna, "holds")["size"]
        grow(house, "first", 3)
        check(looks(anna, "holds")["size"] > first, "it follows")

        house.stop()
        older = house.folder / "older"
        shutil.copytree(house.data, older)
        house.start()
        grow(house, "second", 20)
        held = looks(anna, "holds")["size"]
        house.stop()
        shutil.rmtree(house.data)
        shutil.copytree(older, house.data)
        house.start()
        told = looks(anna, "rollback")
        check(told["size"] == held and f"{held} entries" in told["words"], f"it keeps what it saw: {told}")
        proof = anna.do("proof")["text"]
        sizes = [int(size) for size in re.findall(r"foxtail/[0-9a-f]{16}\n(\d+)\n", proof)]
        check(sizes[0] == held and sizes[1] < held and proof.count("\u2014 foxtail/") == 2, f"both notes, signed: {proof}")

        # Who knows why says so; then what was put there counts, and another past in its place is noticed in turn.
        grow(house, "third", 10)
        anna.do("accept")
        grow(house, "fourth", 25)
        held = looks(anna, "holds")["size"]
        anna.do("away")  # or the page notices before the other past has grown
        house.stop()
        shutil.rmtree(house.data)
        shutil.copytree(older, house.data)
        house.start()
        grow(house, "other", 60)
        told = looks(anna, "fork")
        check(told["size"] == held, f"it keeps what it saw: {told}")
        anna.leave()
    finally:
        anna.clear()
    check(house.stop() == 0, "TERM: not 0")
    check("bugs found" not in house.log_text(), house.log_text())


def scene(program):
    story(House(program, "phone"))


if __name__ == "__main__":
    if not has_browser():
        print("skipped: node, chromium or the packages of web are not installed")
        sys.exit(SKIPPED)
    sys.exit(play(scene, __doc__, "the browser saw all of it"))
