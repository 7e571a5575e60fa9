#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/ensure.h"
#include "engine/detect/rule.h"
#include "platform/document.h"
#include "platform/pattern.h"
#include "platform/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MEMORY_BYTES = 8 * 1024 * 1024 };

/* A text either compiles or is refused with a reason; a rule that compiled is explained.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t region[MEMORY_BYTES] __attribute__((aligned(4096)));
	struct memory memory = {.base = region, .bytes = sizeof(region)};
	struct document_error problem;
	struct document *document = yaml_parse("x", slice_of(data, size), &problem);

	if (!document)
		return 0;
	const struct document *documents[] = {document};
	const struct pattern_ops patterns = pattern_ops();
	struct rule_set set;
	struct rule_errors errors;
	const bool fine =
	        rule_set_compile(&memory, documents, 1, &patterns, &set, &errors);
	ENSURE(fine == (errors.count == 0));
	for (uint32_t i = 0; i < errors.count; i++)
		ENSURE(errors.errors[i].text[0]);
	for (uint32_t i = 0; fine && i < rule_set_count(&set); i++) {
		char text[1024];
		struct writer writer = writer_of(text, sizeof(text));
		rule_explain(rule_at(&set, i), &writer);
		ENSURE(writer.len > 0);
	}
	rule_set_clear(&set);
	document_free(&document);
	memory_clear(&memory);
	return 0;
}
