#!/usr/bin/env python3
"""sources_shapes.py FOXTAIL: prices as Tibber (a POST with a query and a token) and ENTSO-E (XML, its token in the address) tell them, and the sun
as Forecast.Solar does (the house's local times), asked for over HTTP and planned with; and the words of a source that cannot answer."""
import datetime
import http.server
import json
import sys
import threading
import zoneinfo

from house import House, check, play, wait_until
from sources import hour as hour_from_now, planned

ZONE = zoneinfo.ZoneInfo("Europe/Berlin")
HOURS, DEAR, CHEAP = 36, 0.31, 0.12
QUERY = "{viewer{homes{currentSubscription{priceInfo{today{total startsAt currency}}}}}}"
AUTHORIZED = {"/tibber": "Bearer token-of-tibber", "/entsoe?documentType=A44&securityToken=token-of-entsoe": None, "/sun": None}


BEGIN = hour_from_now(0)  # the same all through, also when an hour ends meanwhile


def hour(offset):
    return BEGIN + datetime.timedelta(hours=offset)


def price(h):
    return DEAR if h % 2 else CHEAP


def tibber():
    told = [{"total": price(h), "startsAt": hour(h).astimezone(ZONE).isoformat(), "currency": "EUR"} for h in range(HOURS)]
    return json.dumps({"data": {"viewer": {"homes": [{"currentSubscription": {"priceInfo": {"today": told, "tomorrow": []}}}]}}})


def entsoe():
    at = lambda h: hour(h).strftime("%Y-%m-%dT%H:%MZ")
    points = "".join(f"<Point><position>{h + 1}</position><price.amount>{price(h) * 1000:.0f}</price.amount></Point>" for h in range(HOURS))
    return ('<?xml version="1.0" encoding="utf-8"?><Publication_MarketDocument xmlns="urn:iec62325.351:tc57wg16:451-3:publicationdocument:7:3"><TimeSeries>'
            "<currency_Unit.name>EUR</currency_Unit.name><price_Measure_Unit.name>MWH</price_Measure_Unit.name><curveType>A03</curveType><Period>"
            f"<timeInterval><start>{at(0)}</start><end>{at(HOURS)}</end></timeInterval><resolution>PT60M</resolution>{points}</Period></TimeSeries>"
            "</Publication_MarketDocument>")


def forecast_solar():
    """2.5 kWh in each hour, told at its end, by the house's clocks."""
    local = {hour(h + 1).astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S"): 2500 for h in range(HOURS)}
    return json.dumps({"result": {"watt_hours_period": {hour(0).astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S"): 0, **local}}, "message": {"type": "success"}})


class Servers(http.server.ThreadingHTTPServer):
    def __init__(self):
        self.asked = []
        self.answers = {"/tibber": tibber(), next(one for one in AUTHORIZED if "entsoe" in one): entsoe(), "/sun": forecast_solar()}

        class Answering(http.server.BaseHTTPRequestHandler):
            def answer(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length).decode()
                self.server.asked.append((self.command, self.path, self.headers.get("Authorization"), body))
                known = self.path in self.server.answers and self.headers.get("Authorization") == AUTHORIZED[self.path]
                self.send_response(200 if known else 401)
                self.end_headers()
                self.wfile.write(self.server.answers[self.path].encode() if known else b"who are you?")

            do_GET = do_POST = answer

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Answering)
        threading.Thread(target=self.serve_forever, daemon=True).start()


def configure(house, servers, prices, buy):
    house.configure()
    for source in ("tibber", "entsoe"):
        (house.folder / f"{source}.txt").write_text(f"token-of-{source}\n")
    url = f"http://127.0.0.1:{servers.server_address[1]}"
    text = house.config.read_text().replace("{name: Test house}", "{name: Test house, time_zone: Europe/Berlin}")
    house.config.write_text(
        text + "planning:\n  grid: {power: meter/power}\n"
        f"  sun: {{power: roof/power, peak_kw: 10, forecast: {{format: forecast_solar, url: '{url}/sun'}}}}\n"
        f"  tariff:\n    buy: {{dynamic: true{buy}}}\n    sell: 0.08\n    prices: {{{prices.replace('URL', url)}}}\n"
        "  batteries: [{name: cellar, capacity_kwh: 10, charge_kw: 5, soc: battery/soc}]\n")


def plans_with(foxtail, servers, name, prices, buy):
    house = House(foxtail, f"sources-{name}")
    configure(house, servers, prices, buy)
    house.start()
    fits = lambda plan: plan if plan and {DEAR, CHEAP} <= set(plan["buy"]) and 2.2 < max(plan["sun"], default=0) < 2.8 else None
    def told():
        plan = planned(house) or {}
        return f"{name}: a plan with what the servers tell: {plan.get('sun')}, {plan.get('buy')}; {house.problems()}; {servers.asked}"
    plan = wait_until(lambda: fits(planned(house)), told, 40)
    until = hour(HOURS).strftime("%Y-%m-%dT%H:%M:%SZ")
    check(plan["prices_until"] == until, f"{name}: prices are known until {until}: {plan['prices_until']}")
    # The first may begin just before an hour ends.
    for moment, told in list(zip(plan["slots"], plan["buy"]))[1:]:
        at = next((h for h in range(HOURS) if moment[:13] == hour(h).strftime("%Y-%m-%dT%H")), None)
        check(at is None or told == price(at), f"{name}: {moment} costs {told}")
    for token in ("token-of-tibber", "token-of-entsoe"):
        check(token not in house.log_text() and token not in json.dumps(house.problems()), "a token is told")
    return house


def scene(foxtail):
    servers = Servers()
    house = plans_with(foxtail, servers, "tibber", f"format: tibber, url: 'URL/tibber', token_file: tibber.txt, ask: '{json.dumps({'query': QUERY})}', every: 5m", "")
    asked = next(one for one in servers.asked if one[1] == "/tibber")
    check(asked[0] == "POST" and json.loads(asked[3])["query"] == QUERY, f"as Tibber is asked: {asked}")
    house.stop()
    house = plans_with(foxtail, servers, "entsoe", "format: entsoe, url: 'URL/entsoe?documentType=A44', token_file: entsoe.txt, token_query: securityToken", "")
    house.stop()
    # What a source says of why it cannot answer is told, without the address that the token stands in.
    for path, said in (("/entsoe?documentType=A44&securityToken=token-of-entsoe",
                        "<Acknowledgement_MarketDocument><Reason><code>999</code><text>No matching data found</text></Reason></Acknowledgement_MarketDocument>"),
                       ("/sun", json.dumps({"result": None, "message": {"code": 429, "type": "error", "text": "Rate limit for API calls reached."}}))):
        servers.answers[path] = said
    house.start()
    problems = wait_until(lambda: (lambda told: told if "No matching data found" in told and "Rate limit for API calls reached." in told else None)(json.dumps(house.problems())),
                          lambda: f"two sources that cannot answer: {house.problems()}", 40)
    check("token-of" not in problems, problems)
    check(planned(house) is not None, "it plans with what it knew")
    house.stop()


if __name__ == "__main__":
    sys.exit(play(scene, __doc__, "sources_shapes: Tibber, ENTSO-E and Forecast.Solar were asked for over HTTP and planned with"))
