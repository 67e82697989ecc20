"""What a client sent before an error is aborted, though it arrives after it; what it sent after the error never is."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import zmq

from monty_kernel.jupyter.execution import ARRIVING
from monty_kernel.jupyter.sent_before import MOST_DELAY, MOST_SENDERS, SentBefore
from tests.support.kernel_process import MONTY, KernelProcess
from tests.support.waiting import HANGING

FAILS_LATE = "import time\ntime.sleep(0.4)\n1 / 0"
"""Takes 0.4 s at least, so that what is dated less than that behind it was sent before its error."""

HOUR = timedelta(hours=1)


class Client:
    """Someone with a clock of their own, who sends on the shell channel with dates of their choice."""

    def __init__(self, process: KernelProcess, clock: timedelta = timedelta(0)) -> None:
        self.session = process.session()
        self._socket = process.socket("shell", zmq.DEALER)
        self._clock = clock

    def now(self) -> datetime:
        return datetime.now(UTC) + self._clock

    def send(self, code: str, date: Any, kind: str = "execute_request", cell: str = "", **options: Any) -> str:
        """Send a request with a header of this date, or without one for `...`; the request's id. cell: its id in the notebook."""
        content = {"code": code, "silent": False, **options} if kind == "execute_request" else {}
        header = self.session.msg_header(kind)
        del header["date"]
        if date is not ...:
            header["date"] = date.isoformat() if isinstance(date, datetime) else date
        parts = [self.session.pack(each) for each in (header, {}, {"cellId": cell} if cell else {}, content)]
        self._socket.send_multipart([b"<IDS|MSG>", self.session.sign(parts), *parts])
        return str(header["msg_id"])

    def reply(self) -> tuple[str, str]:
        """The next reply: the id of its request, and its status."""
        assert self._socket.poll(1000 * HANGING)
        _, _, parent, _, content = self._socket.recv_multipart()[-5:]  # jupyter_client cannot read each of these dates
        return json.loads(parent)["msg_id"], json.loads(content)["status"]

    def status(self, code: str, date: Any, **options: Any) -> str:
        """Send a cell and wait for its reply; the status."""
        sent = self.send(code, date, **options)
        asked, status = self.reply()
        assert asked == sent
        return status


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KernelProcess]:
    with KernelProcess(tmp_path_factory.mktemp("kernel"), MONTY) as process:
        yield process
        assert process.output() == ""


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


@pytest.mark.parametrize("clock", [seconds(0), HOUR, -HOUR])
def test_what_was_sent_before_an_error_is_aborted_also_if_it_arrives_late(
    process: KernelProcess, clock: timedelta
) -> None:
    client = Client(process, clock)
    date = client.now()
    assert client.status(FAILS_LATE, date) == "error"
    for later in (0.000_001, 0.001, 0.1, 0.1, 0.3):  # not 0: a clock that shows the same after a second stands still
        assert client.status("1", date + seconds(later)) == "aborted"
    assert client.status("1", client.now()) == "ok"


@pytest.mark.parametrize("clock", [seconds(0), HOUR, -HOUR])
@pytest.mark.parametrize("step", [1, 1000])
def test_what_is_sent_at_once_on_an_error_runs(process: KernelProcess, clock: timedelta, step: int) -> None:
    """step: microseconds from one date to the next."""
    client = Client(process, clock)

    def date() -> datetime:
        now = client.now()
        return now.replace(microsecond=now.microsecond // step * step)

    for _ in range(50):
        before = [client.send("1", date()), client.send("1 / 0", date()), client.send("1", date())]
        replies = {}
        while before[1] not in replies:
            asked, status = client.reply()
            replies[asked] = status
        sent = client.send("2", date())
        while sent not in replies:
            asked, status = client.reply()
            replies[asked] = status
        assert (replies[before[1]], replies[sent]) == ("error", "ok")


@pytest.mark.parametrize(
    "date",
    [
        ...,
        None,
        5,
        "",
        "yesterday",
        "2" * 1_000_000,
        "2024-02-30T00:00:00Z",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59.999999-23:59",
        ["2024-02-03T00:00:00Z"],
    ],
)
def test_dates_that_say_nothing_abort_nothing(process: KernelProcess, date: Any) -> None:
    client = Client(process)
    now = client.now()
    assert client.status(FAILS_LATE, now) == "error"
    assert client.status("1", date) == "ok"
    assert client.status(FAILS_LATE, date) == "error"
    assert client.status("1", now + seconds(0.1)) == "ok"
    assert client.status(FAILS_LATE, date) == "error"
    assert client.status("1", now + seconds(0.2)) == "ok"


def test_a_date_before_the_failed_cell_aborts_nothing(process: KernelProcess) -> None:
    client = Client(process)
    for earlier in (seconds(0.001), HOUR):
        date = client.now()
        assert client.status(FAILS_LATE, date) == "error"
        assert client.status("1", date - earlier) == "ok"


def test_a_date_in_whole_seconds_is_not_taken_for_more_and_one_that_stands_still_for_nothing(
    process: KernelProcess,
) -> None:
    client = Client(process)
    date = client.now().replace(microsecond=0)
    assert client.status(FAILS_LATE, date) == "error"
    assert client.status("1", date) == "ok"
    assert client.status("import time\ntime.sleep(1.2)\n1 / 0", date) == "error"
    assert client.status("1", date) == "ok"


def test_each_client_is_judged_by_its_own_errors(process: KernelProcess) -> None:
    one, other = Client(process), Client(process, HOUR)
    date = one.now()
    assert one.status(FAILS_LATE, date) == "error"
    assert other.status("1", date + seconds(0.1)) == "ok"
    assert other.status(FAILS_LATE, date) == "error"
    assert one.status("1", date + seconds(0.1)) == "aborted"
    assert other.status("1", date + seconds(0.1)) == "aborted"
    assert one.status("1", one.now()) == "ok"
    assert other.status("1", date + seconds(0.2)) == "aborted"


def test_what_follows_a_cell_that_ran_runs(process: KernelProcess) -> None:
    client = Client(process)
    date = client.now()
    assert client.status(FAILS_LATE, date) == "error"
    assert client.status("1", date + seconds(30)) == "ok"
    assert client.status("1", date + seconds(0.1)) == "ok"


@pytest.mark.parametrize("options", [{"stop_on_error": False}, {"silent": True}])
def test_a_cell_that_may_fail_aborts_nothing(process: KernelProcess, options: dict[str, Any]) -> None:
    client = Client(process)
    date = client.now()
    assert client.status(FAILS_LATE, date, **options) == "error"
    assert client.status("1", date + seconds(0.1)) == "ok"


def test_questions_have_dates_of_their_own(process: KernelProcess) -> None:
    """A Jupyter server asks in the name of its client, by its own clock."""
    client = Client(process, -HOUR)
    client.send("", datetime.now(UTC), kind="kernel_info_request")
    client.reply()
    assert client.status("1 / 0", client.now()) == "error"
    assert client.status("1", client.now()) == "ok"


def header(date: float, session: str = "a", digits: int = 6) -> dict[str, Any]:
    """A header dated so many seconds after some day, cut after so many digits."""
    text = (datetime(2024, 5, 6, tzinfo=UTC) + seconds(date)).isoformat(timespec="microseconds")
    return {"session": session, "date": text[: 20 + digits] + "Z"}


def test_a_clock_that_was_set_back_does_not_abort_for_long() -> None:
    known = SentBefore()
    known.take(header(0), 0)
    known.failed(header(0), 0, 7200)
    known.take(header(3610), 7210)  # set back by an hour meanwhile
    assert not known.is_before_error(header(3610), 7210)
    known.failed(header(3610), 7210, 7300)
    known.take(header(3611), 7211 + MOST_DELAY - 2)
    assert known.is_before_error(header(3611), 7211 + MOST_DELAY - 2)


def test_a_quicker_request_says_more() -> None:
    known = SentBefore()
    for date, received in ((0.0, 0.001), (0.002, 0.030)):
        known.take(header(date), received)
    known.failed(header(0.002), 0.030, 0.035)
    known.take(header(0.030), 0.050)
    assert known.is_before_error(header(0.030), 0.050)
    known.take(header(0.0345), 0.051)
    assert not known.is_before_error(header(0.0345), 0.051)


def test_many_sessions_are_not_all_remembered() -> None:
    known = SentBefore()
    for number in range(10 * MOST_SENDERS):
        known.take(header(number, str(number)), number)
        known.failed(header(number, str(number)), number, number + 0.5)
    assert len(known._senders) == MOST_SENDERS
    known.take(header(number + 0.1, str(number)), number + 1)
    assert known.is_before_error(header(number + 0.1, str(number)), number + 1)
    assert not known.is_before_error(header(0.1, "0"), number + 1)


@pytest.mark.parametrize("digits", [6, 3, 1, 0])
def test_nothing_that_was_sent_after_an_error_is_aborted(digits: int) -> None:
    """Clients with any clock, on any network: most of what was sent before the error is known to be, and nothing else."""
    choice = random.Random(digits)
    aborted = before = 0
    for _ in range(5000):
        known = SentBefore()
        offset, speed = choice.uniform(-3700, 3700), 1 + choice.uniform(-5e-4, 5e-4)
        sent, takes = [100 + choice.random()], choice.choice([0.002, 0.02, 0.5, 20.0])
        for _ in range(choice.randrange(2, 12)):
            sent.append(sent[-1] + choice.choice([0.0, 0.001, 0.1]) * choice.random())
        latency = [choice.choice([0.0001, 0.003, 0.05]) * choice.random() for _ in sent]
        received = [
            max(each + late for each, late in zip(sent[:n], latency, strict=False)) for n in range(1, len(sent) + 1)
        ]
        error = received[0] + takes
        sent.append(error + 0.0002 * choice.random())
        received.append(max(received[-1], sent[-1] + 0.0001))
        headers = [header(5000 + offset + each * speed, digits=digits) for each in sent]
        order = [number for number, each in enumerate(received) if each < error]
        for number in order:
            known.take(headers[number], received[number])
        known.failed(headers[0], received[0], error)
        for number in range(len(order), len(sent)):
            known.take(headers[number], received[number])
            found = known.is_before_error(headers[number], received[number])
            assert not (found and sent[number] >= error)
            before += sent[number] < error - 0.01
            aborted += found and sent[number] < error - 0.01
    if digits >= 3:
        assert aborted > 0.6 * before > 100


def test_an_error_waits_for_the_cells_of_a_notebook_that_go_on_arriving(process: KernelProcess) -> None:
    client = Client(process)
    first = client.send("1 / 0", "not a date", cell="a")
    sent, last = 0, time.monotonic()
    while time.monotonic() < last + ARRIVING / 3 and sent < 20:  # a pause in which the error may come ends it
        client.send("'ran'", "not a date", cell="a")
        sent, last = sent + 1, time.monotonic()
        time.sleep(0.005)
    assert client.reply() == (first, "error")
    assert time.monotonic() >= last + ARRIVING or sent < 20
    statuses = [client.reply()[1] for _ in range(sent)]
    assert statuses[: sent - 1] == ["aborted"] * (sent - 1)


def test_the_error_of_a_client_that_names_no_cell_waits_for_nothing(process: KernelProcess) -> None:
    client = Client(process)
    taken = []
    for _ in range(10):
        start = time.monotonic()
        client.status("1 / 0", "not a date")
        taken.append(time.monotonic() - start)
    assert min(taken) < ARRIVING
