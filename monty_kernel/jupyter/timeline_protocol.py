"""The names that the timeline protocol has on the wire; docs/protocol.md describes it."""

TARGET = "monty.timeline"
"""Of the comm, and of the feature that `kernel_info_reply` names."""

VERSION = 1
