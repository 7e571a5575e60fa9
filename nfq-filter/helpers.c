#include "nfq-filter/helpers.h"

#include <stddef.h>

#include "engine/base/slice.h"
#include "platform/file.h"

enum { BYTES_MAX = 1 << 20 };

struct sign {
	const char *path;
	const char *word; /* that occurs in the file */
	const char *means;
};

static const struct sign SIGNS[] = {
        {"/proc/sys/net/netfilter/nf_conntrack_helper", "1",
                "connection tracking assigns helpers by itself "
                "(net.netfilter.nf_conntrack_helper)"},
        {"/proc/net/nf_conntrack_expect", "sip",
                "the kernel's SIP helper expects connections"},
        {"/proc/net/nf_conntrack_expect", "Q.931",
                "the kernel's H.323 helper expects connections"},
        {"/proc/net/nf_conntrack_expect", "RAS",
                "the kernel's H.323 helper expects connections"},
};

static bool shows(const struct sign *sign)
{
	struct file_text text = {0};
	struct file_error error;
	if (!file_read(sign->path, BYTES_MAX, &text, &error))
		return false;
	const struct slice all = slice_of(text.data, text.len);
	const bool found = slice_find(all, slice_text(sign->word)) < all.len;
	file_text_free(&text);
	return found;
}

const char *helpers_sign(void)
{
	for (size_t i = 0; i < sizeof(SIGNS) / sizeof(SIGNS[0]); i++)
		if (shows(&SIGNS[i]))
			return SIGNS[i].means;
	return NULL;
}
