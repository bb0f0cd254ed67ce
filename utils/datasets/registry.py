"""Files that are fetched from the web: where they are, how they are checked, where they are kept.

data/registry.toml lists each file with its address, size and sha256; of a set of many files it names another list that
does, and the folder where they are. Pooch does the fetching: it writes to a
temporary file and moves it into place only after the checksum is right.
"""

import os
import tomllib
from pathlib import Path

import pooch
import requests

DATA = Path(__file__).parents[2] / "data"


def _listed(entry) -> list[dict]:
    """The files of a set that stand in a list of their own, one a line: sha256, bytes, name."""
    lines = (DATA / entry["list"]).read_text(encoding="utf-8").splitlines()
    rows = (line.split() for line in lines)
    return [
        {"name": name, "url": entry["folder"] + name.split("/")[-1], "bytes": int(size), "sha256": sha256}
        for sha256, size, name in rows
    ]


REGISTRY = tomllib.loads((DATA / "registry.toml").read_text(encoding="utf-8"))
for _entry in REGISTRY.values():
    if "list" in _entry:
        _entry["files"] = _listed(_entry)

pooch.get_logger().setLevel("WARNING")  # its progress lines name folders of this machine


class DataError(RuntimeError):
    """A file of a data set is missing, damaged, or could not be fetched or stored."""


def folder() -> Path:
    """Where fetched files are kept: ``COURSE_DATA``, in which ~ is the user's own folder, or the user's cache."""
    return Path(os.path.expanduser(os.environ.get("COURSE_DATA") or pooch.os_cache("rnn-course")))


def is_complete(name) -> bool:
    """Whether every file of the set is in the folder with the right checksum."""
    return all(_is_intact(folder() / file["name"], file) for file in REGISTRY[name]["files"])


def path(name, file_name) -> Path:
    """The checked path of one file. Raises DataError if it is missing or damaged."""
    file = next(file for file in REGISTRY[name]["files"] if file["name"] == file_name)
    target = folder() / file_name
    how = f"datasets.download({name!r}) fetches it ({file['bytes'] / 1000:,.0f} kB) from {file['url']}"
    if not target.exists():
        raise DataError(f"{file_name} is not in {folder()}. {how}")
    if not _is_intact(target, file):
        raise DataError(
            f"{target} is damaged: expected {file['bytes']:,} bytes with sha256 {file['sha256'][:12]}…, "
            f"got {target.stat().st_size:,} bytes with sha256 {pooch.file_hash(str(target))[:12]}…. {how} again"
        )
    return target


def download(name) -> None:
    """Fetch the files that are missing or damaged. Raises DataError; a failed file leaves nothing behind."""
    for file in REGISTRY[name]["files"]:
        target = folder() / file["name"]
        if _is_intact(target, file):
            continue
        try:
            pooch.retrieve(file["url"], known_hash=f"sha256:{file['sha256']}", fname=file["name"], path=folder())
            target.chmod(0o644)  # a folder may be shared, and pooch's temporary files are for their owner alone
        except requests.exceptions.RequestException as error:
            problem = f"no answer from {file['url']} ({type(error).__name__}). Check the network and run the cell again"
        except ValueError:  # pooch: the checksum differs
            problem = (
                f"what came from {file['url']} is not the file we know (sha256 differs). Nothing was kept; try again"
            )
        except OSError as error:
            problem = _problem_of(error, file)
        else:
            continue
        raise DataError(f"{file['name']}: {problem}")


def _problem_of(error, file) -> str:
    """Why a file was neither fetched nor stored: the disk has an errno or no permission, all else is the network."""
    if error.errno is None and not isinstance(error, PermissionError):  # requests has no certificates to check with
        reason = " ".join(str(error).split()) or type(error).__name__
        remedy = "Check the certificates that REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names, or unset it"
        return f"no safe connection to {file['url']} ({reason}). {remedy}"
    reason = " ".join((error.strerror or "permission denied").split())  # pooch's own PermissionError has no strerror
    return f"cannot write to {folder()} ({reason}). Set COURSE_DATA to a folder you may write to"


def _is_intact(target, file) -> bool:
    same_size = target.is_file() and target.stat().st_size == file["bytes"]
    return same_size and pooch.file_hash(str(target)) == file["sha256"]
