"""Clients that are ready as soon as the kernel is: jupyter_client's own, without the 0.2 s in which they wait for silence.

`wait_for_ready` reads the IOPub channel until nothing has arrived for 0.2 s, since it cannot know which messages are still to come.
With a Monty kernel the last one is known: the `idle` that ends the client's own kernel_info request. So here the channel says that
it is empty once that has been read. If it never arrives, because it was published before the client was connected, the 0.2 s pass
as usual. Everything else is jupyter_client's: its conditions, its timeouts and its exceptions.
"""

from __future__ import annotations

from queue import Empty
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.client import KernelClient
from jupyter_client.manager import KernelManager
from jupyter_core.utils import ensure_async, run_sync


class _UntilIdle:
    """An IOPub channel that is empty once the `idle` of the client's latest kernel_info request was read."""

    def __init__(self, channel: Any, client: _ReadyClient) -> None:
        self._channel = channel
        self._client = client
        self._last_idle: str | None = None

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:  # noqa: ASYNC109  # as jupyter_client says it
        """The next message, within `timeout` seconds. Raises queue.Empty."""
        if self._last_idle is not None and self._last_idle == self._client.last_kernel_info:
            raise Empty
        message: dict[str, Any] = await ensure_async(self._channel.get_msg(timeout=timeout))
        if message["msg_type"] == "status" and message["content"].get("execution_state") == "idle":
            self._last_idle = message["parent_header"].get("msg_id")
        return message

    def __getattr__(self, name: str) -> Any:
        return getattr(self._channel, name)


class _ReadyClient(KernelClient):
    last_kernel_info: str | None = None
    """The id of the latest kernel_info request."""

    def kernel_info(self, *args: Any, **kwargs: Any) -> Any:
        """Request kernel info; as in the base class."""
        answer = super().kernel_info(*args, **kwargs)
        if isinstance(answer, str):  # not the reply itself, that was asked for with `reply=True`
            self.last_kernel_info = answer
        return answer

    async def _async_wait_for_ready(self, timeout: float | None = None) -> None:  # noqa: ASYNC109
        channel = self.iopub_channel
        self._iopub_channel = _UntilIdle(channel, self)
        try:
            await super()._async_wait_for_ready(timeout)
        finally:
            self._iopub_channel = channel


class AsyncReadyClient(_ReadyClient, AsyncKernelClient):
    """AsyncKernelClient for a Monty kernel."""

    wait_for_ready = _ReadyClient._async_wait_for_ready


class BlockingReadyClient(_ReadyClient, BlockingKernelClient):
    """BlockingKernelClient for a Monty kernel."""

    wait_for_ready = run_sync(_ReadyClient._async_wait_for_ready)


_INSTEAD_OF: dict[Any, type[KernelClient]] = {
    AsyncKernelClient: AsyncReadyClient,
    BlockingKernelClient: BlockingReadyClient,
}


def give(manager: object) -> None:
    """Let the manager of a Monty kernel create such clients, unless it creates clients of a class of its own."""
    if isinstance(manager, KernelManager):
        ours = _INSTEAD_OF.get(manager.client_factory)
        if ours is not None:
            manager.client_factory = ours
