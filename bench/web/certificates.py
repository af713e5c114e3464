"""Certificates of the load web: one authority, and a certificate for every twenty-five hosts.

A certificate names its hosts and their addresses, so that racers who cannot be given a resolver may ask by
address and check certificates all the same. Keys are P-256, as most of the web's are.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from bench.web import names

if TYPE_CHECKING:
    from pathlib import Path

HOSTS_A_CERTIFICATE = 25


def make(folder: Path, hosts: int) -> Path:
    """Write `ca.pem` and `0.pem`, `1.pem` ... (key and certificate); gives the authority's file."""
    authority = ec.generate_private_key(ec.SECP256R1())
    name = _name("The load web's authority")
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    root = (
        _builder(name, name, authority.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(authority, hashes.SHA256())
    )
    path = folder / "ca.pem"
    path.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    for chunk, first in enumerate(range(0, hosts, HOSTS_A_CERTIFICATE)):
        last = min(first + HOSTS_A_CERTIFICATE, hosts)
        (folder / f"{chunk}.pem").write_bytes(_leaf(range(first, last), authority, root))
    return path


def _leaf(numbers: range, authority: ec.EllipticCurvePrivateKey, root: x509.Certificate) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    of: list[x509.GeneralName] = [x509.DNSName(names.host(n)) for n in numbers]
    of += [x509.IPAddress(ip_address(names.address(n))) for n in numbers]
    known = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key())
    leaf = (
        _builder(_name(names.host(numbers[0])), root.subject, key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(of), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(known, critical=False)
        .sign(authority, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + leaf.public_bytes(serialization.Encoding.PEM)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )
