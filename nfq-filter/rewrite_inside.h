/*
 * Shared by the files of rewriting: rewrite.c the message and its headers, rewrite_sdp.c
 * its description, rewrite_packet.c the packet.
 */
#ifndef RINGFENCE_FILTER_REWRITE_INSIDE_H
#define RINGFENCE_FILTER_REWRITE_INSIDE_H

#include "nfq-filter/rewrite.h"

/* The first reason counts. */
void rewrite_fail(struct rewrite *rewrite, const char *why);
/* These bytes, borrowed from the message, give way to a text, an address, a port. */
void rewrite_edit(struct rewrite *rewrite, struct slice part, struct slice text);
void rewrite_put_address(
        struct rewrite *rewrite, struct slice part, const struct address *address);
void rewrite_put_number(struct rewrite *rewrite, struct slice part, uint64_t number);

/* Whether an address is of those that are translated in this direction. */
bool rewrite_is_ours(const struct rewrite *rewrite, const struct address *address);
/* What an endpoint is on the other side; false: it is to stay. */
bool rewrite_swap(
        struct rewrite *rewrite, const struct endpoint *from, struct endpoint *to);

void rewrite_description(struct rewrite *rewrite);

#endif
