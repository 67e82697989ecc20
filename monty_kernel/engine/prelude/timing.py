# %time and %timeit run inside the sandbox, so that the clock is read where the code runs.
# Times are whole nanoseconds: Monty's perf_counter() is seconds since 1970 as a float, which resolves only 240 ns.

import time as __mk_clock


def __mk_tic():
    return __mk_clock.perf_counter_ns()


def __mk_span(seconds, precision=3):
    # as IPython prints a duration: 1min 5s, 1.23 s, 45.6 ms, 789 μs, 12 ns
    if seconds >= 60:
        parts = []
        rest = int(seconds)
        for name, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
            count = rest // size
            rest = rest % size
            if count:
                parts.append(f"{count}{name}")
        return " ".join(parts)
    for unit, scale in (("s", 1.0), ("ms", 1e3), ("μs", 1e6)):
        if seconds * scale >= 1:
            return f"{seconds * scale:.{precision}g} {unit}"
    return f"{seconds * 1e9:.{precision}g} ns"


def __mk_toc(start):
    print("Wall time: " + __mk_span((__mk_tic() - start) / 1e9))


def __mk_toc_value(start, v):
    __mk_toc(start)
    return v


# __mk_times returns the seconds of each run and the loops in a run; run(n) runs the code n times and returns nanoseconds.
# For 0 loops it tries 1, 2, 5, 10, 20, 50 ... until a run takes 0.2 s, like CPython's Timer.autorange: IPython's powers of ten
# would make it 1.9 s for each of 7 runs of a statement that takes 19 ns.


def __mk_more(number):
    return number * 5 // 2 if str(number)[0] == "2" else number * 2


def __mk_times(run, number, repeat):
    if not number:
        number = 1
        while run(number) < 2e8 and number < 10**9:
            number = __mk_more(number)
    return [run(number) / 1e9 for _ in range(repeat)], number


async def __mk_times_awaiting(run, number, repeat):
    if not number:
        number = 1
        while await run(number) < 2e8 and number < 10**9:
            number = __mk_more(number)
    return [await run(number) / 1e9 for _ in range(repeat)], number


def __mk_timeit(measured, precision, quiet, give):
    result = __mk_TimeitResult(measured[0], measured[1], precision)
    if not quiet:
        if result.worst > 4 * result.best and result.best > 0 and result.worst > 1e-6:
            ratio = f"{result.worst / result.best:.2f}"
            print(
                f"The slowest run took {ratio} times longer than the fastest. "
                "This could mean that an intermediate result is being cached."
            )
        print(result)
    return result if give else None


def __mk_make_result():
    class TimeitResult:
        def __init__(self, all_runs, loops, precision):
            self.all_runs = all_runs
            self.loops = loops
            self.repeat = len(all_runs)
            self.timings = [each / loops for each in all_runs]
            self.best = min(self.timings)
            self.worst = max(self.timings)
            self.average = sum(self.timings) / self.repeat
            self.stdev = (sum([(each - self.average) ** 2 for each in self.timings]) / self.repeat) ** 0.5
            self.precision = precision

        def __str__(self):
            average = __mk_span(self.average, self.precision)
            deviation = __mk_span(self.stdev, self.precision)
            runs = "run" if self.repeat == 1 else "runs"
            loops = "loop" if self.loops == 1 else "loops"
            spread = f"mean ± std. dev. of {self.repeat} {runs}, {self.loops:,} {loops} each"
            return f"{average} ± {deviation} per loop ({spread})"

        def __repr__(self):
            return f"<TimeitResult : {self.__str__()}>"

    return TimeitResult


__mk_TimeitResult = __mk_make_result()
