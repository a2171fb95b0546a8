#!/usr/bin/env python3
"""security_page.py ROOT: every test that docs/security.md counts on exists, every row has a test or says that none has, and
every abuse case of the list has a row, or a reason why it has none."""
import pathlib
import re
import sys

TEST = re.compile(r"TEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\)")
ADDED = re.compile(r"(?:fox_e2e\(|add_test\(NAME )([\w.]+)")
CASES = {"I": 7, "A": 8, "C": 7, "R": 11, "L": 7, "D": 7, "S": 6}  # so many of each kind
NUMBER = re.compile(r"\b([A-Z]-\d+)\b")


def uncounted(page, rows):
    """What is wrong with the numbers of abuse cases: in rows behind the attempt, in the list at the end before the reason."""
    all_cases = {f"{kind}-{n}" for kind, many in CASES.items() for n in range(1, many + 1)}
    answered = {one for row in rows for part in re.findall(r"\(([^()]*)\)$", row.split(" | ")[0]) for one in NUMBER.findall(part)}
    left_out = dict(re.findall(r"^\* ([A-Z]-\d+): (.*)$", page.partition("## Not covered")[2], re.M))
    wrong = [f"{one}: no row answers it, and no reason says why" for one in sorted(all_cases - answered - set(left_out))]
    wrong += [f"{one}: there is no such case" for one in sorted((answered | set(left_out)) - all_cases)]
    wrong += [f"{one}: a row answers it, and the end says that none does" for one in sorted(answered & set(left_out))]
    return wrong + [f"{one}: a reason is missing" for one, reason in left_out.items() if len(reason.split()) < 5]


def main():
    root = pathlib.Path(sys.argv[1])
    page = (root / "docs" / "security.md").read_text()
    units = {found for folder in ("src", "tests") for file in (root / folder).rglob("*_test.cpp")
             for found in TEST.findall(file.read_text())}
    added = {name if "." in name else "e2e." + name for file in (root / "tests").rglob("CMakeLists.txt")
             for name in ADDED.findall(file.read_text())}
    wrong = []
    named = set(re.findall(r"`([A-Z]\w+\.(?:\w+|\*))`", page))
    for name in named:
        suite, test = name.split(".")
        if not any(suite == one and test in ("*", other) for one, other in units):
            wrong.append(f"{name}: no such test")
    stories = set(re.findall(r"`(\w+\.house)`", page))
    wrong += [f"{name}: no such story" for name in stories if not (root / "tests" / "scenarios" / name).is_file()]
    programs = set(re.findall(r"`((?:e2e|ledger)\.\w+)`", page))
    wrong += [f"{name}: no such test" for name in programs if name not in added]
    if len(named) < 20 or len(stories) < 3 or len(programs) < 5:
        wrong.append(f"hardly any tests on the page: {len(named)}, {len(stories)}, {len(programs)}")
    rows = [line for line in page.splitlines() if line.startswith("| ") and not line.startswith(("| attempt", "|---"))]
    for row in rows:
        if "`" not in row.split("|")[-2] and not re.search(r"\b(open|in part)\b|\*\*works\*\*", row):
            wrong.append(f"neither a test nor a word that there is none: {row}")
    wrong += uncounted(page, rows)
    for one in wrong:
        print(f"docs/security.md: {one}", file=sys.stderr)
    print(f"{len(rows)} attempts, {len(named) + len(stories) + len(programs)} tests")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
