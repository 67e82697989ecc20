"""A `monty_kernel.jupyter.kernel` without an engine: a cell is one Python expression, evaluated with `kernel` and `asyncio` at hand."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

from ipykernel.kernelbase import Kernel

from monty_kernel.jupyter.iopub import IOPub


class MontyKernel(Kernel):
    implementation = "stand-in"
    implementation_version = "0"
    language_info = {"name": "python", "mimetype": "text/x-python", "file_extension": ".py"}
    banner = "stand-in"
    closed = 0
    interrupts = 0

    @property
    def kernel_info(self) -> dict[str, Any]:
        names = ("implementation", "implementation_version", "language_info", "banner", "help_links")
        return {"protocol_version": "5.5", "supported_features": [], **{name: getattr(self, name) for name in names}}

    def pre_handler_hook(self) -> None:
        pass

    def post_handler_hook(self) -> None:
        pass

    async def _progressively_terminate_all_children(self) -> None:
        pass

    async def do_execute(self, code: str, silent: bool, **_: Any) -> dict[str, Any]:
        result = eval(code, {"kernel": self, "asyncio": asyncio})
        if inspect.isawaitable(result):
            result = await result
        content = {"data": {"text/plain": repr(result)}, "metadata": {}, "execution_count": self.execution_count}
        self.send_response(self.iopub_socket, "execute_result", content)
        return {"status": "ok", "execution_count": self.execution_count, "payload": [], "user_expressions": {}}

    def interrupt(self) -> None:
        self.interrupts += 1

    async def close(self) -> None:
        self.closed += 1

    async def flood(self, messages: int, size: int) -> int:
        """Print `messages` times `size` characters as a printing cell does: heeding the back-pressure."""
        iopub = self.iopub_socket
        assert isinstance(iopub, IOPub)
        for number in range(messages):
            text = f"{number}:".ljust(size, "x")
            self.send_response(iopub, "stream", {"name": "stdout", "text": text})
            await iopub.drained()
            if number % 16 == 0:
                await asyncio.sleep(0)
        return messages
