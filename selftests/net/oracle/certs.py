# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the tests' certificates: certs.py DIR [KIND...]

KIND is ecdsa, ed25519, rsa, chain (ECDSA below an intermediate CA) or other
(ECDSA, a new key at each call); or one that no client may believe: expired,
future (not valid yet), stranger (of another name), self (signed by itself).  DIR gets ca.crt once, KIND.crt (leaf first,
then what is between it and the root) and KIND.key, mode 0600.
"""

import datetime
import ipaddress
import os
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization as ser
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NAMES = ["ntp.test", "v4.ntp.test", "v6.ntp.test", "*.ntp.test"]
ADDRS = ["10.9.%d.1" % n for n in (1, 2, 3, 4, 5, 6, 9)] + \
        ["fd09:%d::1" % n for n in (1, 2, 3, 4, 5, 6, 9)] + ["127.0.0.1", "::1"]


def _new_key(kind):
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    if kind == "rsa":
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP256R1())


def _sign(name, key, issuer, issuer_key, ca, days=(-1, 30)):
    now = datetime.datetime.utcnow()
    begin, end = (now + datetime.timedelta(days=d) for d in days)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = dict.fromkeys(
        ("digital_signature", "content_commitment", "key_encipherment",
         "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign",
         "encipher_only", "decipher_only"), False)
    usage.update(key_cert_sign=ca, crl_sign=ca, digital_signature=not ca)
    cert = x509.CertificateBuilder().subject_name(subject) \
        .issuer_name(issuer.subject if issuer else subject) \
        .public_key(key.public_key()) \
        .serial_number(x509.random_serial_number()) \
        .not_valid_before(begin).not_valid_after(end) \
        .add_extension(x509.BasicConstraints(ca, None), True) \
        .add_extension(x509.KeyUsage(**usage), True) \
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(
            key.public_key()), False) \
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(
            issuer_key.public_key()), False)
    if not ca:
        names, addrs = (NAMES, ADDRS) if name in NAMES else ([name], [])
        alt = [x509.DNSName(n) for n in names] + \
            [x509.IPAddress(ipaddress.ip_address(a)) for a in addrs]
        cert = cert.add_extension(x509.SubjectAlternativeName(alt), False) \
            .add_extension(x509.ExtendedKeyUsage(
                [ExtendedKeyUsageOID.SERVER_AUTH]), False)
    return cert.sign(issuer_key, hashes.SHA256())


def _write(path, data, mode):
    """Replaces path at once, so that a reload never sees half a file."""
    fd = os.open(path + ".new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(fd, "wb") as out:
        out.write(data)
    os.replace(path + ".new", path)


def _pem(key):
    return key.private_bytes(ser.Encoding.PEM, ser.PrivateFormat.PKCS8,
                             ser.NoEncryption())


def _ca(where):
    path = os.path.join(where, "ca")
    if not os.path.exists(path + ".crt"):
        key = _new_key("ecdsa")
        cert = _sign("nts test root", key, None, key, True)
        _write(path + ".key", _pem(key), 0o600)
        _write(path + ".crt", cert.public_bytes(ser.Encoding.PEM), 0o644)
    with open(path + ".key", "rb") as f:
        key = ser.load_pem_private_key(f.read(), None)
    with open(path + ".crt", "rb") as f:
        return x509.load_pem_x509_certificate(f.read()), key


def make(where, kind):
    os.makedirs(where, exist_ok=True)
    issuer, issuer_key = _ca(where)
    between = []
    if kind == "chain":
        mid_key = _new_key("ecdsa")
        mid = _sign("nts test intermediate", mid_key, issuer, issuer_key,
                    True)
        issuer, issuer_key, between = mid, mid_key, [mid]
    key = _new_key(kind)
    if kind == "self":
        issuer, issuer_key = None, key
    name = "stranger.test" if kind == "stranger" else NAMES[0]
    days = {"expired": (-9, -2), "future": (9, 30)}.get(kind, (-1, 30))
    leaf = _sign(name, key, issuer, issuer_key, False, days)
    path = os.path.join(where, kind)
    pem = b"".join(c.public_bytes(ser.Encoding.PEM)
                   for c in [leaf] + between)
    _write(path + ".key", _pem(key), 0o600)
    _write(path + ".crt", pem, 0o644)


if __name__ == "__main__":
    for name in sys.argv[2:] or ["ecdsa"]:
        make(sys.argv[1], name)
