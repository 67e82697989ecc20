"""The sanitizer that every output passes on its way from a cell to the kernel or the headless runner.

Every type that is left of a MIME bundle is safe to show, whichever of them a front end picks. Markdown itself is not
passed on. The HTML made of it is and, where no better text describes the value, its source as text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from monty_kernel.outputs import Display, MimeBundle, Output, Result, Stream

from . import MOST_BYTES, MOST_CHARACTERS, Sanitized, TooLarge, bytes_of, check_size
from .downloads import DownloadLink
from .formulas import safe_tex
from .terminal import PrintedText, shown
from .vega import MIME as CHART
from .vega import NEWER as NEWER_CHART

TRUST_KERNEL = "restart the kernel with --MontyKernel.trust_outputs=True"
TRUST_RUN = "run it with --trust-outputs (in Python: trust_outputs=True)"
"""How a person tells either host to trust all outputs."""

MOST_NOTES = 5
"""The most notes that one cell gives. Equal notes are given once."""

Emit = Callable[[Output], None]


class Sanitizer:
    """Makes outputs safe to show. Used by one thread, the one that drives the sandbox.

    Args:
        trust: pass everything on unchanged, as the person chose when they started the kernel.
        how_to_trust: how a person makes that choice, for the notes.
    """

    def __init__(self, *, trust: bool = False, how_to_trust: str = TRUST_KERNEL) -> None:
        self.trust = trust
        self._how_to_trust = how_to_trust
        self._bundles = 0
        self._printed = PrintedText()
        self._name: Stream | None = None  # the last print, which any text held back belongs to
        self._notes: set[str] = set()

    @property
    def most_shown(self) -> int | None:
        """Characters of one MIME type of an output that may be shown; None for no limit."""
        return None if self.trust else MOST_CHARACTERS

    def start_cell(self) -> None:
        """Forget the notes of the cell before."""
        self._notes.clear()

    def emit(self, output: Output, emit: Emit) -> None:
        """Pass an output on to `emit`, followed by a note on what was left out."""
        if self.trust:
            emit(output)
        elif isinstance(output, Stream):
            self._print(output, emit)
        else:
            self.finish(emit)
            if isinstance(output, Display):
                output, note = self._display(output)
                emit(output)
                self._say(note, emit)
            else:
                emit(output)

    def result(self, result: Result, emit: Emit) -> Result:
        """The result as it may be shown. A note on what was left out goes to `emit`."""
        if self.trust:
            return result
        self.finish(emit)
        clean = self._sanitized(result.data, result.metadata)
        self._say(clean.note, emit)
        self._printed.passed(str(clean.data.get("text/plain", "")))
        return result._replace(data=clean.data, metadata=clean.metadata)

    def prompt(self, text: str) -> str:
        """The text of a question to the person as it may be shown; a console prints it unchanged."""
        return text if self.trust else self._printed.passed(shown(text))

    def end_styles(self, emit: Emit) -> None:
        """Pass on held-back text, and end styles that would hide or reverse what follows. Called before the kernel itself asks something."""
        self.finish(emit)
        if text := self._printed.end_styles():
            emit(Stream("stdout", text))

    def page(self, data: MimeBundle) -> dict[str, Any]:
        """A page of help as it may be shown. It is not an output of a cell."""
        return dict(data if self.trust else self._sanitized(data, {}).data)

    def finish(self, emit: Emit) -> None:
        """Pass on held-back text: at the end of a cell, and before anything but the same stream."""
        last, self._name = self._name, None
        if last is not None and (rest := self._printed.rest()):
            emit(last._replace(text=rest))

    def _print(self, output: Stream, emit: Emit) -> None:
        if self._name is not None and self._name.name != output.name:
            self.finish(emit)
        self._name = output
        if text := self._printed.feed(output.text):
            emit(output._replace(text=text))

    def _sanitized(self, data: MimeBundle, metadata: Mapping[str, Any]) -> SanitizedBundle:
        self._bundles += 1
        return sanitized_bundle(data, metadata, place=str(self._bundles), trust=self._how_to_trust)

    def _display(self, output: Display) -> tuple[Display, str | None]:
        clean = self._sanitized(output.data, output.metadata)
        self._printed.passed(str(clean.data.get("text/plain", "")))
        return output._replace(data=clean.data, metadata=clean.metadata), clean.note

    def _say(self, note: str | None, emit: Emit) -> None:
        if note is not None and note not in self._notes and len(self._notes) < MOST_NOTES:
            self._notes.add(note)
            emit(Stream("stderr", note + "\n"))


# Bundles --------------------------------------------------------------------------------------------------------------

PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"})
BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*+", re.ASCII)
MIME_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)

MOST_PLAIN = 1 << 20
"""Characters of a Markdown source that are shown as text, as many as of any other text for a value."""
CUT = f"\n... [cut: the first {MOST_PLAIN:,} of {{:,}} characters are shown]"


class SanitizedBundle(NamedTuple):
    """What may be shown. note: a line that says what was left out; None if nothing was."""

    data: MimeBundle
    metadata: Mapping[str, Any]
    note: str | None


MARKDOWN = "text/markdown"

REPR = re.compile(r"<[\w.]+(?: object)?(?: at 0x[0-9a-fA-F]+)?>", re.ASCII)
"""A `repr` that says no more than the class of the value."""
METHODS = {
    "text/html": "_repr_html_",
    MARKDOWN: "_repr_markdown_",
    "image/svg+xml": "_repr_svg_",
    "text/latex": "_repr_latex_",
}


def sanitized_bundle(
    data: MimeBundle, metadata: Mapping[str, Any], *, place: str = "0", trust: str = TRUST_KERNEL
) -> SanitizedBundle:
    """Sanitize a bundle. If nothing is left to show, the note becomes its text.

    Args:
        place: of this output in its document, so that no two outputs share an id.
        trust: how a person can trust all outputs, for the note.
    """
    removed: Counter[str] = Counter()
    dropped: list[str] = []
    changed: list[str] = []
    kept: dict[str, Any] = {}
    options: dict[str, Any] = {}
    for mime in sorted(data, key=MARKDOWN.__eq__):  # Markdown last
        if mime == MARKDOWN and "text/html" in kept:
            continue  # front ends prefer the HTML
        if mime in (CHART, NEWER_CHART):
            if mime == CHART or CHART not in data:
                _chart(data[mime], kept, options, removed)
            continue
        before = removed.total()
        clean = _sanitized(mime, data[mime], removed, place) if mime in SHOWN or mime == MARKDOWN else None
        if clean is None:
            if removed.total() == before:
                dropped.append(mime)
        else:
            kept["text/html" if mime == MARKDOWN else mime] = clean
        if removed.total() > before:
            changed.append(mime)
    source = data.get(MARKDOWN)
    if isinstance(source, str) and ("text/plain" not in kept or REPR.fullmatch(kept["text/plain"])):
        kept["text/plain"] = shown(source[:MOST_PLAIN]) + (CUT.format(len(source)) if len(source) > MOST_PLAIN else "")
    if CHART in kept:
        kept.setdefault("text/plain", "[a chart, for front ends that draw Vega-Lite]")
    # a cell of %%html and what was displayed as it is have no object; their text is the original, or there is none
    text = data.get("text/plain")
    made = (METHODS[mime] for mime in changed if mime in METHODS and text is not None and text != data[mime])
    note = _note(removed, dropped, next(made, None), trust)
    if not kept and note is not None:
        kept["text/plain"], note = note, None
    return SanitizedBundle(kept, {**sanitized_metadata(metadata), **options}, note)


def _sanitized(mime: str, value: object, removed: Counter[str], place: str) -> Any:
    """The value as it may be shown, Markdown as HTML; None if it may not be shown."""
    if type(value) is DownloadLink:
        return value  # the kernel made it
    if isinstance(value, str) and len(value) > MOST_CHARACTERS and mime not in _SHORT:
        named = mime if MIME_TYPE.fullmatch(mime) else "output"
        removed[f"{named} of more than {MOST_CHARACTERS // 1_000_000} MB"] += 1
        return None
    if mime in DATA:
        return value
    return _REWRITERS[mime](mime, value, removed, place) if isinstance(value, str) else None


def _chart(value: object, kept: dict[str, Any], options: dict[str, Any], removed: Counter[str]) -> None:
    """Add a chart as it may be shown to what is kept, and how it is embedded to the metadata."""
    from .vega import NotDrawn
    from .vega.shown import shown_chart

    try:
        chart = shown_chart(value)
    except (NotDrawn, TooLarge) as error:
        removed[f"a chart ({error})"] += 1
        return
    kept[CHART] = chart.specification
    options[CHART] = {"embed_options": chart.options}
    removed.update({f"{what} (chart)": count for what, count in chart.left_out.items()})


def _text(_mime: str, text: str, _removed: Counter[str], _place: str) -> str:
    return shown(text)


def _picture(_mime: str, text: str, _removed: Counter[str], _place: str) -> str | None:
    return text if BASE64.fullmatch(text) else None


def _formula(_mime: str, text: str, removed: Counter[str], _place: str) -> str:
    clean, macros = safe_tex(text)
    removed["formula's macro"] += macros
    return clean


def _markup(mime: str, text: str, removed: Counter[str], place: str) -> str | None:
    try:
        sanitized = sanitized_markup(mime, text, place)
    except TooLarge as error:
        removed[f"{mime} of {error}"] += 1
        return None
    if mime == "image/svg+xml" and not sanitized.text:
        return None
    removed.update(sanitized.removed)
    return sanitized.text


def sanitized_metadata(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the metadata that only says how an output is drawn: its size, its background, whether it is unfolded."""
    clean: dict[str, Any] = {}
    for key, value in metadata.items():
        if key in SHOWN and isinstance(value, Mapping):
            clean[key] = sanitized_metadata({name: inner for name, inner in value.items() if name not in SHOWN})
        elif (
            (key in ("width", "height") and isinstance(value, (int, float)))
            or (key in ("unconfined", "expanded", "isolated") and isinstance(value, bool))
            or (key == "needs_background" and value in ("light", "dark"))
            or (key in ("alt", "root") and isinstance(value, str))
        ):
            clean[key] = value
    return clean


def _note(removed: Counter[str], dropped: list[str], method: str | None, trust: str) -> str | None:
    parts = [_counted(what, count) for what, count in sorted(removed.items()) if count]
    parts += [mime if len(mime) <= 80 and MIME_TYPE.fullmatch(mime) else "a type of output" for mime in dropped[:5]]
    if not parts:
        return None
    parts = parts[:8] + ([f"{len(parts) - 8} more"] if len(parts) > 8 else [])
    see = f" To see the original as text, run print(x.{method}()), where x is the object." if method else ""
    return f"[monty-kernel left out of this output: {', '.join(parts)}.{see} If you trust this notebook, {trust}.]"


def _counted(what: str, count: int) -> str:
    return what if count == 1 else f"{count:,} × {what}"


# Markup ---------------------------------------------------------------------------------------------------------------

_SHORT: Mapping[str, int] = {"text/html": 50_000, "image/svg+xml": 50_000, MARKDOWN: 16_000}
"""The types of markup, and the characters that take at most 0.1 s in this process, whatever they are. An interrupt waits that long."""

DATA = frozenset({"application/json"})
"""Types whose value is data that front ends draw as text. It is passed on as it is."""

_REWRITERS: Mapping[str, Callable[[str, str, Counter[str], str], str | None]] = {
    "text/plain": _text,
    "text/latex": _formula,
    **dict.fromkeys(PICTURES, _picture),
    **dict.fromkeys(_SHORT, _markup),
}
"""By type, what rewrites its text: a function as `_sanitized`, for a str."""

SHOWN = DATA | {CHART} | _REWRITERS.keys() - {MARKDOWN}
"""The types that may be shown. What a front end or its extensions do with any other type is not known."""

_SECONDS = 30.0  # of processor time in a helper; the person may interrupt


def sanitized_markup(mime: str, text: str, place: str = "0") -> Sanitized:
    """Sanitize HTML, SVG or Markdown: short text here, long text in a helper, which can be killed.

    place: of Markdown in its document, so that ids differ.

    Raises:
        TooLarge: the text or its result is too large.
        KeyboardInterrupt: this thread was interrupted while it waited for a helper.
    """
    if len(text) <= _SHORT[mime]:
        return _sanitized_here(mime, text, place)
    check_size(text)
    from monty_kernel.bounded.helper_pool import JobFailed, TooMuch, Unanswered, ask

    try:
        value, clean = ask(f"{__name__}:sanitized_in_helper", text, mime, place, seconds=_SECONDS)
    except TooMuch as error:
        raise TooLarge("what can be sanitized") from error
    except (Unanswered, JobFailed) as error:
        raise TooLarge(f"what is sanitized without a helper, which gave no answer ({error})") from error
    if "large" in value:
        raise TooLarge(value["large"])
    return Sanitized(clean, Counter(value["removed"]))


def _sanitized_here(mime: str, text: str, place: str) -> Sanitized:
    """Do it in this process, however long it takes. Raises `TooLarge`."""
    if mime == MARKDOWN:
        from .markdown import sanitized_markdown

        return sanitized_markdown(text, place)
    from .html import sanitized_html, sanitized_svg

    return {"text/html": sanitized_html, "image/svg+xml": sanitized_svg}[mime](text)


def sanitized_in_helper(text: str, mime: str, place: str) -> tuple[dict[str, Any], str]:
    """The job of a helper: do it there."""
    try:
        sanitized = _sanitized_here(mime, text, place)
    except TooLarge as error:
        return {"large": str(error)}, ""
    if bytes_of(sanitized.text) > 2 * MOST_BYTES:
        return {"large": f"more than {2 * MOST_BYTES // 1_000_000} MB once it is sanitized"}, ""
    return {"removed": dict(sanitized.removed)}, sanitized.text
