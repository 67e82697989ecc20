"""`tabulate`: tables as text, the same as the package's.

Lacks: formats other than those in `tabulate_formats`, `maxcolwidths`, cells of several lines, separating lines and wide characters.
"""

import re

LACKS = {
    "SEPARATING_LINE": "Make two tables.",
    "TableFormat": "Name one of tabulate_formats.",
    "simple_separated_format": "Use sep.join(row) for each row.",
}

# name -> line above, header's row, line below it, line between rows, row, line below, padding, left out where there are headers
_bar = ("|", "|", "|")
_plus = ("+", "-", "+", "+")
_FORMATS = {
    "plain": (None, None, None, None, ("", "  ", ""), 0, ""),
    "simple": (("", "-", "  ", ""), ("", "-", "  ", ""), None, ("", "-", "  ", ""), ("", "  ", ""), 0, "above below"),
    "grid": (_plus, ("+", "=", "+", "+"), _plus, _plus, _bar, 1, ""),
    "outline": (_plus, ("+", "=", "+", "+"), None, _plus, _bar, 1, ""),
    "github": (("|", "-", "|", "|"), ("|", "-", "|", "|"), None, None, _bar, 1, "above"),
    "pipe": ("colons", "colons", None, None, _bar, 1, "above"),
    "orgtbl": (None, ("|", "-", "+", "|"), None, None, _bar, 1, ""),
    "psql": (_plus, ("|", "-", "+", "|"), None, _plus, _bar, 1, ""),
    "pretty": (_plus, _plus, None, _plus, _bar, 1, ""),
    "html": (None, None, None, None, None, 0, ""),
    "tsv": (None, None, None, None, ("", "\t", ""), 0, ""),
}
tabulate_formats = sorted(_FORMATS)
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
_ORDER = ["none", "bool", "int", "float", "str"]


def _converts(kind, value):
    try:
        kind(value)
        return True
    except (ValueError, TypeError):
        return False


def _is_int(value):
    return type(value) is int or (type(value) is str and _converts(int, value))


def _is_number(value):
    if type(value) is float or type(value) is int:
        return True
    if not _converts(float, value):
        return False
    if type(value) is not str:
        return True
    number = float(value)
    finite = number == number and abs(number) != float("inf")
    return finite or value.lower() in ("inf", "-inf", "nan")


def _kind(value, parse):
    if value is None or value == "":
        return "none"
    if type(value).__name__ in ("date", "datetime", "time"):
        return "str"
    if type(value) is bool or (type(value) is str and value in ("True", "False")):
        return "bool"
    thousands = parse and type(value) is str and _THOUSANDS.fullmatch(value) is not None
    if parse and (_is_int(value) or (thousands and "." not in value)):
        return "int"
    if parse and (thousands or _is_number(value)):
        return "float"
    return "str"


def _shown(value, kind, floatfmt, intfmt, missing):
    if value is None:
        return missing
    if type(value) is str and not value:
        return ""
    if kind == "int":
        return value if type(value) is str else format(value, intfmt)
    if kind == "float":
        try:
            return format(float(value.replace(",", "") if type(value) is str else value), floatfmt)
        except (ValueError, TypeError):
            pass
    return f"{value}"


def _behind_point(text):
    if not (_is_number(text) or _THOUSANDS.fullmatch(text)) or _is_int(text):
        return -1
    place = text.rfind(".")
    if place < 0:
        place = text.lower().rfind("e")
    return len(text) - place - 1 if place >= 0 else -1


def _padded(text, align, width):
    if align == "left":
        return text.ljust(width)
    if align == "center":
        left = (width - len(text)) // 2
        return text if left < 0 else " " * left + text + " " * (width - len(text) - left)
    return text if not align else text.rjust(width)


def _aligned(column, align, least, keep):
    if align == "decimal":
        behind = [_behind_point(text) for text in column]
        most = max(behind)
        column = [text + " " * (most - each) for text, each in zip(column, behind)]
    elif align and not keep:
        column = [text.strip() for text in column]
    width = max([least] + [len(text) for text in column])
    return [_padded(text, align, width) for text in column]


def _rows_of(data, headers, index):
    keys = None
    if isinstance(data, dict):
        keys = list(data.keys())
        columns = [list(column) for column in data.values()]
        most = max([len(column) for column in columns]) if columns else 0
        rows = [[column[n] if n < len(column) else None for column in columns] for n in range(most)]
    else:
        rows = list(data)
        first = rows[0] if rows else None
        if type(first) is dict:
            keys = list(first)
            for row in rows:
                for key in row:
                    if key not in keys:
                        keys.append(key)
            if headers == "firstrow":
                headers = [first.get(key, key) for key in keys]
                rows = rows[1:]
            elif type(headers) is dict:
                headers = [headers.get(key, key) for key in keys]
            elif headers and headers != "keys":
                raise ValueError("headers for a list of dicts is not a dict or a keyword")
            rows = [[row.get(key) for key in keys] for row in rows]
        elif hasattr(first, "_fields"):
            keys = list(first._fields)
        elif hasattr(first, "__dataclass_fields__"):
            keys = list(first.__dataclass_fields__)
            rows = [[getattr(row, key) for key in keys] for row in rows]
    rows = [list(row) for row in rows]
    if headers == "keys":
        headers = (keys if keys is not None else list(range(len(rows[0])))) if rows else []
    elif headers == "firstrow":
        headers, rows = (rows[0], rows[1:]) if rows else ([], [])
    headers = [str(header) for header in headers]
    if index is True or index == "always":
        rows = [[number] + row for number, row in enumerate(rows)]
    elif type(index) is not str and index:
        index = list(index)
        if len(index) != len(rows):
            raise ValueError(
                f"index must be as long as the number of data rows: len(index)={len(index)} len(rows)={len(rows)}"
            )
        rows = [[name] + row for name, row in zip(index, rows)]
    if headers and rows and len(headers) < len(rows[0]):
        headers = [""] * (len(rows[0]) - len(headers)) + headers
    return rows, headers


def _each(value, count, default):
    return [value] * count if type(value) is str else (list(value) + [default] * count)[:count]


def tabulate(
    tabular_data,
    headers=(),
    tablefmt="simple",
    floatfmt="g",
    intfmt="",
    numalign="default",
    stralign="default",
    missingval="",
    showindex="default",
    disable_numparse=False,
    colglobalalign=None,
    colalign=None,
    preserve_whitespace=False,
):
    rows, headers = _rows_of([] if tabular_data is None else tabular_data, headers, showindex)
    pretty = tablefmt == "pretty"
    numalign = ("center" if pretty else "decimal") if numalign == "default" else numalign
    stralign = ("center" if pretty else "left") if stralign == "default" else stralign
    count = max([len(row) for row in rows]) if rows else 0
    columns = [[row[n] if n < len(row) else None for row in rows] for n in range(count)]
    unparsed = disable_numparse if type(disable_numparse) is not bool else (range(count) if disable_numparse else ())
    kinds = []
    for n, column in enumerate(columns):
        parse = not pretty and n not in unparsed
        kinds.append(_ORDER[max([1] + [_ORDER.index(_kind(value, parse)) for value in column])])
    forms = zip(columns, kinds, _each(floatfmt, count, "g"), _each(intfmt, count, ""), _each(missingval, count, ""))
    columns = [[_shown(value, *more) for value in column] for column, *more in forms]
    aligns = [numalign if kind in ("int", "float") else stralign for kind in kinds]
    if colglobalalign is not None:
        aligns = [colglobalalign] * count
    for n, align in enumerate(colalign or ()):
        if n < count and align != "global":
            aligns[n] = align
    widths = [len(header) + (0 if pretty else 2) for header in headers] if headers else [0] * count
    columns = [
        _aligned(column, aligns[n], widths[n] if n < len(widths) else 0, preserve_whitespace)
        for n, column in enumerate(columns)
    ]
    widths = [
        max([width] + [len(text) for text in (columns[n] if count else [""])])
        for n, width in enumerate(widths[: count or len(widths)])
    ]
    of_headers = aligns or [stralign] * len(headers)
    if headers:
        headers = [_padded(*each) for each in zip(headers, of_headers, widths)]
    if not headers and not rows:
        return ""
    rows = [list(row) for row in zip(*columns)]
    if tablefmt == "html":
        return _html(headers, of_headers, rows, aligns)
    return _drawn(_FORMATS.get(tablefmt, _FORMATS["simple"]), headers, rows, widths, aligns)


def _drawn(form, headers, rows, widths, aligns):
    above, below_header, between, below, row_form, padding, hidden = form
    hidden = hidden if headers else ""
    pad = " " * padding
    lines = []

    def line(form):
        if form == "colons":
            cells = []
            for n, width in enumerate(widths):
                align, width = aligns[n] if n < len(aligns) else "", width + 2 * padding
                if align == "right" or align == "decimal":
                    cells.append("-" * (width - 1) + ":")
                elif align == "center":
                    cells.append(":" + "-" * (width - 2) + ":")
                else:
                    cells.append(":" + "-" * (width - 1) if align == "left" else "-" * width)
            lines.append("|" + "|".join(cells) + "|")
        elif form is not None:
            cells = [form[1] * (width + 2 * padding) for width in widths]
            lines.append((form[0] + form[2].join(cells) + form[3]).rstrip())

    def row(cells):
        padded = [pad + cell + pad for cell in cells]
        lines.append((row_form[0] + row_form[1].join(padded) + row_form[2]).rstrip())

    if "above" not in hidden:
        line(above)
    if headers:
        row(headers)
        line(below_header)
    for number, cells in enumerate(rows):
        if number:
            line(between)
        row(cells)
    if "below" not in hidden:
        line(below)
    return "\n".join(lines)


def _html(headers, of_headers, rows, aligns):
    def row(tag, cells, aligns):
        parts = []
        for n, cell in enumerate(cells):
            align = aligns[n] if n < len(aligns) else ""
            align = "right" if align == "decimal" else align
            style = f' style="text-align: {align};"' if align == "right" or align == "center" else ""
            for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#x27;")):
                cell = cell.replace(sign, entity)
            parts.append(f"<{tag}{style}>{cell}</{tag}>")
        return "<tr>" + "".join(parts).rstrip() + "</tr>"

    head = ["<thead>", row("th", headers, of_headers), "</thead>"] if headers else []
    return "\n".join(["<table>", *head, "<tbody>", *[row("td", cells, aligns) for cells in rows], "</tbody>\n</table>"])
