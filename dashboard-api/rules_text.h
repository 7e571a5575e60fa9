/*
 * Rules as clients send them, and what the compiler says of them. A set lies in a file
 * named by its SHA-256 while programs read it: whoever asks for the same set finds the
 * same file, and one that nobody has asked for in a week is removed.
 */
#ifndef RINGFENCE_API_RULES_TEXT_H
#define RINGFENCE_API_RULES_TEXT_H

#include "dashboard-api/api.h"
#include "dashboard-api/program.h"
#include "engine/detect/document.h"
#include "platform/store.h"

enum { RULES_PATH_BYTES = 4096 };

/* A body that is YAML itself (text/yaml, application/yaml) or JSON with "text". */
struct rules_text {
	struct document *document; /* of JSON; NULL = none */
	struct slice text;
	struct slice note; /* absent = none */
};

/* False with a problem told; freed by rules_text_free in either case. */
bool rules_text_read(struct visit *visit, struct rules_text *read);
void rules_text_free(struct rules_text *read);

struct rules_file {
	char sha256[SECRET_DIGEST_BYTES];
	char path[RULES_PATH_BYTES];
};

/* Where the set of this digest lies; of an empty one: where this server's own rules do.
 */
void rules_file_path(
        const struct api *api, const char *sha256, char path[RULES_PATH_BYTES]);
/* Puts a set where programs find it. */
bool rules_file_keep(struct visit *visit, struct slice text, struct rules_file *file);

/* Answers 422 with the places (line, column) of what the compiler complains of. */
void rules_refuse(struct visit *visit, const char *path, struct slice complaint);

#endif
