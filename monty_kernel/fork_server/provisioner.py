"""`monty-fork-provisioner`: forks kernels from a process that has everything imported, or else starts them as usual.

The kernelspec names it (`metadata.kernel_provisioner`), and jupyter_client loads it into each process that starts kernels: a Jupyter
server, nbclient, papermill. To these, a forked kernel is like one of jupyter_client's own LocalProvisioner, only faster.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo, LocalPortCache, port_names
from jupyter_client.manager import KernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from monty_kernel.fork_server import ready_client
from monty_kernel.fork_server.messages import StartRequest
from monty_kernel.fork_server.owner import (
    ForkedKernel,
    Kind,
    NoKernel,
    PortTaken,
    Stdio,
    can_fork,
    kind_of,
    runs_monty_kernel,
    servers,
)
from monty_kernel.jupyter.reconnecting import RESTARTED
from monty_kernel.startup import without_relative

# The options that a forked kernel can be given. Any other (preexec_fn, umask, ...) needs Popen.
_KNOWN = {"env", "cwd", "stdin", "stdout", "stderr", "independent", "extra_arguments", "kernel_id"}

_CHOICES_OF_PORTS = 5
_POLL_SECONDS = 0.005
_POLLS_WHILE_ENDING = 60


class ForkProvisioner(LocalProvisioner):
    """A LocalProvisioner that forks its kernels where possible, and notices their start and end at once."""

    _ending = False
    _launched = False

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the kernel. A forked one listens already when this returns, so no client has to connect twice."""
        self._ending = False
        if runs_monty_kernel(cmd):
            ready_client.give(self.parent)
            kwargs["env"] = without_relative(os.environ if kwargs.get("env") is None else kwargs["env"])
            if self._launched:
                kwargs["env"][RESTARTED] = "1"
        try:
            kernel = await self._forked(cmd, kwargs)
        except NoKernel as reason:
            self.log.debug("Starting the kernel without the fork server: %s", reason)
            return await super().launch_kernel(cmd, **kwargs)
        finally:
            self._launched = True
        self.process: Any = kernel
        self.pid = self.pgid = kernel.pid  # it leads its own session
        self.cwd = kwargs.get("cwd", Path.cwd())
        return self.connection_info

    async def _forked(self, cmd: list[str], kwargs: Mapping[str, Any]) -> ForkedKernel:
        """The kernel, forked. Raises NoKernel."""
        for _ in range(_CHOICES_OF_PORTS - 1):
            try:
                return await _forked(cmd, kwargs)
            except PortTaken:
                if not self._choose_ports(kwargs["env"]):
                    raise
        return await _forked(cmd, kwargs)

    def _choose_ports(self, env: Mapping[str, str]) -> bool:
        """Choose other ports, as the base class chose those that were free then; False if they are not ours to choose."""
        manager = self.parent
        if self._launched or not self.ports_cached or not isinstance(manager, KernelManager):
            return False
        ports = LocalPortCache.instance()
        for name in port_names:
            chosen = getattr(manager, name)
            setattr(manager, name, ports.find_available_port(manager.ip))
            ports.return_port(chosen)
        manager.cleanup_connection_file()
        manager.write_connection_file(jupyter_session=env.get("JPY_SESSION_NAME", ""))
        self.connection_info = manager.get_connection_info()
        return True

    async def poll(self) -> int | None:
        """The exit status, or None. Waits up to 0.3 s for a kernel that was told to end.

        Callers sleep 0.1 s after each call that comes too early, and a Monty kernel ends faster than that.
        """
        status = await super().poll()
        for _ in range(_POLLS_WHILE_ENDING if self._ending else 0):
            if status is not None:
                break
            await asyncio.sleep(_POLL_SECONDS)
            status = await super().poll()
        return status

    async def shutdown_requested(self, restart: bool = False) -> None:
        """Note that the kernel was asked to end."""
        await super().shutdown_requested(restart=restart)
        self._ending = True

    async def kill(self, restart: bool = False) -> None:
        """Send SIGKILL to the kernel's process group."""
        await super().kill(restart=restart)
        self._ending = True

    async def terminate(self, restart: bool = False) -> None:
        """Send SIGTERM to the kernel's process group."""
        await super().terminate(restart=restart)
        self._ending = True


async def _forked(cmd: Sequence[str], kwargs: Mapping[str, Any]) -> ForkedKernel:
    """The kernel, forked. Raises NoKernel if `Popen` has to start it."""
    kind, request = _asked(cmd, kwargs)
    with _stdio(kwargs) as stdio:
        return await servers.start(kind, request, stdio)


def _asked(cmd: Sequence[str], kwargs: Mapping[str, Any]) -> tuple[Kind, StartRequest]:
    """What `Popen` would be asked for, as a request to a fork server. Raises NoKernel if it cannot be expressed."""
    if not can_fork():
        raise NoKernel("this system cannot fork kernels")
    unknown = kwargs.keys() - _KNOWN
    if unknown:
        raise NoKernel(f"options for Popen: {', '.join(sorted(unknown))}")
    env = dict(os.environ if kwargs.get("env") is None else kwargs["env"])
    if not kwargs.get("independent"):
        env["JPY_PARENT_PID"] = str(os.getpid())
    found = kind_of([os.path.expanduser(word) for word in cmd], env)
    if found is None:
        raise NoKernel("a fork cannot replace its command")
    kind, argv = found
    try:
        cwd = os.path.abspath(kwargs.get("cwd") or os.getcwd())
    except OSError as error:
        raise NoKernel("the working directory is gone") from error
    return kind, StartRequest(argv, env, cwd, os.getpid())


@contextmanager
def _stdio(kwargs: Mapping[str, Any]) -> Iterator[Stdio]:
    """What `Popen` would connect the kernel to: by default no input, and this process's stdout and stderr."""
    with ExitStack() as opened:

        def descriptor(what: Any, default: int) -> int:
            if what is None:
                what = default
            if what == subprocess.DEVNULL:
                file = opened.enter_context(open(os.devnull, "r+b", buffering=0))
                return file.fileno()
            if hasattr(what, "fileno"):
                what = what.fileno()
            if not isinstance(what, int) or what < 0:  # PIPE: the caller wants the other end
                raise NoKernel("its output needs a pipe of Popen's")
            os.fstat(what)
            return what

        try:
            stdout = descriptor(kwargs.get("stdout"), 1)
            merged = kwargs.get("stderr") == subprocess.STDOUT
            stderr = stdout if merged else descriptor(kwargs.get("stderr"), 2)
            stdio = Stdio(descriptor(kwargs.get("stdin"), subprocess.DEVNULL), stdout, stderr)
        except (OSError, ValueError) as error:
            raise NoKernel(f"it has no usable stdin, stdout or stderr: {error}") from error
        yield stdio
