#!/usr/bin/env python3
"""Checks the signed receipt of a grant, written from docs/ledger-format.md alone.
usage: receipt.py FILE [KEY]    exit status 0 = everything holds, 1 = something does not, 2 = misused
"""
import json, pathlib, sys
from verify import Bad, check_note, key_from, must

WORDS = ["key", "grant", "state", "time", "receipt"]


def verify(text, known=None):
    lines = text.split("\n\n")[0].split("\n")
    said = dict(line.split(" ", 1) for line in lines[2:])
    must(lines[1] == "grant receipt" and list(said) == WORDS and len(lines) == 7, "not a receipt")
    key = key_from(said["key"])
    must(key[0] == lines[0] and known in (None, said["key"]), "the key is another")
    must(check_note(text, key) == lines, "what was signed is another text")
    receipt = json.loads(said["receipt"])
    must(receipt["schema_version"] == "ISO/IEC TS 27560:2023", "another kind of receipt")
    must(str(receipt["grant"]) == said["grant"] and receipt["state"] == said["state"], "the text tells another grant or state")
    return said | {"receipt": receipt}


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(print(__doc__, file=sys.stderr) or 2)
    try:
        text = pathlib.Path(sys.argv[1]).read_bytes().decode()
        said = verify(text, sys.argv[2] if len(sys.argv) > 2 else None)
        print(f"everything holds: grant {said['grant']} was {said['state']} at {said['time']}")
    except OSError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    except (Bad, ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        print(f"does not hold: {error or type(error).__name__}")
        sys.exit(1)
