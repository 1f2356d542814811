# SPDX-License-Identifier: GPL-2.0-or-later
"""AES-SIV-CMAC-256 (RFC 5297) from OpenSSL's CMAC and CTR.

cryptography's AESSIV refuses an empty text, which every NTS request without
encrypted fields has, so S2V is spelt out; check() compares with AESSIV.
"""

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.cmac import CMAC

ZERO = bytes(16)


def _xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def _double(block):
    n = int.from_bytes(block, "big") << 1
    if n >> 128:
        n = (n & (1 << 128) - 1) ^ 0x87
    return n.to_bytes(16, "big")


class Siv:
    """One AES-SIV-CMAC-256 key of 32 octets."""

    def __init__(self, key):
        if len(key) != 32:
            raise ValueError("AES-SIV-CMAC-256 keys have 32 octets")
        self.mac_key, self.ctr_key = key[:16], key[16:]

    def _cmac(self, data):
        c = CMAC(algorithms.AES(self.mac_key))
        c.update(data)
        return c.finalize()

    def _s2v(self, ads, text):
        d = self._cmac(ZERO)
        for ad in ads:
            d = _xor(_double(d), self._cmac(ad))
        if len(text) >= 16:
            return self._cmac(text[:-16] + _xor(text[-16:], d))
        pad = text + b"\x80" + bytes(15 - len(text))
        return self._cmac(_xor(_double(d), pad))

    def _ctr(self, tag, text):
        iv = bytearray(tag)
        iv[8] &= 0x7f
        iv[12] &= 0x7f
        c = Cipher(algorithms.AES(self.ctr_key), modes.CTR(bytes(iv)))
        return c.encryptor().update(text)

    def seal(self, ads, text):
        """Returns tag || ciphertext."""
        tag = self._s2v(ads, text)
        return tag + self._ctr(tag, text)

    def open(self, ads, sealed):
        """Returns the text, or None when it is not authentic."""
        if len(sealed) < 16:
            return None
        tag, text = sealed[:16], self._ctr(sealed[:16], sealed[16:])
        return text if self._s2v(ads, text) == tag else None


class Quick(Siv):
    """The same by OpenSSL alone, for servers: it cannot seal an empty text."""

    def __init__(self, key):
        super().__init__(key)
        self.siv = AESSIV(key)

    def seal(self, ads, text):
        return self.siv.encrypt(text, ads) if text else super().seal(ads, text)


def check():
    """Raises when this file disagrees with RFC 5297 A.1 or with AESSIV."""
    key = bytes.fromhex("fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0"
                        "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff")
    ad = bytes.fromhex("101112131415161718191a1b1c1d1e1f2021222324252627")
    text = bytes.fromhex("112233445566778899aabbccddee")
    want = bytes.fromhex("85632d07c6e8f37f950acd320a2ecc93"
                         "40c02b9690c4dc04daef7f6afe5c")
    siv, ref = Siv(key), AESSIV(key)
    assert siv.seal([ad], text) == want, "RFC 5297 A.1"
    assert siv.open([ad], want) == text
    for n in (1, 15, 16, 17, 31, 32, 100):
        ads, data = [ad * n, key[:16]], (text * 8)[:n]
        assert siv.seal(ads, data) == ref.encrypt(data, ads), n
    sealed = siv.seal([ad, key], b"")
    assert siv.open([ad, key], sealed) == b""
    assert siv.open([key, ad], sealed) is None


check()
