"""What plans take: the planner's part, without the hub around it. Rows of Google Benchmark in, figures out."""

# By the benchmark that measures them (src/foxtail/solver/plans_bench.cpp).
FIGURES = {
    "plan_events": (("plan.event_to_plan.p50_ms", "ms", "lower"), ("plan.event_to_plan.p99_ms", "ms", "lower")),
    "one_cent": (("plan.one_cent.p50_s", "s", "lower"), ("plan.one_cent.p95_s", "s", "lower"), ("plan.one_cent.max_s", "s", "lower"),
                 ("plan.one_cent.proved", "instances", "higher"), ("plan.flat_over_dynamic", "ratio", "lower")),
    "reasons": (("plan.reasons_ms", "ms", "lower"),),
    "infeasible": (("plan.infeasible", "requests", "lower"),),
}


def asked(wanted):
    """Only the benchmarks whose figures are wanted: one of them makes ten thousand plans."""
    names = [bench for bench, figures in FIGURES.items() if any(wanted(name) for name, _, _ in figures)]
    return f"--benchmark_filter=^({'|'.join(names)})(/|$)"


def say_all(rows, say):
    for row in rows:
        for figures in FIGURES.values():
            for name, unit, better in figures:
                if name in row:
                    say(name, row[name], unit, better)
