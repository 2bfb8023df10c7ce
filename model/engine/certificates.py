"""The secret that opens the engine's ports: a certificate of its own, made at each start.

Dask runs any function that a connection sends it, and a port of this machine is open to all its
users. So every connection is encrypted, and both ends must show the same certificate, whose key is
known to the app, the engine and its workers alone. It is written on no disk for longer than it
takes OpenSSL to read it, in a folder that only its owner can open.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

NAME = "digitscope-engine"
DAYS = 3650  # longer than any server runs; the next start makes another one


@dataclass(frozen=True)
class Certificate:
    """A certificate and its private key, both as PEM."""

    certificate: str
    key: str


def new_certificate() -> Certificate:
    """Make a certificate that signs itself: who trusts it trusts nothing else.

    The key is of the curve P-256: made in 5 ms, where one of RSA takes from 80 to 800.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from cryptography.x509.oid import NameOID

    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # the clock may be set back meanwhile
        .not_valid_after(now + timedelta(days=DAYS))
        .sign(key, hashes.SHA256())
    )
    return Certificate(
        certificate.public_bytes(Encoding.PEM).decode(),
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
    )


def security(own: Certificate) -> Any:
    """What Dask's scheduler, workers and clients need so that they speak to each other alone."""
    import ssl

    from distributed import Security

    roles = ("client", "scheduler", "worker")
    return Security(
        require_encryption=True,
        tls_min_version=ssl.TLSVersion.TLSv1_3,
        tls_ca_file=own.certificate,
        **{f"tls_{role}_cert": own.certificate for role in roles},
        **{f"tls_{role}_key": own.key for role in roles},
    )
