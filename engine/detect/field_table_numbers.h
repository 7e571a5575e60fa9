/*
 * The fields of who calls whom: numbers as dial plans read them, accounts, trunks. A part
 * of field_table.h.
 */
#ifndef RINGFENCE_DETECT_FIELD_TABLE_NUMBERS_H
#define RINGFENCE_DETECT_FIELD_TABLE_NUMBERS_H

#define FIELDS_NUMBERS(X)                                                                \
	X(CALLER_E164, "caller.e164", TEXT, FIELDS_CALL,                                 \
	        "the caller's number without its +, by the dial plan")                   \
	X(CALLER_COUNTRY, "caller.country", TEXT, FIELDS_CALL,                           \
	        "of that number: ISO 3166-1, or +882 of no country")                     \
	X(CALLER_TYPE, "caller.type", TEXT, FIELDS_CALL,                                 \
	        "fixed, mobile, tollfree, premium … unknown")                            \
	X(CALLER_POSSIBLE, "caller.possible", BOOL, FIELDS_CALL,                         \
	        "its length occurs in the country")                                      \
	X(CALLER_ASSIGNED, "caller.assigned", BOOL, FIELDS_CALL,                         \
	        "its calling code exists")                                               \
	X(CALLER_PREMIUM, "caller.premium", BOOL, FIELDS_CALL, "premium or satellite")   \
	X(CALLER_FOREIGN, "caller.foreign", BOOL, FIELDS_CALL,                           \
	        "of another country than the site's")                                    \
	X(CALLER_OWN, "caller.own", BOOL, FIELDS_CALL, "one of the site's numbers")      \
	X(CALLER_RISK, "caller.risk", NUMBER, FIELDS_CALL, "weight in a list of risk")   \
	X(CALLER_STRIPPED, "caller.prefix_stripped", TEXT, FIELDS_CALL,                  \
	        "what the dial plan took off")                                           \
	X(CALLER_PREFIX, "caller.prefix", TEXT, FIELDS_CALL,                             \
	        "calling code, +1 with area")                                            \
	X(CALLER_BLOCK, "caller.block", TEXT, FIELDS_CALL,                               \
	        "the number without its last 4 digits")                                  \
	X(CALLED_E164, "called.e164", TEXT, FIELDS_CALL,                                 \
	        "the called number without its +, by the dial plan")                     \
	X(CALLED_COUNTRY, "called.country", TEXT, FIELDS_CALL,                           \
	        "of that number: ISO 3166-1, or +882 of no country")                     \
	X(CALLED_TYPE, "called.type", TEXT, FIELDS_CALL,                                 \
	        "fixed, mobile, tollfree, premium … unknown")                            \
	X(CALLED_POSSIBLE, "called.possible", BOOL, FIELDS_CALL,                         \
	        "its length occurs in the country")                                      \
	X(CALLED_ASSIGNED, "called.assigned", BOOL, FIELDS_CALL,                         \
	        "its calling code exists")                                               \
	X(CALLED_PREMIUM, "called.premium", BOOL, FIELDS_CALL, "premium or satellite")   \
	X(CALLED_FOREIGN, "called.foreign", BOOL, FIELDS_CALL,                           \
	        "of another country than where it is dialled")                           \
	X(CALLED_OWN, "called.own", BOOL, FIELDS_CALL, "one of the site's numbers")      \
	X(CALLED_RISK, "called.risk", NUMBER, FIELDS_CALL, "weight in a list of risk")   \
	X(CALLED_STRIPPED, "called.prefix_stripped", TEXT, FIELDS_CALL,                  \
	        "what the dial plan took off")                                           \
	X(CALLED_PREFIX, "called.prefix", TEXT, FIELDS_CALL,                             \
	        "calling code, +1 with area")                                            \
	X(CALLED_BLOCK, "called.block", TEXT, FIELDS_CALL,                               \
	        "the number without its last 4 digits")                                  \
	X(CALLED_SATELLITE, "called.satellite", BOOL, FIELDS_CALL,                       \
	        "+870, +881, +882, +883")                                                \
	X(CALLED_USUAL, "called.usual", BOOL, FIELDS_CALL,                               \
	        "a country that the account or the site lists")                          \
	X(CALLED_TEST, "called.test", BOOL, FIELDS_CALL, "in a list of test numbers")    \
	X(CALLED_PRICE, "called.price", NUMBER, FIELDS_CALL, "a minute, by the tariffs") \
	X(CALL_ACCOUNT, "call.account", TEXT, FIELDS_CALL | FIELDS_BINDING,              \
	        "who pays: login, else registered user, else trunk, else extension")     \
	X(CALL_ACCOUNT_BY, "call.account.by", TEXT, FIELDS_CALL,                         \
	        "login, binding, trunk or extension")                                    \
	X(CALL_ACCOUNT_CLASS, "call.account.class", TEXT, FIELDS_CALL,                   \
	        "as the site describes it")                                              \
	X(CALL_OPEN, "call.account.always_open", BOOL, FIELDS_CALL,                      \
	        "calls at every hour are usual")                                         \
	X(CALL_TRUNK, "call.trunk", TEXT, FIELDS_CALL, "by its name: out, else in")      \
	X(CALL_TRUNK_CLASS, "call.trunk.class", TEXT, FIELDS_CALL,                       \
	        "carrier, international, pbx …")                                         \
	X(CALL_TRUNK_IN, "call.trunk.in", TEXT, FIELDS_CALL, "that it came by")          \
	X(CALL_TRUNK_IN_CLASS, "call.trunk.in.class", TEXT, FIELDS_CALL,                 \
	        "of the trunk that it came by")                                          \
	X(CALL_TRUNK_TRUSTED, "call.trunk.trusted", BOOL, FIELDS_CALL,                   \
	        "its word on who calls is believed")                                     \
	X(CALL_DIRECTION, "call.direction", TEXT, FIELDS_CALL,                           \
	        "in, out or through, where trunks are described")                        \
	X(CALL_ROUTE, "call.route", TEXT, FIELDS_CALL,                                   \
	        "trunk that it leaves by, else the callee's address")                    \
	X(CALL_PERIOD, "call.period", TEXT, FIELDS_CALL,                                 \
	        "day, night or weekend at the site")                                     \
	X(CALL_COST, "call.cost", NUMBER, FIELDS_CALL, "so far, by the tariffs")         \
	X(CALL_PART, "call.part_s", NUMBER, FIELDS_CALL_ONLY,                            \
	        "call.tick, call.end: seconds since the tick before")                    \
	X(CALL_PART_COST, "call.part_cost", NUMBER, FIELDS_CALL_ONLY,                    \
	        "what they cost, by the tariffs")                                        \
	X(CALL_ANSWER_AFTER, "call.answer_s", NUMBER, FIELDS_CALL,                       \
	        "from the first INVITE to the answer")                                   \
	X(CALL_SOUND, "call.sound", TEXT, FIELDS_CALL,                                   \
	        "of the callee, answered at once: ringing, silence or voice")            \
	X(CALL_QUIET, "call.callee.quiet_s", NUMBER, FIELDS_CALL_ONLY,                   \
	        "between the callee's last packet and the end")                          \
	X(CALL_BY_TRANSFER, "call.by_transfer", BOOL, FIELDS_CALL,                       \
	        "another call was transferred here")

#endif
