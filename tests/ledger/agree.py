#!/usr/bin/env python3
"""Lets foxtail-verify and verify.py judge sample.jsonl, whole and damaged in every way: both must say the same.

sample.jsonl is also the format's memory: exports that were made once must hold for ever.
"""
import pathlib, random, re, subprocess, sys, tempfile
import verify

here = pathlib.Path(__file__).parent
program = sys.argv[1]
whole = (here / "sample.jsonl").read_bytes()
lines = whole.split(b"\n")[:-1]
chance = random.Random(7)
failures = 0


def by_program(path, *arguments):
    run = subprocess.run([program, *arguments, path], capture_output=True, text=True, timeout=60)
    named = re.search(r"first bad sequence number: (\d+)", run.stdout)
    return run.returncode, named and int(named[1])


def by_python(data, key=None):
    try:
        text = data.decode()
        verify.must(text.endswith("}\n"), "cut")
        verify.verify(text[:-1].split("\n"), key)
        return 0, None
    except (verify.Bad, ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        named = re.search(r"first bad sequence number: (\d+)", str(error))
        return 1, named and int(named[1])


def expect(what, data, status, seq=None):
    """Both give `status`; if `seq` is given, both name it."""
    global failures
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "export.jsonl"
        path.write_bytes(data)
        for who, (said, named) in (("foxtail-verify", by_program(path)), ("verify.py", by_python(data))):
            if said != status or (seq and named != seq):
                failures += 1
                print(f"{what}: {who} says {said}, first bad {named}; expected {status}, {seq}")


def joined(some):
    return b"".join(line + b"\n" for line in some)


expect("whole", whole, 0)
leaves = [i for i, line in enumerate(lines) if line.startswith((b'{"actor"', b'{"blocks"'))]
seq_of = {i: int(re.search(rb'"(?:seq|first)":(\d+)', lines[i])[1]) for i in leaves}
for i, line in enumerate(lines):
    for _ in range(3):
        at = chance.randrange(len(line))
        flipped = line[:at] + bytes([line[at] ^ 1 << chance.randrange(7)]) + line[at + 1:]
        if b"\n" not in flipped:
            expect(f"line {i + 1}, byte {at} flipped", joined(lines[:i] + [flipped] + lines[i + 1:]), 1)
    expect(f"line {i + 1} lost", joined(lines[:i] + lines[i + 1:]), 1)
    expect(f"line {i + 1} twice", joined(lines[:i] + [line] + lines[i:]), 1)
    expect(f"cut before line {i + 1}", joined(lines[:i]), 1)
for i in leaves:  # what is wrong in a leaf alone is named by both
    changed = lines[i].replace(b'"time":17', b'"time":18')
    assert changed != lines[i]
    expect(f"line {i + 1} says another time", joined(lines[:i] + [changed] + lines[i + 1:]), 1, seq_of[i])
body = next(i for i, line in enumerate(lines) if line.startswith(b'{"body"'))
erased = lines[:body] + lines[body + 1:-1] + [lines[-1].replace(b'"bodies":18', b'"bodies":17')]
expect("a body erased", joined(erased), 0)

with tempfile.TemporaryDirectory() as folder:  # a folder's files are read in the order of their names
    for part in range(3):
        (pathlib.Path(folder) / f"part-{part}.jsonl").write_bytes(joined(lines[part * 17:(part + 1) * 17]))
    assert len(lines) <= 51 and by_program(folder)[0] == 0
    assert subprocess.run([sys.executable, here / "verify.py", folder], capture_output=True).returncode == 0
    assert by_program(pathlib.Path(folder) / "none")[0] == 2
assert by_program("--key")[0] == 2
for key in re.findall(rb"foxtail/[0-9a-f]{16}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}", whole):
    assert by_program(here / "sample.jsonl", "--key", key.decode())[0] == 0 == by_python(whole, key.decode())[0]
stranger = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
assert by_program(here / "sample.jsonl", "--key", stranger)[0] == 1 == by_python(whole, stranger)[0]
print("the verifiers agree" if failures == 0 else f"{failures} differences")
sys.exit(failures != 0)
