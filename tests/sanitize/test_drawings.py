"""What is drawn stays in its output, and a few lines of SVG cannot draw a billion shapes."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest

from monty_kernel.sanitize.html import CONTAINED, sanitized_html, sanitized_svg

NS = 'xmlns="http://www.w3.org/2000/svg"'


def svg(inside: str) -> str:
    return sanitized_svg(f"<svg {NS}>{inside}</svg>").text


def _chain(element: str, reference: str, count: int = 10) -> str:
    """Each holds ten that refer to the one before it."""
    first = f'<{element} id="a0"><rect width="1" height="1"/></{element}>'
    more = "".join(f'<{element} id="a{n}">{(reference % (n - 1)) * 10}</{element}>' for n in range(1, count))
    return f"<defs>{first}{more}</defs>{reference % (count - 1)}"


REFERENCES = {
    "use": ("g", '<use href="#a%d"/>'),
    "use, backwards": ("g", '<use xlink:href="#a%d"></use>'),
    "pattern": ("pattern", '<rect fill="url(#a%d)"/>'),
    "pattern in a style": ("pattern", "<rect style=\"fill:url('#a%d')\"/>"),
    "mask": ("mask", '<rect mask="url(#a%d)"/>'),
    "clip": ("clipPath", '<rect clip-path="url(#a%d)"/>'),
    "marker": ("marker", '<path d="M0 0L1 1L2 2L3 3" marker-mid="url(#a%d)"/>'),
    "symbol": ("symbol", '<use href="#a%d"/>'),
}


def drawn(text: str) -> int:
    """How many elements a browser draws that follows every reference, written apart from the code that counts them."""
    from xml.etree import ElementTree

    root = ElementTree.fromstring(text)
    named = {element.get("id"): element for element in root.iter() if element.get("id")}
    known: dict[str, int] = {}

    def count(element: ElementTree.Element) -> int:
        total = 1 + sum(count(child) for child in element)
        targets = re.findall(r"url\('?#([^)']+)", " ".join(element.attrib.values()))
        targets += [element.get("href", "")[1:]] if element.get("href", "").startswith("#") else []
        for target in targets:
            if target in named:
                if target not in known:
                    known[target] = 10**12  # what leads back to itself
                    known[target] = count(named[target])
                total += known[target]
        return total

    return count(root)


@pytest.mark.parametrize("kind", REFERENCES)
def test_references_in_references_draw_no_billion(kind: str) -> None:
    chained = _chain(*REFERENCES[kind])
    assert drawn(f"<svg>{chained.replace('xlink:', '')}</svg>") >= 10_000_000
    sanitized = sanitized_svg(f"<svg {NS}>{chained}</svg>")
    assert drawn(sanitized.text) < 400_000
    assert sanitized.removed["reference that draws too much"] > 0
    again = sanitized_html(f"<svg>{chained}</svg>")
    assert again.removed["reference that draws too much"] > 0


def test_a_use_whose_target_holds_a_use_is_left_out_wherever_the_target_is() -> None:
    for text in (
        '<g id="a"><use href="#b"/></g><rect id="b"/><use href="#a"/>',
        '<use href="#a"/><rect id="b"/><g id="a"><g><use href="#b"/></g></g>',
        '<g id="a"><use href="#a"/><use href="#b"/></g><rect id="b"/>',
    ):
        assert re.findall(r'href="#output-\w+-(\w+)"', svg(text)) == ["b"]


def test_a_large_target_is_not_drawn_often() -> None:
    text = '<g id="a">' + "<rect/>" * 2_000 + "</g>" + '<use href="#a"/>' * 2_000
    assert drawn(svg(text)) < 400_000


def test_drawings_of_every_day_stay_whole() -> None:
    points = (
        '<defs><path id="m" d="M0 3C1 3 2 2 3 0z"/></defs><g clip-path="url(#p)">'
        + '<use href="#m" x="1"/>' * 5_000
        + "</g>"
    )
    cairo = '<defs><clipPath id="p"><rect/></clipPath><g id="s" clip-path="url(#p)"><path fill="url(#g)"/></g></defs><use href="#s" mask="url(#k)"/><mask id="k"><rect/></mask>'
    gradients = '<linearGradient id="g" href="#h"/><linearGradient id="h"><stop offset="0"/></linearGradient><rect fill="url(#g)"/>'
    shadows = (
        '<filter id="f"><feGaussianBlur stdDeviation="3"/><feOffset dx="2"/></filter>'
        + '<rect filter="url(#f)"/>' * 100
    )
    for text in (points, cairo, gradients, shadows, points + cairo + gradients + shadows):
        assert not sanitized_svg(f"<svg {NS}>{text}</svg>").removed


FILTERS = {
    "taken twice": '<feBlend in="a%d" in2="a%d" result="a%d"/>',
    "taken twice, once unnamed": '<feComposite in2="a%d" result="a%d"/>',
    "merged": '<feMerge result="a%d"><feMergeNode in="a%d"/><feMergeNode in="a%d"/></feMerge>',
    "merged under the same name": '<feMerge result="a0"><feMergeNode in="a0"/><feMergeNode in="a0"/></feMerge>',
    "of a name that nothing has": '<feBlend in="x" in2="y"/>',
}


@pytest.mark.parametrize("kind", FILTERS)
def test_steps_of_filters_that_double(kind: str) -> None:
    def step(number: int) -> str:
        numbers = iter([number] * 3) if kind == "merged" else iter([number - 1] * 3)
        text = re.sub("%d", lambda _: str(next(numbers)), FILTERS[kind])
        if kind == "merged":
            return text.replace(f'in="a{number}"', f'in="a{number - 1}"')
        return re.sub(r'result="a\d+"', f'result="a{number}"', text) if "%d" in FILTERS[kind] else text

    for count, stays in ((4, True), (30, False)):
        steps = '<feFlood result="a0"/>' + "".join(step(number) for number in range(1, count))
        assert ("filter=" in svg(f'<filter id="f">{steps}</filter><rect filter="url(#f)"/>')) == stays


def test_filters_of_many_steps_in_a_row_stay() -> None:
    steps = "<feGaussianBlur stdDeviation='1'/><feOffset dx='1'/><feColorMatrix/>" * 20
    shadow = "<feOffset in='SourceAlpha' result='o'/><feMerge><feMergeNode in='o'/><feMergeNode in='SourceGraphic'/></feMerge>"
    assert "filter=" in svg(f'<filter id="f">{steps}{shadow}</filter><rect filter="url(#f)"/>')


def test_no_drawing_leads_into_that_of_another_output() -> None:
    one, two = (
        sanitized_html(
            f"<svg><g id='a'>{inside}</g><use href='#a'/><rect fill='url(#a)' style='fill:url(#a)'/></svg>"
        ).text
        for inside in ("<rect/>", "<use href='#b'/>")
    )
    for text in (one, two):
        (given,) = set(re.findall(r' id="([^"]*)"', text))
        assert set(re.findall(r"#(output-[\w-]+a)\b", text)) == {given}
    assert re.findall(r' id="([^"]*)"', one) != re.findall(r' id="([^"]*)"', two)
    assert sanitized_html("<p id=x>y</p><a href=#x>z</a>").text.count("output-x") == 2


@pytest.mark.parametrize(
    "style",
    [
        "text-shadow:" + ",".join(["1px 1px 99px red"] * 99),
        "background:" + ",".join(["linear-gradient(red,blue)"] * 99),
        "filter:" + "blur(9px) " * 99,
        "columns:1px",
        "column-width:1px",
        "column-count:9",
    ],
)
def test_styles_that_draw_without_end(style: str) -> None:
    assert "style" not in sanitized_html(f"<p style='{style}'>x").text


def test_styles_with_some_layers_stay() -> None:
    for style in (
        "text-shadow:1px 1px red, 2px 2px blue",
        "background:linear-gradient(90deg, " + ", ".join(["rgb(1, 2, 3)"] * 99) + ")",
        "filter:blur(1px) sepia(1)",
        "display:flex; column-gap:1em",
    ):
        assert style in sanitized_html(f"<p style='{style}'>x").text
    assert "filter" not in svg(f"<g filter='{'blur(9px) ' * 99}'/>")


def test_filters_without_end() -> None:
    text = '<filter id="f"><feTurbulence numOctaves="5000"/><feMorphology radius="9e9"/><feGaussianBlur stdDeviation="3 100000"/></filter>'
    sanitized = sanitized_svg(f"<svg {NS}>{text}</svg>")
    assert not re.search("numOctaves|radius|stdDeviation", sanitized.text)
    assert sanitized.removed == {"excessive filter": 3}


@pytest.mark.parametrize(
    "html",
    [
        f'<b style="{style}">x</b>'
        for style in (
            "text-shadow:0 -500px red", "box-shadow:0 0 0 9999px red", "outline:9999px solid red", "letter-spacing:-900px", "text-indent:-9999px", "margin:-500px", "position:relative;top:-500px",
            "transform:scale(99)", "filter:drop-shadow(0 -500px red)", "line-height:0", "width:9999px", "white-space:nowrap", "border:900px solid", "font-size:900px", "padding:1px", "background:red",
            "text-decoration:underline 900px", "word-spacing:-900px", "height:0", "zoom:50", "float:left", "display:flex", "translate:0 -900px", "text-underline-offset:900px",
        )
    ]
    + ["<svg><rect/></svg>", "<svg width='9999' transform='translate(-900 -900)'/>", "<svg overflow='visible'><rect y='-900'/></svg>", "<img width=9999>", "<hr size=9999>", "<table><tr><td height=9999>x</table>", "**x** <i style='margin:-9px'>y</i>"],
)  # fmt: skip
def test_what_has_a_style_cannot_paint_outside_its_output(html: str) -> None:
    made = sanitized_html(html).text
    assert made.startswith(CONTAINED)
    assert made.endswith("</div>")
    assert sanitized_html(made).text == made


def test_what_only_colours_its_own_box_needs_no_other_box() -> None:
    for html in (
        '<td style="color:red; background-color:blue; text-align:right">',
        '<b style="font-weight:bold">x</b>',
        "<p>x</p>",
    ):
        assert not sanitized_html(html).text.startswith(CONTAINED)


@pytest.mark.parametrize(
    "attribute",
    ['overflow="visible"', 'transform="scale(9)"', 'filter="url(#a)"', 'style="overflow:visible"', 'style="position:absolute;top:-99px"', 'style="margin:-99px"', 'style="outline:99px solid"', "style='box-shadow:0 0 0 99px'"],
)  # fmt: skip
def test_a_drawing_of_its_own_stays_in_its_place(attribute: str) -> None:
    made = sanitized_svg(f'<svg {NS} width="9" {attribute}><g {attribute}/></svg>').text
    root = made[: made.index(">") + 1]
    assert root == '<svg xmlns="http://www.w3.org/2000/svg" width="9">'.replace(f'{NS} width="9"', root[5:-1])
    assert not re.search("overflow|transform|filter|style", root)
    kept = sanitized_svg(f'<svg {NS} style="background: white; width:9px; margin:-9px"></svg>').text
    assert 'style="background: white; width:9px"' in kept


def test_grids_of_a_million_tracks() -> None:
    for style in ("grid-template-columns:repeat(1000000, 1px)", "grid-row:9999999", "columns:100000"):
        assert "style" not in sanitized_html(f"<p style='{style}'>x").text
    assert "repeat(12, 1fr)" in sanitized_html("<p style='display:grid;grid-template-columns:repeat(12, 1fr)'>x").text


@pytest.mark.parametrize(
    "piece",
    [
        '<g id="a%d">',
        '<use href="#a%d"/>',
        '<g id="a%d"><use href="#b%d"/></g>',
        '<rect fill="url(#a%d)" mask="url(#b%d)"/>',
        '<pattern id="a%d" href="#a%d"/>',
        '<g id="b" mask="url(#b)"/>',
    ],
)
@pytest.mark.slow
def test_counting_takes_time_that_grows_as_the_text_does(piece: str) -> None:
    _grows_as_the_text(lambda count: "".join(piece.replace("%d", str(n)) for n in range(count)))


@pytest.mark.slow
def test_so_it_does_for_many_uses_of_what_refers_to_much() -> None:
    filled, used = "<path fill='url(#b)'/>", "<use href='#a'/>"
    _grows_as_the_text(lambda count: f"<g id='a'>{filled * count}</g>{used * count}")


def _grows_as_the_text(drawn: Callable[[int], str]) -> None:
    def seconds(count: int) -> float:
        text = f"<svg><pattern id='b'></pattern>{drawn(count)}</svg>"
        began = time.process_time()
        sanitized_html(text)
        return time.process_time() - began

    seconds(100)
    assert seconds(16_000) < 5 * 8 * max(seconds(2_000), 0.01), (
        "8 times the text; 64 times the time if it grew with its square"
    )
