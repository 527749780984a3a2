"""What is in the lake's folder is for the user of this program alone."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from huitong.platform.lake import Folder


@pytest.fixture(autouse=True)
def open_mask() -> Iterator[None]:
    """Let new files be readable by everybody unless somebody says otherwise."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def stored(folder: Folder) -> None:
    with folder.drafting() as drafts:
        assert mode(drafts) == 0o700
        (drafts / "rows").write_bytes(b"PAR1")
        folder.put("group=1/brand=2/orders/a.parquet", drafts / "rows")
    assert folder.put_new("group=1/brand=2/manifests/1.json", b"{}")


def test_folders_and_files_are_closed_to_others(tmp_path: Path) -> None:
    lake = tmp_path / "new" / "lake"
    stored(Folder(lake))
    assert {mode(each) for each in (lake, lake / "group=1", lake / "drafts")} == {0o700}
    files = [each for each in lake.rglob("*") if each.is_file()]
    assert len(files) == 2
    assert {mode(each) for each in files} == {0o600}


def test_what_an_older_release_left_open_is_closed_and_the_folder_around_it_is_not(
    tmp_path: Path,
) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "group=1").mkdir(mode=0o755)
    stored(Folder(tmp_path))
    assert mode(tmp_path / "group=1") == 0o700
    assert mode(tmp_path) == 0o755
