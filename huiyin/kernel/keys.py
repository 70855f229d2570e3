"""The ring of secret keys. One file outside the database, readable by us only.

The file holds random masters by number; every use derives its own key from one of them (HKDF), so
no two uses share a key. Data is encrypted with the newest master and read with the one it names;
look-up, history and query-code keys come from the first, which is therefore never thrown away.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_LENGTH = 32


class KeysMissing(RuntimeError):
    """The key file is missing or cannot be read; nothing personal can be stored or shown."""


class Keyring:
    """Masters by number, 1 to 255."""

    def __init__(self, masters: dict[int, bytes]) -> None:
        if 1 not in masters or any(not 1 <= n <= 255 for n in masters):
            raise KeysMissing("密钥文件须含 1 号主密钥，编号 1–255")
        self._masters = masters
        self.newest = max(masters)
        self._derived: dict[tuple[int, str, int], bytes] = {}

    def derive(self, purpose: str, number: int = 1, length: int = _LENGTH) -> bytes:
        """Return the key of ``purpose`` under master ``number``; same arguments, same key."""
        wanted = (number, purpose, length)
        if wanted not in self._derived:
            master = self._masters.get(number)
            if master is None:
                raise KeysMissing(f"密钥文件缺少 {number} 号主密钥")
            self._derived[wanted] = HKDF(SHA256(), length, None, purpose.encode()).derive(master)
        return self._derived[wanted]


def create_file(path: Path) -> None:
    """Write a new ring with one random master, mode 0600; an existing file is left alone."""
    path.parent.parent.mkdir(parents=True, exist_ok=True)
    path.parent.mkdir(exist_ok=True, mode=0o700)
    ring = {"1": base64.b64encode(secrets.token_bytes(_LENGTH)).decode()}
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w") as file:
        json.dump(ring, file)


def read_file(path: Path) -> Keyring:
    """Read the ring. Raises KeysMissing in one clear line."""
    try:
        raw = json.loads(path.read_text())
        return Keyring({int(n): base64.b64decode(key) for n, key in raw.items()})
    except FileNotFoundError as error:
        raise KeysMissing(f"没有密钥文件 {path}; 恢复备份时须一并恢复它") from error
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise KeysMissing(f"密钥文件 {path} 无法读取：{error}") from error


@lru_cache(maxsize=4)
def _ring_at(path: str) -> Keyring:
    return read_file(Path(path))


def ring() -> Keyring:
    """Return the ring that the settings name."""
    from django.conf import settings  # the file is chosen by settings, the rest is plain

    return _ring_at(str(settings.KEYS_FILE))
