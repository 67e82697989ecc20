"""What cells may add to a folder: bytes and files are counted while they are there, and never more than allowed."""

from __future__ import annotations

import errno
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from monty_kernel.grants.folder import DEEPEST, Folder
from monty_kernel.grants.quota import Quota


@pytest.fixture
def quota() -> Quota:
    return Quota(1000, 5)


@pytest.fixture
def folder(tmp_path: Path, quota: Quota) -> Iterator[Folder]:
    (tmp_path / "mine").write_bytes(b"m" * 600)
    opened = Folder(os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY), quota)
    yield opened
    opened.close()


def test_what_was_added_counts_until_it_is_taken_away(folder: Folder, quota: Quota, tmp_path: Path) -> None:
    folder.write(["a"], b"x" * 700)
    with pytest.raises(OSError, match="mount_max_bytes") as caught:
        folder.write(["b"], b"x" * 301)
    assert caught.value.errno == errno.ENOSPC
    assert not (tmp_path / "b").exists(), "nothing is half done"
    with pytest.raises(OSError, match="mount_max_bytes"):
        folder.write(["a"], b"y" * 1001)
    assert (tmp_path / "a").read_bytes() == b"x" * 700, "what is refused leaves the file as it was"
    folder.write(["a"], b"y" * 300, append=True)
    assert quota.bytes == 1000
    for _ in range(50):
        folder.write(["a"], b"z" * 1000)
    folder.rename(["a"], ["c"])
    folder.remove_file(["c"])
    assert (quota.bytes, quota.files) == (0, 0)


def test_files_of_the_persons_earn_nothing(folder: Folder, quota: Quota, tmp_path: Path) -> None:
    folder.write(["mine"], b"")
    assert quota.bytes == 0
    folder.write(["mine"], b"x" * 1000)
    with pytest.raises(OSError, match="mount_max_bytes"):
        folder.write(["mine"], b"x", append=True)
    folder.remove_file(["mine"])
    assert quota.bytes == 0
    (tmp_path / "other").write_bytes(b"o" * 5000)
    folder.write(["a"], b"x" * 900)
    folder.remove_file(["other"])
    assert quota.bytes == 900
    (tmp_path / "linked").write_bytes(b"")
    os.link(tmp_path / "linked", tmp_path / "again")
    folder.write(["linked"], b"x" * 100)
    folder.remove_file(["linked"])
    assert quota.bytes == 1000, "it is still there under its other name"


def test_folders_and_empty_files_count_as_files(folder: Folder, quota: Quota) -> None:
    for number in range(3):
        folder.write([f"f{number}"], b"")
    folder.make_folder(["d"])
    folder.make_folder(["d", "e"])
    for make in (lambda: folder.write(["x"], b""), lambda: folder.make_folder(["x"])):
        with pytest.raises(OSError, match="mount_max_files"):
            make()
    folder.rename(["f0"], ["f1"])
    folder.remove_folder(["d", "e"])
    assert quota.files == 3
    folder.make_folder(["x"])
    folder.write(["f1"], b"x")


def test_the_count_is_what_the_disk_says(tmp_path: Path) -> None:
    rng, quota = random.Random(5), Quota(5000, 10)
    folder = Folder(os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY), quota)
    for _ in range(3000):
        name, other = rng.choices("abcdefghijklmn", k=2)
        try:
            match rng.randrange(4):
                case 0:
                    folder.write([name], b"x" * rng.randrange(2000))
                case 1:
                    folder.write([name], b"x" * rng.randrange(200), append=True)
                case 2:
                    folder.remove_file([name])
                case _:
                    folder.rename([name], [other])
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.ENOENT):
                raise
        sizes = [each.stat().st_size for each in tmp_path.iterdir()]
        assert (quota.bytes, quota.files) == (sum(sizes), len(sizes))
        assert sum(sizes) <= 5000 and len(sizes) <= 10
    folder.close()


def test_a_thousand_folders_in_each_other_are_read_and_not_made(tmp_path: Path) -> None:
    names, fd = ["d"] * 1000, os.open(tmp_path, os.O_RDONLY)
    for name in names:  # one after the other, as a path of them may be too long
        os.mkdir(name, dir_fd=fd)
        below = os.open(name, os.O_RDONLY, dir_fd=fd)
        os.close(fd)
        fd = below
    os.close(os.open("file", os.O_WRONLY | os.O_CREAT, dir_fd=fd))
    os.close(fd)
    before = len(os.listdir("/proc/self/fd"))
    folder = Folder(os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY))
    assert folder.names(names) == ["file"]
    folder.write([*names, "file"], b"there")
    assert folder.read([*names, *[".."] * 10, *["d"] * 10, "file"]) == b"there"
    for path in ([*names, *[".."] * 999, "x"], [*names, *[".."] * 1000, "..", "x"], ["d", ".."] * 50_000):
        assert folder.info(path) is None
    folder.remove_file([*names, "file"])
    folder.remove_folder(names)
    for path in ([*names[:-1], "new"], ["d"] * DEEPEST + ["new"], ["x" * 250] * 9):
        with pytest.raises(OSError, match="File name too long"):
            folder.make_folder(path) if len(path) > 10 else [folder.make_folder(path[:n]) for n in range(1, 10)]
    folder.make_folder(["e"])
    with pytest.raises(OSError, match="File name too long"):
        folder.rename(["d"], ["e", "d"])
    folder.rename(["e"], ["a longer name"])
    with pytest.raises(OSError, match="File name too long"):
        folder.write([*names[:-2], "x"], b"")
    folder.close()
    assert len(os.listdir("/proc/self/fd")) == before
    for depth in range(999, 0, -1):  # pytest's own way to remove it recurses
        os.rmdir(tmp_path.joinpath(*["d"] * depth))


def test_many_folders_are_not_measured_for_long(tmp_path: Path) -> None:
    for number in range(2100):
        (tmp_path / "many" / str(number)).mkdir(parents=True)
    folder = Folder(os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY))
    with pytest.raises(OSError, match="more than 2,000 folders"):
        folder.rename(["many"], ["many more"])
    folder.rename(["many"], ["m"])
    folder.close()
