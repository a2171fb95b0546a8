#!/usr/bin/env python3
"""unit.py FOXTAIL UNIT: the systemd unit is well made, tight, and leaves the program all it needs.

No systemd runs here: what the unit would forbid is compared with what the program is seen doing.
"""
import pathlib
import re
import shutil
import subprocess
import sys

from openapi import PLANNED
from first_light import RULES, announce_lamp, announce_sensor, wait_value
from house import SKIPPED, House, Listener, Wrong, check, wait_until

EXPOSURE_MAX = 15  # tenths, as systemd-analyze counts: 1.5 of 10
OPENED = re.compile(r'(?:openat\(AT_FDCWD, |open\(|creat\()"([^"]*)", ([A-Z_|]+)[^)]*\) = \d')
# glibc looks here before it gives memory of another thread back, and takes the usual answer for given where it may not.
MISSED_BY_NOBODY = {"/proc/sys/vm/overcommit_memory"}
ROOT_ONLY = {"fchown"}  # SQLite gives its files to the folder's owner, and only root has others


BY_ARGUMENTS = {"socket", "mmap", "mmap2", "mprotect", "clone"}
OWN = pathlib.Path(__file__).resolve().parents[2] / "src/foxtail/confine/allowed_calls.inc"


def own_calls():
    """What the program leaves itself (src/foxtail/confine)."""
    found = set(re.findall(r'"([a-z_0-9]+)"', OWN.read_text()))
    check(len(found) > 100, f"hardly a list: {sorted(found)}")
    return found


def settings(unit):
    """The [Service] section as {name: [values]}."""
    found, section = {}, None
    for line in unit.read_text().splitlines():
        if line.startswith("["):
            section = line
        elif section == "[Service]" and "=" in line and not line.startswith("#"):
            name, value = line.split("=", 1)
            found.setdefault(name, []).append(value)
    return found


def members(word):
    """The system calls of a set such as @chown, sets in sets included."""
    if not word.startswith("@"):
        return {word}
    told = subprocess.run(["systemd-analyze", "syscall-filter", word], capture_output=True, text=True, check=True).stdout
    words = [line.strip() for line in told.splitlines()[1:] if line.strip() and not line.strip().startswith("#")]
    return set().union(*(members(one) for one in words))


def allowed_calls(unit):
    allowed = set()
    for value in settings(unit)["SystemCallFilter"]:
        named = set().union(*(members(word) for word in value.lstrip("~").split()))
        allowed = allowed - named if value.startswith("~") else allowed | named
    return allowed


def the_unit_is_well_made_and_tight(unit, program, folder):
    copy = folder / "foxtail.service"
    text, count = re.subn(r"(?m)^ExecStart=\S+", f"ExecStart={program}", unit.read_text())
    check(count == 1, "one ExecStart")
    copy.write_text(text)
    told = subprocess.run(["systemd-analyze", "verify", "--man=no", str(copy)], capture_output=True, text=True, check=False)
    complaints = [line for line in (told.stdout + told.stderr).splitlines() if "foxtail" in line]
    check(told.returncode == 0 and not complaints, f"systemd-analyze verify: {told.returncode} {complaints}\n{told.stderr}")
    told = subprocess.run(["systemd-analyze", "security", "--no-pager", "--offline=true", f"--threshold={EXPOSURE_MAX}", str(copy)],
                          capture_output=True, text=True, check=False)
    check(told.returncode == 0, f"more exposed than {EXPOSURE_MAX / 10}:\n{told.stdout[-3000:]}{told.stderr}")
    print("ok    " + told.stdout.strip().splitlines()[-1].strip("→ "))


def live(house):
    """What a day brings: things, readings, a rule with an order, a token, history, a reload, a page, a stop."""
    announce_lamp(house)
    announce_sensor(house, "porch", "lux")
    lamp = Listener(house, ["garden/lamp/set"])
    house.tell("garden/lamp", "OFF")
    house.tell("porch/lux", '{"v": 80}')
    wait_value(house, "porch/lux", 80)
    house.tell("porch/lux", '{"v": 12}')
    wait_until(lambda: lamp.heard() == [("garden/lamp/set", "ON")], lambda: f"the rule ran: {lamp.heard()}")
    lamp.close()
    # A plan is proven by a process of its own.
    wait_until(lambda: (house.get("/plan") or {}).get("slots") or None, "there is a plan")
    given = house.ask("POST", "/grants", {"subject_name": "dash", "addresses": ["porch/*"], "verbs": ["read", "history"]})
    check(given.status == 201, f"{given.status} {given.body}")
    for target in ("/history?address=porch/lux", "/journal?limit=50", "/metrics", "/system", "/"):
        check(house.ask("GET", target).status == 200, target)
    check(house.publish("x", "1", user="nobody", password="nothing").returncode != 0, "an unknown user is let in")
    begin = len(house.log_text())
    house.hang_up()
    wait_until(lambda: "configuration taken" in house.log_text(begin), lambda: f"HUP: {house.log_text(begin)}")
    check(house.stop() == 0, f"TERM: not 0\n{house.log_text()}")


def the_program_needs_no_more_than_the_unit_leaves_it(unit, house):
    trace = house.folder / "calls.txt"
    wrapper = house.folder / "traced"
    # -D: the program is this test's child, and strace looks on from aside.
    wrapper.write_text(f'#!/bin/sh\nexec strace -D -f -qq -s 400 -o "{trace}" "{house.program}" "$@"\n')
    wrapper.chmod(0o755)
    house.program = str(wrapper)
    house.configure(rules=RULES)
    house.config.write_text(house.config.read_text() + PLANNED)
    house.start()
    live(house)
    text = wait_until(lambda: (t := trace.read_text(errors="replace")) and "exit_group(0)" in t and t, "the trace has its end")
    begun = text.index("\n", text.index("execve(")) + 1  # systemd itself does the execve
    calls = set(re.findall(r"(?m)^\d+ +([a-z_0-9]+)\(", text[begun:]))
    check({"openat", "fdatasync", "bind", "epoll_ctl"} <= calls, f"hardly a trace: {sorted(calls)}")
    allowed = allowed_calls(unit)
    check("read" in allowed and not {"ptrace", "mount", "chroot", "bpf", "kexec_load"} & allowed, "a filter that filters nothing")
    forbidden = calls - allowed - ROOT_ONLY
    check(not forbidden, f"the filter would refuse {sorted(forbidden)}")
    own = own_calls()
    check(own <= allowed, f"the program leaves itself more than the unit leaves it: {sorted(own - allowed)}")
    # What comes before its own filter is in the unit's only; what is refused is in the trace, with the error.
    confined = text[text.index("SECCOMP_SET_MODE_FILTER, 0,"):]
    refused = set(re.findall(r"(?m)^\d+ +([a-z_0-9]+)\(.* = -1 EPERM", confined)) - ROOT_ONLY
    check(not refused, f"the program refuses itself {sorted(refused)}")
    worked = set(re.findall(r"(?m)^\d+ +([a-z_0-9]+)\(.* = \d", confined))
    check(worked <= own | BY_ARGUMENTS, f"works and is in no list: {sorted(worked - own - BY_ARGUMENTS)}")
    check("confined" in house.log_text(), f"the log does not say so: {house.log_text()}")

    families = set(re.findall(r"socket\((AF_[A-Z0-9]+)", text[begun:]))
    check(families and families <= set(settings(unit)["RestrictAddressFamilies"][0].split()), f"sockets of {families}")
    check(not re.search(r"PROT_WRITE\|PROT_EXEC", text), "memory that is written and executed")
    for path, how in OPENED.findall(text[begun:]):
        writes = any(word in how.split("|") for word in ("O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC"))
        kept = path.startswith((str(house.data), "/proc/self/", "/dev/null"))
        check(kept or not writes, f"written outside the household's folder: {path} {how}")
        check(not path.startswith("/proc/") or path.startswith("/proc/self/") or path in MISSED_BY_NOBODY, f"ProcSubset=pid hides {path}")
        check(not path.startswith("/sys/fs/cgroup") and not (path.startswith("/dev/") and writes and path != "/dev/null"), path)
    print(f"ok    {len(calls)} different system calls, all allowed; sockets: {', '.join(sorted(families))}")


def main():
    if shutil.which("systemd-analyze") is None or shutil.which("strace") is None:
        print("skipped: systemd-analyze or strace is not installed")
        return SKIPPED
    unit = pathlib.Path(sys.argv[2])
    house = House(sys.argv[1], "unit")
    try:
        the_unit_is_well_made_and_tight(unit, pathlib.Path(house.program).resolve(), house.folder)
        the_program_needs_no_more_than_the_unit_leaves_it(unit, house)
    except Wrong as wrong:
        print(f"unit: {wrong}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
