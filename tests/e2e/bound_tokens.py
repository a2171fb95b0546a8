#!/usr/bin/env python3
"""bound_tokens.py FOXTAIL: tokens that are bound to a key of their holder (DPoP, RFC 9449), with proofs that Python's cryptography makes: over
HTTP, an event stream and a WebSocket the holder gets in; who stole the token, a proof or both gets what a stranger gets."""
import base64
import hashlib
import http.client
import json
import os
import sys
import time
import uuid

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils

from desk import Follower
from first_light import announce_lamp, announce_sensor, wait_value
from house import DEADLINE_S, House, check, play, wait_until

TARGET = "/things/porch/properties/lux"


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Holder:
    """A program with a key of its own."""

    def __init__(self, curve):
        self.curve = curve
        if curve == "P-256":
            self.key = ec.generate_private_key(ec.SECP256R1())
            point = self.key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
            self.jwk = {"crv": curve, "kty": "EC", "x": b64(point[1:33]), "y": b64(point[33:])}
        else:
            self.key = ed25519.Ed25519PrivateKey.generate()
            raw = self.key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
            self.jwk = {"crv": curve, "kty": "OKP", "x": b64(raw)}

    def thumbprint(self):
        return b64(hashlib.sha256(json.dumps(self.jwk, sort_keys=True, separators=(",", ":")).encode()).digest())

    def sign(self, text):
        if self.curve != "P-256":
            return self.key.sign(text)
        r, s = utils.decode_dss_signature(self.key.sign(text, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def proof(self, token, method, uri, age_s=0.0, **other):
        head = {"typ": "dpop+jwt", "alg": "ES256" if self.curve == "P-256" else "EdDSA", "jwk": self.jwk}
        claims = {"jti": str(uuid.uuid4()), "htm": method, "htu": uri, "iat": time.time() - age_s,
                  "ath": b64(hashlib.sha256(token.encode()).digest())}
        text = (b64(json.dumps(head).encode()) + "." + b64(json.dumps({**claims, **other}).encode())).encode()
        return text.decode() + "." + b64(self.sign(text))


def ask(house, headers, method="GET", target=TARGET, body=None):
    line = http.client.HTTPConnection(house.page, timeout=DEADLINE_S)
    line.request(method, target, body, headers)
    answer = line.getresponse()
    said = answer.read()
    line.close()
    # All but the moment must be the same for everybody who is not let in.
    return answer.status, sorted((k, v) for k, v in answer.getheaders() if k.lower() != "date"), said


def shown(token, proof):
    return {"Authorization": "DPoP " + token, "DPoP": proof}


def here(house, target=TARGET):
    return f"http://{house.page}{target}"


def give(house, holder, by_cli):
    if by_cli:
        file = house.folder / "holder.jwk"
        file.write_text(json.dumps(holder.jwk))
        given = house.cli("grants", "give", "participant:insurer", "--address", "porch/*", "--address", "garden/*", "--verb", "read", "--verb", "set",
                          "--key", str(file))
        check(given.returncode == 0 and holder.thumbprint() in given.stderr, f"giving by the command line: {given}")
        return given.stdout.strip()
    given = house.ask("POST", "/grants", {"subject_name": "participant:insurer", "addresses": ["porch/*", "garden/*"], "verbs": ["read", "set"],
                                          "key": holder.thumbprint()})
    check(given.status == 201 and given.json()["key"] == holder.thumbprint(), f"giving: {given.status} {given.body}")
    return given.json()["token"]


def let_in(house, holder, token):
    status, _, said = ask(house, shown(token, holder.proof(token, "GET", here(house))))
    check(status == 200 and json.loads(said) == 12, f"{holder.curve}: {status} {said}")
    target = "/things/garden/properties/lamp"
    headers = dict(shown(token, holder.proof(token, "PUT", here(house, target) + "?time_to_live=5s")), **{"Content-Type": "application/json"})
    status, _, said = ask(house, headers, "PUT", target, "true")
    check(status == 204, f"{holder.curve}: a wish: {status} {said}")


def stolen(house, holder, thief, token):
    stranger = ask(house, {"Authorization": "Bearer fxt_" + "A" * 43})
    check(stranger[0] == 401, f"a stranger: {stranger}")
    used = holder.proof(token, "GET", here(house))
    check(ask(house, shown(token, used))[0] == 200, "a proof that is used")
    tries = {
        "the token alone": {"Authorization": "Bearer " + token},
        "the token as DPoP and no proof": {"Authorization": "DPoP " + token},
        "the proof a second time": shown(token, used),
        "a proof of another key": shown(token, thief.proof(token, "GET", here(house))),
        "a proof of another key that says it is the holder's": shown(token, thief.proof(token, "GET", here(house)).split(".", 1)[0] + "." + used.split(".", 1)[1]),
        "a proof for another method": shown(token, holder.proof(token, "POST", here(house))),
        "a proof for another address": shown(token, holder.proof(token, "GET", here(house, "/things"))),
        "a proof for another house": shown(token, holder.proof(token, "GET", "http://elsewhere.example" + TARGET)),
        "a proof for another token": shown(token, holder.proof("fxt_other", "GET", here(house))),
        "a proof that is old": shown(token, holder.proof(token, "GET", here(house), age_s=75)),
        "a proof from the future": shown(token, holder.proof(token, "GET", here(house), age_s=-75)),
        "a proof without an id": shown(token, holder.proof(token, "GET", here(house), jti=None)),
        "the owner's token, which is bound to nothing": shown(house.token(), holder.proof(house.token(), "GET", here(house))),
    }
    for what, headers in tries.items():
        check(ask(house, headers) == stranger, f"{what}: {ask(house, headers)}, a stranger: {stranger}")
    line = http.client.HTTPConnection(house.page, timeout=DEADLINE_S)
    line.putrequest("GET", TARGET)
    line.putheader("Authorization", "DPoP " + token)
    for _ in range(2):
        line.putheader("DPoP", holder.proof(token, "GET", here(house)))
    line.endheaders()
    check(line.getresponse().status == 400, "two proofs at once")
    told = lambda: {one["sentence"] for one in house.records(kind="sign_in_refused", limit=200)}
    wait_until(lambda: any("used before" in one for one in told()) and any("another address" in one for one in told()), lambda: f"on record: {told()}")
    check(ask(house, shown(token, holder.proof(token, "GET", here(house), age_s=-45)))[0] == 200, "a clock that is 45 s ahead")


def streams(house, holder, token):
    target = TARGET + "/observe"
    lines = f"Authorization: DPoP {token}\r\nDPoP: "
    proof = holder.proof(token, "GET", here(house, target))
    events = Follower(house, f"GET {target} HTTP/1.1\r\nHost: {house.page}\r\n{lines}{proof}\r\nAccept: text/event-stream\r\n\r\n", "event stream")
    upgrade = ("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
               f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n\r\n")
    proof = holder.proof(token, "GET", f"ws://{house.page}/stream")
    socket = Follower(house, f"GET /stream HTTP/1.1\r\nHost: {house.page}\r\n{lines}{proof}\r\n{upgrade}", "WebSocket")
    wait_until(lambda: b" 101 " in socket.bytes, lambda: f"the WebSocket opens: {socket.text()}")
    wait_until(lambda: b" 200 " in events.bytes and b"12" in events.bytes, lambda: f"the event stream tells: {events.text()}")
    again = Follower(house, f"GET /stream HTTP/1.1\r\nHost: {house.page}\r\n{lines}{proof}\r\n{upgrade}", "WebSocket again")
    wait_until(lambda: b" 401 " in again.bytes, lambda: f"the same proof opens a second WebSocket: {again.text()}")
    return events, socket


def after_a_kill(house, holder, token):
    """What was seen is forgotten with the process; a proof of before does not count any more all the same."""
    proof = holder.proof(token, "GET", here(house))
    page = house.page
    check(ask(house, shown(token, proof))[0] == 200, "a proof before the kill")
    house.kill()
    house.config.write_text(house.config.read_text().replace("api: {listen: '127.0.0.1:0'}", "api: {listen: '%s'}" % page))
    house.start()
    check(house.page == page, "the same address")
    wait_value(house, "porch/lux", 12)
    check(ask(house, shown(token, proof))[0] == 401, "a proof of before the kill counts again")
    let_in(house, holder, token)


def scene(program):
    house = House(program, "bound")
    house.configure()
    house.start()
    announce_sensor(house, "porch", "lux")
    announce_lamp(house)
    house.tell("garden/lamp", "OFF")
    house.tell("porch/lux", '{"v": 12}')
    wait_value(house, "porch/lux", 12)
    thief = Holder("P-256")
    for curve, by_cli in (("P-256", True), ("Ed25519", False)):
        holder = Holder(curve)
        token = give(house, holder, by_cli)
        let_in(house, holder, token)
        stolen(house, holder, thief, token)
    opened = streams(house, holder, token)
    bound = [one for one in house.get("/grants")["grants"] if one.get("bound")]
    check(len(bound) == 2 and holder.thumbprint() not in json.dumps(bound), f"the list: {bound}")
    after_a_kill(house, holder, token)
    for one in opened:
        one.close()
    opened = streams(house, holder, token)
    check(house.cli("grants", "end", str(bound[-1]["id"])).returncode == 0, "taking back")
    for one in opened:
        check(one.ended.wait(DEADLINE_S), f"the {one.name} goes on after the grant was taken back")
    check(ask(house, shown(token, holder.proof(token, "GET", here(house))))[0] == 401, "what was taken back still opens")
    written = b"".join(path.read_bytes() for path in house.data.rglob("*") if path.is_file() and path.name != "owner.token")
    check(token.encode() not in written, "the token is on the disk")
    check(house.stop() == 0, f"TERM: not 0\n{house.log_text()}")
    check(token not in house.log_text() and "bugs found" not in house.log_text(), house.log_text())


if __name__ == "__main__":
    sys.exit(play(scene, __doc__, "only who has the key gets in"))
