/*
 * Shared by the files that build tables.
 */
#ifndef RINGFENCE_PLATFORM_NFT_INSIDE_H
#define RINGFENCE_PLATFORM_NFT_INSIDE_H

#include <libnftnl/expr.h>
#include <stdbool.h>

#include "platform/nft.h"

/* A part of the transaction could not be built: it will not be committed. */
bool netfilter_note(struct netfilter *netfilter, bool fine);

/* A copy of the target's parameters, which the step takes over. */
void netfilter_target_info(struct nftnl_expr *step, const void *info, size_t bytes);

#endif
