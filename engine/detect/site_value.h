/*
 * Readers of what a site's description holds; each refuses what is wrong at its place.
 */
#ifndef RINGFENCE_DETECT_SITE_VALUE_H
#define RINGFENCE_DETECT_SITE_VALUE_H

#include "engine/detect/rule_read.h"

/* A single value stands for a list of one. */
void site_prefixes(struct compiler *compiler, const struct node *node,
        struct slice *prefixes, uint8_t *count);
/* numbers: E.164, from which a + is taken off. */
void site_text_list(struct compiler *compiler, const struct node *node,
        struct site_texts *texts, bool numbers);
void site_country(struct compiler *compiler, const struct node *node, uint16_t *region);
void site_countries(
        struct compiler *compiler, const struct node *node, struct site_texts *countries);
void site_networks(
        struct compiler *compiler, const struct node *node, struct site_peer *peer);
void site_timezone(struct compiler *compiler, const struct node *node, int32_t *offset_s);
void site_night(struct compiler *compiler, const struct node *node, struct site *site);
void site_weekend(struct compiler *compiler, const struct node *node, struct site *site);
void site_holidays(struct compiler *compiler, const struct node *node, struct site *site);

#endif
