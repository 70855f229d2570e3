"""A certificate of the switch's own, for browsers' telephones; a real one is put in its place."""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from pathlib import Path

from huiyin.kernel import clock

_LASTS = timedelta(days=3650)


def make(certificate: Path, key: Path, address: str) -> None:
    """Make a certificate and its key unless both are there."""
    if certificate.is_file() and key.is_file():
        return
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "huiyin switch")])
    began = clock.now() - timedelta(hours=1)
    hosts: list[x509.GeneralName] = [x509.DNSName("localhost")]
    try:
        hosts.append(x509.IPAddress(ipaddress.ip_address(address)))
    except ValueError:
        hosts.append(x509.DNSName(address))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(began)
        .not_valid_after(began + _LASTS)
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .sign(secret, hashes.SHA256())
    )
    certificate.parent.mkdir(parents=True, exist_ok=True)
    key.touch(mode=0o600)
    key.write_bytes(
        secret.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
