"""Markdown that runs nothing and loads nothing, in whatever dialect it is read.

Parsers of Markdown differ in what they take for a tag, a link or code, so no parser's opinion is asked here. Whatever
could be read as active markup is broken by a word joiner (U+2060, which takes no room) wherever it stands, in code too:
there as elsewhere it then shows as the text that it is. What stays whole are forms so simple that every reading of
them is harmless.

- A `<` that could begin a tag, unless it is one of a few bare tags or a plain web address without `=`.
- `![`, which loads a picture, unless that is in the text itself (`data:`, base64). What is left is a link.
- `](` and `]:` before anything but a plain address of the web, of mail, or without a scheme.
- Entities that stand for anything but common signs: they could spell the name of a scheme or begin a formula.
- The names after code fences, but for those of known languages: JupyterLab draws `mermaid`, which loads pictures.
- Macros of TeX that link or style.
- Straight quotes in what may be a formula, which become curly: JupyterLab puts formulas back into the finished HTML, and
  where one stands in an address or a title, its quotes would end the attribute and begin another.
"""

from __future__ import annotations

import re
from collections import Counter

from . import css
from .screened import Screened
from .tex import JOINER, safe_tex

_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_BARE_TAGS = (
    "b|i|u|s|em|strong|small|big|sub|sup|mark|kbd|code|q|br|hr|p|div|span|center|table|thead|tbody|tfoot|tr|td|th"
    "|ul|ol|li|dl|dt|dd|blockquote|details|summary|h[1-6]|del|ins"
)
_ADDRESS = r"(?:https?://|mailto:)[\w.~:/?\#@&+,;=%-]{0,2000}+"
_IN_ANGLES = _ADDRESS.replace(
    "=", ""
)  # in a block of HTML it begins a tag whose attributes are set off by `/`: none gets a value
_NO_SCHEME = r"[^\s:\\$&@<>)]{0,300}+"  # bounded, or `](` after `](` would take time that grows with its square
_ENTITIES = (
    "amp|lt|gt|quot|nbsp|ensp|emsp|thinsp|copy|reg|trade|deg|plusmn|times|divide|middot|bull|hellip|ndash|mdash|lsquo"
    "|rsquo|ldquo|rdquo|laquo|raquo|larr|rarr|uarr|darr|harr|le|ge|ne|asymp|micro|sect|para|euro|pound|yen|cent|szlig"
    "|[aeiouAEIOU](?:uml|acute|grave|circ)|[nN]tilde|[cC]cedil|alpha|beta|gamma|delta|epsilon|lambda|mu|pi|sigma|omega"
)
_LANGUAGES = re.compile(
    "python[23]?|py[23]?|pycon|ipython3?|pytb|text|txt|plain|console|shell|sh|bash|zsh|fish|powershell|jsonc?|ya?ml|toml"
    r"|ini|xml|html|s?css|js|javascript|jsx|ts|typescript|tsx|sql|c|h|cpp|c\+\+|csharp|cs|java|kotlin|scala|go|rust|rs"
    "|ruby|rb|perl|php|lua|r|julia|matlab|haskell|swift|dart|latex|tex|markdown|md|diff|patch|makefile|dockerfile|csv|http"
    "|graphql|regex|vim|awk",
    re.IGNORECASE,
)
_ACTIVE = re.compile(
    rf"""
    (?P<tag></?(?:{_BARE_TAGS})[ ]?/?>|<(?:span|div|p|td|th|font)[ ](?:style|color|align)="(?P<style>[\w .:;,\#%()-]*+)">)
  | (?P<address><{_IN_ANGLES}>)
  | (?P<query><)(?={_ADDRESS}>)
  | (?P<open><)(?=[A-Za-z/!?\\$@~])
  | (?P<picture>!\[[\w .,:-]*+\]\(data:image/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=]*+\))
  | (?P<image>!)(?=\[)
  | (?P<link>\])(?=[(:]\s{{0,80}}+(?:{_ADDRESS}|{_NO_SCHEME})(?:[\s)]|\Z))
  | (?P<bracket>\])(?=[(:])
  | (?P<entity>&(?:{_ENTITIES});)
  | (?P<ampersand>&)(?=\#|[A-Za-z][A-Za-z0-9]*+;)
  | (?P<fence>`{{3,}}+|~{{3,}}+)(?=[ \t]*+(?P<language>[^\s`]*+))
    """,
    re.VERBOSE | re.ASCII,
)
_BLANK_LINE = re.compile(r"(\n[ \t\r]*\n)")
_FORMULA = re.compile(r"\$|\\\\[(\[]|\\begin")


def screened_markdown(text: str) -> Screened:
    """Markdown as it may be shown."""
    removed: Counter[str] = Counter()

    def harmless(match: re.Match[str]) -> str:
        found = match[0]
        if match["open"] is not None or (match["tag"] is not None and _styles_more(match["style"])):
            what = "tag"
        elif match["image"] is not None:
            what = "remote image"
        elif match["bracket"] is not None or match["query"] is not None:
            what = "link"
        elif match["ampersand"] is not None:
            what = "entity"
        elif match["fence"] is not None and match["language"] and not _known(match["language"]):
            return found + JOINER  # not counted: the code is shown, in one colour
        else:
            return found
        removed[what] += 1
        return found[0] + JOINER + found[1:]

    clean = _ACTIVE.sub(harmless, _UNFIT.sub("", text))
    clean, macros = safe_tex(clean)
    removed["formula's macro"] += macros
    return Screened(_without_quotes_in_formulas(clean), +removed)


def _known(language: str) -> bool:
    return language.startswith(JOINER) or _LANGUAGES.fullmatch(language) is not None


def _styles_more(style: str | None) -> bool:
    """Whether a style attribute does more than draw in its place."""
    if style is None:
        return False
    declarations = css.declarations(style, "")
    return declarations.dropped > 0 or declarations.moves


def _without_quotes_in_formulas(text: str) -> str:
    if '"' not in text or _FORMULA.search(text) is None:
        return text
    return "".join(_curly(paragraph) for paragraph in _BLANK_LINE.split(text))


def _curly(paragraph: str) -> str:
    """Straight quotes made curly between what could be the signs around a formula. Formulas end with their paragraph."""
    found = [match.start() for match in _FORMULA.finditer(paragraph)]
    if not found or (len(found) == 1 and paragraph[found[0]] == "$"):
        return paragraph
    first = found[0]
    last = found[-1] if all(paragraph[place] == "$" for place in found) else len(paragraph)
    return paragraph[:first] + paragraph[first:last].replace('"', "”") + paragraph[last:]
