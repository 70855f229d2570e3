"""Restoring a backup: everything is verified, apart, before the installation is changed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from huiyin.config import archive, database, environment, installation
from huiyin.config.archive import ATTACHMENTS, DUMP, KEYS, MANIFEST, Manifest
from huiyin.config.problems import CannotRun
from huiyin.kernel import keys
from huiyin.kernel.postgres import restore

_CHUNK = 1 << 20
_DAMAGED = "不完整或已损坏"


@dataclass(slots=True)
class _Unpacked:
    """What was found in the file, member by member."""

    digests: dict[str, str]
    sizes: dict[str, int]
    listing: str
    manifest: Manifest


def run(file: Path) -> Manifest:
    """Bring a backup into this installation, which must be empty.

    Raises:
        CannotRun: the file is foreign, cut or altered, the keys do not fit, or something is here
            already. Nothing was changed.
        PostgresProblem: the same, of the database.
    """
    if not file.is_file():
        raise CannotRun(f"没有备份文件 {file}")
    _require_empty()
    with _scratch() as folder:
        manifest = verified(file, folder)
        _require_fitting(manifest)
        _check_keys(manifest, folder)
        _require_only_these(folder)
        _place_attachments(folder)
        with _keys_placed(manifest, folder):
            restore(database.address(), folder / DUMP)
    return manifest


def verified(file: Path, folder: Path) -> Manifest:
    """Unpack a backup into an empty scratch folder and prove that it is whole.

    Raises:
        CannotRun: it is foreign, cut or altered.
    """
    found = _unpack(file, folder)
    _verify(file, found)
    return found.manifest


def _require_empty() -> None:
    known = installation.facts()
    if not known.empty:
        raise CannotRun(
            "这里已有数据，没有动它；恢复只能到空的安装：请换一个新的 HUIYIN_VAR 或空的数据库"
        )


@contextmanager
def _scratch() -> Iterator[Path]:
    """Yield a folder on the same disk as the installation; it is gone afterwards."""
    folder = environment.var_dir() / "restore.part"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unpack(file: Path, folder: Path) -> _Unpacked:
    """Read the file once from end to end, writing its members to the scratch folder."""
    digests: dict[str, str] = {}
    sizes: dict[str, int] = {}
    listing = hashlib.sha256()
    try:
        with tarfile.open(file, "r|") as tar:
            for member in tar:
                content = tar.extractfile(member) if member.isreg() else None
                if content is None or not _is_expected(member.name) or member.name in digests:
                    raise CannotRun(f"{file} 里有不属于备份的内容（{member.name}）")
                target = folder / member.name
                target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                digests[member.name], sizes[member.name] = _copy(content, target)
                if member.name.startswith(ATTACHMENTS):
                    listing.update(f"{target.name}\n".encode())
        manifest = Manifest(**json.loads((folder / MANIFEST).read_text()))
    except FileNotFoundError as error:
        raise CannotRun(f"{file} {_DAMAGED}：没有结尾的清单") from error
    except (tarfile.TarError, ValueError, TypeError, EOFError) as error:
        raise CannotRun(f"{file} {_DAMAGED}，或不是本系统的备份") from error
    return _Unpacked(digests, sizes, listing.hexdigest(), manifest)


def _is_expected(name: str) -> bool:
    if name in (DUMP, KEYS, MANIFEST):
        return True
    folder, _, digest = name.removeprefix(ATTACHMENTS).partition("/")
    return name.startswith(ATTACHMENTS) and archive.is_digest(digest) and digest[:2] == folder


def _copy(source: IO[bytes], target: Path) -> tuple[str, int]:
    """Write a member; return its digest and size."""
    digest, size = hashlib.sha256(), 0
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest(), size


def _verify(file: Path, found: _Unpacked) -> None:
    """Compare everything that was found with the manifest and with its own name."""
    manifest = found.manifest
    if manifest.format != archive.FORMAT:
        raise CannotRun(f"{file} 的格式是 {manifest.format} 版，这个程序只认 {archive.FORMAT} 版")
    stored = {name for name in found.digests if name.startswith(ATTACHMENTS)}
    wrong = {
        name
        for name in stored
        if found.digests[name] != name.rpartition("/")[2]
        and name.rpartition("/")[2] not in manifest.damaged
    }
    checks = (
        found.digests.get(DUMP) == manifest.dump_digest,
        len(stored) == manifest.attachments,
        sum(found.sizes[name] for name in stored) == manifest.attachment_bytes,
        found.listing == manifest.listing,
        (KEYS in found.digests) == manifest.with_keys,
        not wrong,
    )
    if not all(checks):
        what = f"附件 {min(wrong).rpartition('/')[2][:12]}… 的内容" if wrong else "内容"
        raise CannotRun(f"{file} {_DAMAGED}：{what}与清单不符；这里没有任何改动")


def _require_fitting(manifest: Manifest) -> None:
    on_disk = installation.migrations_on_disk()
    applied = frozenset((app, name) for app, name in manifest.migrations)
    known = installation.Facts(applied, None, (), has_orders=False)
    try:
        installation.require_fitting(known, on_disk)
    except CannotRun as error:
        raise CannotRun(f"备份是更新的程序（{manifest.program}）做的；请用那个版本恢复") from error


def _check_keys(manifest: Manifest, folder: Path) -> None:
    """Refuse unless, after restoring, the key file here opens the data of the backup."""
    path = environment.keys_file()
    if manifest.with_keys and not path.exists():
        mark = keys.read_file(folder / KEYS).derive("backup:mark").hex()[:32]
    elif path.exists():
        mark = archive.key_mark()
    else:
        raise CannotRun(f"备份里没有密钥文件；请先把原来的密钥文件放到 {path}（权限 0600），再恢复")
    if mark != manifest.key_mark:
        raise CannotRun(f"{path} 不是这份备份的密钥文件，恢复后个人信息无法解读；请换上原来的")


def _require_only_these(folder: Path) -> None:
    """Refuse when attachments of somebody else lie here; those of this backup may."""
    ours = {path.name for path in (folder / ATTACHMENTS).glob("*/*")}
    for path in archive.attachments_dir().glob("*/*"):
        if path.name not in ours:
            raise CannotRun(f"{archive.attachments_dir()} 里已有别的附件，没有动它；请换一个空目录")


def _place_attachments(folder: Path) -> None:
    """Move the attachments to their place. Done first: bytes that no row names are harmless."""
    target = archive.attachments_dir()
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in (folder / ATTACHMENTS).glob("*/*"):
        (target / path.parent.name).mkdir(exist_ok=True, mode=0o700)
        shutil.move(path, target / path.parent.name / path.name)


@contextmanager
def _keys_placed(manifest: Manifest, folder: Path) -> Iterator[None]:
    """Put the key file of the backup in its place, and take it away again if the block fails."""
    path = environment.keys_file()
    placed = manifest.with_keys and not path.exists()
    if placed:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.move(folder / KEYS, path)
    try:
        yield
    except BaseException:
        if placed:
            path.unlink()
        raise
