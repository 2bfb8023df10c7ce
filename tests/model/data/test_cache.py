"""Files are written whole or not at all; a disk that takes none is told, and stops nothing."""

import errno
import os
import stat
import tempfile
import threading
from pathlib import Path

import pytest

from model.data import cache, mnist
from model.data.cache import KeepReason, cache_folder, refusal, try_to_keep, write_atomically


@pytest.fixture(autouse=True)
def nothing_refused_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_refusals", [])


@pytest.fixture
def below_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder that nobody can make, not even root."""
    (tmp_path / "file").write_bytes(b"")
    folder = tmp_path / "file" / "cache"
    monkeypatch.setenv("DIGITSCOPE_CACHE", str(folder))
    return folder


def test_folders_are_for_their_owner_alone(tmp_path: Path) -> None:
    write_atomically(tmp_path / "cache" / "runs" / "run" / "run.json", b"{}")
    for folder in ("cache", "cache/runs", "cache/runs/run"):
        assert stat.S_IMODE((tmp_path / folder).stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.ENOSPC, KeepReason.FULL),
        (errno.EDQUOT, KeepReason.FULL),
        (errno.EROFS, KeepReason.CLOSED),
        (errno.EACCES, KeepReason.CLOSED),
        (errno.EIO, KeepReason.FAILING),
    ],
)
def test_why_a_file_was_not_kept_is_told_until_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, reason: KeepReason
) -> None:
    def refuse(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setenv("DIGITSCOPE_CACHE", str(tmp_path))
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse)
        try_to_keep()
        assert refusal() is reason
    try_to_keep()
    assert refusal() is None
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("below_a_file")
def test_the_digits_need_no_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    before = mnist.embedded().training.images
    mnist._embedded.cache_clear()
    assert (mnist.embedded().training.images == before).all()
    assert refusal() is KeepReason.FAILING
    monkeypatch.setenv("KERAS_HOME", str(cache_folder()))
    assert not mnist.full_is_here()


def test_many_who_ask_first_get_the_same_digits(cache: Path) -> None:
    mnist._embedded.cache_clear()
    found: list[mnist.DataSet] = []
    threads = [
        threading.Thread(target=lambda: found.append(mnist.embedded()), daemon=True)
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == 8
    assert len({id(data) for data in found}) == 1


def test_a_user_without_a_home_has_a_folder_that_takes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    for name in ("DIGITSCOPE_CACHE", "KERAS_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert cache_folder().is_relative_to(os.devnull)
    assert not mnist.full_is_here()
    with pytest.raises(OSError, match=os.devnull):
        write_atomically(cache_folder() / "file", b"")


def test_where_no_disk_takes_temporary_files_they_are_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nowhere() -> str:
        raise FileNotFoundError

    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.delenv("TMPDIR", raising=False)
    cache.find_scratch()
    assert "TMPDIR" not in os.environ  # there is a folder as a rule
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(cache, "IN_MEMORY", tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "gettempdir", nowhere)
        patch.setenv("TMPDIR", "")  # so that it is as it was afterwards
        cache.find_scratch()
        assert os.environ["TMPDIR"] == str(tmp_path)
    assert tempfile.gettempdir() == str(tmp_path)
