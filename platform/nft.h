/*
 * One table of the kernel's packet filter (nf_tables), as its owner sees it. All changes
 * are transactions: netfilter_begin, what is to change, netfilter_commit; the kernel
 * takes all of it or nothing, and has it in force when the commit returns. Elements cost
 * no allocation; the building of tables, chains and rules (platform/nft_rule.h) does.
 */
#ifndef RINGFENCE_PLATFORM_NFT_H
#define RINGFENCE_PLATFORM_NFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct netfilter;

enum {
	NETFILTER_KEY_MAX = 40, /* two IPv6 addresses and ports, each padded to four */
	NETFILTER_USER_MAX = 120,
	NETFILTER_DATA_MAX = 8, /* an IPv4 address and a port, padded */
};

struct netfilter_rate {
	uint32_t per_second;
	uint32_t burst;
};

/* An element of a set. What is 0 or NULL is left out. */
struct netfilter_element {
	const void *key; /* padded to four bytes a field, in network byte order */
	size_t key_len;
	uint32_t mark;    /* of a map: what it leads to; host byte order */
	const void *data; /* of a map that leads to something else than a mark */
	size_t data_len;
	uint64_t timeout_ms;
	bool end;                          /* the first key behind an interval */
	const struct netfilter_rate *rate; /* of a set whose elements count and limit */
	const void *user;                  /* kept by the kernel for us */
	size_t user_len;
};

/* The same, as the kernel tells it. */
struct netfilter_seen {
	uint8_t key[NETFILTER_KEY_MAX];
	size_t key_len;
	uint32_t mark; /* or, of a map that leads to something else: */
	uint8_t data[NETFILTER_DATA_MAX];
	size_t data_len;
	uint64_t left_ms; /* until it expires; 0 = never */
	uint64_t packets; /* counted */
	uint64_t bytes;
	bool end;
	uint8_t user[NETFILTER_USER_MAX];
	size_t user_len;
};

/*
 * table: of the family inet; the text is borrowed. fd: a socket that was handed over,
 * else -1. NULL with errno set.
 */
struct netfilter *netfilter_open(const char *table, int fd);
void netfilter_close(struct netfilter **netfilter);
int netfilter_fd(const struct netfilter *netfilter);
/* The table's name, and the kernel's name for our socket. */
const char *netfilter_table(const struct netfilter *netfilter);
uint32_t netfilter_port(const struct netfilter *netfilter);

void netfilter_begin(struct netfilter *netfilter);
/* 0, or the error number of the first thing that was refused; nothing happened then. */
int netfilter_commit(struct netfilter *netfilter);

/*
 * What is to happen to elements. False when the transaction is full: commit and begin
 * another. DELETE of what is not there makes the kernel take the transaction back, for
 * which it waits many milliseconds (a grace period): look with netfilter_element first.
 */
enum netfilter_change { NETFILTER_ADD, NETFILTER_DELETE };
bool netfilter_change(struct netfilter *netfilter, enum netfilter_change change,
        const char *set, const struct netfilter_element *element);
/* Empties a set. */
bool netfilter_flush(struct netfilter *netfilter, const char *set);

/* Hands over each element of a set, in the kernel's order. 0 or an error number. */
struct netfilter_taker {
	void *context;
	void (*take)(void *context, const struct netfilter_seen *seen);
};
int netfilter_elements(struct netfilter *netfilter, const char *set,
        const struct netfilter_taker *taker);

/* One element by its key; 0, ENOENT when it is not there, or another error number. */
int netfilter_element(struct netfilter *netfilter, const char *set,
        const struct netfilter_element *wanted, struct netfilter_seen *seen);

/* Whether there is a table of our name. */
bool netfilter_table_exists(struct netfilter *netfilter);

/* Of a transaction, for who builds messages of other kinds: room for one, NULL = full. */
struct nlmsghdr *netfilter_message(
        struct netfilter *netfilter, uint16_t type, uint16_t flags);
void netfilter_message_done(struct netfilter *netfilter, const struct nlmsghdr *message);

#endif
