#!/usr/bin/env python3
"""sources.py FOXTAIL: a real house asks servers on this machine for prices, weather and a calendar, and plans with what they say. A
server that fails, talks nonsense or is away is told among the problems, and what was known before goes on."""
import datetime
import http.server
import json
import sys
import threading

from house import House, check, play, wait_until

UTC = datetime.timezone.utc


def hour(offset):
    """Whole hours from now, by this machine's clock, which is the house's."""
    now = datetime.datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    return now + datetime.timedelta(hours=offset)


def awattar(price):
    entries = [{"start_timestamp": int(hour(h).timestamp() * 1000), "end_timestamp": int(hour(h + 1).timestamp() * 1000),
                "marketprice": price(h), "unit": "Eur/MWh"} for h in range(0, 36)]
    return json.dumps({"object": "list", "data": entries})


def open_meteo():
    times = [hour(h).strftime("%Y-%m-%dT%H:%M") for h in range(0, 72)]
    return json.dumps({"utc_offset_seconds": 0, "hourly": {"time": times, "temperature_2m": [7.5] * 72, "shortwave_radiation": [500] * 72}})


def calendar():
    begin = hour(20)
    stamp = lambda t: t.strftime("%Y%m%dT%H%M%SZ")
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", "UID:1", "SUMMARY:Aunt Emu", "DESCRIPTION:there and back 120 km",
                        f"DTSTART:{stamp(begin)}", f"DTEND:{stamp(begin + datetime.timedelta(hours=3))}", "END:VEVENT", "END:VCALENDAR", ""])


class Servers(http.server.ThreadingHTTPServer):
    """What others tell: a path each, with a status and a body."""

    def __init__(self):
        self.answers = {}
        self.asked = []

        class Answering(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.server.asked.append((self.path, self.headers.get("Authorization")))
                status, body = self.server.answers.get(self.path, (404, "nobody here"))
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Answering)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def url(self, path):
        return f"http://127.0.0.1:{self.server_address[1]}{path}"


def configure(house, servers):
    house.configure()
    (house.folder / "token.txt").write_text("secret-of-the-calendar\nnot this\n")
    with open(house.config, "a", encoding="utf-8") as config:
        config.write(
            "charging:\n"
            "  circuits: [{name: main, limit: 35}]\n"
            "  points: [{name: left, thing: box, circuit: main}]\n"
            "planning:\n"
            "  grid: {power: meter/power}\n"
            f"  sun: {{power: roof/power, peak_kw: 10, forecast: {{format: open_meteo, url: '{servers.url('/weather')}'}}}}\n"
            f"  outdoor: {{forecast: {{format: open_meteo, url: '{servers.url('/weather')}'}}}}\n"
            "  tariff:\n"
            "    buy: {dynamic: true, adder: 0.1, vat: 0.2}\n"
            "    sell: 0.08\n"
            f"    prices: {{format: awattar, url: '{servers.url('/prices')}', every: 5m}}\n"
            "  batteries: [{name: cellar, capacity_kwh: 10, charge_kw: 5, soc: battery/soc}]\n"
            "  cars: [{vehicle: leaf, point: left, capacity_kwh: 40}]\n"
            f"  calendars: [{{name: family, url: '{servers.url('/family.ics')}', token_file: token.txt}}]\n")


def planned(house):
    answer = house.ask("GET", "/plan")
    return answer.json() if answer.status == 200 else None


def scene(foxtail):
    servers = Servers()
    servers.answers = {"/prices": (200, awattar(lambda h: 100 if h % 2 else -20)), "/weather": (200, open_meteo()),
                       "/family.ics": (200, calendar())}
    house = House(foxtail, "sources")
    configure(house, servers)
    house.start()
    # (0.1 + 0.1) * 1.2 and (-0.02 + 0.1) * 1.2, to the thousandth of a cent.
    plan = wait_until(lambda: (lambda p: p if p and 0.24 in p["buy"] else None)(planned(house)),
                      lambda: f"a plan with the server's prices: {str(planned(house))[:600]}; {house.problems()}\n{house.log_text()[-1500:]}", 40)
    check(0.096 in plan["buy"], plan["buy"])
    last = hour(36).strftime("%Y-%m-%dT%H:%M:%SZ")
    check(plan["prices_until"] == last, f"prices are known until {last}: {plan['prices_until']}")
    check(any("prices from" in one for one in plan["guessed"]), plan["guessed"])
    plan = wait_until(lambda: (lambda p: p if p and min(p["sun"]) > 3 and max(p["sun"]) < 5.5 else None)(planned(house)),
                      lambda: f"500 W/m2 on 10 kW: {planned(house)['sun']}")
    wait_until(lambda: ("/family.ics", "Bearer secret-of-the-calendar") in servers.asked, lambda: f"the calendar is asked with its token: {servers.asked}")
    check(all(token is None for path, token in servers.asked if path != "/family.ics"), servers.asked)
    check("secret-of-the-calendar" not in house.log_text(), "the token stands in the log")
    house.stop()

    # The next day nobody answers as they should; the house still plans, and says why.
    servers.answers = {"/prices": (200, "<html>maintenance</html>"), "/weather": (503, "later"), "/family.ics": (200, "no calendar")}
    house.start()
    problems = wait_until(lambda: (lambda all_of_them: all_of_them if all("127.0.0.1" in json.dumps(all_of_them) and word in json.dumps(all_of_them)
                                                                             for word in ("awattar", "503", "calendar")) else None)(house.problems()),
                          lambda: f"three problems: {house.problems()}\n{house.log_text()[-1500:]}", 40)
    check(len(problems) >= 3, problems)
    house.stop()


if __name__ == "__main__":
    sys.exit(play(scene, __doc__, "sources: prices, weather and a calendar were asked for, planned with, and missed when they were gone"))
