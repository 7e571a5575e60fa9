#include "platform/config.h"

#include <stdlib.h>
#include <string.h>

#include "platform/config_inside.h"
#include "platform/document.h"
#include "platform/file.h"
#include "platform/yaml.h"

enum {
	KEY_BYTES = 128,
	DEPTH_MAX = 4,      /* of keys: "a.b.c.d" */
	OVERLAYS_MAX = 256, /* files */
	DOCUMENTS_MAX = OVERLAYS_MAX + 1,
};

static bool refuse(struct config_error *error, const char *path,
        const struct document_error *why, const char *key)
{
	int used = snprintf(error->text, sizeof(error->text), "%s", path ? path : "");
	if (why->line && used > 0 && (size_t)used < sizeof(error->text))
		used += snprintf(error->text + used, sizeof(error->text) - (size_t)used,
		        ":%u:%u", why->line, why->column);
	if (used >= 0 && (size_t)used < sizeof(error->text))
		(void)snprintf(error->text + used, sizeof(error->text) - (size_t)used,
		        key ? "%s'%s' %s" : "%s%s%s", path ? ": " : "", key ? key : "",
		        why->text);
	return false;
}

static size_t setting_find(const struct config *config, const char *key)
{
	size_t i = 0;
	while (i < config->count && strcmp(config->table[i].key, key) != 0)
		i++;
	return i;
}

/* Whether a setting lies below this key. */
static bool section_known(const struct config *config, const char *key)
{
	const size_t len = strlen(key);
	for (size_t i = 0; i < config->count; i++)
		if (strncmp(config->table[i].key, key, len) == 0 &&
		        config->table[i].key[len] == '.')
			return true;
	return false;
}

/* The known key that shares the longest beginning: what the writer probably meant. */
static const char *key_near(const struct config *config, const char *key)
{
	const char *best = config->table[0].key;
	size_t best_len = 0;
	for (size_t i = 0; i < config->count; i++) {
		size_t len = 0;
		while (key[len] && key[len] == config->table[i].key[len])
			len++;
		if (len > best_len) {
			best_len = len;
			best = config->table[i].key;
		}
	}
	return best;
}

/* A map of the file that is being walked, and the key it stands under. */
struct section {
	const struct node *entry; /* the next one to look at */
	char key[KEY_BYTES];
};

static bool entry_take(struct config *config, const struct document *document,
        const struct section *section, struct section *below, struct document_error *why)
{
	const struct node *entry = section->entry;
	struct section found = {0};
	const int len = snprintf(found.key, sizeof(found.key), "%s%s%.*s", section->key,
	        section->key[0] ? "." : "", (int)slice_first(entry->key, KEY_BYTES).len,
	        entry->key.data);
	*below = (struct section){0};
	if (len < 0 || (size_t)len >= sizeof(found.key))
		return document_refuse(
		        why, entry->key_line, entry->key_column, "this key is too long");
	const size_t index = setting_find(config, found.key);
	if (index < config->count) {
		config->origins[index] = (struct setting_origin){document, entry};
		return true;
	}
	if (!section_known(config, found.key))
		return document_refuse(why, entry->key_line, entry->key_column,
		        "there is no setting '%s'; the nearest is '%s'", found.key,
		        key_near(config, found.key));
	if (entry->kind != NODE_MAP && !node_null(entry))
		return document_refuse(why, entry->line, entry->column,
		        "'%s' holds further settings, such as '%s'", found.key,
		        key_near(config, found.key));
	found.entry = entry->first_child;
	*below = found;
	return true;
}

/* Notes where each setting stands in this document. */
static bool document_walk(struct config *config, const struct document *document,
        struct document_error *why)
{
	struct section stack[DEPTH_MAX + 1] = {{.entry = document->root->first_child}};
	size_t depth = 1;

	if (document->root->kind != NODE_MAP && !node_null(document->root))
		return document_refuse(why, document->root->line, document->root->column,
		        "a configuration is a map of settings");
	while (depth > 0) {
		struct section *top = &stack[depth - 1];
		if (!top->entry) {
			depth--;
			continue;
		}
		if (!entry_take(config, document, top, &stack[depth], why))
			return false;
		top->entry = top->entry->next;
		if (stack[depth].entry && depth < DEPTH_MAX)
			depth++;
	}
	return true;
}

static bool document_read(
        struct config *config, const char *path, struct config_error *error)
{
	struct document_error why = {0};
	struct document *document = yaml_read(path, &why);
	if (!document)
		return refuse(error, path, &why, NULL);
	config->documents[config->document_count++] = document;
	return document_walk(config, document, &why) || refuse(error, path, &why, NULL);
}

/* Where overlays of a file lie: what all programs share, and what is this one's. */
struct overlays {
	char directory[4096];
	struct file_list list;
};

/* "…/conf.d" or, for "…/sensor.yaml", "…/sensor.d"; false when the name is too long. */
static bool overlays_place(struct overlays *overlays, const char *path, bool own)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	const char *dot = strrchr(name, '.');
	const struct slice stem =
	        own ? slice_of(name, dot ? (size_t)(dot - name) : strlen(name))
	            : SLICE("conf");
	const int len = snprintf(overlays->directory, sizeof(overlays->directory),
	        "%.*s%.*s.d", (int)(name - path), path, (int)stem.len, stem.data);
	return len > 0 && (size_t)len < sizeof(overlays->directory);
}

static bool overlay_read(struct config *config, const struct overlays *overlays,
        const char *name, struct config_error *error)
{
	char file[4096];
	const int len = snprintf(file, sizeof(file), "%s/%s", overlays->directory, name);
	return len > 0 && (size_t)len < sizeof(file) &&
	       document_read(config, file, error);
}

static bool directory_read(
        struct config *config, struct overlays *overlays, struct config_error *error)
{
	struct file_error file_error;
	struct document_error why = {0};
	if (!file_list(overlays->directory, ".yaml", &overlays->list, &file_error)) {
		(void)document_refuse(&why, 0, 0, "%s", file_error.text);
		return refuse(error, overlays->directory, &why, NULL);
	}
	bool fine = true;
	if (config->document_count + overlays->list.count > DOCUMENTS_MAX) {
		(void)document_refuse(
		        &why, 0, 0, "holds more than %d files", OVERLAYS_MAX);
		fine = refuse(error, overlays->directory, &why, NULL);
	}
	for (size_t i = 0; fine && i < overlays->list.count; i++)
		fine = overlay_read(config, overlays, overlays->list.names[i], error);
	file_list_free(&overlays->list);
	return fine;
}

static bool overlays_read(
        struct config *config, const char *path, struct config_error *error)
{
	struct overlays overlays;
	bool fine = true;
	if (strcmp(path, "-") == 0)
		return true;
	for (int own = 0; fine && own < 2; own++)
		if (overlays_place(&overlays, path, own == 1) &&
		        file_is_directory(overlays.directory))
			fine = directory_read(config, &overlays, error);
	return fine;
}

static bool values_parse(
        struct config *config, const char *path, struct config_error *error)
{
	for (size_t i = 0; i < config->count; i++) {
		const struct setting *setting = &config->table[i];
		const struct setting_origin *origin = &config->origins[i];
		struct document_error why = {0};
		if (!origin->node && !setting->fallback) {
			(void)document_refuse(
			        &why, 0, 0, "must be set: %s", setting->help);
			return refuse(error, path, &why, setting->key);
		}
		if (setting_parse(
		            config, setting, origin->node, &config->values[i], &why))
			continue;
		if (origin->node && !why.line) {
			why.line = origin->node->line;
			why.column = origin->node->column;
		}
		return refuse(error, origin->document ? origin->document->path : path,
		        &why, setting->key);
	}
	return true;
}

static struct config *config_new(const struct setting *table, size_t count)
{
	struct config *config = calloc(1, sizeof(*config));
	if (!config)
		return NULL;
	config->table = table;
	config->count = count;
	config->origins = calloc(count + 1, sizeof(*config->origins));
	config->values = calloc(count + 1, sizeof(*config->values));
	config->documents = calloc(DOCUMENTS_MAX, sizeof(struct document *));
	config->texts = document_new("");
	if (!config->origins || !config->values || !config->documents || !config->texts)
		config_free(&config);
	return config;
}

struct config *config_read(const char *path, const struct setting *table, size_t count,
        void *settings, struct config_error *error)
{
	struct config *config = config_new(table, count);
	if (!config) {
		(void)snprintf(error->text, sizeof(error->text), "out of memory");
		return NULL;
	}
	if ((path && (!document_read(config, path, error) ||
	                     !overlays_read(config, path, error))) ||
	        !values_parse(config, path, error)) {
		config_free(&config);
		return NULL;
	}
	for (size_t i = 0; i < count; i++)
		setting_store(&table[i], &config->values[i], settings);
	return config;
}

void config_free(struct config **config)
{
	struct config *old = *config;
	if (!old)
		return;
	for (size_t i = 0; i < old->document_count; i++)
		document_free(&old->documents[i]);
	document_free(&old->texts);
	free(old->documents);
	free(old->origins);
	free(old->values);
	free(old);
	*config = NULL;
}

/* Whether the node is the setting's own or lies below it. */
static bool node_within(const struct node *top, const struct node *node)
{
	const struct node *stack[LIMIT_DOCUMENT_DEPTH] = {top};
	size_t depth = 1;
	if (top == node)
		return true;
	stack[0] = top->first_child;
	while (depth > 0) {
		const struct node *at = stack[depth - 1];
		if (!at) {
			depth--;
			continue;
		}
		if (at == node)
			return true;
		stack[depth - 1] = at->next;
		if (at->first_child && depth < LIMIT_DOCUMENT_DEPTH)
			stack[depth++] = at->first_child;
	}
	return false;
}

void config_place(
        const struct config *config, const struct node *node, char *text, size_t bytes)
{
	const char *path = "";
	for (size_t i = 0; i < config->count; i++) {
		const struct setting_origin *origin = &config->origins[i];
		if (origin->node && node_within(origin->node, node))
			path = origin->document->path;
	}
	(void)snprintf(text, bytes, "%s:%u:%u", path, node->line, node->column);
}
