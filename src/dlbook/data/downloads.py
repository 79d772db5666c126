"""Files from the internet for the `full` profile: checksummed, cached, resumed, and never unpickled."""

import gzip
import hashlib
import http.client
import os
import re
import secrets
import ssl
import urllib.error
import urllib.parse
import urllib.request
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, NoReturn

import numpy as np

from .. import checks

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None  # type: ignore[assignment]

_TIMEOUT = 30.0  # seconds without a byte
_BLOCK = 1 << 20
_ATTEMPTS = 10
_LOCAL = ("localhost", "127.0.0.1", "::1")
_QUICK = "run with profile='quick', which needs no download"
_IDX_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_IDX_LIMIT = 1 << 32


class DownloadError(OSError):
    """A file could not be downloaded, or is not the one that was wanted."""


def cache_folder() -> Path:
    """Return the folder of downloaded files.

    Returns
    -------
    pathlib.Path
        ``datasets/dlbook`` under the folder that Keras uses: the environment variable ``KERAS_HOME``, or
        ``.keras`` in the home folder.
    """
    home = os.environ.get("KERAS_HOME") or "~/.keras"
    return Path(home).expanduser() / "datasets" / "dlbook"


def fetch(
    url: str, *, sha256: str, name: str | None = None, cache: str | os.PathLike[str] | None = None
) -> Path:
    """Download a file once, and return where it is.

    Parameters
    ----------
    url : str
        Address of the file. It must start with ``https:``, as must every address the server refers to.
    sha256 : str
        The SHA-256 digest of the file, 64 hexadecimal digits.
    name : str, optional
        Name of the file in the cache. The last part of the address if not given.
    cache : str or path-like, optional
        Folder for the file. The folder of `cache_folder` if not given.

    Returns
    -------
    pathlib.Path
        The file, whose digest was checked just now.

    Raises
    ------
    DownloadError
        If the file cannot be had: no network, an answer other than the file, or content with another digest.
    ValueError
        If an argument is malformed.

    Notes
    -----
    A file in the cache is used if its digest is right, and is otherwise removed with a warning. An
    interrupted download leaves a file ending in ``.part``. The next call asks the server for the rest of it,
    or starts again where the server cannot do that. The finished file appears under its name in one step. A
    second process that wants the same file waits for the first.
    """
    host = _check_url(checks.text(url, "url"))
    wanted = checks.text(sha256, "sha256").lower()
    if not re.fullmatch(r"[0-9a-f]{64}", wanted):
        raise ValueError(f"sha256 must have 64 hexadecimal digits, got {sha256!r}")
    name = _check_name(checks.text(name, "name") if name is not None else _last_part(url))
    folder = _path(cache, "cache") if cache is not None else cache_folder()
    target = folder / name
    if target.is_file() and _digest(target) == wanted:
        return target
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder / f".{name}.lock") as alone:
            return _fetch_locked(url, host, wanted, target, alone)
    except DownloadError:
        raise
    except OSError as error:
        reason = error.strerror or error
        raise DownloadError(
            f"Could not store {name} in {folder} ({reason}): free or change the folder."
        ) from error


def load_npz(path: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    """Read the arrays of an ``.npz`` file, and refuse pickled objects.

    Parameters
    ----------
    path : str or path-like
        The file.

    Returns
    -------
    dict of str to ndarray
        The arrays by name.

    Raises
    ------
    ValueError
        If the file is damaged or holds objects, which only unpickling could read.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.savez(f"{folder}/two.npz", a=np.arange(3), b=np.eye(2))
    ...     arrays = load_npz(f"{folder}/two.npz")
    >>> sorted(arrays), arrays["a"].tolist()
    (['a', 'b'], [0, 1, 2])
    """
    file_path = _path(path, "path")
    try:
        with zipfile.ZipFile(file_path) as archive:
            names = [member for member in archive.namelist() if member.endswith(".npy")]
            arrays = {}
            for member in names:
                with archive.open(member) as file:
                    arrays[member.removesuffix(".npy")] = np.lib.format.read_array(file, allow_pickle=False)
            return arrays
    except (ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"{file_path.name} is no archive of plain arrays: {error}") from error


def load_idx(path: str | os.PathLike[str]) -> np.ndarray:
    """Read an array in the IDX format of MNIST, compressed with gzip or not.

    Parameters
    ----------
    path : str or path-like
        The file.

    Returns
    -------
    ndarray
        The array, in the number type and the shape that the file states.

    Raises
    ------
    ValueError
        If the file is damaged, is in another format, or is shorter or longer than it states.

    Notes
    -----
    The file starts with two zero bytes, a byte for the type of the numbers, a byte for the number of
    dimensions, and each dimension as four bytes, highest byte first. The numbers follow, the last index
    running fastest.

    Examples
    --------
    >>> import tempfile
    >>> content = bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3]) + bytes(range(6))
    >>> with tempfile.NamedTemporaryFile() as file:
    ...     _ = file.write(content)
    ...     file.flush()
    ...     array = load_idx(file.name)
    >>> array.tolist(), array.dtype.name
    ([[0, 1, 2], [3, 4, 5]], 'uint8')
    """
    file_path = _path(path, "path")
    name = file_path.name
    with open(file_path, "rb") as raw:
        compressed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        try:
            if not compressed:
                return _parse_idx(raw, name)
            with gzip.GzipFile(fileobj=raw) as plain:
                return _parse_idx(plain, name)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise ValueError(f"{name} is no whole gzip file: {error}") from error


def _parse_idx(file: IO[bytes] | gzip.GzipFile, name: str) -> np.ndarray:
    """Read an IDX array from an open file, and no more of it than it states and one byte."""
    head = file.read(4)
    if len(head) != 4 or head[:2] != b"\0\0" or head[2] not in _IDX_TYPES:
        raise ValueError(f"{name} is no IDX file: it starts with {head.hex(' ') or 'nothing'}")
    sizes = file.read(4 * head[3])
    if len(sizes) != 4 * head[3]:
        raise ValueError(f"{name} ends before its {head[3]} dimensions")
    shape = tuple(int(size) for size in np.frombuffer(sizes, dtype=">u4"))
    dtype = np.dtype(_IDX_TYPES[head[2]])
    expected = dtype.itemsize
    for size in shape:
        expected *= size
    if expected > _IDX_LIMIT:
        raise ValueError(f"{name} states a size of {expected} bytes, more than {_IDX_LIMIT}")
    content = file.read(expected + 1)
    if len(content) != expected:
        found = f"only {len(content)}" if len(content) < expected else "more"
        raise ValueError(f"{name} must hold {expected} bytes for shape {shape}, got {found}")
    return np.frombuffer(content, dtype=dtype).reshape(shape).astype(dtype.newbyteorder("="))


def _fetch_locked(url: str, host: str, wanted: str, target: Path, alone: bool) -> Path:
    """Download into the target's folder. Without a lock the partial file has a name nobody else uses."""
    if target.is_file():  # finished by another process meanwhile, or damaged
        if _digest(target) == wanted:
            return target
        target.unlink()
        warnings.warn(f"The damaged file {target} was removed. It is downloaded again.", stacklevel=3)
    part = target.with_name(f"{target.name}.part" if alone else f"{target.name}.{secrets.token_hex(4)}.part")
    resumed = part.is_file() and part.stat().st_size > 0
    try:
        if not (resumed and _digest(part) == wanted):
            _fill(url, host, part, target.name)
            found = _digest(part)
            if resumed and found != wanted:  # what was there before may be what is wrong
                part.unlink()
                _fill(url, host, part, target.name)
                found = _digest(part)
            if found != wanted:
                part.unlink()
                raise DownloadError(
                    f"{target.name} from {host} is damaged or is another file, and was removed: its SHA-256 "
                    f"is {found}, expected {wanted}. Try again later, or {_QUICK}."
                )
        os.replace(part, target)
    finally:
        if not alone:
            part.unlink(missing_ok=True)
    return target


def _fill(url: str, host: str, part: Path, name: str) -> None:
    """Bring a partial file to its full length, with as many requests as make progress."""
    longest = -1
    for _ in range(_ATTEMPTS):
        size, total = _request(url, host, part, name)
        if total is None or size >= total:
            return
        if size <= longest:
            break
        longest = size
    raise DownloadError(
        f"Could not download {name} from {host}: the connection ended after {size} of {total} bytes. "
        f"Run it again to continue, or {_QUICK}."
    )


def _request(url: str, host: str, part: Path, name: str) -> tuple[int, int | None]:
    """Ask once for what is missing of a partial file. Return its size now, and the whole size if known."""
    start = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"User-Agent": "dlbook", "Accept-Encoding": "identity"})
    if start:
        request.add_header("Range", f"bytes={start}-")
    try:
        response = urllib.request.build_opener(_SafeRedirects).open(request, timeout=_TIMEOUT)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE and start:
            part.unlink()
            return _request(url, host, part, name)
        raise DownloadError(
            f"Could not download {name} from {host}: the server answered {error.code} {error.reason}. "
            f"Try again later, or {_QUICK}."
        ) from error
    except (OSError, http.client.HTTPException) as error:
        if isinstance(error, DownloadError):
            raise
        _no_network(name, host, error)
    with response:
        length = response.headers.get("Content-Length", "")
        total = int(length) if length.isdigit() else None
        if response.status == http.client.PARTIAL_CONTENT:
            if not response.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
                if not start:
                    raise DownloadError(
                        f"Could not download {name} from {host}: the server sent a part of it."
                    )
                part.unlink()
                return _request(url, host, part, name)
            total = None if total is None else start + total
        else:
            start = 0
        with open(part, "r+b" if start else "wb") as file:
            file.seek(start)
            file.truncate()
            while block := _read(response, name, host):
                file.write(block)
            return file.tell(), total


def _read(response: IO[bytes], name: str, host: str) -> bytes:
    """Read the next block of an answer: empty at its end, and also where the connection breaks."""
    try:
        return response.read(_BLOCK)
    except http.client.IncompleteRead as error:
        return error.partial
    except ConnectionError:
        return b""
    except (OSError, http.client.HTTPException) as error:
        _no_network(name, host, error)


def _no_network(name: str, host: str, error: Exception) -> NoReturn:
    """Say in one sentence that a server could not be reached."""
    cause = getattr(error, "reason", error)
    why = f"no trusted connection, {cause}" if isinstance(cause, ssl.SSLError) else "no network?"
    raise DownloadError(f"Could not download {name} from {host} ({why}): {_QUICK}.") from error


class _SafeRedirects(urllib.request.HTTPRedirectHandler):
    """Follow a server to another address only where `fetch` would go itself."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):  # type: ignore[no-untyped-def]
        try:
            _check_url(newurl)
        except ValueError:
            fp.close()
            raise DownloadError(
                f"Could not download {req.full_url}: the server refers to {newurl}, which is not https."
            ) from None
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _check_url(url: str) -> str:
    """Return the host of an address, or refuse it."""
    parts = urllib.parse.urlsplit(url)
    host = parts.hostname or ""
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and host in _LOCAL)):
        raise ValueError(f"url must start with https:// and a host, got {url!r}")
    return host


def _path(path: str | os.PathLike[str], name: str) -> Path:
    """Return a path, or refuse what is none: Python opens whole numbers as files that are open already."""
    if not isinstance(path, str | os.PathLike):
        raise ValueError(f"{name} must be a path, got {path!r:.60}")
    return Path(path)


def _last_part(url: str) -> str:
    """Return the file name at the end of an address."""
    return urllib.parse.unquote(PurePosixPath(urllib.parse.urlsplit(url).path).name)


def _check_name(name: str) -> str:
    """Return a plain file name, or refuse anything that could leave the cache or hide in it."""
    if not re.fullmatch(r"(?!\.)[\w.+ -]{1,150}", name) or name.endswith((".part", ".lock", " ", ".")):
        raise ValueError(f"name must be a plain file name without folders, got {name!r}")
    return name


def _digest(path: Path) -> str:
    """Return the SHA-256 digest of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _locked(path: Path) -> Iterator[bool]:
    """Hold a file lock, waiting for it. Yield False where the system or the disk has none."""
    if fcntl is None:
        yield False
        return
    with open(path, "ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
        except OSError:  # some network disks
            yield False
            return
        yield True  # closing the file releases the lock, as does the end of the process
