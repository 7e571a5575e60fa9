/*
 * What tests of rules share: compiles YAML text in memory of their own.
 */
#ifndef RINGFENCE_TESTS_RULE_KIT_H
#define RINGFENCE_TESTS_RULE_KIT_H

#include <stdlib.h>
#include <string.h>

#include "engine/detect/rule.h"
#include "platform/document.h"
#include "platform/pattern.h"
#include "platform/yaml.h"

enum { KIT_BYTES = 16 * 1024 * 1024 };

struct kit {
	struct memory memory;
	struct document *document;
	struct pattern_ops patterns;
	struct rule_set set;
	struct rule_errors errors;
	bool fine;
};

static inline void kit_open(struct kit *kit, const char *yaml)
{
	struct document_error problem;

	*kit = (struct kit){.patterns = pattern_ops()};
	kit->memory.bytes = KIT_BYTES;
	kit->memory.base = aligned_alloc(4096, KIT_BYTES);
	memset(kit->memory.base, 0, KIT_BYTES);
	kit->document = yaml_parse("test.yaml", slice_text(yaml), &problem);
	const struct document *documents[] = {kit->document};
	kit->fine = kit->document && rule_set_compile(&kit->memory, documents, 1,
	                                     &kit->patterns, &kit->set, &kit->errors);
}

static inline void kit_close(struct kit *kit)
{
	rule_set_clear(&kit->set);
	document_free(&kit->document);
	free(kit->memory.base);
}

#endif
