"""What pip and uv may learn from the reader's variables and files.

How the network is reached and where files are kept is the reader's to say: proxies, certificates, a mirror,
caches. All else that the two read could change what is installed, or where, and is taken away.
"""

# An old Python 3 must be able to read this file, as tools/bootstrap.py says.
from __future__ import annotations

import ast
import json
import os
import subprocess
from pathlib import Path

PYPI = "https://pypi.org/simple"
PIP_KEEPS = {
    *("cert", "client-cert", "proxy", "trusted-host", "keyring-provider"),
    *("timeout", "default-timeout", "retries", "cache-dir", "no-cache-dir"),
}
UV_KEEPS = {
    *("native-tls", "system-certs", "allow-insecure-host", "insecure-host", "keyring-provider"),
    *("http-proxy", "https-proxy", "no-proxy", "http-timeout", "http-connect-timeout", "http-retries"),
    *("offline", "cache-dir", "no-cache", "credentials-dir", "link-mode", "no-progress"),
    *("concurrent-downloads", "concurrent-builds", "concurrent-installs"),
}


def kept_variables() -> dict[str, str]:
    """Return the environment without what could change what pip, uv and Python do here."""
    kept = {}
    for name, value in os.environ.items():
        tool, _, rest = name.partition("_")
        setting = rest.lower().replace("_", "-")
        if tool == "PIP" and setting not in PIP_KEEPS:
            continue
        login = name.startswith("UV_INDEX_") and name.endswith(("_USERNAME", "_PASSWORD"))
        if tool == "UV" and setting not in UV_KEEPS and not login:
            continue
        # Without a locale Python takes one of UTF-8. With another it does not even start in a folder such as
        # "Bücher", because files of the environment name the folder.
        if name.startswith(("PYTHON", "LC_", "LANG")) or name in {"VIRTUAL_ENV", "CONDA_PREFIX"}:
            continue
        kept[name] = value
    return kept


def read_pip(python: Path) -> dict[str, str]:
    """Return what the reader's files say to the pip of a Python."""
    command = [str(python), "-m", "pip", "config", "list"]
    listing = subprocess.run(command, stdout=subprocess.PIPE, check=False).stdout.decode("utf-8", "replace")
    found: dict[str, str] = {}
    for section in ("global.", "install."):
        for line in listing.splitlines():
            key, _, value = line.partition("=")
            if key.startswith(section):
                found[key[len(section) :]] = str(ast.literal_eval(value))
    return found


def read_uv() -> dict[str, object]:
    """Return what the reader's files say to uv, outside of this project."""
    import tomllib

    if os.environ.get("UV_NO_CONFIG"):
        return {}
    system = (os.environ.get("XDG_CONFIG_DIRS") or "/etc").split(os.pathsep)
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    places = [Path(folder) / "uv" / "uv.toml" for folder in [*system, home]]
    if os.environ.get("UV_CONFIG_FILE"):
        places = [Path(os.environ["UV_CONFIG_FILE"])]
    found: dict[str, object] = {}
    for place in places:
        try:
            found.update(tomllib.loads(place.read_text("utf-8")))
        except (OSError, ValueError):
            continue
    return found


def find_mirror(pip: dict[str, str], uv: dict[str, object]) -> str | None:
    """Return the index that the reader puts in the place of PyPI, if there is one."""
    indexes = uv.get("index")
    entries = [entry["url"] for entry in indexes if entry.get("default")] if isinstance(indexes, list) else []
    candidates = [os.environ.get("UV_DEFAULT_INDEX"), os.environ.get("UV_INDEX_URL"), *entries]
    candidates += [str(uv.get("index-url", "")), os.environ.get("PIP_INDEX_URL"), pip.get("index-url")]
    found = next(filter(None, candidates), PYPI)
    return None if found.rstrip("/") == PYPI else found


def pip_variables(pip: dict[str, str]) -> dict[str, str]:
    """Return the environment for pip: it reads no file, and is told what the reader's say of the network."""
    told = {"PIP_" + key.upper().replace("-", "_"): pip[key] for key in sorted(PIP_KEEPS & set(pip))}
    return {**told, **kept_variables(), "PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def uv_variables(pip: dict[str, str], uv: dict[str, object], folder: Path) -> dict[str, str]:
    """Return the environment for uv: its one file, in `folder`, says of the network what the reader's say."""
    own = folder / "uv.toml"
    own.write_text("".join(f"{key} = {json.dumps(uv[key])}\n" for key in sorted(UV_KEEPS & set(uv))), "utf-8")
    result = {**kept_variables(), "UV_CONFIG_FILE": str(own), "UV_PYTHON_DOWNLOADS": "never"}
    network = pip_variables(pip)  # uv does not look at what is said to pip
    for said, name in (
        ("PIP_PROXY", "HTTP_PROXY"),
        ("PIP_PROXY", "HTTPS_PROXY"),
        ("PIP_CERT", "SSL_CERT_FILE"),
    ):
        if said in network and not {name, name.lower(), "ALL_PROXY"} & set(result):
            result[name] = network[said]
    if not {"UV_CACHE_DIR", "UV_NO_CACHE"} & set(result) and not {"cache-dir", "no-cache"} & set(uv):
        cache = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")).absolute()
        existing = next(place for place in (cache, *cache.parents) if place.exists())
        if not os.access(str(existing), os.W_OK):
            result["UV_CACHE_DIR"] = str(folder / "cache")
    return result
