"""The key pair of the JWT flow: the certificate goes into the External Client App, the private key stays with us."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

BITS = 2048
LASTS = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class KeyPair:
    """PEM texts. ``ends``: until when Salesforce takes the certificate, aware UTC."""

    private_key: str = field(repr=False)
    certificate: str
    ends: datetime


def new_key_pair(now: datetime, name: str = "Accord") -> KeyPair:
    """A fresh RSA key with a self-signed certificate for it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    ends = now + LASTS
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(ends)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return KeyPair(private.decode(), certificate.public_bytes(serialization.Encoding.PEM).decode(), ends)


def public_key_of(certificate: str) -> str:
    """The public key of a certificate, as PEM."""
    key = x509.load_pem_x509_certificate(certificate.encode()).public_key()
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()
