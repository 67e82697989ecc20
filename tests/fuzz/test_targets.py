"""A minute's worth of each fuzz target in a second: seeds, what was found before, and some random inputs; and that targets can fail."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, find as find_example, given, seed, settings
