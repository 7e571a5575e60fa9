#include "nfq-filter/ban_journal.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/base/writer.h"
#include "platform/file.h"

enum { JOURNAL_BYTES_MAX = 256 << 20, LINE_BYTES = 256 };

/* A line as read: a ban, or that one was taken back. */
struct record {
	struct ban ban;
	size_t order;
	bool added;
};

static void network_write(struct writer *out, const struct network *network)
{
	const bool v4 = address_is_v4(&network->ip);
	writer_address(out, &network->ip);
	writer_byte(out, '/');
	writer_u64(out, v4 ? network->prefix - 96u : network->prefix);
}

static void line_write(struct writer *out, const struct ban *ban, bool added)
{
	writer_byte(out, added ? '+' : '-');
	writer_byte(out, '\t');
	writer_u64(out, ban->until_us);
	writer_byte(out, '\t');
	network_write(out, &ban->network);
	writer_byte(out, '\t');
	writer_string(out, ban->words);
	writer_byte(out, '\n');
}

bool ban_journal_note(int fd, const struct ban *ban, bool added)
{
	char text[LINE_BYTES];
	struct writer out = writer_of(text, sizeof(text));
	line_write(&out, ban, added);
	return write(fd, out.data, out.len) == (ssize_t)out.len;
}

static bool record_read(struct slice line, struct record *record)
{
	const struct slice sign = slice_split(&line, '\t');
	const struct slice until = slice_split(&line, '\t');
	const struct slice network = slice_split(&line, '\t');
	if (sign.len != 1 || !slice_to_u64(until, &record->ban.until_us) ||
	        !network_parse(network, &record->ban.network))
		return false;
	record->added = sign.data[0] == '+';
	line = slice_first(line, BAN_WORDS_MAX - 1);
	if (line.len)
		memcpy(record->ban.words, line.data, line.len);
	record->ban.words[line.len] = 0;
	return true;
}

static int network_order(const struct network *a, const struct network *b)
{
	const int order = memcmp(a->ip.bytes, b->ip.bytes, sizeof(a->ip.bytes));
	return order ? order : (int)a->prefix - (int)b->prefix;
}

static int record_order(const void *a, const void *b)
{
	const struct record *x = a, *y = b;
	const int order = network_order(&x->ban.network, &y->ban.network);
	if (order)
		return order;
	return x->order < y->order ? -1 : x->order > y->order;
}

static size_t lines_in(const struct file_text *text)
{
	size_t count = 0;
	for (size_t i = 0; i < text->len; i++)
		count += text->data[i] == '\n';
	return count;
}

/* Of each network the last word, when that is a ban which is not over. */
static void keep_valid(const struct record *records, size_t count, uint64_t now_us,
        struct ban_list *list)
{
	for (size_t i = 0; i < count; i++) {
		const struct record *record = &records[i];
		const bool last =
		        i + 1 == count || network_order(&record->ban.network,
		                                  &records[i + 1].ban.network) != 0;
		const bool over = record->ban.until_us && record->ban.until_us <= now_us;
		if (last && record->added && !over)
			list->items[list->count++] = record->ban;
	}
}

bool ban_journal_read(const char *path, uint64_t now_us, struct ban_list *list)
{
	struct file_text text = {0};
	struct file_error error;
	*list = (struct ban_list){0};
	if (access(path, F_OK) < 0)
		return errno == ENOENT;
	if (!file_read(path, JOURNAL_BYTES_MAX, &text, &error))
		return false;
	const size_t lines = lines_in(&text);
	struct record *records = calloc(lines + 1, sizeof(*records));
	list->items = calloc(lines + 1, sizeof(*list->items));
	size_t count = 0;
	struct slice rest = slice_of(text.data, text.len);
	while (records && list->items && rest.len && count < lines) {
		records[count].order = count;
		/* A line that a crash cut off is none. */
		if (record_read(slice_split(&rest, '\n'), &records[count]))
			count++;
	}
	if (records && list->items) {
		qsort(records, count, sizeof(*records), record_order);
		keep_valid(records, count, now_us, list);
		list->stale = list->count != lines;
	}
	file_text_free(&text);
	free(records);
	return list->items != NULL;
}

bool ban_journal_write(const char *path, const struct ban_list *list)
{
	const size_t bytes = (list->count + 1) * LINE_BYTES;
	struct file_error error;
	char *text = malloc(bytes);
	if (!text)
		return false;
	struct writer out = writer_of(text, bytes);
	for (size_t i = 0; i < list->count; i++)
		line_write(&out, &list->items[i], true);
	const bool fine = file_write(path, writer_text(&out), &error);
	free(text);
	return fine;
}

void ban_list_free(struct ban_list *list)
{
	free(list->items);
	*list = (struct ban_list){0};
}
