#!/usr/bin/env python3
"""Checks an export of a Foxtail ledger, written from docs/ledger-format.md alone, with nothing but Python.
usage: verify.py EXPORT [KEY]    exit status 0 = everything holds, 1 = something does not, 2 = misused
"""
import base64, bisect, hashlib, json, pathlib, re, sys
from ed25519 import signed

sha = lambda data: hashlib.sha256(data).digest()
node = lambda left, right: sha(b"\1" + left + right)

def bytes_of(text):
    raw = base64.b64decode(text, validate=True)
    must(base64.b64encode(raw).decode() == text, "base64 written otherwise")
    return raw

class Tree:
    def __init__(self):
        self.size, self.peaks = 0, []
    def append(self, leaf):
        self.size, size = self.size + 1, self.size
        while size & 1:
            leaf, size = node(self.peaks.pop(), leaf), size >> 1
        self.peaks.append(leaf)
    def root(self):
        root = self.peaks[-1] if self.peaks else sha(b"")
        for peak in reversed(self.peaks[:-1]):
            root = node(peak, root)
        return root

class Bad(Exception):
    pass

def must(holds, why, seq=None):
    if not holds:
        raise Bad(why if seq is None else f"{why}; first bad sequence number: {seq}")

def key_from(text):
    name, key_id, key = re.fullmatch(r"([^\s+]+)\+([0-9a-f]{8})\+(.*)", text).groups()
    raw = bytes_of(key)
    must(len(raw) == 33 and raw[0] == 1 and sha(name.encode() + b"\n" + raw)[:4].hex() == key_id, "a bad key")
    return name, bytes.fromhex(key_id), raw[1:]

def check_note(note, key):
    """The text of a note that `key` signed."""
    text, _, signatures = note.rpartition("\n\n")
    for line in signatures[:-1].split("\n"):
        name, raw = re.fullmatch(r"— (\S+) (\S+)", line).groups()
        raw = bytes_of(raw)
        if (name, raw[:4]) == key[:2]:
            must(signed(key[2], (text + "\n").encode(), raw[4:]), "a signature that does not fit its text")
            return text.split("\n")
    raise Bad("a note its key did not sign")

def verify(lines, known):
    header = json.loads(lines[0])
    origin = header["origin"]
    must(header == {"foxtail_ledger": 1, "origin": origin}, "not a ledger's export")
    leaves, seqs, told, notes, keys, bodies, segments, records, hidden = [], [], {}, [], [], {}, [], [], False
    count, covered = {"blocks": 0, "bodies": 0, "checkpoints": 0, "leaves": 0}, 0
    for number, line in enumerate(lines[1:], 2):
        said = json.loads(line)
        if line.startswith(('{"actor"', '{"blocks"', '{"kind"')):
            leaves.append(sha(b"\0" + line.encode()))
            seqs.append(said.get("seq", said.get("first", 0)))
            if "actor" in said:
                must(said["cause"] < said["seq"] > max(records[-1:] + [0]), "a record out of its place", said["seq"])
                bodies[said["seq"]] = said["body"]
                records.append(said["seq"])
            elif "blocks" in said:
                segments.append((said, len(leaves) - 1, Tree()))
            else:
                keys.append((len(leaves) - 1, said["note"]))
        elif "body" in said:
            commitment = sha(bytes_of(said["salt"]) + said["body"].encode())
            must(commitment == bytes_of(bodies.pop(said["seq"], "")), "another body, or a second one", said["seq"])
            count["bodies"] += 1
        elif "block" in said or "hidden" in said:
            must(segments and said["leaf"] == segments[-1][1] == len(leaves) - 1, "a block out of its place")
            shown = "block" in said and sha(b"\0" + bytes_of(said["salt"]) + said["block"].encode())
            segments[-1][2].append(shown or bytes_of(said["hidden"]))
            count["blocks"] += bool(shown)
        elif "leaf_hash" in said:
            hidden = not leaves.append(bytes_of(said["leaf_hash"])) and not seqs.append(0)
        elif "hashes" in said:
            raw = bytes_of(said["hashes"])
            must(said["from"] == len(told) and len(raw) == 32 * len(said["seqs"]), "hashes out of their place")
            told.update({said["from"] + i: (raw[32 * i:32 * i + 32], s) for i, s in enumerate(said["seqs"])})
        elif "checkpoint" in said:
            notes.append(said["checkpoint"])
            count["checkpoints"] += 1
        else:
            must(number == len(lines) and said == {"end": count | {"leaves": len(leaves)}}, f"line {number} is odd")
    must(lines[-1].startswith('{"end"'), "cut: the end is missing")
    for at in range(max(len(leaves), len(told))):  # to name the first bad one
        mine = (leaves[at], seqs[at]) if at < len(leaves) else None
        must(mine == told.get(at), f"leaf {at} is not the one told",
             next((told[i][1] for i in range(at, len(told)) if i in told and told[i][1]), max(seqs) + 1))
    chain, names = [], [note.split("\n")[4] for _, note in keys]
    vouched = names.index(known) if known in names else 0  # a key that is given answers for all before it, also for one that was lost
    for at, note in keys:  # each key is signed for by itself and by the one before
        fields = note.split("\n\n")[0].split("\n")
        must(fields[:3] == [origin, "key", str(at)], "a key that belongs elsewhere")
        for key in fields[4:]:
            check_note(note, key_from(key))
        first = at == 0 and origin == "foxtail/" + sha(key_from(fields[4])[2]).hex()[:16]
        lost = not fields[5:] and 0 < len(chain) <= vouched
        must(lost or (fields[5:] == chain[-1:] if chain else first), "a key that follows no other")
        covered = covered if chain else int(fields[3])
        chain.append(fields[4])
    must(chain and (known or chain[0]) in chain, "the key never signed for this ledger")
    sizes = {}
    for note in notes:
        size = int(note.split("\n")[1])
        in_force = [key for (at, _), key in zip(keys, chain) if at < size][-1]
        fields = check_note(note, key_from(in_force))
        must(fields[0] == origin, "a checkpoint of another ledger")
        sizes[size] = bytes_of(fields[2])
    tree = Tree()
    for leaf in leaves:
        tree.append(leaf)
        if tree.size in sizes:
            must(sizes.pop(tree.size) == tree.root(), f"the first {tree.size} leaves are others than were signed")
    must(notes and not sizes, "leaves that were signed are missing", max(seqs) + 1)
    for said, _, blocks in segments:
        fit = blocks.root() == bytes_of(said["root"]) and blocks.size == said["blocks"]
        must(fit or blocks.size == 0, "other readings", said["first"])
        others = bisect.bisect(records, said["last"]) - bisect.bisect(records, covered)
        whole = said["first"] == covered + 1 and said["last"] - covered == said["readings"] + others
        must(hidden or whole, "records are missing", covered + 1)
        covered = said["last"]
    return f"everything holds: {len(leaves)} leaves of {origin}, complete to record {covered}, {count}"

if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(print(__doc__, file=sys.stderr) or 2)
    path = pathlib.Path(sys.argv[1])
    try:
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        text = "".join(file.read_bytes().decode() for file in files)
        must(text.endswith("}\n"), "cut: the last line does not end")
        print(verify(text[:-1].split("\n"), sys.argv[2] if len(sys.argv) > 2 else None))
    except OSError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    except (Bad, ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        print(f"does not hold: {error or type(error).__name__}")
        sys.exit(1)
