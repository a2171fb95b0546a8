#!/usr/bin/env python3
"""Checks a certificate of taking a grant back, written from docs/ledger-format.md alone.
usage: certificate.py FILE [KEY]    exit status 0 = everything holds, 1 = something does not, 2 = misused
"""
import json, pathlib, sys
from verify import Bad, bytes_of, check_note, key_from, must, node, sha

WORDS = ["key", "grant", "subject", "effective", "delivered", "time", "leaf", "salt", "body", "index", "size", "root"]


def root_above(leaf, index, size, path):
    """RFC 9162 section 2.1.3.2."""
    must(index < size, "the leaf is not in the tree")
    last, root = size - 1, leaf
    for hash_ in path:
        must(last > 0, "the path is too long")
        if index & 1 or index == last:
            root = node(hash_, root)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            root = node(root, hash_)
        index, last = index >> 1, last >> 1
    must(last == 0, "the path is too short")
    return root


def verify(text, known=None):
    lines = text.split("\n\n")[0].split("\n")
    said = [line.split(" ", 1) for line in lines[2:]]
    must(lines[1] == "grant taken back" and [word for word, _ in said[:12]] == WORDS, "not a certificate")
    must(all(word == "path" for word, _ in said[12:]), "not a certificate")
    c = dict(said[:12])
    key = key_from(c["key"])
    must(key[0] == lines[0] and known in (None, c["key"]), "the key is another")
    must(check_note(text, key) == lines, "what was signed is another text")
    leaf = json.loads(c["leaf"])
    root = root_above(sha(b"\0" + c["leaf"].encode()), int(c["index"]), int(c["size"]), [bytes_of(h) for _, h in said[12:]])
    must(root == bytes_of(c["root"]), "the leaf is not under the root")
    must(leaf["kind"] == "grant_ended" and leaf["seq"] == int(c["effective"]) > int(c["delivered"]), "another record")
    must(sha(bytes_of(c["salt"]) + c["body"].encode()) == bytes_of(leaf["body"]), "another body")
    must(json.loads(c["body"])["grant"] == int(c["grant"]), "another grant")
    return c


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(print(__doc__, file=sys.stderr) or 2)
    try:
        text = pathlib.Path(sys.argv[1]).read_bytes().decode()
        c = verify(text, sys.argv[2] if len(sys.argv) > 2 else None)
        print(f"everything holds: grant {c['grant']} of {c['subject']} ended with record {c['effective']} at {c['time']}")
    except OSError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    except (Bad, ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        print(f"does not hold: {error or type(error).__name__}")
        sys.exit(1)
