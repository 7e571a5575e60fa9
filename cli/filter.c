#include "cli/filter.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cli/exit.h"
#include "engine/base/writer.h"
#include "engine/report/json.h"
#include "platform/instant.h"
#include "platform/nft.h"

enum { ANSWER_BYTES = 8192, REQUEST_BYTES = 512, LINE_BYTES = 512 };

static bool talk(int fd, const char *request, char answer[ANSWER_BYTES])
{
	size_t len = 0;
	ssize_t got;
	if (send(fd, request, strlen(request), MSG_NOSIGNAL) <= 0)
		return false;
	while (len + 1 < ANSWER_BYTES &&
	        (got = recv(fd, answer + len, ANSWER_BYTES - 1 - len, 0)) > 0)
		len += (size_t)got;
	answer[len] = 0;
	return len > 0;
}

/* Asks the filter and prints its answer; whether that holds the word is what it says. */
static int ask(const struct filter_place *place, const char *request, const char *word,
        const int codes[2])
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char answer[ANSWER_BYTES];
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", place->socket);
	const bool heard =
	        fd >= 0 &&
	        connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
	        talk(fd, request, answer);
	if (!heard)
		fprintf(stderr, "ringfence: %s: %s; does ringfence-filter run?\n",
		        place->socket, strerror(errno));
	if (fd >= 0)
		(void)close(fd);
	if (!heard)
		return EXIT_ENVIRONMENT;
	fputs(answer, stdout);
	return codes[strstr(answer, word) != NULL];
}

int filter_check(const struct filter_place *place, const char *address)
{
	static const int CODES[] = {EXIT_FINE, EXIT_FOUND};
	char request[REQUEST_BYTES];
	(void)snprintf(request, sizeof(request), "check %s", address);
	return ask(place, request, "\"blocked\":true", CODES);
}

static int change(const struct filter_place *place, const char *request)
{
	static const int CODES[] = {EXIT_BAD_INPUT, EXIT_FINE};
	return ask(place, request, "\"done\":true", CODES);
}

int filter_ban(const struct filter_place *place, const struct entity *entity)
{
	char request[REQUEST_BYTES];
	if (strpbrk(entity->reason, " \n\t")) {
		fprintf(stderr, "ringfence: --reason is one word\n");
		return EXIT_USAGE;
	}
	if (entity->dry_run) {
		printf("would block 1 entity: %s for %llu s\n", entity->text,
		        (unsigned long long)entity->ttl_s);
		return EXIT_FINE;
	}
	(void)snprintf(request, sizeof(request), "ban %s %llu %s%s", entity->text,
	        (unsigned long long)entity->ttl_s, entity->reason,
	        entity->force ? " force" : "");
	return change(place, request);
}

int filter_unban(const struct filter_place *place, const struct entity *entity)
{
	char request[REQUEST_BYTES];
	if (entity->dry_run) {
		printf("would unblock 1 entity: %s\n", entity->text);
		return EXIT_FINE;
	}
	(void)snprintf(request, sizeof(request), "unban %s", entity->text);
	return change(place, request);
}

/* One element of a set, as the lists show it. */
struct banned {
	char address[64];
	struct slice rule;
	struct slice by;
	uint64_t packets;
	uint64_t left_s; /* rounded up; 0 = for ever */
};

struct listing {
	enum output output;
	bool exporting;
	size_t count;
};

static void banned_read(struct banned *banned, const struct netfilter_seen *seen)
{
	struct writer out = writer_of(banned->address, sizeof(banned->address) - 1);
	const struct address address =
	        seen->key_len == 16
	                ? address_v6(seen->key)
	                : address_v4((uint32_t)seen->key[0] << 24 |
	                             (uint32_t)seen->key[1] << 16 |
	                             (uint32_t)seen->key[2] << 8 | seen->key[3]);
	writer_address(&out, &address);
	banned->address[out.len] = 0;
	banned->by =
	        slice_of(seen->user, strnlen((const char *)seen->user, seen->user_len));
	banned->rule = slice_split(&banned->by, ' ');
	banned->packets = seen->packets;
	banned->left_s = (seen->left_ms + 999) / 1000;
}

static void json_print(const struct banned *banned)
{
	char text[LINE_BYTES];
	struct writer out = writer_of(text, sizeof(text));
	json_object(&out, NULL);
	json_string(&out, "address", slice_text(banned->address));
	json_string(&out, "rule", banned->rule);
	json_string(&out, "by", banned->by);
	json_u64(&out, "packets", banned->packets);
	if (banned->left_s)
		json_time(&out, "until", instant_now_us() + banned->left_s * 1000000);
	json_object_end(&out);
	printf("%.*s", (int)out.len, text);
}

static void csv_print(const struct banned *banned)
{
	printf("%s,", banned->address);
	csv_text(banned->rule);
	putchar(',');
	csv_text(banned->by);
	printf(",%llu,%llu\n", (unsigned long long)banned->packets,
	        (unsigned long long)banned->left_s);
}

static void row_print(const struct banned *banned)
{
	char left[32] = "for ever";
	if (banned->left_s)
		(void)snprintf(
		        left, sizeof(left), "%llu s", (unsigned long long)banned->left_s);
	printf("%-40s %-11s %-10llu %-24.*s %.*s\n", banned->address, left,
	        (unsigned long long)banned->packets, (int)banned->rule.len,
	        banned->rule.data, (int)banned->by.len,
	        banned->by.data ? banned->by.data : "");
}

static void one_print(void *context, const struct netfilter_seen *seen)
{
	struct listing *listing = context;
	struct banned banned;
	if (seen->end)
		return;
	banned_read(&banned, seen);
	list_item(listing->output, listing->count++);
	if (listing->exporting)
		printf("%s\t%llu\t%.*s\n", banned.address,
		        (unsigned long long)banned.left_s, (int)banned.rule.len,
		        banned.rule.data);
	else if (listing->output == OUTPUT_TABLE)
		row_print(&banned);
	else if (listing->output == OUTPUT_CSV)
		csv_print(&banned);
	else
		json_print(&banned);
	if (listing->output == OUTPUT_NDJSON)
		putchar('\n');
}

/* The first count of the sets: single addresses, and then networks. */
static int sets_print(
        const struct filter_place *place, struct listing *listing, size_t count)
{
	static const char *const SETS[] = {"ban4", "ban6", "range4", "range6"};
	struct netfilter *netfilter = netfilter_open(place->table, -1);
	const struct netfilter_taker taker = {listing, one_print};
	int error = netfilter ? 0 : errno;
	for (size_t i = 0; !error && i < count; i++)
		error = netfilter_elements(netfilter, SETS[i], &taker);
	netfilter_close(&netfilter);
	if (!error)
		return EXIT_FINE;
	fprintf(stderr, "ringfence: table '%s': %s\n", place->table, strerror(error));
	return EXIT_ENVIRONMENT;
}

int filter_list(const struct filter_place *place, enum output output)
{
	struct listing listing = {.output = output};
	if (output == OUTPUT_TABLE)
		printf("%-40s %-11s %-10s %-24s %s\n", "ADDRESS", "LEFT", "PACKETS",
		        "RULE", "BY");
	else if (output == OUTPUT_CSV)
		printf("address,rule,by,packets,left_s\n");
	const int code = sets_print(place, &listing, 4);
	list_end(output, listing.count);
	return code;
}

int filter_export(const struct filter_place *place)
{
	struct listing listing = {.exporting = true};
	return sets_print(place, &listing, 2);
}
