"""The backup of one installation: a single tar file.

::

    database.dump               pg_dump's custom format
    attachments/ab/abcdef...    each file under its own SHA-256
    keys.json                   only with --with-keys
    manifest.json               last: versions, counts, digests; a file that was cut has none

The dump is made first and the attachments are read after it: they are written before the rows that
name them and never deleted, so every row of the dump has its bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO

from huiyin.config import database, environment, installation
from huiyin.config.problems import CannotRun
from huiyin.kernel import keys
from huiyin.kernel.postgres import dump
from huiyin.kernel.postgres.folder import sync

FORMAT = 1
DUMP, KEYS, MANIFEST, ATTACHMENTS = "database.dump", "keys.json", "manifest.json", "attachments/"


@dataclass(slots=True)
class Manifest:
    """What a backup says of itself.

    Attributes:
        key_mark: tells whether a key file is the one that this data was sealed with.
        listing: digest over the sorted names of all attachments.
        damaged: attachments whose bytes no longer fitted their name when the backup was made.
    """

    made_at: str
    program: str
    migrations: list[list[str]]
    city: str
    dump_digest: str
    dump_size: int
    attachments: int
    attachment_bytes: int
    listing: str
    key_mark: str
    with_keys: bool
    damaged: list[str] = field(default_factory=list)
    format: int = FORMAT


def attachments_dir() -> Path:
    """Return the folder of attachments, as the settings name it."""
    from django.conf import settings

    return Path(settings.ATTACHMENTS_DIR)


def key_mark() -> str:
    """Return what tells our key file from another, without giving anything of it away."""
    return keys.read_file(environment.keys_file()).derive("backup:mark").hex()[:32]


def make(target: Path, *, with_keys: bool, now: datetime) -> Manifest:
    """Write the backup of this installation to ``target``, whole or not at all, mode 0600.

    Raises:
        PostgresProblem, CannotRun: it failed; no file was made.
    """
    target = target.absolute()
    if target.exists():
        raise CannotRun(f"{target} 已存在，没有覆盖；请换一个文件名")
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    dumped = part.with_suffix(".dump")
    try:
        dump(database.address(), dumped)
        with _created(part) as file, tarfile.open(fileobj=file, mode="w") as tar:
            manifest = _fill(tar, dumped, with_keys=with_keys, now=now)
        part.replace(target)
        sync(target.parent)
    finally:
        part.unlink(missing_ok=True)
        dumped.unlink(missing_ok=True)
    return manifest


@contextmanager
def _created(path: Path) -> Iterator[IO[bytes]]:
    """Create a file of mode 0600; its bytes are on the disk when the block ends."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _fill(tar: tarfile.TarFile, dumped: Path, *, with_keys: bool, now: datetime) -> Manifest:
    known = installation.facts()
    manifest = Manifest(
        made_at=now.isoformat(),
        program=version("huiyin"),
        migrations=sorted([app, name] for app, name in known.applied),
        city=known.city[1] if known.city else "",
        dump_digest=digest_of(dumped),
        dump_size=dumped.stat().st_size,
        attachments=0,
        attachment_bytes=0,
        listing="",
        key_mark=key_mark(),
        with_keys=with_keys,
    )
    tar.add(dumped, DUMP, recursive=False, filter=_nobody)
    listing = hashlib.sha256()
    for path in _attachments():
        tar.add(path, f"{ATTACHMENTS}{path.parent.name}/{path.name}", filter=_nobody)
        listing.update(f"{path.name}\n".encode())
        manifest.attachments += 1
        manifest.attachment_bytes += path.stat().st_size
        if digest_of(path) != path.name:
            manifest.damaged.append(path.name)
    manifest.listing = listing.hexdigest()
    if with_keys:
        tar.add(environment.keys_file(), KEYS, recursive=False, filter=_nobody)
    _add(tar, MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False).encode())
    return manifest


def _attachments() -> Iterator[Path]:
    """Yield the stored files in the order of their names; a half-written one has another name."""
    for folder in sorted(attachments_dir().glob("[0-9a-f][0-9a-f]")):
        for path in sorted(folder.iterdir()):
            if is_digest(path.name):
                yield path


def is_digest(name: str) -> bool:
    """Tell whether a name is a SHA-256 in hexadecimal."""
    return len(name) == 64 and not set(name) - set("0123456789abcdef")


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _nobody(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Keep names and rights of this machine out of the file."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    tar.addfile(_nobody(member), io.BytesIO(content))
