"""`matplotlib.pyplot` draws: a figure shows at the end of its cell, whatever the cell drew it with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from monty_kernel.charts import FIGURE
from monty_kernel.engine.errors.hints import hint
from tests.support.engine_session import Ran, Session
from tests.support.kernel_client import Kernel, kill_workers

CHART = "application/vnd.vegalite.v5+json"
PLT = "import matplotlib.pyplot as plt\n"


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    session = Session()
    yield session
    session.engine.close()


def charts(ran: Ran) -> list[dict[str, Any]]:
    """The charts that a cell showed; it did not fail, and nothing of them was left out."""
    assert ran.failure is None, ran.failure
    assert "left out of this output" not in ran.printed
    assert all(isinstance(shown.data[CHART], dict) for shown in ran.displays)
    return [dict(shown.data[CHART]) for shown in ran.displays]


def lines(ran: Ran) -> list[str]:
    """The text of each figure, for front ends that draw no charts."""
    assert ran.failure is None, ran.failure
    return [shown.data["text/plain"] for shown in ran.displays]


def test_a_figure_shows_at_the_end_of_its_cell_once(session: Session) -> None:
    ran = session.run(
        PLT + "plt.plot([1, 2, 3], [1, 4, 9], 'r--o', label='squares')\nplt.title('Growth')\nplt.legend();"
    )
    assert lines(ran) == ["[figure: Growth: lines (squares)]"]
    assert len(charts(ran)) == 1
    assert session.run("1 + 1").displays == []


def test_show_draws_at_once_and_close_drops(session: Session) -> None:
    ran = session.run(
        PLT + "plt.plot([1]); plt.show(); print('after'); plt.figure(); plt.bar(['a'], [1]); plt.figure(); plt.close()"
    )
    assert lines(ran) == ["[figure: lines]", "[figure: bars]"]
    assert session.run("plt.plot([1])\nplt.close('all')").displays == []


def test_a_figure_is_a_value_and_goes_on_in_later_cells(session: Session) -> None:
    session.run(PLT + "fig, ax = plt.subplots()\nax.plot([1, 2])")
    assert session.run("ax.scatter([1], [2]); ax.set_title('More');").displays == []
    ran = session.run("fig")
    assert (ran.result, ran.displays) == ("[figure: More: lines, points]", [])


def test_what_a_failed_cell_drew_shows(session: Session) -> None:
    ran = session.run(PLT + "plt.plot([1, 2])\n1 / 0")
    assert ran.failure is not None
    assert ran.failure.ename == "ZeroDivisionError"
    assert [shown.data["text/plain"] for shown in ran.displays] == ["[figure: lines]"]
    assert session.run("1").displays == []


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("plt.plot([1, 2, None, 4], 'g:', lw=3, alpha=0.5, marker='^')", "lines"),
        ("plt.plot([1, 2], [3, 4], 'k-', [1, 2], [4, 5], 'C3.')", "lines, points"),
        ("plt.scatter([1, 2], [3, 4], s=[10, 90], c=[0.5, 7], cmap='plasma')\nplt.colorbar(label='heat')", "points"),
        ("plt.scatter(range(3), [3, 4, 5], c=['red', 'g', '#00f'], marker='x', edgecolors='k')", "points"),
        ("plt.bar(['a', 'b'], [3, 4], color=['C0', 'tab:red'], edgecolor='black', yerr=[0.1, 0.2], label='x')", "bars (x)"),
        ("bars = plt.barh(['a', 'b'], [3, 4])\nplt.bar_label(bars, fmt='{:.1f}')\nplt.gca().invert_yaxis()", "bars"),
        ("for bar in plt.bar([1, 2], [3, 4]):\n    plt.text(bar.get_x() + bar.get_width() / 2, bar.get_height(), 'n', ha='center')", "bars"),
        ("plt.hist([1, 2, 2, 3], bins=3, edgecolor='white', density=True)", "bars"),
        ("plt.hist([[1, 2], [2, 3]], bins=[1, 2, 3], label=['a', 'b'])\nplt.legend()", "bars (a, b)"),
        ("plt.pie([1, 2], labels=['a', 'b'], autopct='%1.1f%%', explode=[0, 0.1], startangle=90, colors=['r', 'b'])", "a pie (a, b)"),
        ("plt.fill_between([1, 2], [1, 2], [2, 3], where=[True, False], alpha=0.2, color='b')", "areas"),
        ("plt.boxplot([[1, 2, 9], [3, 4]], labels=['a', 'b'])", "boxes"),
        ("plt.errorbar([1, 2], [3, 4], yerr=0.5, fmt='o', capsize=3)", "points"),
        ("plt.axhline(1, ls='--'); plt.axvline(2, color='r'); plt.axvspan(1, 2, alpha=0.1); plt.hlines(1, 0, 2)", "lines"),
        ("plt.annotate('top', xy=(1, 2), xytext=(2, 3), arrowprops={'arrowstyle': '->'}); plt.text(0, 0, 'a\\nb')", "nothing"),
        ("plt.semilogy([1, 10, 100]); plt.grid(True, alpha=0.3, linestyle='--'); plt.xlim(0, 5); plt.ylim(bottom=1)", "lines"),
        ("plt.step([1, 2], [3, 4], where='post'); plt.xticks([1, 2], ['one', 'two'], rotation=45); plt.yticks([])", "lines"),
        ("from datetime import date, datetime\nplt.plot([date(2024, 1, 1), datetime(2024, 3, 1, 12)], [1, 2])\nplt.gcf().autofmt_xdate()", "lines"),
        ("from datetime import date\nplt.bar([date(2024, 1, 1), date(2024, 1, 2)], [1, 2])", "bars"),
        ("plt.figure(figsize=(3, 2)); plt.axis('off'); plt.gca().spines['top'].set_visible(False); plt.tight_layout()", "nothing"),
        ("plt.style.use('ggplot'); plt.rcParams['figure.figsize'] = (4, 3); plt.plot({'a': 1}.keys(), {'a': 1}.values())", "lines"),
    ],
)  # fmt: skip
def test_it_draws(session: Session, code: str, line: str) -> None:
    ran = session.run(PLT + code + "\nNone")
    assert len(charts(ran)) == 1
    assert lines(ran) == [f"[figure: {line}]"]


def test_axes_in_rows_and_columns(session: Session) -> None:
    ran = session.run(
        PLT + "fig, axes = plt.subplots(2, 2, figsize=(8, 6))\n"
        "(a, b), (c, d) = axes\n"
        "print(a is axes[0, 0], d is axes[1][1], c is axes.flat[2], axes.shape, len(axes.flatten()))\n"
        "for number, ax in enumerate(axes.flat):\n"
        "    ax.set(title=f't{number}', xlabel='x', ylabel='y')\n"
        "fig.suptitle('All')"
    )
    assert ran.printed == "True True True (2, 2) 4\n"
    (chart,) = charts(ran)
    assert chart["title"]["text"] == "All"
    assert [[view["title"]["text"] for view in row["hconcat"]] for row in chart["vconcat"]] == [
        [["t0"], ["t1"]],
        [["t2"], ["t3"]],
    ]
    ran = session.run(
        "plt.subplot(2, 1, 1); plt.title('up'); plt.subplot(212); plt.title('down'); plt.subplot(2, 1, 1); plt.plot([1]);"
    )
    assert lines(ran) == ["[figure: up: lines; down: nothing]"]


def test_what_hist_counts(session: Session) -> None:
    ran = session.run(PLT + "counts, edges, _ = plt.hist([1, 2, 2, 3, 5], bins=4)\nprint(counts, edges)")
    assert ran.printed == "[1.0, 2.0, 1.0, 1.0] [1.0, 2.0, 3.0, 4.0, 5.0]\n"


def test_other_forms_of_the_import(session: Session) -> None:
    assert lines(session.run("from matplotlib import pyplot\npyplot.plot([1]);")) == ["[figure: lines]"]
    assert lines(session.run("from matplotlib.pyplot import plot, title\nplot([1]); title('T');")) == [
        "[figure: T: lines]"
    ]
    assert lines(
        session.run("import matplotlib\nimport matplotlib.pyplot\nmatplotlib.use('Agg')\nmatplotlib.pyplot.plot([1]);")
    )


def test_the_magic_is_quietly_right(session: Session) -> None:
    ran = session.run("%matplotlib inline\n%config InlineBackend.figure_format = 'retina'\n" + PLT + "plt.plot([1]);")
    assert (ran.printed, lines(ran)) == ("", ["[figure: lines]"])


def test_a_picture_is_not_written_and_that_is_said(start: Callable[..., Kernel]) -> None:
    answer = start().run(
        PLT + "plt.plot([1])\nplt.savefig('a.png', dpi=150)\nimport os\nprint(os.path.exists('a.png'))"
    )
    assert "savefig: a.png was not written" in answer.text("stderr")
    assert answer.text() == "False\n"
    assert [shown["data"]["text/plain"] for shown in answer.all("display_data")] == ["[figure: lines]"]


@pytest.mark.parametrize(
    ("code", "ename", "said"),
    [
        ("plt.plot([1, 2], [1, 2, 3])", "ValueError", "plot(): x has 2 values and y has 3"),
        ("plt.plot([1, 2], 'zz')", "ValueError", "'zz' is not a valid format string"),
        ("plt.scatter([1])", "ValueError", "scatter(): "),
        ("plt.pie([0, 0])", "ValueError", "pie(): a pie needs a number over 0"),
    ],
)
def test_what_cannot_be_drawn_says_why(session: Session, code: str, ename: str, said: str) -> None:
    failure = session.run(PLT + code).failure
    assert failure is not None
    assert failure.ename == ename
    assert said in failure.evalue
    assert session.run("plt.close('all')").failure is None


def test_what_it_lacks_on_axes_has_a_hint(session: Session) -> None:
    failure = session.run(PLT + "fig, ax = plt.subplots()\nax.imshow([[1]])").failure
    assert failure is not None
    assert "'imshow' in matplotlib.pyplot" in str(hint(failure))


def test_a_forged_figure_draws_nothing_that_a_chart_could_not(start: Callable[..., Kernel]) -> None:
    kernel = start()
    for figure in (
        "1",
        "{}",
        "{'axes': [1]}",
        "{'axes': [{'place': [1, 1, 0], 'hidden': [], 'calls': [['__class__', [], {}]]}]}",
    ):
        assert kernel.run(f"display({{'{FIGURE}': {figure}}}, raw=True)").reply["ename"] == "ValueError", figure
    axes = "{'place': [1, 1, 0], 'hidden': [], 'calls': [['bar', [[1], [2]], {'color': 'url(http://x)'}]]}"
    (shown,) = kernel.run(f"display({{'{FIGURE}': {{'axes': [{axes}]}}}}, raw=True)").all("display_data")
    assert CHART in shown["data"]
    assert "http://x" not in str(shown["data"])


def test_figures_survive_a_worker(start: Callable[..., Kernel]) -> None:
    kernel = start()
    kernel.run(PLT + "fig, ax = plt.subplots()\nax.plot([1, 2])")
    kill_workers(kernel.pid)
    assert kernel.run("ax.set_title('Back')\nfig", store_history=False).plain == "[figure: Back: lines]"
