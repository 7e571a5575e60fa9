#include "engine/detect/stir_url.h"

#include "engine/base/address.h"

/* Without user, port and brackets. */
static struct slice host_of(struct slice rest)
{
	struct slice host = slice_first(rest, slice_index(rest, '/'));

	host = slice_first(host, slice_index(host, '?'));
	host = slice_first(host, slice_index(host, '#'));
	host = slice_from(host, host.len && slice_index(host, '@') < host.len
	                                ? slice_index(host, '@') + 1
	                                : 0);
	if (host.len && host.data[0] == '[')
		return slice_first(slice_from(host, 1), slice_index(host, ']') - 1);
	return slice_first(host, slice_index(host, ':'));
}

const char *stir_url_fault(struct slice url)
{
	struct address ip;

	if (!url.len)
		return NULL;
	if (!slice_starts_nocase(url, SLICE("https://")))
		return "scheme";
	const struct slice host = host_of(slice_from(url, 8));
	if (!host.len || slice_equal_nocase(host, SLICE("localhost")) ||
	        slice_ends(host, SLICE(".local")) || slice_ends(host, SLICE(".internal")))
		return "host";
	if (address_parse(host, &ip) && address_scope(&ip) != ADDRESS_PUBLIC)
		return "address";
	return NULL;
}
