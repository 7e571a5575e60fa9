/*
 * The configuration of a program: a YAML file, typed by one table of settings. The table
 * reads it, refuses what it does not know with file, line and column, tells where each
 * value came from, and writes the settings' reference and their JSON Schema.
 *
 * A setting's key is its path in the file, "redis.address". Files in the directories
 * conf.d and (beside sensor.yaml) sensor.d are read after it in the order of their names:
 * what they set replaces what stood before (a list as a whole). Programs whose files lie
 * together share conf.d. What no file sets has its fallback.
 */
#ifndef RINGFENCE_PLATFORM_CONFIG_H
#define RINGFENCE_PLATFORM_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "engine/detect/document.h"

enum setting_kind {
	SETTING_TEXT,     /* const char *, never NULL; "" = none */
	SETTING_FLAG,     /* bool: true, false, yes, no */
	SETTING_COUNT,    /* uint64_t */
	SETTING_BYTES,    /* uint64_t: 512M, 2G */
	SETTING_DURATION, /* uint64_t in milliseconds: 250ms, 10s, 5m, 12h, 30d */
	SETTING_CHOICE,   /* unsigned: the index in choices */
	SETTING_LIST,     /* struct setting_list of texts */
	SETTING_TREE,     /* const struct node *: whoever asked reads it; NULL = none */
};

struct setting_list {
	const char *const *items; /* owned by the configuration */
	size_t count;
};

struct setting {
	const char *key;
	enum setting_kind kind;
	size_t into;          /* offsetof(struct …, field) */
	const char *fallback; /* as it would stand in the file; NULL = must be set */
	const char *help;
	uint64_t min, max;          /* of COUNT, BYTES and DURATION; 0, 0 = any */
	const char *const *choices; /* of CHOICE, ends with NULL */
};

struct config_error {
	char text[512]; /* "file:line:column: what is wrong, and what would be right" */
};

struct config;

/*
 * Reads the file and its overlays into *settings, all or nothing: on failure *settings is
 * as before. path NULL: the fallbacks alone. The texts of *settings live as long as the
 * configuration; NULL with *error set.
 */
struct config *config_read(const char *path, const struct setting *table, size_t count,
        void *settings, struct config_error *error);
void config_free(struct config **config);

/* The place of a tree's node for a message of one's own, as "file:line:column". */
void config_place(
        const struct config *config, const struct node *node, char *text, size_t bytes);

/*
 * Each setting (set_only: each that a file sets) with its value and where it came from,
 * as YAML with comments.
 */
void config_show(const struct config *config, bool set_only, FILE *to);
/* The table as a JSON Schema (2020-12). */
void config_schema(const struct setting *table, size_t count, FILE *to);
/* The table as a commented YAML file of fallbacks: what a package installs. */
void config_sample(const struct setting *table, size_t count, FILE *to);

#endif
