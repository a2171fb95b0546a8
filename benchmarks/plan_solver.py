"""What plans take: the planner's part, without the hub around it. Rows of Google Benchmark in, figures out."""

FIGURES = (("plan.event_to_plan.p50_ms", "ms", "lower"), ("plan.event_to_plan.p99_ms", "ms", "lower"),
           ("plan.one_cent.p50_s", "s", "lower"), ("plan.one_cent.p95_s", "s", "lower"), ("plan.one_cent.max_s", "s", "lower"),
           ("plan.one_cent.proved", "instances", "higher"), ("plan.flat_over_dynamic", "ratio", "lower"),
           ("plan.reasons_ms", "ms", "lower"), ("plan.infeasible", "requests", "lower"))


def say_all(rows, say):
    for row in rows:
        for name, unit, better in FIGURES:
            if name in row:
                say(name, row[name], unit, better)
