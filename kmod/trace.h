/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tracepoints: what became of each packet. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM nts

#if !defined(_NTS_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _NTS_TRACE_H

#include <linux/preempt.h>
#include <linux/tracepoint.h>

#include "nts.h"

TRACE_EVENT(nts_answer,

	TP_PROTO(enum nts_verdict verdict, u32 request_len, u32 answer_len,
		 u64 cost_ns),

	TP_ARGS(verdict, request_len, answer_len, cost_ns),

	TP_STRUCT__entry(
		__string(verdict, nts_stats_name(verdict))
		__field(u32, request_len)
		__field(u32, answer_len)
		__field(u64, cost_ns)
		__field(bool, softirq)
	),

	TP_fast_assign(
		NTS_TRACE_ASSIGN_STR(verdict, nts_stats_name(verdict));
		__entry->request_len = request_len;
		__entry->answer_len = answer_len;
		__entry->cost_ns = cost_ns;
		__entry->softirq = in_serving_softirq();
	),

	TP_printk("verdict=%s request_len=%u answer_len=%u cost_ns=%llu context=%s",
		  __get_str(verdict), __entry->request_len,
		  __entry->answer_len, __entry->cost_ns,
		  __entry->softirq ? "softirq" : "process")
);

#endif /* _NTS_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
