"""The configuration that is kept for the tests of upgrades: every option of docs/options.md, none with its default where that can be."""

from __future__ import annotations

from typing import Any

# @NAME@ stands for what differs from one computer to the next; the test puts something in its place.
OPTIONS: dict[str, dict[str, Any]] = {
    "MontyKernel": {
        "max_memory": 500_000_000,
        "max_cell_seconds": 61.5,
        "max_recursion_depth": 150,
        "max_cell_output": 2_000_000,
        "max_host_calls": 70,
        "max_seconds_asleep": 62.5,
        "walls": "best",  # `require` starts no worker where a wall is missing
        "snapshots": "memory",
        "snapshot_budget": 0.2,
        "snapshot_memory": 1 << 28,
        "resume": "allow",
        "mounts": ["@FOLDER@/read:/read:ro", "@FOLDER@/change:/change:rw", "@FOLDER@/over:/over"],
        "mount_max_bytes": 100_000,
        "mount_max_files": 20,
        "work_max_bytes": 30_000_000,
        "tools": ["@FOLDER@/tools/bookshop.py"],
        "tool_permissions": {"bookshop.order": "allow"},
        "audit_file": "@FOLDER@/log/audit.jsonl",
        "snapshot_max_days": 12.5,
        "snapshot_max_bytes": 1 << 30,
        "snapshot_max_states": 5_000,
        "history_file": "@FOLDER@/log/inputs.sqlite",
        "trace_file": "@FOLDER@/log/trace.jsonl",
        "typecheck": "on",
        "trust_outputs": True,
    },
    "MontyKernelApp": {
        "client_patience": 7.5,
        "log_level": 20,
        "connection_file": "@FOLDER@/runtime/connection.json",
        "config_file": "",  # a file cannot name another one; the test names this one on the command line
        "transport": "tcp",
        "ip": "127.0.0.1",
        "shell_port": "@PORT1@",
        "iopub_port": "@PORT2@",
        "stdin_port": "@PORT3@",
        "control_port": "@PORT4@",
        "hb_port": "@PORT5@",
    },
}


def as_python(options: dict[str, dict[str, Any]] = OPTIONS) -> str:
    """The text of `monty_kernel_config.py`."""
    lines = [f"c.{section}.{name} = {value!r}" for section, values in options.items() for name, value in values.items()]
    return "\n".join(line.replace("'@PORT", "@PORT").replace("@'", "@") for line in ["c = get_config()", *lines]) + "\n"
