/*
 * The fields of what accounts and numbers have done so far. A part of field_table.h.
 */
#ifndef RINGFENCE_DETECT_FIELD_TABLE_ACCOUNTS_H
#define RINGFENCE_DETECT_FIELD_TABLE_ACCOUNTS_H

#define FIELDS_ACCOUNTS(X)                                                               \
	X(ACCOUNT_RUNNING, "account.running", NUMBER, FIELDS_CALL,                       \
	        "answered calls of the account that go on")                              \
	X(ACCOUNT_PREFIX_RUNNING, "account.prefix_running", NUMBER, FIELDS_CALL,         \
	        "those to the called prefix")                                            \
	X(ACCOUNT_PREFIX_CALLS, "account.prefix_calls", NUMBER, FIELDS_CALL,             \
	        "calls to the called prefix in 8 hours")                                 \
	X(ACCOUNT_REPEATS, "account.repeats", NUMBER, FIELDS_CALL,                       \
	        "calls in a row to this number")                                         \
	X(ACCOUNT_AGE, "account.age_d", NUMBER, FIELDS_CALL,                             \
	        "days since its first call")                                             \
	X(ACCOUNT_LEARNED, "account.learned", BOOL, FIELDS_CALL, "its habits are known") \
	X(ACCOUNT_FRESH, "account.fresh", BOOL, FIELDS_CALL,                             \
	        "younger than a week, while others are known for long")                  \
	X(ACCOUNT_COUNTRIES, "account.countries", NUMBER, FIELDS_CALL,                   \
	        "that it has called")                                                    \
	X(ACCOUNT_COUNTRY_NEW, "account.country_new", BOOL, FIELDS_CALL,                 \
	        "first called within a day, by an account whose habits are known")       \
	X(ACCOUNT_COUNTRY_KNOWN, "account.country_known", BOOL, FIELDS_CALL,             \
	        "called on a day before")                                                \
	X(ACCOUNT_HOUR_UNUSUAL, "account.hour_unusual", BOOL, FIELDS_CALL,               \
	        "it never calls abroad at this hour")                                    \
	X(ACCOUNT_COST, "account.cost_today", NUMBER, FIELDS_CALL,                       \
	        "by the tariffs, running calls too")                                     \
	X(ACCOUNT_MINUTES, "account.minutes_today", NUMBER, FIELDS_CALL,                 \
	        "abroad or premium, running calls too")                                  \
	X(ACCOUNT_BUDGET, "account.budget_percent", NUMBER, FIELDS_CALL,                 \
	        "today's cost, of its budget")                                           \
	X(ACCOUNT_SPEND_RANK, "account.spend_rank", NUMBER, FIELDS_CALL,                 \
	        "percent of account days on which less was spent")                       \
	X(ACCOUNT_OVER, "account.over_limit", BOOL, FIELDS_CALL,                         \
	        "more calls run than it may have at once")                               \
	X(CALLER_OUT, "caller.calls_out", NUMBER, FIELDS_CALL,                           \
	        "calls of the number in one to two days")                                \
	X(CALLER_RATIO, "caller.out_in", NUMBER, FIELDS_CALL, "those over calls to it")  \
	X(CALLED_MARKED, "called.marked", BOOL, FIELDS_CALL,                             \
	        "a rule marked the number or its block")                                 \
	X(CALL_FORWARDED, "call.forwarded_abroad", BOOL, 1u << EVENT_CALL_END,           \
	        "began and ended with a call that the called host made abroad")          \
	X(CALL_FORWARDER, "call.forwarder", TEXT, FIELDS_CALL,                           \
	        "who forwards: of Diversion, else the called number of such a call")     \
	X(ENTITY_TYPE, "entity.type", TEXT, 1u << EVENT_ENTITY_SCORE,                    \
	        "account, ip, network, asn or country that is called")                   \
	X(ENTITY_VALUE, "entity.value", TEXT, 1u << EVENT_ENTITY_SCORE, "which one")     \
	X(ENTITY_SUM, "entity.score", NUMBER, 1u << EVENT_ENTITY_SCORE,                  \
	        "sum of its alerts' scores, fading by half in 30 minutes")               \
	X(ENTITY_ALERTS, "entity.alerts", NUMBER, 1u << EVENT_ENTITY_SCORE,              \
	        "alerts in that sum")

#endif
