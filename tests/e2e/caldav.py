#!/usr/bin/env python3
"""caldav.py FOXTAIL: a calendar on a CalDAV server (Debian's radicale) takes a car away, as a file would: an event that is made,
moved and removed; what has not changed is not asked for again; a wrong password is told."""
import base64
import datetime
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.error
import urllib.request

from house import SKIPPED, Wrong, check, wait_until
from plan_house import MAPPING, PLANNING, Devices, PlannedHouse, Prices, local_now

PASSWORD = "a b:c"
SOON_S = 90  # a calendar is asked each minute


class Server:
    """Radicale with one user, on a port of its own."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="foxtail-caldav-"))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        (self.folder / "users").write_text(f"anna:{PASSWORD}\n")
        (self.folder / "config").write_text(
            f"[server]\nhosts = 127.0.0.1:{self.port}\n[auth]\ntype = htpasswd\nhtpasswd_filename = {self.folder}/users\n"
            f"htpasswd_encryption = plain\n[storage]\nfilesystem_folder = {self.folder}/store\n"
            "[logging]\nlevel = info\nmask_passwords = True\n")
        self.log = open(self.folder / "log", "wb")
        self.process = subprocess.Popen(["radicale", "--config", str(self.folder / "config")], stdout=self.log, stderr=self.log)

    @property
    def calendar(self):
        return f"http://127.0.0.1:{self.port}/anna/home/"

    def ask(self, method, path="", body=None):
        request = urllib.request.Request(self.calendar + path, method=method, data=body.encode() if body else None)
        request.add_header("Authorization", "Basic " + base64.b64encode(f"anna:{PASSWORD}".encode()).decode())
        request.add_header("Content-Type", "text/calendar")
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status
        except urllib.error.HTTPError as refused:
            return refused.code
        except OSError:
            return 0

    def put(self, name, summary, begin):
        stamp = lambda moment: moment.astimezone(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        status = self.ask("PUT", f"{name}.ics",
                          "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//EN\r\nBEGIN:VEVENT\r\n"
                          f"UID:{name}@test\r\nDTSTAMP:{stamp(begin)}\r\nDTSTART:{stamp(begin)}\r\n"
                          f"DTEND:{stamp(begin + datetime.timedelta(hours=3))}\r\nSUMMARY:{summary}\r\nLOCATION:Ulm\r\n"
                          "END:VEVENT\r\nEND:VCALENDAR\r\n")
        check(status in (200, 201, 204), f"PUT {name}: {status}")

    def reports(self):
        self.log.flush()
        return (self.folder / "log").read_text(errors="replace").count("REPORT request")

    def end(self):
        self.process.terminate()
        self.process.wait(10)
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def goals(house):
    course = house.course("leaf")
    return [goal["what"] for goal in course["goals"]] if course else []


def is_goal(house, word, there=True):
    wait_until(lambda: any(word in one for one in goals(house)) == there, lambda: f"'{word}' {'is' if there else 'is no'} goal: {goals(house)}; {house.problems()}", SOON_S)


def story(house, server):
    begin = local_now() + datetime.timedelta(hours=20)
    server.put("visit", "Visit & tea", begin)
    server.put("far", "Next month", begin + datetime.timedelta(days=40))
    house.start()
    devices = Devices(house)
    try:
        devices.come()
        is_goal(house, "calendar of anna: Visit & tea")
        check(not any("Next month" in one for one in goals(house)), f"only what lies ahead: {goals(house)}")
        asked = server.reports()
        server.put("second", "Concert", begin + datetime.timedelta(hours=6))
        is_goal(house, "Concert")
        check(any("Visit" in one for one in goals(house)), f"and the first: {goals(house)}")
        check(server.reports() == asked + 1, f"it was asked for once more: {asked}, then {server.reports()}")
        check(server.ask("DELETE", "second.ics") in (200, 204), "removed")
        is_goal(house, "Concert", there=False)
        asked = server.reports()
        time.sleep(65)
        check(server.reports() == asked, "what has not changed is not asked for again")
        house.stop()
        (house.folder / "secret").write_text("wrong\n")
        house.start()
        wait_until(lambda: any("401" in problem["reason"] for problem in house.problems()), lambda: f"a wrong password is told: {house.problems()}", 30)
        check(PASSWORD not in house.log_text() and "wrong\n" not in house.log_text(), "no password is in the log")
    finally:
        devices.end()


def main():
    if shutil.which("radicale") is None:
        print("skipped: radicale is not installed")
        return SKIPPED
    house, prices, server = PlannedHouse(sys.argv[1], "caldav"), Prices(), Server()
    try:
        wait_until(lambda: server.ask("MKCALENDAR") in (201, 405, 409), lambda: f"radicale answers:\n{(server.folder / 'log').read_text()}", 30)
        house.configure()
        (house.folder / "map.yaml").write_text(MAPPING)
        (house.folder / "secret").write_text(PASSWORD + "\n")
        text = house.config.read_text().replace("{name: Test house}", "{name: Test house, time_zone: Europe/Berlin}")
        planned = PLANNING.replace("file: anna.ics", f'caldav: "{server.calendar}", user: anna, password_file: secret')
        check("caldav" in planned, "the calendar is on the server")
        house.config.write_text(text + planned % prices.port)
        prices.now_is_dear()
        story(house, server)
        check(house.stop() == 0, "TERM: not 0")
        check("bugs found" not in house.log_text(), house.log_text())
    except (Wrong, OSError) as wrong:
        traceback.print_exc()
        print(f"caldav: {wrong}\n{house.log_text()[-3000:]}\n{(server.folder / 'log').read_text()[-2000:]}", file=sys.stderr)
        return 1
    finally:
        server.end()
        house.clear()
    return 0


if __name__ == "__main__":
    sys.exit(main())
