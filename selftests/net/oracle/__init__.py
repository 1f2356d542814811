# SPDX-License-Identifier: GPL-2.0-or-later
"""An NTS client that shares no code with ntsd: the judge of the system tests.

It is built on pyOpenSSL and cryptography, checks everything that an answer
claims, and can send what no honest client would.
"""
