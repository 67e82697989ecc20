"""The user's key is made once, and refused where others could know it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from monty_kernel.store import StoreUnavailable
from monty_kernel.store.signing import user_key


def test_made_once_for_the_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / "monty_kernel" / "key"
    key = user_key(path)
    assert len(key) == 32
    assert len(set(key)) > 10
    assert user_key(path) == key
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [file.name for file in path.parent.iterdir()] == ["key"]


def test_made_by_many_at_once(tmp_path: Path) -> None:
    path = tmp_path / "monty_kernel" / "key"
    code = (
        "import sys, time, pathlib; from monty_kernel.store.signing import user_key;"
        "time.sleep(max(0, float(sys.argv[2]) - time.time())); print(user_key(pathlib.Path(sys.argv[1])).hex())"
    )
    import time

    argv = [sys.executable, "-c", code, str(path), str(time.time() + 1.5)]
    makers = [subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) for _ in range(8)]
    assert len({maker.communicate()[0] for maker in makers}) == 1
    assert [file.name for file in path.parent.iterdir()] == ["key"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666])
def test_refused_if_others_can_read_it(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key"
    user_key(path)
    path.chmod(mode)
    with pytest.raises(StoreUnavailable, match="others can read the key"):
        user_key(path)


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 33])
def test_refused_if_it_is_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(StoreUnavailable, match="is damaged"):
        user_key(path)


def test_refused_if_it_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"x" * 32)
    (tmp_path / "real").chmod(0o600)
    (tmp_path / "link").symlink_to("real")
    os.mkfifo(tmp_path / "pipe", 0o600)
    (tmp_path / "folder").mkdir()
    for name in ("link", "pipe", "folder"):
        with pytest.raises(StoreUnavailable):
            user_key(tmp_path / name)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give files away")
def test_refused_if_it_is_another_users(tmp_path: Path) -> None:
    path = tmp_path / "own" / "key"
    user_key(path)
    os.chown(path, 12345, -1)
    with pytest.raises(StoreUnavailable, match="belongs to another user"):
        user_key(path)
    os.chown(path.parent, 12345, -1)
    with pytest.raises(StoreUnavailable, match="belongs to another user"):
        user_key(path)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match="cannot read or make the key"):
        user_key(tmp_path / "file" / "key")
