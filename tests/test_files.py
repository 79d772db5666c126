"""Files are written in one step, as UTF-8."""

import os

import pytest

from dlbook.files import write_bytes, write_text


def test_text_is_utf_8_with_line_feeds_and_folders_are_made(tmp_path):
    target = tmp_path / "new" / "folder" / "notes.txt"
    write_text(target, "Größe ≥ 1\n")
    assert target.read_bytes() == "Größe ≥ 1\n".encode()
    assert os.listdir(target.parent) == ["notes.txt"]


def test_a_failed_write_leaves_the_old_file_and_no_rest(tmp_path, monkeypatch):
    target = tmp_path / "notes.txt"
    write_text(target, "old")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_bytes(target, b"new")
    assert target.read_text("utf-8") == "old"
    assert os.listdir(tmp_path) == ["notes.txt"]


@pytest.mark.skipif(os.name != "posix", reason="permissions and links of POSIX systems")
def test_permissions_and_links_stay(tmp_path):
    target, link = tmp_path / "script", tmp_path / "link"
    write_text(target, "old")
    target.chmod(0o750)
    link.symlink_to(target)
    write_text(link, "new")
    assert link.is_symlink()
    assert target.read_text("utf-8") == "new"
    assert target.stat().st_mode & 0o777 == 0o750
