"""Downloads against a server on this machine: whole, resumed, damaged, refused and two at once."""

import gzip
import hashlib
import io
import os
import pickle
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook.data import DownloadError, cache_folder, downloads, fetch, load_idx, load_npz

CONTENT = np.random.default_rng(7).bytes(300_000)
NOTHING = "0" * 64


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Send every download of this module to a folder of the test."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    return tmp_path / "datasets" / "dlbook"


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until something has happened, at most 20 seconds."""
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def leftovers(folder: Path) -> list[str]:
    """Return the names in a folder, without the locks."""
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock")


def test_cache_is_under_the_folder_of_keras(tmp_path, monkeypatch):
    assert cache_folder() == tmp_path / "datasets" / "dlbook"
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert cache_folder() == tmp_path / "home" / ".keras" / "datasets" / "dlbook"


def test_whole_file_is_stored_once(server, cache):
    url, sha256 = server.offer("numbers.bin", CONTENT)
    path = fetch(url, sha256=sha256)
    assert path == cache / "numbers.bin"
    assert path.read_bytes() == CONTENT
    assert leftovers(cache) == ["numbers.bin"]
    assert fetch(url, sha256=sha256.upper()) == path
    assert server.requests == [None]


def test_file_in_the_cache_needs_no_network(server, cache):
    url, sha256 = server.offer("numbers.bin", CONTENT)
    fetch(url, sha256=sha256)
    server.status = 503
    assert fetch(url, sha256=sha256).read_bytes() == CONTENT
    assert len(server.requests) == 1


def test_name_and_folder_can_be_chosen(server, cache, tmp_path):
    url, sha256 = server.offer("x y.bin", CONTENT)
    chosen = fetch(url.replace(" ", "%20"), sha256=sha256, name="mine.bin", cache=tmp_path / "other")
    assert chosen == tmp_path / "other" / "mine.bin"
    assert fetch(url.replace(" ", "%20"), sha256=sha256).name == "x y.bin"
    assert leftovers(cache) == ["x y.bin"]


def test_partial_file_is_resumed(server, cache):
    url, sha256 = server.offer("numbers.bin", CONTENT)
    cache.mkdir(parents=True)
    (cache / "numbers.bin.part").write_bytes(CONTENT[:120_000])
    assert fetch(url, sha256=sha256).read_bytes() == CONTENT
    assert server.requests == ["bytes=120000-"]
    assert leftovers(cache) == ["numbers.bin"]


def test_partial_file_is_discarded_where_the_server_ignores_range(server, cache):
    url, sha256 = server.offer("numbers.bin", CONTENT)
    server.ranges = False
    cache.mkdir(parents=True)
    (cache / "numbers.bin.part").write_bytes(CONTENT[:120_000])
    assert fetch(url, sha256=sha256).read_bytes() == CONTENT
    assert server.requests == ["bytes=120000-"]
    assert leftovers(cache) == ["numbers.bin"]


def test_partial_file_is_discarded_where_the_server_sends_another_part(server, cache):
    url, sha256 = server.offer("numbers.bin", CONTENT)
    server.wrong_range = True
    cache.mkdir(parents=True)
    (cache / "numbers.bin.part").write_bytes(CONTENT[:120_000])
    assert fetch(url, sha256=sha256).read_bytes() == CONTENT
    assert server.requests == ["bytes=120000-", None]


def test_damaged_partial_file_is_started_again(server, cache):
    url, sha256 = server.offer("numbers.bin", CONTENT)
    cache.mkdir(parents=True)
    (cache / "numbers.bin.part").write_bytes(bytes(120_000))
    assert fetch(url, sha256=sha256).read_bytes() == CONTENT
    assert server.requests == ["bytes=120000-", None]


def test_partial_file_that_is_too_long_is_started_again(server, cache):
    url, sha256 = server.offer("numbers.bin", CONTENT)
    cache.mkdir(parents=True)
    (cache / "numbers.bin.part").write_bytes(CONTENT + b"more")
    assert fetch(url, sha256=sha256).read_bytes() == CONTENT
    assert server.requests == [f"bytes={len(CONTENT) + 4}-", None]


def test_partial_file_that_is_complete_needs_no_network(server, cache):
    url, sha256 = server.offer("numbers.bin", CONTENT)
    cache.mkdir(parents=True)
    (cache / "numbers.bin.part").write_bytes(CONTENT)
    assert fetch(url, sha256=sha256).read_bytes() == CONTENT
    assert server.requests == []
    assert leftovers(cache) == ["numbers.bin"]


def test_broken_connection_is_continued(server):
    url, sha256 = server.offer("numbers.bin", CONTENT)
    server.cut_after = 90_000
    assert fetch(url, sha256=sha256).read_bytes() == CONTENT
    assert server.requests == [None, "bytes=90000-", "bytes=180000-", "bytes=270000-"]


def test_connection_that_always_breaks_is_an_error_and_keeps_the_part(server, cache):
    url, sha256 = server.offer("numbers.bin", CONTENT)
    server.cut_after, server.ranges = 90_000, False
    with pytest.raises(DownloadError, match=r"ended after 90000 of 300000 bytes.*profile='quick'"):
        fetch(url, sha256=sha256)
    assert leftovers(cache) == ["numbers.bin.part"]
    server.cut_after, server.ranges = None, True
    assert fetch(url, sha256=sha256).read_bytes() == CONTENT
    assert server.requests[-1] == "bytes=90000-"


def test_broken_connection_of_unknown_length_is_found_by_the_digest(server, cache):
    url, sha256 = server.offer("numbers.bin", CONTENT)
    server.cut_after, server.no_length = 90_000, True
    with pytest.raises(DownloadError, match="damaged or is another file, and was removed"):
        fetch(url, sha256=sha256)
    assert leftovers(cache) == []


def test_unknown_length_is_no_obstacle(server):
    url, sha256 = server.offer("numbers.bin", CONTENT)
    server.no_length = True
    assert fetch(url, sha256=sha256).read_bytes() == CONTENT


def test_another_content_is_removed_and_said(server, cache):
    url, _ = server.offer("numbers.bin", CONTENT)
    with pytest.raises(DownloadError) as caught:
        fetch(url, sha256=NOTHING)
    message = str(caught.value)
    assert "numbers.bin from 127.0.0.1 is damaged or is another file, and was removed" in message
    assert hashlib.sha256(CONTENT).hexdigest() in message
    assert NOTHING in message
    assert leftovers(cache) == []


def test_another_content_after_resuming_is_tried_once_from_the_start(server, cache):
    url, _ = server.offer("numbers.bin", CONTENT)
    cache.mkdir(parents=True)
    (cache / "numbers.bin.part").write_bytes(CONTENT[:1000])
    with pytest.raises(DownloadError, match="was removed"):
        fetch(url, sha256=NOTHING)
    assert server.requests == ["bytes=1000-", None]
    assert leftovers(cache) == []


def test_damaged_file_in_the_cache_is_replaced_with_a_warning(server, cache):
    url, sha256 = server.offer("numbers.bin", CONTENT)
    fetch(url, sha256=sha256).write_bytes(CONTENT[:-1])
    with pytest.warns(UserWarning, match=r"damaged file .*numbers\.bin was removed"):
        path = fetch(url, sha256=sha256)
    assert path.read_bytes() == CONTENT


@pytest.mark.parametrize("status", [404, 403, 500, 503])
def test_refusal_of_the_server_is_said(server, cache, status):
    url, sha256 = server.offer("numbers.bin", CONTENT)
    server.status = status
    with pytest.raises(
        DownloadError, match=rf"numbers\.bin from 127\.0\.0\.1: the server answered {status} "
    ):
        fetch(url, sha256=sha256)
    assert leftovers(cache) == []


def test_no_network_is_one_sentence(cache):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(DownloadError) as caught:
        fetch(f"http://127.0.0.1:{port}/mnist.npz", sha256=NOTHING)
    assert str(caught.value) == (
        "Could not download mnist.npz from 127.0.0.1 (no network?): "
        "run with profile='quick', which needs no download."
    )
    assert leftovers(cache) == []


def test_silent_server_is_an_error_and_keeps_the_part(server, cache, monkeypatch):
    url, sha256 = server.offer("numbers.bin", CONTENT)
    server.hold = threading.Event()
    monkeypatch.setattr(downloads, "_TIMEOUT", 0.2)
    monkeypatch.setattr(downloads, "_BLOCK", 10_000)
    with pytest.raises(DownloadError, match="no network"):
        fetch(url, sha256=sha256)
    server.hold.set()
    assert leftovers(cache) == ["numbers.bin.part"]
    assert CONTENT.startswith((cache / "numbers.bin.part").read_bytes())
    assert fetch(url, sha256=sha256).read_bytes() == CONTENT


def test_folder_that_cannot_be_written_is_said(server, tmp_path):
    url, sha256 = server.offer("numbers.bin", CONTENT)
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    with pytest.raises(DownloadError, match=r"Could not store numbers\.bin in .*file"):
        fetch(url, sha256=sha256, cache=tmp_path / "file")
    assert server.requests == []


def test_redirection_on_this_machine_is_followed(server):
    url, sha256 = server.offer("numbers.bin", CONTENT)
    server.redirects["old.bin"] = url
    path = fetch(f"{server.address}/old.bin", sha256=sha256)
    assert (path.name, path.read_bytes()) == ("old.bin", CONTENT)


@pytest.mark.parametrize("elsewhere", ["http://files.invalid/numbers.bin", "ftp://127.0.0.1/numbers.bin"])
def test_redirection_to_an_open_connection_is_refused(server, cache, elsewhere):
    server.redirects["old.bin"] = elsewhere
    with pytest.raises(DownloadError, match="which is not https"):
        fetch(f"{server.address}/old.bin", sha256=NOTHING)
    assert leftovers(cache) == []


@pytest.mark.parametrize(
    "url",
    [
        "http://files.invalid/a.bin",
        "ftp://127.0.0.1/a.bin",
        "file:///a.bin",
        "/a.bin",
        "https:///a.bin",
        "http://localhost@files.invalid/a.bin",
    ],
)
def test_address_must_be_https(url, cache):
    with pytest.raises(ValueError, match="url must start with https://"):
        fetch(url, sha256=NOTHING)
    assert not cache.exists()


BAD_NAMES = [
    "../a.bin", "..", ".", "", "/a.bin", "a/b.bin", "a\\b.bin", "C:a.bin", ".hidden", "a\0b", "a.part", "a\n",
    "a.bin ", "n" * 151,
]  # fmt: skip


@pytest.mark.parametrize("name", BAD_NAMES)
def test_name_cannot_leave_the_cache(name, cache):
    with pytest.raises(ValueError, match="name must be a plain file name"):
        fetch("https://files.invalid/a.bin", sha256=NOTHING, name=name)
    assert not cache.exists()


@pytest.mark.parametrize("path", ["", "/", "/data/..", "/data/%2e%2e", "/data/%2Fetc%2Fa", "/..%5Ca"])
def test_name_taken_from_the_address_cannot_leave_the_cache(path, cache):
    with pytest.raises(ValueError, match="name must be a plain file name"):
        fetch(f"https://files.invalid{path}", sha256=NOTHING)
    assert not cache.exists()


@given(name=st.text(max_size=20) | st.from_regex(r"[./\\a]{1,6}", fullmatch=True))
@settings(max_examples=200, deadline=None)
def test_every_accepted_name_stays_in_its_folder(name):
    try:
        accepted = downloads._check_name(name)
    except ValueError:
        return
    folder = os.path.abspath("cache")
    assert os.path.dirname(os.path.abspath(os.path.join(folder, accepted))) == folder
    assert not accepted.endswith(".part")


@pytest.mark.parametrize("digest", ["", "0" * 63, "0" * 65, "g" * 64, "0" * 64 + "\n"])
def test_digest_must_be_whole(digest):
    with pytest.raises(ValueError, match="sha256 must have 64 hexadecimal digits"):
        fetch("https://files.invalid/a.bin", sha256=digest)


def test_second_caller_waits_for_the_first(server, cache):
    url, sha256 = server.offer("numbers.bin", CONTENT)
    server.hold = threading.Event()
    found: list[bytes] = []
    callers = [
        threading.Thread(target=lambda: found.append(fetch(url, sha256=sha256).read_bytes()))
        for _ in range(4)
    ]
    for caller in callers:
        caller.start()
    wait_for(lambda: bool(server.requests))
    server.hold.set()
    for caller in callers:
        caller.join(timeout=20)
    assert found == [CONTENT] * 4
    assert server.requests == [None]
    assert leftovers(cache) == ["numbers.bin"]


def test_callers_without_a_lock_do_not_harm_each_other(server, cache, monkeypatch):
    monkeypatch.setattr(downloads, "fcntl", None)
    url, sha256 = server.offer("numbers.bin", CONTENT)
    found: list[bytes] = []
    callers = [
        threading.Thread(target=lambda: found.append(fetch(url, sha256=sha256).read_bytes()))
        for _ in range(4)
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(timeout=20)
    assert found == [CONTENT] * 4
    assert leftovers(cache) == ["numbers.bin"]


def test_caller_without_a_lock_leaves_nothing_behind(server, cache, monkeypatch):
    monkeypatch.setattr(downloads, "fcntl", None)
    url, sha256 = server.offer("numbers.bin", CONTENT)
    server.cut_after, server.ranges = 90_000, False
    with pytest.raises(DownloadError, match="ended after"):
        fetch(url, sha256=sha256)
    assert leftovers(cache) == []


def test_two_processes_download_once(server, cache, started):
    url, sha256 = server.offer("numbers.bin", CONTENT)
    server.hold = threading.Event()
    code = f"from dlbook.data import fetch; print(len(fetch({url!r}, sha256={sha256!r}).read_bytes()))"
    processes = [started([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    wait_for(lambda: bool(server.requests))
    time.sleep(0.3)  # the other one gets to the lock
    server.hold.set()
    assert [process.communicate(timeout=60)[0].strip() for process in processes] == ["300000", "300000"]
    assert server.requests == [None]
    assert leftovers(cache) == ["numbers.bin"]


def test_killed_process_is_continued(server, cache, started):
    url, sha256 = server.offer("numbers.bin", CONTENT)
    server.hold = threading.Event()
    code = (
        "from dlbook.data import downloads, fetch; downloads._BLOCK = 10_000;"
        f"fetch({url!r}, sha256={sha256!r})"
    )
    process = started([sys.executable, "-c", code])
    part = cache / "numbers.bin.part"
    wait_for(lambda: part.exists() and part.stat().st_size >= 100_000)
    process.kill()
    process.wait(timeout=20)
    server.hold.set()
    size = part.stat().st_size
    assert 100_000 <= size < 300_000
    assert fetch(url, sha256=sha256).read_bytes() == CONTENT
    assert server.requests == [None, f"bytes={size}-"]


def test_npz_gives_its_arrays(tmp_path):
    arrays = {"a": np.arange(6.0).reshape(2, 3), "b": np.array([True, False]), "c": np.array("text")}
    np.savez_compressed(tmp_path / "some.npz", **arrays)
    loaded = load_npz(tmp_path / "some.npz")
    assert loaded.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(loaded[name], array)
        assert loaded[name].dtype == array.dtype


class Bomb:
    """Something that does harm when it is unpickled."""

    def __reduce__(self):
        return (exec, ("import os; os.environ['DLBOOK_BOMB'] = 'went off'",))


def test_npz_is_never_unpickled(tmp_path, monkeypatch):
    monkeypatch.delenv("DLBOOK_BOMB", raising=False)
    np.savez(tmp_path / "bad.npz", a=np.array([Bomb()], dtype=object))
    with pytest.raises(ValueError, match=r"bad\.npz is no archive of plain arrays"):
        load_npz(tmp_path / "bad.npz")
    assert "DLBOOK_BOMB" not in os.environ
    with np.load(tmp_path / "bad.npz", allow_pickle=True) as archive:
        assert archive["a"].shape == (1,)
    assert os.environ.pop("DLBOOK_BOMB") == "went off"  # the file was dangerous


@pytest.mark.parametrize("content", [b"", b"no archive", pickle.dumps([1, 2])])
def test_npz_that_is_none_is_refused(tmp_path, content):
    (tmp_path / "bad.npz").write_bytes(content)
    with pytest.raises(ValueError, match=r"bad\.npz is no archive of plain arrays"):
        load_npz(tmp_path / "bad.npz")


def test_npz_with_a_damaged_member_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "bad.npz", "w") as archive:
        archive.writestr("a.npy", b"no array")
    with pytest.raises(ValueError, match=r"bad\.npz is no archive of plain arrays"):
        load_npz(tmp_path / "bad.npz")


def idx(array: np.ndarray) -> bytes:
    """Write an array in the IDX format."""
    code = {"u1": 8, "i1": 9, "i2": 11, "i4": 12, "f4": 13, "f8": 14}[array.dtype.str[1:]]
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, code, array.ndim]) + sizes + array.astype(array.dtype.newbyteorder(">")).tobytes()


@given(
    dtype=st.sampled_from(["u1", "i1", "i2", "i4", "f4", "f8"]),
    shape=st.lists(st.integers(0, 4), max_size=4),
    seed=st.integers(0, 99),
    zipped=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_idx_round_trip(tmp_path_factory, dtype, shape, seed, zipped):
    array = np.random.default_rng(seed).integers(0, 100, shape).astype(dtype)
    content = gzip.compress(idx(array)) if zipped else idx(array)
    path = tmp_path_factory.getbasetemp() / "round_trip"
    path.write_bytes(content)
    loaded = load_idx(path)
    assert loaded.dtype == array.dtype
    assert loaded.dtype.isnative
    np.testing.assert_array_equal(loaded, array)
    assert loaded.flags.writeable


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is no IDX file: it starts with nothing"),
        (b"\0\0\x07\x01\0\0\0\0", "is no IDX file: it starts with 00 00 07 01"),
        (b"\0\0\x08\x02\0\0\0\x01", "ends before its 2 dimensions"),
        (b"\0\0\x08\x01\0\0\0\x03ab", r"must hold 3 bytes for shape \(3,\), got only 2"),
        (b"\0\0\x08\x01\0\0\0\x01ab", r"must hold 1 bytes for shape \(1,\), got more"),
        (b"\0\0\x0e\x02\xff\xff\xff\xff\xff\xff\xff\xff", "states a size of"),
        (gzip.compress(b"\0\0\x08\x01\0\0\0\x03abc", mtime=0)[:-9], "is no whole gzip file"),
        (gzip.compress(b"\0\0\x08\x01\0\0\0\x03abc", mtime=0)[:-8] + bytes(8), "is no whole gzip file"),
        (b"\x1f\x8bnonsense", "is no whole gzip file"),
    ],
    ids=["empty", "type", "sizes", "short", "long", "huge", "gzip cut", "gzip sum", "gzip head"],
)
def test_idx_that_is_damaged_is_refused(tmp_path, content, message):
    (tmp_path / "bad").write_bytes(content)
    with pytest.raises(ValueError, match=message):
        load_idx(tmp_path / "bad")


def test_idx_does_not_unpack_more_than_it_states(tmp_path):
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb") as file:
        file.write(b"\0\0\x08\x01\0\0\0\x01")
        for _ in range(64):
            file.write(bytes(1 << 20))
    (tmp_path / "bomb").write_bytes(packed.getvalue())
    with pytest.raises(ValueError, match="must hold 1 bytes"):
        load_idx(tmp_path / "bomb")


@pytest.mark.parametrize("read", [load_npz, load_idx])
@pytest.mark.parametrize("path", [3, None, 1.5, ["a"]])
def test_what_is_no_path_is_refused(read, path):
    with pytest.raises(ValueError, match=r"^path must"):
        read(path)


@pytest.mark.parametrize("name", ["url", "sha256", "name", "cache"])
def test_arguments_of_another_type_are_named(name, cache):
    good = {"url": "https://example.org/a", "sha256": "0" * 64, "name": "a", "cache": cache}
    with pytest.raises(ValueError, match=f"^{name} must"):
        fetch(**(good | {name: 3}))
