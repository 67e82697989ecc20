"""Which requests were sent before a cell's error: what a front end sent in one go stops at an error, also what arrives after it.

The dates in headers come from clients' clocks, which may be hours off. So only dates of one client are compared with each
other, and durations with durations. A request that was sent after an error was sent later than any request X before, by at
least the time that the kernel saw pass from receiving X to sending the error. One whose date is less than that behind X's was
sent before the error. The cell that failed is such an X, and so are those around it, one of which may have come faster.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

DRIFT = 0.001
"""How much slower than the kernel's a client's clock may run. A clock that is being set right is up to 0.0005 slower."""

MOST_DELAY = 60.0
"""Seconds. A request that seems to have been under way for longer comes from a client whose clock was set back meanwhile."""

TOGETHER = 1.0
"""Seconds within which requests count as those around a cell, by either clock: a clock is rarely set within so short a time."""

MOST_SENDERS = 16
"""Sessions that are remembered. The error of one that is forgotten aborts only what has arrived."""

_LONGEST_DATE = 40
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class _Sent(NamedTuple):
    """A request. date: by its client's clock; received: loop time. In microseconds and in seconds."""

    date: int
    received: float

    @property
    def behind(self) -> float:
        """Seconds between the two, of which only differences mean anything."""
        return self.received - self.date / 1e6


class _Failure(NamedTuple):
    """A cell that failed. What its client sent from `since` to before `until`, by the client's clock, was sent before the error."""

    since: int
    until: float
    quickest: _Sent


class _Sender:
    """What is known of the clock of one client.

    quickest: of the latest requests, the one that took the least time from its client. step: microseconds from one date that
    the client can tell to the next, as far as its dates show.
    """

    def __init__(self, first: _Sent) -> None:
        self.quickest = self._last = first
        self.stands_still = False  # whether its dates do not move, so that they say nothing
        self.step = 1_000_000
        self.failure: _Failure | None = None

    def take(self, sent: _Sent) -> None:
        """Learn from a request that has arrived."""
        same, self._last = self._last, sent
        self.stands_still |= same.date == sent.date and sent.received - same.received > TOGETHER
        while self.step > 1 and sent.date % self.step:
            self.step //= 10
        if sent.received - self.quickest.received > TOGETHER or sent.behind < self.quickest.behind:
            self.quickest = sent


class SentBefore:
    """For the loop. Knows of execute requests only: a Jupyter server sends others in its clients' names, with its own dates."""

    def __init__(self) -> None:
        self._senders: dict[str, _Sender] = {}

    def take(self, header: Mapping[str, Any], received: float) -> None:
        """A request has arrived. received: loop time, seconds."""
        sent, session = _date(header), header.get("session")
        if sent is None or not isinstance(session, str):
            return
        request = _Sent(sent, received)
        sender = self._senders.pop(session, None) or _Sender(request)
        sender.take(request)
        self._senders[session] = sender  # the latest comes last
        if len(self._senders) > MOST_SENDERS:
            del self._senders[next(iter(self._senders))]

    def failed(self, header: Mapping[str, Any], received: float, now: float) -> None:
        """A request has failed, and its error is about to be sent. received, now: loop time, seconds."""
        sender, sent = self._sender(header), _date(header)
        if sender is None or sent is None:
            return
        request = _Sent(sent, received)
        quickest = sender.quickest if request.behind - sender.quickest.behind < TOGETHER else request
        until = max(each.date + 1e6 * (1 - DRIFT) * (now - each.received) for each in (request, quickest))
        sender.failure = _Failure(sent, until, quickest)

    def is_before_error(self, header: Mapping[str, Any], received: float) -> bool:
        """Whether a request was certainly sent before the last error of its session; asked once of each, in order."""
        sender, sent = self._sender(header), _date(header)
        if sender is None or sender.failure is None or sender.stands_still:
            return False
        failure = sender.failure
        if (
            sent is not None
            and failure.since <= sent < failure.until - sender.step
            and _Sent(sent, received).behind - failure.quickest.behind < MOST_DELAY
        ):
            return True
        sender.failure = None  # what comes now was sent after it
        return False

    def _sender(self, header: Mapping[str, Any]) -> _Sender | None:
        session = header.get("session")
        return self._senders.get(session) if isinstance(session, str) else None


def _date(header: Mapping[str, Any]) -> int | None:
    """The date in a header, in microseconds; None if there is none that can be read."""
    text = header.get("date")
    if isinstance(text, datetime):
        date = text
    elif isinstance(text, str) and len(text) <= _LONGEST_DATE:
        try:
            date = datetime.fromisoformat(text)
        except ValueError:
            return None
    else:
        return None
    return ((date if date.tzinfo is not None else date.replace(tzinfo=UTC)) - _EPOCH) // _MICROSECOND
