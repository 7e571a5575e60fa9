/*
 * Messages per second of the PER decoder, over the messages of
 * tests/golden/per_vectors.txt or a file like it (tests/h323/make_ordinary.py prints
 * one), in processor time. Usage: bench_per FILE [rounds]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/decode/per.h"
#include "engine/limits.h"

enum { MESSAGES_MAX = 8192, TEXT_BYTES = 1 << 18 };

struct message {
	enum per_type_id root;
	struct slice bytes;
};

struct bench {
	struct message messages[MESSAGES_MAX];
	size_t count;
	size_t bytes;
	struct per_tape tape;
};

static enum per_type_id root_of(const char *line)
{
	switch (line[2]) {
	case 'U':
		return PER_TYPE_H323_UserInformation;
	case 'R':
		return PER_TYPE_RasMessage;
	case 'H':
		return PER_TYPE_MultimediaSystemControlMessage;
	default:
		return PER_TYPE_OpenLogicalChannel;
	}
}

static void message_add(struct bench *bench, const char *line)
{
	const char *hex = strchr(line + 2, ' ');
	size_t len = hex ? strcspn(hex + 1, "\n") / 2 : 0;
	char *bytes = malloc(len + 1);

	if (!hex || !bytes || bench->count == MESSAGES_MAX)
		abort();
	for (size_t i = 0; i < len; i++) {
		const char digits[3] = {hex[1 + 2 * i], hex[2 + 2 * i], '\0'};
		bytes[i] = (char)strtol(digits, NULL, 16);
	}
	bench->messages[bench->count++] =
	        (struct message){root_of(line), slice_of(bytes, len)};
	bench->bytes += len;
}

static double seconds(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void measure(struct bench *bench, long rounds)
{
	double best = 1e9;
	size_t nodes = 0;

	for (int run = 0; run < 7; run++) {
		double begun = seconds();
		nodes = 0;
		for (long round = 0; round < rounds; round++) {
			for (size_t i = 0; i < bench->count; i++) {
				const struct message *message = &bench->messages[i];
				if (!per_decode(
				            message->root, message->bytes, &bench->tape))
					abort();
				nodes += bench->tape.count;
			}
		}
		double took = seconds() - begun;
		best = took < best ? took : best;
	}
	double messages = (double)bench->count * (double)rounds;
	printf("%zu messages, %.1f bytes and %.1f nodes each: %.0f messages/s, %.0f "
	       "MB/s, "
	       "%.1f ns a node\n",
	        bench->count, (double)bench->bytes / (double)bench->count,
	        (double)nodes / messages, messages / best,
	        (double)bench->bytes * (double)rounds / best / 1e6,
	        best * 1e9 / (double)nodes);
}

int main(int argc, char **argv)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	FILE *file = argc > 1 ? fopen(argv[1], "r") : NULL;
	char *line = NULL;
	size_t size = 0;

	if (!bench || !file) {
		fprintf(stderr, "usage: bench_per FILE [rounds]\n");
		return 2;
	}
	while (getline(&line, &size, file) >= 0)
		if (strncmp(line, "> ", 2) == 0)
			message_add(bench, line);
	free(line);
	(void)fclose(file);
	bench->tape.nodes = calloc(LIMIT_PER_NODES, sizeof(*bench->tape.nodes));
	bench->tape.text = malloc(TEXT_BYTES);
	bench->tape.size = LIMIT_PER_NODES;
	bench->tape.text_size = TEXT_BYTES;
	if (!bench->tape.nodes || !bench->tape.text || !bench->count)
		abort();
	measure(bench, argc > 2 ? strtol(argv[2], NULL, 10) : 100);
	return 0;
}
