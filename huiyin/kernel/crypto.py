"""Encryption of personal data, keyed digests for look-up and for the history.

Ciphers and digests come from the ``cryptography`` package; nothing here is home-made but the
layout of the bytes: ``cipher (1) | master number (1) | nonce (12) | sealed text and tag``.
"""

from __future__ import annotations

import secrets
from enum import IntEnum
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256, SM3, HashAlgorithm
from cryptography.hazmat.primitives.hmac import HMAC

from huiyin.kernel import keys

_NONCE = 12
_TAG = 16


class CipherId(IntEnum):
    """First byte of a sealed value."""

    AES_GCM = 1
    SM4_GCM = 2


class DigestId(IntEnum):
    """First byte of a keyed digest."""

    SM3 = 1
    SHA256 = 2


class Unreadable(RuntimeError):
    """A sealed value was altered, belongs to another field, or its key is missing."""


_HASHES: dict[DigestId, type[HashAlgorithm]] = {DigestId.SM3: SM3, DigestId.SHA256: SHA256}


def seal(text: str, field: str) -> bytes:
    """Encrypt ``text`` for the named field with the newest key; empty text stays empty.

    The field name is authenticated, so a value moved to another column cannot be read there.
    """
    return seal_bytes(text.encode(), field) if text else b""


def seal_bytes(content: bytes, field: str) -> bytes:
    """Encrypt bytes, such as a recording, as ``seal`` encrypts text."""
    ring = keys.ring()
    cipher = _chosen_cipher()
    nonce = secrets.token_bytes(_NONCE)
    head = bytes((cipher, ring.newest))
    return head + nonce + _encrypt(cipher, ring.newest, nonce, content, field.encode())


def unseal(sealed: bytes | memoryview, field: str) -> str:
    """Decrypt what ``seal`` made for the same field. Raises Unreadable."""
    sealed = bytes(sealed)
    return unseal_bytes(sealed, field).decode() if sealed else ""


def unseal_bytes(sealed: bytes, field: str) -> bytes:
    """Decrypt what ``seal_bytes`` made for the same field. Raises Unreadable."""
    try:
        cipher, number = CipherId(sealed[0]), sealed[1]
        nonce, body = sealed[2 : 2 + _NONCE], sealed[2 + _NONCE :]
        return _decrypt(cipher, number, nonce, body, field.encode())
    except (ValueError, IndexError, InvalidTag, keys.KeysMissing) as error:
        raise Unreadable(f"{field}: 密文无法解读") from error


def lookup(value: str, field: str) -> bytes:
    """Return a keyed digest by which equal values can be found without being readable."""
    if not value:
        return b""
    return keyed_digest(value.encode(), f"lookup:{field}")


def keyed_digest(message: bytes, purpose: str, *, digest: DigestId | None = None) -> bytes:
    """Return ``digest id | HMAC`` of ``message`` under the key of ``purpose`` (33 bytes)."""
    chosen = digest or _chosen_digest()
    mac = _keyed(keys.ring(), purpose, chosen).copy()
    mac.update(message)
    return bytes((chosen,)) + mac.finalize()


@lru_cache(maxsize=256)
def _keyed(ring: keys.Keyring, purpose: str, digest: DigestId) -> HMAC:
    """Return the MAC of a purpose before any message; copying it spares setting up the key."""
    return HMAC(ring.derive(f"mac:{purpose}"), _HASHES[digest]())


def _chosen_cipher() -> CipherId:
    from django.conf import settings

    return CipherId[settings.PERSONAL_DATA_CIPHER]


def _chosen_digest() -> DigestId:
    from django.conf import settings

    return DigestId[settings.HISTORY_DIGEST]


def _encrypt(cipher: CipherId, number: int, nonce: bytes, text: bytes, field: bytes) -> bytes:
    if cipher is CipherId.AES_GCM:
        return AESGCM(keys.ring().derive("data:aes", number)).encrypt(nonce, text, field)
    key = keys.ring().derive("data:sm4", number, 16)
    worker = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    worker.authenticate_additional_data(field)
    return worker.update(text) + worker.finalize() + worker.tag


def _decrypt(cipher: CipherId, number: int, nonce: bytes, body: bytes, field: bytes) -> bytes:
    if cipher is CipherId.AES_GCM:
        return AESGCM(keys.ring().derive("data:aes", number)).decrypt(nonce, body, field)
    key = keys.ring().derive("data:sm4", number, 16)
    worker = Cipher(algorithms.SM4(key), modes.GCM(nonce, body[-_TAG:])).decryptor()
    worker.authenticate_additional_data(field)
    return worker.update(body[:-_TAG]) + worker.finalize()
