#include "platform/pattern.h"

#include <stdio.h>
#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* What a match writes to; apart from the pattern, which stays constant. */
struct pattern_work {
	pcre2_match_data *data;
	pcre2_match_context *context;
	pcre2_jit_stack *stack;
	uint64_t limited;
};

struct pattern {
	pcre2_code *code;
	struct pattern_work *work; /* owned */
};

enum { STACK_START_BYTES = 32 * 1024, HEAP_LIMIT_KIB = 1024 };

static struct pattern_work *work_new(void)
{
	struct pattern_work *work = calloc(1, sizeof(*work));
	if (!work)
		return NULL;
	/* One pair of offsets: whether it matches is all that is asked. */
	work->data = pcre2_match_data_create(1, NULL);
	work->context = pcre2_match_context_create(NULL);
	work->stack =
	        pcre2_jit_stack_create(STACK_START_BYTES, PATTERN_STACK_BYTES, NULL);
	if (!work->context)
		return work;
	(void)pcre2_set_match_limit(work->context, PATTERN_MATCH_LIMIT);
	(void)pcre2_set_depth_limit(work->context, PATTERN_DEPTH_LIMIT);
	(void)pcre2_set_heap_limit(work->context, HEAP_LIMIT_KIB);
	if (work->stack)
		pcre2_jit_stack_assign(work->context, NULL, work->stack);
	return work;
}

static void work_free(struct pattern_work *work)
{
	if (!work)
		return;
	pcre2_match_data_free(work->data);
	pcre2_match_context_free(work->context);
	pcre2_jit_stack_free(work->stack);
	free(work);
}

static struct pattern *out_of_memory(struct pattern *pattern, struct pattern_error *error)
{
	pattern_free(&pattern);
	error->offset = 0;
	(void)snprintf(error->text, sizeof(error->text), "out of memory");
	return NULL;
}

struct pattern *pattern_compile(
        struct slice text, bool nocase, struct pattern_error *error)
{
	*error = (struct pattern_error){0};
	if (text.len > PATTERN_TEXT_MAX) {
		error->offset = PATTERN_TEXT_MAX;
		(void)snprintf(error->text, sizeof(error->text),
		        "a pattern may have %d bytes, this one has %zu", PATTERN_TEXT_MAX,
		        text.len);
		return NULL;
	}
	struct pattern *pattern = calloc(1, sizeof(*pattern));
	if (!pattern)
		return out_of_memory(pattern, error);
	const uint32_t options =
	        PCRE2_NEVER_BACKSLASH_C | PCRE2_NEVER_UTF | (nocase ? PCRE2_CASELESS : 0);
	int number = 0;
	PCRE2_SIZE offset = 0;
	const char *bytes = text.data ? text.data : "";
	pattern->code = pcre2_compile(
	        (PCRE2_SPTR)bytes, text.len, options, &number, &offset, NULL);
	if (!pattern->code) {
		error->offset = offset;
		PCRE2_UCHAR message[sizeof(error->text)] = {0};
		(void)pcre2_get_error_message(number, message, sizeof(message));
		(void)snprintf(
		        error->text, sizeof(error->text), "%s", (const char *)message);
		pattern_free(&pattern);
		return NULL;
	}
	/* Without a compiler for this machine the interpreter does it, slower. */
	(void)pcre2_jit_compile(pattern->code, PCRE2_JIT_COMPLETE);
	pattern->work = work_new();
	if (!pattern->work || !pattern->work->data || !pattern->work->context ||
	        !pattern->work->stack)
		return out_of_memory(pattern, error);
	return pattern;
}

bool pattern_match(const struct pattern *pattern, struct slice subject)
{
	struct pattern_work *work = pattern->work;
	const char *bytes = subject.data ? subject.data : "";
	const int count = pcre2_match(pattern->code, (PCRE2_SPTR)bytes, subject.len, 0, 0,
	        work->data, work->context);
	/* 0 is a match with more groups than there is room for. */
	if (count >= 0)
		return true;
	if (count != PCRE2_ERROR_NOMATCH)
		work->limited++;
	return false;
}

uint64_t pattern_limited(const struct pattern *pattern)
{
	return pattern->work->limited;
}

void pattern_free(struct pattern **pattern)
{
	if (!*pattern)
		return;
	pcre2_code_free((*pattern)->code);
	work_free((*pattern)->work);
	free(*pattern);
	*pattern = NULL;
}

static void *seam_compile(struct slice text, bool nocase, struct pattern_error *error)
{
	return pattern_compile(text, nocase, error);
}

static bool seam_match(const void *pattern, struct slice subject)
{
	return pattern_match(pattern, subject);
}

static uint64_t seam_limited(const void *pattern)
{
	return pattern_limited(pattern);
}

static void seam_free(void *pattern)
{
	struct pattern *own = pattern;
	pattern_free(&own);
}

struct pattern_ops pattern_ops(void)
{
	return (struct pattern_ops){
	        .compile = seam_compile,
	        .match = seam_match,
	        .limited = seam_limited,
	        .free = seam_free,
	};
}
