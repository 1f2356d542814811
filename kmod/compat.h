/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All differences between kernels. Kbuild probes the headers and defines
 * NTS_HAS_*: version numbers lie where distributions backport.
 */
#ifndef _NTS_COMPAT_H
#define _NTS_COMPAT_H

#ifdef NTS_HAS_LINUX_UNALIGNED
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

#ifdef NTS_HAS_CRYPTO_UTILS
#include <crypto/utils.h>
#else
#include <crypto/algapi.h>
#endif

/* udp_tunnel6_xmit_skb() gained a last argument. */
#ifdef NTS_HAS_TUNNEL_IPCB_FLAGS
#define nts_tunnel6_xmit(...) udp_tunnel6_xmit_skb(__VA_ARGS__, 0)
#else
#define nts_tunnel6_xmit(...) udp_tunnel6_xmit_skb(__VA_ARGS__)
#endif

/* The tunnel's ends take the struct sock itself now. */
#ifdef NTS_HAS_TUNNEL_SETUP_SK
#define nts_tunnel_setup(net, sock, cfg) setup_udp_tunnel_sock(net, (sock)->sk, cfg)
#define nts_tunnel_release(sock) udp_tunnel_sock_release((sock)->sk)
#else
#define nts_tunnel_setup(net, sock, cfg) setup_udp_tunnel_sock(net, sock, cfg)
#define nts_tunnel_release(sock) udp_tunnel_sock_release(sock)
#endif

/* The AES library got a key type for encryption alone. */
#include <crypto/aes.h>
#ifdef NTS_HAS_AES_ENCKEY
#define nts_aes_ctx aes_enckey
#define nts_aes_prepare(ctx, bytes) aes_prepareenckey(ctx, bytes, AES_KEYSIZE_128)
#else
#define nts_aes_ctx crypto_aes_ctx
#define nts_aes_prepare(ctx, bytes) aes_expandkey(ctx, bytes, AES_KEYSIZE_128)
#endif

/* hrtimer_init() and the callback became one. */
#ifdef NTS_HAS_HRTIMER_SETUP
#define nts_hrtimer_setup(timer, fn, clock, mode) hrtimer_setup(timer, fn, clock, mode)
#else
#define nts_hrtimer_setup(timer, fn, clock, mode) \
	do { \
		hrtimer_init(timer, clock, mode); \
		(timer)->function = (fn); \
	} while (0)
#endif

/* CLOCK_MONOTONIC_RAW and CLOCK_REALTIME at one moment; a snapshot is of one chosen clock now. */
#include <linux/timekeeping.h>
static inline void nts_clock_snapshot(s64 *raw, s64 *real)
{
	struct system_time_snapshot snapshot;

#ifdef NTS_HAS_SNAPSHOT_ID
	ktime_get_snapshot_id(CLOCK_REALTIME, &snapshot);
	*raw = ktime_to_ns(snapshot.monoraw);
	*real = ktime_to_ns(snapshot.systime);
#else
	ktime_get_snapshot(&snapshot);
	*raw = ktime_to_ns(snapshot.raw);
	*real = ktime_to_ns(snapshot.real);
#endif
}

/* __assign_str() lost its second argument. */
#ifdef NTS_HAS_ASSIGN_STR_ONE_ARG
#define NTS_TRACE_ASSIGN_STR(dst, src) __assign_str(dst)
#else
#define NTS_TRACE_ASSIGN_STR(dst, src) __assign_str(dst, src)
#endif

#endif /* _NTS_COMPAT_H */
