"""A MIME bundle of which every type is safe to show, whatever front end picks whichever.

Markdown does not leave: what leaves is the HTML that was made of it and, where nothing better says it, its source as text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from monty_kernel.outputs import MimeBundle

from .apart import sanitized_markup
from .sanitized import MOST_CHARACTERS, TooLarge
from .terminal import shown
from .tex import safe_tex

PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"})
SHOWN = PICTURES | {
    "text/plain",
    "text/html",
    "text/latex",
    "image/svg+xml",
    "application/json",
}
"""What may be shown. Of all other types nobody knows what the front end, or an extension of it, does with them."""

_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*+", re.ASCII)
_MIME_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)

MOST_PLAIN = 1 << 20
"""Characters of a Markdown source that is shown as text, as of any other text that stands for a value."""
_CUT = f"\n... [cut: the first {MOST_PLAIN:,} of {{:,}} characters are shown]"


class SanitizedBundle(NamedTuple):
    """What may be shown, and the line that says what may not; None if that is nothing."""

    data: MimeBundle
    metadata: Mapping[str, Any]
    note: str | None


MARKDOWN = "text/markdown"
MARKUP = frozenset({MARKDOWN, "text/html", "image/svg+xml"})

TRUST_KERNEL = "restart the kernel with --MontyKernel.trust_outputs=True"
TRUST_RUN = "run it with --trust-outputs (in Python: trust_outputs=True)"
"""How a person says, to either host, that outputs may do what they like."""

_REPR = re.compile(r"<[\w.]+(?: object)?(?: at 0x[0-9a-fA-F]+)?>", re.ASCII)
"""What says no more of a value than its class."""
_METHODS = {
    "text/html": "_repr_html_",
    MARKDOWN: "_repr_markdown_",
    "image/svg+xml": "_repr_svg_",
    "text/latex": "_repr_latex_",
}


def sanitized_bundle(
    data: MimeBundle, metadata: Mapping[str, Any], *, place: str = "0", trust: str = TRUST_KERNEL
) -> SanitizedBundle:
    """The bundle as it may be shown. Where nothing is left to show, the note is its text, and no more is to be said.

    place: of this output among those of its document, so that no two share an id. trust: how a person lets outputs be as they
    are, for the note.
    """
    removed: Counter[str] = Counter()
    dropped: list[str] = []
    changed: list[str] = []
    kept: dict[str, Any] = {}
    for mime in sorted(data, key=MARKDOWN.__eq__):  # Markdown last
        if mime == MARKDOWN and "text/html" in kept:
            continue  # front ends prefer HTML, so nobody would have seen it
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
    if isinstance(source, str) and ("text/plain" not in kept or _REPR.fullmatch(kept["text/plain"])):
        kept["text/plain"] = shown(source[:MOST_PLAIN]) + (_CUT.format(len(source)) if len(source) > MOST_PLAIN else "")
    note = _note(removed, dropped, next((_METHODS[mime] for mime in changed if mime in _METHODS), None), trust)
    if not kept and note is not None:
        kept["text/plain"], note = note, None
    return SanitizedBundle(kept, sanitized_metadata(metadata), note)


def _sanitized(mime: str, value: object, removed: Counter[str], place: str) -> Any:
    """The value as it may be shown, Markdown as HTML; None if it may not."""
    if isinstance(value, str) and len(value) > MOST_CHARACTERS and mime not in MARKUP:
        named = mime if _MIME_TYPE.fullmatch(mime) else "output"
        removed[f"{named} of more than {MOST_CHARACTERS // 1_000_000} MB"] += 1
        return None
    if mime == "application/json":
        return value
    if not isinstance(value, str):
        return None
    if mime == "text/plain":
        return shown(value)
    if mime in PICTURES:
        return value if _BASE64.fullmatch(value) else None
    if mime == "text/latex":
        clean, macros = safe_tex(value)
        removed["formula's macro"] += macros
        return clean
    try:
        sanitized = sanitized_markup(mime, value, place)
    except TooLarge as error:
        removed[f"{mime} of {error}"] += 1
        return None
    if mime == "image/svg+xml" and not sanitized.text:
        return None
    removed.update(sanitized.removed)
    return sanitized.text


def sanitized_metadata(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """What front ends read of an output's metadata and what only concerns how large or on what ground it is drawn."""
    clean: dict[str, Any] = {}
    for key, value in metadata.items():
        if key in SHOWN and isinstance(value, Mapping):
            clean[key] = sanitized_metadata({name: each for name, each in value.items() if name not in SHOWN})
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
    parts += [mime if len(mime) <= 80 and _MIME_TYPE.fullmatch(mime) else "a type of output" for mime in dropped[:5]]
    if not parts:
        return None
    parts = parts[:8] + ([f"{len(parts) - 8} more"] if len(parts) > 8 else [])
    see = f" To see the original as text, run print(x.{method}()), where x is the object shown." if method else ""
    return f"[monty-kernel left out of this output: {', '.join(parts)}.{see} If you trust this notebook, {trust}.]"


def _counted(what: str, count: int) -> str:
    return what if count == 1 else f"{count:,} × {what}"
