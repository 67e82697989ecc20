"""`tqdm`: progress bars that move while the cell runs.

A bar prints its state as a record, which the host takes out of stderr and shows as a bar (`engine/progress_bars.py`): Monty
cannot ask the host in the middle of an iteration.

Lacks: what draws the bar by hand (`bar_format`, `ncols`, `ascii`, `colour` and their like are taken and do nothing), `format_dict`
and `pandas()`.
"""

import json
import sys
import time

LACKS = {
    "tqdm_pandas": "There is no pandas here: loop over the rows with tqdm(rows).",
    "tgrange": "Use trange().",
    "tqdm_gui": "Use tqdm().",
}

_made = [0]


def _short(text):
    return str(text)[:200]


def _total_of(iterable):
    try:
        return len(iterable)
    except TypeError:
        return iterable.__len__() if hasattr(iterable, "__len__") else None


class tqdm:
    def __init__(
        self,
        iterable=None,
        desc=None,
        total=None,
        leave=True,
        file=None,
        ncols=None,
        mininterval=0.1,
        maxinterval=10.0,
        miniters=None,
        ascii=None,
        disable=False,
        unit="it",
        unit_scale=False,
        dynamic_ncols=False,
        smoothing=0.3,
        bar_format=None,
        initial=0,
        position=None,
        postfix=None,
        unit_divisor=1000,
        write_bytes=False,
        lock_args=None,
        nrows=None,
        colour=None,
        delay=0.0,
        gui=False,
        **kwargs,
    ):
        if kwargs:
            raise KeyError(f"Unknown argument(s): {kwargs}")
        if total is None and iterable is not None:
            total = _total_of(iterable)
        self.iterable = iterable
        self.total = total if total != float("inf") else None
        self.leave = leave or leave is None
        self.disable = disable or disable is None
        self.unit = unit
        self.unit_scale = unit_scale
        self.unit_divisor = unit_divisor
        self.initial = initial
        self.n = initial
        self.desc = desc or ""
        self.postfix = None
        self._mk_bar = True
        self._over = None  # how enumerate() or zip() changes what a loop gets
        self._it = None
        self._number = None
        self._step = 0
        self._closed = False
        self._begin()
        if postfix is not None:
            self.set_postfix(postfix, refresh=False)
        self._send()

    def _begin(self):
        _made[0] += 1
        self._id = _made[0]
        self.start_t = self._looked = self._sent = time.monotonic()
        self._look = self.n
        self._stride = 1
        self._records = 0

    def __repr__(self):
        begin = self.desc + ": " if self.desc else ""
        return f"{begin}{self.n}/{'?' if self.total is None else self.total}"

    def __iter__(self):
        if self.iterable is None:
            raise TypeError("'NoneType' object is not iterable")
        over, self._over = self._over, None
        items, self._number = self.iterable, None
        if over is not None and over[0] == "zip":
            items = zip(*over[1], items, *over[2])
        elif over is not None:
            self._number = over[1]
        self._step = 0
        self._it = iter(items)
        return self

    def __next__(self):
        self.n += self._step
        if self._step and self.n >= self._look and not self.disable:
            self._tick()
        self._step = 0
        try:
            item = next(self._it)
        except StopIteration:
            self.close()
            raise
        self._step = 1
        if self._number is None:
            return item
        self._number += 1
        return self._number - 1, item

    def _tick(self):
        now = time.monotonic()
        since = now - self._looked
        self._looked = now
        if self._records < 20 or now - self._sent >= 0.02 or self.n == self.total:
            self._send(now)
        elif since < 0.001:
            self._stride = min(16, self._stride * 2)
        if since > 0.05:
            self._stride = 1
        self._look = self.n + self._stride

    def _send(self, now=None):
        if self.disable:
            return
        self._sent = now = time.monotonic() if now is None else now
        self._records += 1
        text = self.desc[: len(self.desc) - 2] if self.desc.endswith(": ") else self.desc
        state = {
            "bar": self._id,
            "n": self.n,
            "total": self.total,
            "initial": self.initial,
            "seconds": now - self.start_t,
            "text": _short(text),
            "unit": _short(self.unit),
            "scale": self.unit_scale,
            "divisor": self.unit_divisor,
            "postfix": _short(self.postfix or ""),
            "leave": self.leave,
            "done": self._closed,
        }
        print("\x1b_monty-bar;" + json.dumps(state) + "\x1b\\", end="", file=sys.stderr)

    def update(self, n=1):
        self.n += n
        if not self.disable:
            self._tick()

    def refresh(self, *args, **kwargs):
        self._send()

    def display(self, msg=None, pos=None):
        self._send()

    def clear(self, nolock=False):
        pass

    def unpause(self):
        pass

    def close(self):
        if not self._closed:
            self._closed = True
            self._send()

    def reset(self, total=None):
        if total is not None:
            self.total = total
        self.n = self.initial = 0
        self._step = 0
        self._closed = False
        self.start_t = self._looked = time.monotonic()
        self._look = 0
        self._send()

    def set_description(self, desc=None, refresh=True):
        self.set_description_str(f"{desc}: " if desc else "", refresh)

    def set_description_str(self, desc=None, refresh=True):
        self.desc = desc or ""
        if refresh and not self.disable:
            self._tick()

    def set_postfix(self, ordered_dict=None, refresh=True, **kwargs):
        parts = []
        values = dict(ordered_dict or {})
        extra = dict(kwargs)
        for key in sorted(extra):
            values[key] = extra[key]
        for key in values:
            value = values[key]
            if type(value) is int or type(value) is float or type(value) is bool:
                value = self.format_num(value)
            parts.append(f"{key}={str(value).strip()}")
        self.set_postfix_str(", ".join(parts), refresh)

    def set_postfix_str(self, s="", refresh=True):
        self.postfix = str(s)
        if refresh and not self.disable:
            self._tick()

    def format_num(*args):
        # called as a method and, as in the original, as a function of the class
        n = args[len(args) - 1]
        short = f"{n:.3g}".replace("e+0", "e+").replace("e-0", "e-")
        plain = str(n)
        return short if len(short) < len(plain) else plain

    def write(*args, file=None, end="\n", nolock=False):
        if hasattr(args[0], "_mk_bar"):
            args = args[1:]
        file, end = (args[1] if len(args) > 1 else file), (args[2] if len(args) > 2 else end)
        if hasattr(file, "write"):
            file.write(args[0] + end)
        else:
            print(args[0], end=end, file=file)

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.close()

    def _enumerated(self, start=0):
        self._over = ("enumerate", start)
        return self

    def _zipped(self, before, after):
        self._over = ("zip", before, after)
        return self


def trange(*args, **kwargs):
    return tqdm(range(*args), **kwargs)


tqdm_notebook = tqdm
tnrange = trange
