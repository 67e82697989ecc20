# %time and %timeit run inside the sandbox: the clock is read where the code runs.


def __mk_span(seconds):
    # as IPython prints a duration: 1.23 s, 45.6 ms, 789 us, 12 ns
    if seconds >= 60:
        parts = []
        rest = int(seconds)
        for name, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
            count = rest // size
            rest = rest % size
            if count:
                parts.append(f"{count}{name}")
        return " ".join(parts)
    for unit, scale in (("s", 1.0), ("ms", 1e3), ("μs", 1e6), ("ns", 1e9)):
        if seconds * scale >= 1 or unit == "ns":
            return f"{seconds * scale:.3g} {unit}"


def __mk_tic():
    import time

    return time.perf_counter()


def __mk_toc(start):
    import time

    print("Wall time: " + __mk_span(time.perf_counter() - start))


def __mk_toc_value(start, v):
    __mk_toc(start)
    return v


def __mk_timeit(run, number, repeat, quiet, precision):
    # run(n) runs the code n times and returns the seconds it took; -> [best, all per loop] or prints
    if not number:
        number = 1
        while number < 10**9 and run(number) < 0.2:
            number *= 10
    times = [run(number) / number for _ in range(repeat)]
    mean = sum(times) / len(times)
    deviation = (sum([(each - mean) ** 2 for each in times]) / len(times)) ** 0.5
    if not quiet:
        runs = "run" if repeat == 1 else "runs"
        loops = "loop" if number == 1 else "loops"
        print(f"{__mk_span(mean)} ± {__mk_span(deviation)} per loop (mean ± std. dev. of {repeat} {runs}, {number:,} {loops} each)")
    return None
