#!/usr/bin/env python3
"""The same models before solvers of others: CBC, CLP and GLPK from Debian, HiGHS from npm. Each must find the objective that the
program's own solvers found, to 1e-4. usage: oracles.py MODELS_PROGRAM"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PEERS = HERE.parent / "peers"
CLOSE = 1e-4


def run(*command):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=120, check=False).stdout


def cbc(model, file):
    out = run("cbc", f"{file}.mps", "ratioGap", "0", "allowableGap", "1e-7", "solve", "quit")
    found = re.findall(r"(?:Objective value:|Optimal - objective value|Optimal objective)\s+(-?[\d.e+-]+)", out)
    return float(found[-1]) if found else float("nan")


def clp(model, file):
    if model["whole"]:
        return None
    found = re.search(r"Optimal(?: - | )objective(?: value)?\s+(-?[\d.e+-]+)", run("clp", f"{file}.mps", "-dualsimplex"))
    return float(found[1]) if found else float("nan")


def glpk(model, file):
    with tempfile.NamedTemporaryFile(suffix=".txt") as out:
        run("glpsol", "--freemps", f"{file}.mps", "--cuts", "--tmlim", "60", "-o", out.name)
        found = re.search(r"^Objective:\s+\S+ = (-?[\d.e+-]+)", pathlib.Path(out.name).read_text(), re.M)
    return float(found[1]) if found else float("nan")


def highs(models, folder):
    if shutil.which("node") is None or not (PEERS / "node_modules" / "highs").exists():
        return None
    files = [folder / f"{m['name']}.lp" for m in models]
    out = run("node", HERE / "solve.mjs", PEERS, *files)
    told = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    return {pathlib.Path(t["file"]).stem: t["objective"] if t["status"] == "Optimal" else float("nan") for t in told}


def main():
    with tempfile.TemporaryDirectory(prefix="foxtail-oracles-") as name:
        folder = pathlib.Path(name)
        said = subprocess.run([sys.argv[1], name], capture_output=True, text=True, timeout=200, check=True).stderr
        models = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
        solvers = {"cbc": cbc, "clp": clp, "glpsol": glpk}
        there = {n: s for n, s in solvers.items() if shutil.which(n)}
        by_highs = highs(models, folder)
        if len(there) < len(solvers) or by_highs is None:
            print(f"skipped: of {', '.join(solvers)} and npm's highs not all are installed")
            return 77
        wrong, compared = [], {}
        for model in models:
            ours = model["objective"]
            answers = {n: solve(model, folder / model["name"]) for n, solve in there.items()}
            answers["highs"] = by_highs.get(model["name"], float("nan"))
            for solver, theirs in answers.items():
                if theirs is None:
                    continue
                compared[solver] = compared.get(solver, 0) + 1
                if not abs(ours - theirs) <= CLOSE * max(1.0, abs(ours)):
                    wrong.append(f"{model['name']}: {solver} finds {theirs}, the program {ours}")
        print(f"{len(models)} models; compared: {compared}")
        print("\n".join(wrong))
        asked = sum(compared.get(solver, 0) == len(models) for solver in ("cbc", "glpsol", "highs"))
        return 1 if wrong or len(models) < 30 or asked < 3 or not compared.get("clp") else 0


if __name__ == "__main__":
    sys.exit(main())
