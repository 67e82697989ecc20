"""How long code takes: a function, or a text that is run without the names of the session but for `globals`.

Lacks: `Timer.print_exc`. Nothing turns a garbage collector off, since Monty has none.
"""

import time

default_timer = time.perf_counter


class Timer:
    def __init__(self, stmt="pass", setup="pass", timer=default_timer, globals=None):
        for name, code in (("stmt", stmt), ("setup", setup)):
            if type(code) is not str and not hasattr(code, "__call__") and "function" not in type(code).__name__:
                raise ValueError(f"{name} is neither a string nor callable")
        self._stmt, self._setup, self._timer = stmt, setup, timer
        self._names = {} if globals is None else globals

    def timeit(self, number=1000000):
        names, stmt, timer = {**self._names}, self._stmt, self._timer
        if type(self._setup) is str:
            exec(self._setup, names)  # noqa: S102 - in the sandbox
        else:
            self._setup()
        if type(stmt) is str:
            lines = "\n".join(["  " + line for line in stmt.split("\n")])
            exec(f"def __loop(__rounds):\n for __round in range(__rounds):\n{lines}", names)  # noqa: S102 - in the sandbox
            loop = names["__loop"]
            start = timer()
            loop(number)
            return timer() - start
        start = timer()
        for _ in range(number):
            stmt()
        return timer() - start

    def repeat(self, repeat=5, number=1000000):
        return [self.timeit(number) for _ in range(repeat)]

    def autorange(self, callback=None):
        scale = 1
        while True:
            for digit in (1, 2, 5):
                taken = self.timeit(scale * digit)
                if callback:
                    callback(scale * digit, taken)
                if taken >= 0.2:
                    return scale * digit, taken
            scale *= 10


def timeit(stmt="pass", setup="pass", timer=default_timer, number=1000000, globals=None):
    return Timer(stmt, setup, timer, globals).timeit(number)


def repeat(stmt="pass", setup="pass", timer=default_timer, repeat=5, number=1000000, globals=None):
    return Timer(stmt, setup, timer, globals).repeat(repeat, number)
