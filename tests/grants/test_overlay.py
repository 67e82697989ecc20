"""An overlay does what a folder on the disk does, and leaves the disk alone."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monty_kernel.grants.folder import DEEPEST, Folder
from monty_kernel.grants.overlay import MOST_BYTES, Overlay, Room
from monty_kernel.grants.working_folder import Bare


def opened(path: Path) -> Folder:
    return Folder(os.open(path, os.O_RDONLY | os.O_DIRECTORY))


def filled(path: Path) -> Path:
    (path / "a" / "b").mkdir(parents=True)
    (path / "x").write_bytes(b"x")
    (path / "a" / "y").write_bytes(b"y")
    (path / "link").symlink_to("a")
    return path


def everything(path: Path) -> list[tuple[str, bytes | None]]:
    return sorted((str(each), each.read_bytes() if each.is_file() else None) for each in path.rglob("*"))


names = st.sampled_from(["a", "b", "x", "y", "new", "link"])
paths = st.lists(names, min_size=1, max_size=3)
steps = st.one_of(
    st.tuples(st.just("write"), paths, st.binary(max_size=3)),
    st.tuples(st.just("append"), paths, st.binary(max_size=3)),
    st.tuples(st.sampled_from(["make_folder", "remove_file", "remove_folder", "read", "names", "info"]), paths),
)


def outcome(tree: Any, step: tuple[Any, ...]) -> object:
    try:
        if step[0] == "write":
            return tree.write(step[1], step[2])
        if step[0] == "rename":
            return tree.rename(step[1], step[2])
        if step[0] == "append":
            return tree.write(step[1], step[2], append=True)
        found = getattr(tree, step[0])(step[1])
        return None if found is None else found.kind if step[0] == "info" else found
    except OSError as error:
        return type(error).__name__


@settings(max_examples=150, deadline=None)
@given(st.lists(steps, max_size=12))
@example([("remove_file", ["link"]), ("write", ["link"], b""), ("write", ["link", "a"], b"")])  # a link there once was
@pytest.mark.slow
def test_it_does_what_the_disk_does(tmp_path_factory: pytest.TempPathFactory, walk: list[tuple[Any, ...]]) -> None:
    base = tmp_path_factory.mktemp("overlay")
    try:
        below, twin = filled(base / "below"), filled(base / "twin")
        before = everything(below)
        overlay, disk = Overlay(opened(below)), opened(twin)
        for step in walk:
            got, expected = outcome(overlay, step), outcome(disk, step)
            if isinstance(expected, str) and expected.endswith("Error") and step[0] != "info":
                assert isinstance(got, str) and got.endswith("Error"), (step, walk)
            else:
                assert got == expected, (step, walk)
        assert everything(below) == before
        overlay.close()
        disk.close()
    finally:
        shutil.rmtree(base)


moves = st.tuples(st.just("rename"), paths, paths)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(steps, moves, moves), max_size=25), st.integers(0, 25))
@example([("make_folder", ["a"]), ("write", ["a", "x"], b"1"), ("rename", ["a"], ["b"]), ("names", ["b"])], 2)
@pytest.mark.slow
def test_the_working_folder_does_what_the_disk_does(
    tmp_path_factory: pytest.TempPathFactory, walk: list[tuple[Any, ...]], listed: int
) -> None:
    base = tmp_path_factory.mktemp("overlay")
    try:
        work, disk = Overlay(Bare(list)), opened(base)
        for number, step in enumerate(walk):
            if number == listed:
                work.thaw({**work.freeze()})  # as a state that is come back to, which has no index of its folders
            got = outcome(
                work, (step[0], ["work", *step[1]], *([["work", *step[2]]] if step[0] == "rename" else step[2:]))
            )
            expected = outcome(disk, step)
            if isinstance(expected, str) and expected.endswith("Error") and step[0] != "info":
                assert isinstance(got, str) and got.endswith("Error"), (step, walk)
            else:
                assert got == expected, (step, walk)
        found = {path[1:] for path, node in work.freeze().items()}
        assert found == {each.relative_to(base).parts for each in base.rglob("*")}
        assert work.size == sum(each.stat().st_size for each in base.rglob("*") if each.is_file())
        disk.close()
    finally:
        shutil.rmtree(base)


def test_a_move_that_does_not_fit_leaves_all_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "big").write_bytes(b"x" * 100)
    overlay = Overlay(opened(tmp_path / "below"), Room(150, 10_000))
    overlay.make_folder(["made"])
    overlay.write(["made", "f"], b"y" * 60)
    deep = ["d"] * (DEEPEST + 1)
    for levels in range(len(deep)):
        overlay.make_folder(deep[: levels + 1])
    before = overlay.freeze()
    with pytest.raises(OSError, match="No space left"):
        overlay.rename(["big"], ["made", "big"])
    with pytest.raises(OSError, match="name too long"):
        overlay.rename(["d"], ["made", "d"])
    assert overlay.freeze() is before
    assert (overlay.size, overlay.names([]), overlay.names(["made"])) == (60, ["big", "d", "made"], ["f"])
    assert overlay.info(deep) is not None
    overlay.close()


def test_what_changes_one_file_takes_no_longer_beside_many() -> None:
    def seconds(others: int) -> float:
        work = Overlay(Bare(list), Room(None, 10**6))
        work.make_folder(["work", "all"])
        work.make_folder(["work", "few"])
        for number in range(others):
            work.write(["work", "all", f"f{number}"], b"")
        work.write(["work", "few", "a"], b"1")
        work.names(["work"])
        start = time.perf_counter()
        for _ in range(50):
            work.rename(["work", "few", "a"], ["work", "few", "b"])
            work.rename(["work", "few"], ["work", "more"])
            work.rename(["work", "more", "b"], ["work", "few"])
            work.remove_folder(["work", "more"])
            work.remove_file(["work", "few"])
            work.make_folder(["work", "few"])
            work.write(["work", "few", "a"], b"1")
            work.names(["work", "few"])
        return time.perf_counter() - start

    few = min(seconds(10) for _ in range(3))
    assert seconds(8_000) < 10 * few + 0.05, "once, each of these looked at all files"


def test_a_layer_is_a_value(tmp_path: Path) -> None:
    overlay = Overlay(opened(filled(tmp_path / "below")))
    first = overlay.freeze()
    overlay.write(["x"], b"changed")
    overlay.write(["new"], b"1")
    second = overlay.freeze()
    assert overlay.freeze() is second
    overlay.remove_file(["new"])
    overlay.write(["x"], b"again")
    overlay.thaw(second)
    assert (overlay.read(["x"]), overlay.names([])) == (b"changed", ["a", "link", "new", "x"])
    overlay.thaw(first)
    assert (overlay.read(["x"]), overlay.names([]), overlay.size) == (b"x", ["a", "link", "x"], 0)


def test_it_holds_so_much_and_no_more(tmp_path: Path) -> None:
    overlay = Overlay(opened(filled(tmp_path / "below")))
    overlay.write(["big"], b"x" * (MOST_BYTES - 10))
    with pytest.raises(OSError, match="No space left"):
        overlay.write(["more"], b"x" * 11)
    overlay.write(["big"], b"")
    overlay.write(["more"], b"x" * 11)


def test_moving(tmp_path: Path) -> None:
    overlay = Overlay(opened(filled(tmp_path / "below")))
    overlay.rename(["x"], ["a", "z"])
    overlay.make_folder(["made"])
    overlay.write(["made", "f"], b"f")
    overlay.rename(["made"], ["other"])
    assert overlay.read(["link", "z"]) == b"x"
    assert overlay.read(["other", "f"]) == b"f"
    assert overlay.names([]) == ["a", "link", "other"]
    with pytest.raises(OSError, match="does not move folders"):
        overlay.rename(["a"], ["c"])


def test_what_a_folder_holds_is_what_each_of_its_names_is(tmp_path: Path) -> None:
    for name in ("kept", "gone", "written", "folder"):
        (tmp_path / name).write_text("disk") if name != "folder" else (tmp_path / name).mkdir()
    (tmp_path / "link").symlink_to("kept")
    overlay = Overlay(Folder(os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)))
    empty = overlay.freeze()
    overlay.remove_file(["gone"])
    overlay.write(["written"], b"memory")
    overlay.make_folder(["made"])
    overlay.write(["made", "in"], b"x")

    def checked(path: list[str]) -> dict[str, tuple[str, int]]:
        found = overlay.entries(path)
        assert [name for name, _ in found] == overlay.names(path)
        assert found == [(name, overlay.info([*path, name], follow=False)) for name, _ in found]
        return {name: (info.kind, info.size) for name, info in found if info.kind == "file"}

    assert checked([]) == {"kept": ("file", 4), "written": ("file", 6)}
    assert checked(["made"]) == {"in": ("file", 1)}
    overlay.thaw(empty)
    assert "gone" in checked([]) and "made" not in overlay.names([])
    overlay.close()
