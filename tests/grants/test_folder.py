"""A mounted folder: what is in it can be reached, and nothing else, whatever the path or the disk says."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from monty_kernel.grants import files
from monty_kernel.grants.files import Files
from monty_kernel.grants.folder import MOST_READ, Folder
from monty_kernel.grants.mounting import Mode, MountSpec, open_folder


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    path = tmp_path / "outside"
    path.mkdir()
    (path / "secret").write_text("secret")
    return path


@pytest.fixture
def root(tmp_path: Path, outside: Path) -> Path:
    path = tmp_path / "root"
    (path / "a" / "b").mkdir(parents=True)
    (path / "file").write_text("text")
    (path / "a" / "deep").write_text("deep")
    (path / "relative").symlink_to("a/deep")
    (path / "folder-link").symlink_to("a")
    (path / "a" / "up").symlink_to("../file")
    (path / "absolute").symlink_to(path / "file")
    (path / "absolute-out").symlink_to(outside)
    (path / "out").symlink_to("../outside")
    (path / "a" / "b" / "out").symlink_to("../../../outside/secret")
    (path / "loop").symlink_to("loop")
    (path / "dangling").symlink_to("nowhere")
    return path


@pytest.fixture
def folder(root: Path) -> Iterator[Folder]:
    opened = Folder(os.open(root, os.O_RDONLY | os.O_DIRECTORY))
    yield opened
    opened.close()


def parts(path: str) -> list[str]:
    return path.split("/")


@pytest.mark.parametrize(
    ("path", "text"),
    [("file", "text"), ("a/deep", "deep"), ("relative", "deep"), ("folder-link/deep", "deep"), ("a/up", "text"),
     ("a/../file", "text"), ("a/b/../../file", "text"), ("./a/.//deep", "deep"), ("folder-link/../file", "text")],
)  # fmt: skip
def test_what_is_inside_is_read(folder: Folder, path: str, text: str) -> None:
    assert folder.read(parts(path)).decode() == text


@pytest.mark.parametrize(
    "path",
    ["..", "../outside/secret", "a/../../outside/secret", "absolute", "absolute-out/secret", "out/secret", "a/b/out",
     "folder-link/../../outside/secret", "loop", "loop/x", "file/x", "file/../file", "nowhere/../file", "dangling"],
)  # fmt: skip
def test_what_leads_out_or_nowhere_is_refused(folder: Folder, path: str, outside: Path, root: Path) -> None:
    before = sorted(os.listdir(root.parent)), sorted(os.listdir(outside))
    with pytest.raises(OSError):  # noqa: PT011 - of several kinds
        folder.read(parts(path))
    if path not in ("dangling", "absolute"):
        with pytest.raises(OSError):  # noqa: PT011
            folder.write([*parts(path), "new"], b"x")
        assert folder.info(parts(path)) is None
    assert (sorted(os.listdir(root.parent)), sorted(os.listdir(outside))) == before
    assert (outside / "secret").read_text() == "secret"


@pytest.mark.parametrize("path", ["a\0b", "x" * 300, "/".join(["y"] * 3000)])
def test_impossible_names_are_errors(folder: Folder, path: str) -> None:
    with pytest.raises((OSError, ValueError)):
        folder.read(parts(path))


def test_pipes_sockets_and_devices_hold_nobody_up(folder: Folder, root: Path) -> None:
    os.mkfifo(root / "pipe")
    server = socket.socket(socket.AF_UNIX)
    server.bind(os.path.relpath(root / "socket"))
    for name in ("pipe", "socket"):
        found = folder.info([name])
        assert found is not None and found.kind == "other"
        for call in (folder.read, lambda path: folder.write(path, b"x")):
            with pytest.raises(PermissionError):
                call([name])
    server.close()


def test_changes_stay_inside(folder: Folder, root: Path, outside: Path) -> None:
    folder.write(["new"], b"1")
    folder.write(["new"], b"23", append=True)
    folder.write(["relative"], b"changed")
    folder.make_folder(["made"])
    folder.rename(["new"], ["made", "moved"])
    assert (root / "made" / "moved").read_bytes() == b"123"
    assert (root / "a" / "deep").read_bytes() == b"changed"
    folder.remove_file(["out"])
    assert (outside / "secret").exists()
    for name in ("absolute-out", "out2"):
        with pytest.raises(OSError):  # noqa: PT011
            folder.write([name, "new"], b"x")
    assert os.listdir(outside) == ["secret"]


def test_a_file_too_large_is_refused_before_it_is_read(folder: Folder, root: Path) -> None:
    with (root / "huge").open("wb") as file:
        file.truncate(MOST_READ * 100)
    with pytest.raises(OSError, match="too large"):
        folder.read(["huge"])


def test_a_link_that_is_swapped_in_meanwhile_leads_nowhere(folder: Folder, root: Path, outside: Path) -> None:
    """A folder and a link out of the mount change places as fast as they can, until both have been met often."""
    (root / "real").mkdir()
    (root / "real" / "secret").write_text("mine")
    (root / "evil").symlink_to(outside)
    (root / "evil2").symlink_to("../outside")
    stop = threading.Event()

    def swap() -> None:
        while not stop.is_set():
            for other in ("evil", "evil2"):
                os.rename(root / "real", root / "aside")
                os.rename(root / other, root / "real")
                os.rename(root / "real", root / other)
                os.rename(root / "aside", root / "real")

    thread = threading.Thread(target=swap)
    thread.start()
    seen: set[bytes] = set()
    reads = 0
    try:
        while reads < 3000 or (len(seen) < 2 and reads < 1_000_000):
            reads += 1
            try:
                seen.add(folder.read(["real", "secret"]))
            except OSError:
                seen.add(b"refused")
    finally:
        stop.set()
        thread.join()
    assert b"secret" not in seen
    assert b"mine" in seen


def test_closed_is_closed(folder: Folder) -> None:
    folder.close()
    folder.close()
    with pytest.raises(PermissionError):
        folder.read(["file"])


@pytest.mark.parametrize("mode", ["rw", "overlay"])
def test_a_scan_ends_by_what_it_opens(root: Path, mode: Mode, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(30):
        (root / "a" / "b" / str(number)).mkdir()
    mounted = Files()
    mounted.add(MountSpec(root, PurePosixPath("/data"), mode), open_folder(root, mode))

    def scan() -> Any:
        return mounted.call("Path.scan", (PurePosixPath("/data"),), {})

    assert len(scan()["return_value"]) == 1 + len([*root.rglob("*")])
    monkeypatch.setattr(files, "_MOST_OPENED", 50)
    assert "one by one" in scan()["message"]
    mounted.close()
