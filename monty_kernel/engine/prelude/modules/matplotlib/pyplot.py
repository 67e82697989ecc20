"""`matplotlib.pyplot`: everyday charts, which front ends draw as Vega-Lite; a figure shows at the end of its cell.

Calls are only written down here, the host draws them (`monty_kernel/charts`). What styles a detail is taken and does nothing.

Lacks: pictures as files (`savefig` says so on stderr), fields and images (`imshow`, `contour`), a second y axis (`twinx`), polar and 3D
axes, animation, and the objects that matplotlib draws, but for the bars.
"""

import json
import sys
from builtins import range as _upto

import matplotlib as _matplotlib

LACKS = {
    "imshow": "Draw the cells with scatter(x, y, c=values, marker='s').",
    "contour": "Draw the values with scatter(x, y, c=values).",
    "contourf": "Draw the values with scatter(x, y, c=values).",
    "pcolormesh": "Draw the values with scatter(x, y, c=values, marker='s').",
    "hist2d": "Draw the points with scatter(x, y, alpha=0.2).",
    "hexbin": "Draw the points with scatter(x, y, alpha=0.2).",
    "violinplot": "Use boxplot().",
    "quiver": "Use annotate() with arrowprops.",
    "polar": "Use pie() or bar().",
    "twinx": "Draw two axes: fig, (top, bottom) = plt.subplots(2).",
    "cm": "Name a colour map: cmap='viridis'.",
    "subplot_mosaic": "Use subplots(rows, columns).",
    "imread": "IPython.display.Image shows a picture.",
    "pause": "Each show() draws a figure of its own.",
}

_figures = []  # those that did not show yet; the last one is the current one
_made = [0]


def _plain(value):
    kind = type(value)
    if value is None or kind is float or kind is int or kind is str or kind is bool:
        return value
    if kind is dict:
        return {str(key): _plain(value[key]) for key in value}
    if kind.__name__ in ("date", "datetime"):
        return {"date": value.isoformat()}
    try:
        return [_plain(each) for each in value]
    except TypeError:
        return str(value)


class _Drawn:
    def __init__(self, call):
        self._options = call[2]

    def set(self, **options):
        self._options.update(_plain(options))


class _Bar:
    def __init__(self, *place):
        self._upright, self._options, self._number, self._x, self._y, self._width, self._height = place

    def get_x(self):
        return self._x

    def get_y(self):
        return self._y

    def get_width(self):
        return self._width

    def get_height(self):
        return self._height

    def set_color(self, color):
        self._options["painted"] = {**self._options.get("painted", {}), str(self._number): color}

    set_facecolor = set_color


class _Spine:
    def __init__(self, hidden, side):
        self._hidden = hidden
        self._side = side

    def set_visible(self, visible):
        if not visible:
            self._hidden.append(self._side)


def _spread(value, count):
    return value if type(value) is list else [value] * count


def _said(form, value):
    return form(value) if type(form) is not str else form % value if "%" in form else form.format(value)


class _Axes:
    def __init__(self, figure, place):
        self.figure = figure
        self._state = {"place": place, "calls": [], "hidden": []}
        self.spines = {each: _Spine(self._state["hidden"], each) for each in ("left", "right", "top", "bottom")}

    def _call(self, name, args, options):
        call = [name, _plain(args), _plain(options)]
        if name in ("plot", "scatter", "bar", "barh", "fill_between") and len(args) > 1:
            x, y = call[1][:2]
            if type(x) is list and type(y) is list and len(x) != len(y):
                raise ValueError(f"{name}(): x has {len(x)} values and y has {len(y)}")
        self._state["calls"].append(call)
        return call

    def plot(self, *args, **options):
        return [_Drawn(self._call("plot", args, options))]

    def _bars(self, name, at, lengths, thick, start, options):
        call = self._call(name, (at, lengths, thick, start), options)
        at = _spread(call[1][0], 1)
        lengths, thick, start = [_spread(each, len(at)) for each in (call[1][1], thick, start or 0)]
        bars = []
        for number, place in enumerate(at):
            width = thick[number]
            if type(place) is str:
                place = at.index(place)
            if type(place) is not dict and options.get("align") != "edge":
                place -= width / 2
            x, dx, y, dy = place, width, start[number], lengths[number]
            if name == "barh":
                x, dx, y, dy = y, dy, x, dx
            bars.append(_Bar(name == "bar", call[2], number, x, y, dx, dy))
        return bars

    def bar(self, x, height, width=0.8, bottom=None, **options):
        return self._bars("bar", x, height, width, bottom, options)

    def barh(self, y, width, height=0.8, left=None, **options):
        return self._bars("barh", y, width, height, left, options)

    def bar_label(self, container, labels=None, fmt="%g", **options):
        for bar in container:
            value = bar._height if bar._upright else bar._width
            text = _said(fmt, value) if labels is None else labels[bar._number]
            if bar._upright:
                self.text(bar._x + bar._width / 2, bar._y + value, text, shift=3, ha="center", va="bottom", **options)
            else:
                self.text(bar._x + value, bar._y + bar._height / 2, f" {text}", va="center", **options)

    def hist(self, x, bins=10, range=None, density=False, **options):
        many = x and type(x[0]) is list
        rows = x if many else [x]
        every = [value for row in rows for value in row] or [0, 1]
        low, high = range or (min(every), max(every))
        if low == high:
            low, high = low - 0.5, high + 0.5
        if type(bins) is str:
            bins = 12
        edges = [low + (high - low) * i / bins for i in _upto(bins + 1)] if type(bins) is int else list(bins)
        last = len(edges) - 1
        labels = options.pop("label", None)
        draw = self.barh if options.pop("orientation", "") == "horizontal" else self.bar
        counts, bars = [], []
        for number, row in enumerate(rows):
            found = [0.0] * last
            for value in row:
                if edges[0] <= value <= edges[last]:
                    place = 0
                    while place < last - 1 and value >= edges[place + 1]:
                        place += 1
                    found[place] += 1
            steps = [edges[i + 1] - edges[i] for i in _upto(last)]
            if density:
                whole = sum(found) or 1
                found = [each / whole / step for each, step in zip(found, steps)]
            thick = [step / len(rows) for step in steps]
            starts = [edges[i] + number * thick[i] for i in _upto(last)]
            label = labels[number] if many and labels else labels
            counts.append(found)
            bars.append(draw(starts, found, thick, align="edge", label=label, **options))
        return (counts, edges, bars) if many else (counts[0], edges, bars[0])

    def pie(self, x, explode=None, labels=None, colors=None, autopct=None, **options):
        whole = sum(x) or 1
        inside = None
        if autopct is not None:
            inside = [_said(autopct, 100 * each / whole) for each in x]
        self._call("pie", (x, explode, labels, colors, inside), options)
        return ([], []) if inside is None else ([], [], [])

    def set(self, **options):
        for name in options:
            getattr(self, "set_" + name)(options[name])


def _method(name):
    def method(self, *args, **options):
        return _Drawn(self._call(name, args, options))

    return method


_written = (
    "plot bar barh hist pie bar_label scatter fill_between step semilogy loglog axhline axvline axhspan axvspan hlines vlines text annotate errorbar "
    "boxplot tick_params legend grid axis set_title set_xlabel set_ylabel set_xlim set_ylim set_xticks set_yticks "
    "set_xscale set_yscale"
).split()
for _name in (
    _written[6:]
    + (
        "set_xticklabels set_yticklabels invert_xaxis invert_yaxis set_axis_off set_aspect margins set_axisbelow set_facecolor colorbar"
    ).split()
):
    setattr(_Axes, _name, _method(_name))


class _Grid:
    def __init__(self, rows):
        self._rows = rows
        self.flat = [each for row in rows for each in (row.flat if type(row) is _Grid else [row])]
        self.shape = (len(rows),) if len(self.flat) == len(rows) else (len(rows), len(rows[0].flat))

    def __getitem__(self, index):
        if type(index) is not tuple:
            return self._rows[index]
        if type(index[0]) is slice:
            return _Grid([row[index[1]] for row in self._rows])
        return self._rows[index[0]][index[1]]

    def __iter__(self):
        return iter(self._rows)

    def flatten(self):
        return self.flat

    ravel = flatten


class _Figure:
    def __init__(self, figsize=None):
        _made[0] += 1
        self.number = _made[0]
        self.axes = []
        self._say = {"size": figsize or _matplotlib.rcParams.get("figure.figsize")}

    def add_subplot(self, rows=1, columns=1, index=1, **options):
        if rows > 99:
            rows, columns, index = rows // 100, rows // 10 % 10, rows % 10
        axes = _Axes(self, [rows, columns, index - 1])
        for each in self.axes:
            if each._state["place"] == axes._state["place"]:
                return each
        self.axes.append(axes)
        if "title" in options:
            axes.set_title(options["title"])
        return axes

    def subplots(self, rows=1, columns=1, squeeze=True, sharex=False, sharey=False):
        grid = [[self.add_subplot(rows, columns, r * columns + c + 1) for c in _upto(columns)] for r in _upto(rows)]
        self._say["shared"] = [bool(sharex), bool(sharey)]
        if squeeze and rows == 1:
            return grid[0][0] if columns == 1 else _Grid(grid[0])
        if squeeze and columns == 1:
            return _Grid([row[0] for row in grid])
        return _Grid([_Grid(row) for row in grid])

    def gca(self):
        return self.axes[len(self.axes) - 1] if self.axes else self.add_subplot()

    def suptitle(self, t, **options):
        self._say["title"] = str(t)

    def autofmt_xdate(self, **options):
        for each in self.axes:
            each.tick_params(axis="x", rotation=30)

    def colorbar(self, drawn=None, ax=None, **options):
        (ax or self.gca()).colorbar(**options)

    def legend(self, *args, **options):
        self.gca().legend(*args, **options)

    def tight_layout(self, **options):
        pass

    subplots_adjust = tight_layout

    def savefig(self, fname, **options):
        text = "was not written: pictures cannot be made here. The menu beside the chart saves a PNG.]"
        print(f"[savefig: {fname} {text}", file=sys.stderr)

    def _repr_mimebundle_(self, include=None, exclude=None):
        if self in _figures:
            _figures.remove(self)
        say = dict(self._say)
        say["axes"] = [each._state for each in self.axes]
        return {"application/vnd.monty-kernel.figure+json": _plain(say)}

    def show(self):
        made = self._repr_mimebundle_()
        __mk_emit({}, {each: json.dumps(made[each]) for each in made}, "", None, False)


class _Style:
    def use(self, name):
        pass


style = _Style()
rcParams = _matplotlib.rcParams


def figure(num=None, figsize=None, **options):
    for each in _figures:
        if num is not None and each.number == num:
            _figures.remove(each)
            _figures.append(each)
            return each
    _figures.append(_Figure(figsize))
    return gcf()


def gcf():
    return _figures[len(_figures) - 1] if _figures else figure()


def gca():
    return gcf().gca()


def subplots(nrows=1, ncols=1, sharex=False, sharey=False, squeeze=True, figsize=None, **options):
    made = figure(figsize=figsize)
    return made, made.subplots(nrows, ncols, squeeze, sharex, sharey)


def subplot(*place, **options):
    every = gcf().axes
    axes = gcf().add_subplot(*place, **options)
    every.remove(axes)
    every.append(axes)
    return axes


def show(*args, **options):
    for each in list(_figures):
        each.show()


def close(fig=None):
    for each in list(_figures):
        if fig in ("all", each.number, each) or (fig is None and each is gcf()):
            _figures.remove(each)


def clf():
    gcf().axes.clear()


def _of(owner, names):
    def named(name):
        return lambda *args, **options: getattr(owner(), name)(*args, **options)

    return [named(each) for each in names]


(
    plot, bar, barh, hist, pie, bar_label, scatter, fill_between, step, semilogy, loglog, axhline, axvline, axhspan, axvspan, hlines, vlines, text,
    annotate, errorbar, boxplot, tick_params, legend, grid, axis, title, xlabel, ylabel, xlim, ylim, xticks,
    yticks, xscale, yscale,
) = _of(gca, _written)  # fmt: skip
suptitle, tight_layout, subplots_adjust, savefig, colorbar = _of(
    gcf, "suptitle tight_layout subplots_adjust savefig colorbar".split()
)
