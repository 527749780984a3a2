"""The files of a copy: private from the first byte, never elsewhere, never over another one."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from huitong.entry.rights import page
from huitong.entry.rights.page import DATA_FILE, PAGE_FILE, CopyExists, NotAPlainFile

FILES = (DATA_FILE, PAGE_FILE)
DOCUMENT = {"form": 1, "identifiers": [{"value": "13800005678"}]}
OTHER = "not ours"


def link(path: Path, elsewhere: Path) -> None:
    path.symlink_to(elsewhere)


def dangling_link(path: Path, elsewhere: Path) -> None:
    elsewhere.unlink()
    path.symlink_to(elsewhere)


def second_name(path: Path, elsewhere: Path) -> None:
    os.link(elsewhere, path)


def pipe(path: Path, _elsewhere: Path) -> None:
    os.mkfifo(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder that anybody may read, under a mask that hides nothing."""
    made = tmp_path / "copy"
    made.mkdir(mode=0o777)
    return made


def modes(folder: Path) -> list[int]:
    return [(folder / name).stat().st_mode & 0o777 for name in FILES]


def test_it_is_readable_by_its_owner_alone_whatever_the_mask(folder: Path) -> None:
    before = os.umask(0)
    try:
        page.write(DOCUMENT, folder=folder)
    finally:
        os.umask(before)
    assert modes(folder) == [0o600, 0o600]


@pytest.mark.parametrize("name", FILES)
def test_what_is_there_is_left_alone_and_nothing_else_is_written(folder: Path, name: str) -> None:
    (folder / name).write_text(OTHER)
    with pytest.raises(CopyExists, match="--replace"):
        page.write(DOCUMENT, folder=folder)
    assert [path.name for path in folder.iterdir()] == [name]
    assert (folder / name).read_text() == OTHER


def test_what_is_replaced_is_private_and_holds_nothing_of_the_former(folder: Path) -> None:
    for name in FILES:
        (folder / name).write_text(OTHER * 10_000)
        (folder / name).chmod(0o644)
    page.write(DOCUMENT, folder=folder, replace=True)
    assert modes(folder) == [0o600, 0o600]
    assert OTHER not in "".join((folder / name).read_text() for name in FILES)


@pytest.mark.parametrize("replace", [True, False])
@pytest.mark.parametrize("stand_in", [link, dangling_link, second_name, pipe])
@pytest.mark.parametrize("name", FILES)
def test_nothing_is_written_through_what_stands_in_for_a_file(
    folder: Path, stand_in: Callable[[Path, Path], None], name: str, *, replace: bool
) -> None:
    elsewhere = folder.parent / "elsewhere"
    elsewhere.write_text(OTHER)
    stand_in(folder / name, elsewhere)
    with pytest.raises(NotAPlainFile, match="remove it"):
        page.write(DOCUMENT, folder=folder, replace=replace)
    assert not elsewhere.exists() or elsewhere.read_text() == OTHER
    assert [path.name for path in folder.iterdir()] == [name]


def test_of_two_copies_at_once_one_is_refused_and_the_other_whole(folder: Path) -> None:
    told: list[object] = []

    def copy(who: str) -> None:
        try:
            page.write({**DOCUMENT, "who": who}, folder=folder)
            told.append(who)
        except CopyExists:
            told.append(None)

    threads = [threading.Thread(target=copy, args=(str(at),)) for at in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(told) == len(threads)
    (who,) = [one for one in told if one is not None]
    assert f'"who": "{who}"' in (folder / DATA_FILE).read_text()
