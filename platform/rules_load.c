#include "platform/rules_load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "platform/document.h"
#include "platform/file.h"
#include "platform/json.h"
#include "platform/memory.h"
#include "platform/number_csv.h"
#include "platform/pattern.h"
#include "platform/yaml.h"

enum { RULES_MEMORY = 256 << 20, RULES_FILES_MAX = 4096, PATH_BYTES = 4096 };

/* An empty list of rules. */
static const struct node NOTHING = {.kind = NODE_SEQUENCE};

const char *rules_default(void)
{
	return file_is_directory(RINGFENCE_RULES_DIR) ? RINGFENCE_RULES_DIR : NULL;
}

static bool read_file(struct rules *rules, const char *path)
{
	struct document_error error = {0};
	if (rules->document_count == RULES_FILES_MAX) {
		fprintf(stderr, "ringfence: %s: over %d files of rules\n", path,
		        RULES_FILES_MAX);
		return false;
	}
	struct document *document = yaml_read(path, &error);
	if (!document) {
		fprintf(stderr, "%s:%u:%u: %s\n", path, error.line, error.column,
		        error.text);
		return false;
	}
	rules->documents[rules->document_count++] = document;
	return true;
}

static bool read_directory(struct rules *rules, const char *directory)
{
	struct file_list list = {0};
	struct file_error error;
	bool fine = true;

	if (!file_list(directory, ".yaml", &list, &error)) {
		fprintf(stderr, "ringfence: %s: %s\n", directory, error.text);
		return false;
	}
	for (size_t i = 0; i < list.count; i++) {
		char path[PATH_BYTES];
		(void)snprintf(path, sizeof(path), "%s/%s", directory, list.names[i]);
		fine = read_file(rules, path) && fine;
	}
	file_list_free(&list);
	return fine;
}

static bool read_below(struct rules *rules, const char *directory)
{
	struct file_list list = {0};
	struct file_error error;
	bool fine = true;

	if (!file_list(directory, "", &list, &error))
		return true;
	for (size_t i = 0; i < list.count; i++) {
		char path[PATH_BYTES];
		(void)snprintf(path, sizeof(path), "%s/%s", directory, list.names[i]);
		/* Of the profiles the site chooses one. */
		if (strcmp(list.names[i], RULES_PROFILES) != 0 && file_is_directory(path))
			fine = read_directory(rules, path) && fine;
	}
	file_list_free(&list);
	return fine;
}

/* The certificates that the site holds, beside the document that names them. */
static bool hold_certificates(struct rules *rules)
{
	const struct site *site = &rules->set.site;
	const struct slice name = site->certificates;
	struct certificates_error error;
	char path[PATH_BYTES];

	if (!name.len)
		return true;
	const char *slash = strrchr(site->path, '/');
	const int folder =
	        slash && name.data[0] != '/' ? (int)(slash - site->path) + 1 : 0;
	(void)snprintf(path, sizeof(path), "%.*s%.*s", folder, site->path, (int)name.len,
	        name.data);
	struct certificate_ops *ops = memory_take(&rules->memory, sizeof(*ops));
	rules->certificates = ops ? certificates_open(path, &error) : NULL;
	if (!rules->certificates) {
		fprintf(stderr, "ringfence: %s: %s\n", path,
		        ops ? error.text : "found no memory");
		return false;
	}
	*ops = certificate_ops(rules->certificates);
	rules->set.certificates = ops;
	return true;
}

static bool compile(struct rules *rules)
{
	struct rule_errors errors = {0};
	rules->patterns = pattern_ops();
	rules->compiled = true;
	if (rule_set_compile(&rules->memory,
	            (const struct document *const *)rules->documents,
	            rules->document_count, &rules->patterns, &rules->set, &errors))
		return number_csv_load(&rules->set.site, &rules->memory) &&
		       hold_certificates(rules);
	for (uint32_t i = 0; i < errors.count; i++)
		fprintf(stderr, "%s:%u:%u: %s\n", errors.errors[i].path,
		        errors.errors[i].line, errors.errors[i].column,
		        errors.errors[i].text);
	if (errors.lost)
		fprintf(stderr, "ringfence: and %u more mistakes\n", errors.lost);
	return false;
}

static bool begin(struct rules *rules)
{
	*rules = (struct rules){0};
	rules->documents = calloc(RULES_FILES_MAX, sizeof(*rules->documents));
	rules->memory = memory_reserve(RULES_MEMORY);
	if (!rules->documents || !rules->memory.base)
		fprintf(stderr, "ringfence: no memory for rules\n");
	return rules->documents && rules->memory.base;
}

/* The packs of a set that was published are documents of their own. */
static bool unpack(struct rules *rules, struct document *document)
{
	const struct node *packs = node_find(document->root, SLICE("packs"));
	if (!packs)
		return true;
	for (const struct node *pack = packs->first_child; pack; pack = pack->next) {
		struct document *view = document_new(document->path);
		if (!view || rules->document_count == RULES_FILES_MAX) {
			document_free(&view);
			return false;
		}
		view->root = pack;
		rules->documents[rules->document_count++] = view;
	}
	/* The tree lives on behind its packs, as one without rules. */
	document->root = packs->first_child ? &NOTHING : document->root;
	return true;
}

/* A whole set as it is published. */
static bool parse_set(struct rules *rules, const char *name, struct slice text)
{
	struct document_error error = {0};
	const struct slice body = slice_trim(text);
	const bool json = body.len && (body.data[0] == '{' || body.data[0] == '[');
	struct document *document =
	        json ? json_parse(name, text, &error) : yaml_parse(name, text, &error);
	if (!document) {
		fprintf(stderr, "%s:%u:%u: %s\n", name, error.line, error.column,
		        error.text);
		return false;
	}
	rules->documents[rules->document_count++] = document;
	return unpack(rules, document);
}

static bool read_set(struct rules *rules, const char *path)
{
	struct file_text text;
	struct file_error error;
	if (!file_read(path, DOCUMENT_BYTES_MAX, &text, &error)) {
		fprintf(stderr, "ringfence: %s: %s\n", path, error.text);
		return false;
	}
	const bool fine = parse_set(rules, path, slice_of(text.data, text.len));
	file_text_free(&text);
	return fine;
}

/* The word by which a document of the site says what it is, or NULL. */
static const struct node *profile_of(const struct rules *rules, size_t from, size_t *at)
{
	for (size_t i = from; i < rules->document_count; i++) {
		const struct node *site =
		        node_find(rules->documents[i]->root, SLICE("site"));
		const struct node *profile = node_find(site, SLICE("profile"));
		if (profile && profile->kind == NODE_SCALAR) {
			*at = i;
			return profile;
		}
	}
	return NULL;
}

/* Its file goes before the site's own documents, which may change what it sets. */
static bool read_profile(struct rules *rules, const char *directory, size_t from)
{
	size_t at;
	char path[PATH_BYTES];
	const struct node *profile = profile_of(rules, from, &at);

	if (!profile)
		return true;
	(void)snprintf(path, sizeof(path), "%s/%s/%.*s.yaml", directory ? directory : ".",
	        RULES_PROFILES, (int)profile->text.len, profile->text.data);
	if (memchr(profile->text.data, '/', profile->text.len) ||
	        access(path, R_OK) != 0) {
		fprintf(stderr, "%s:%u:%u: no profile '%.*s' (%s)\n",
		        rules->documents[at]->path, profile->line, profile->column,
		        (int)profile->text.len, profile->text.data, path);
		return false;
	}
	if (!read_file(rules, path))
		return false;
	struct document **documents = rules->documents;
	const size_t last = rules->document_count - 1;
	struct document *read = documents[last];
	memmove(&documents[from + 1], &documents[from],
	        (last - from) * sizeof(*documents));
	documents[from] = read;
	return true;
}

bool rules_load(struct rules *rules, const char *place, const char *site)
{
	if (!begin(rules))
		return false;
	const bool directory = file_is_directory(place);
	bool fine = directory ? read_directory(rules, place) : read_set(rules, place);
	fine = (!directory || read_below(rules, place)) && fine;
	const size_t from = rules->document_count;
	if (site && file_is_directory(site))
		fine = read_directory(rules, site) && fine;
	else if (site)
		fine = read_file(rules, site) && fine;
	fine = fine && read_profile(rules, directory ? place : rules_default(), from);
	return fine && compile(rules);
}

bool rules_load_text(struct rules *rules, const char *name, struct slice text)
{
	return begin(rules) && parse_set(rules, name, text) && compile(rules);
}

void rules_clear(struct rules *rules)
{
	if (rules->compiled)
		rule_set_clear(&rules->set);
	for (size_t i = 0; i < rules->document_count; i++)
		document_free(&rules->documents[i]);
	free(rules->documents);
	certificates_close(&rules->certificates);
	memory_release(&rules->memory);
	*rules = (struct rules){0};
}
