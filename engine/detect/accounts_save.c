/*
 * What was learned of accounts as text, one line each:
 *
 *	name first last calls hours-of-workdays hours-of-others country:first:calls …
 *
 * The name's bytes and the hours are hexadecimal; times are seconds since 1970.
 */
#include "engine/detect/accounts.h"

static void write_number(struct writer *out, uint64_t number)
{
	writer_byte(out, ' ');
	writer_u64(out, number);
}

bool accounts_save(const struct accounts *accounts, uint32_t *at, struct writer *out)
{
	/* In the order of their use: what is read again has the same order. */
	const uint32_t index =
	        *at ? list_link_of(&accounts->idle, *at)->next : accounts->idle.front;

	if (!index)
		return false;
	*at = index;
	const struct account *account = slab_at(&accounts->slab, index);
	writer_hex_bytes(out, slice_of(account->name, account->name_len));
	write_number(out, account->first_s);
	write_number(out, account->last_s);
	write_number(out, account->calls);
	for (unsigned i = 0; i < 2; i++) {
		writer_byte(out, ' ');
		writer_hex_bytes(
		        out, slice_of(account->hours[i], sizeof(account->hours[i])));
	}
	for (unsigned i = 0; i < account->country_count; i++) {
		const struct account_country *country = &account->countries[i];
		writer_byte(out, ' ');
		writer_slice(out, number_region_name(country->region));
		writer_byte(out, ':');
		writer_u64(out, country->first_s);
		writer_byte(out, ':');
		writer_u64(out, country->calls);
	}
	writer_byte(out, '\n');
	return true;
}

static int digit(char byte)
{
	return byte >= '0' && byte <= '9'   ? byte - '0'
	       : byte >= 'a' && byte <= 'f' ? byte - 'a' + 10
	                                    : -1;
}

/* All bytes or none; false when there are more than size, or others than hexadecimal. */
static bool read_hex(struct slice text, void *into, size_t size, size_t *len)
{
	uint8_t *bytes = into;

	if (text.len % 2 || text.len / 2 > size)
		return false;
	for (size_t i = 0; i < text.len; i += 2) {
		const int high = digit(text.data[i]);
		const int low = digit(text.data[i + 1]);
		if (high < 0 || low < 0)
			return false;
		bytes[i / 2] = (uint8_t)(high << 4 | low);
	}
	*len = text.len / 2;
	return true;
}

static bool read_countries(struct account *account, struct slice rest)
{
	while (slice_present(rest)) {
		struct slice parts = slice_split(&rest, ' ');
		const uint16_t region = number_region_find(slice_split(&parts, ':'));
		const struct slice first = slice_split(&parts, ':');
		uint32_t first_s;
		uint32_t calls;
		if (!slice_to_u32(first, &first_s) || !slice_to_u32(parts, &calls))
			return false;
		/* A country that this build does not know is not worth the rest. */
		if (!region || account->country_count == ACCOUNT_COUNTRIES)
			continue;
		account->countries[account->country_count++] = (struct account_country){
		        .region = region,
		        .calls = (uint16_t)(calls < UINT16_MAX ? calls : UINT16_MAX),
		        .first_s = first_s};
	}
	return true;
}

static bool read_line(struct accounts *accounts, struct slice line)
{
	struct account read = {0};
	uint8_t name[ACCOUNT_NAME];
	size_t name_len;
	size_t len;

	if (!read_hex(slice_split(&line, ' '), name, sizeof(name), &name_len) ||
	        !slice_to_u32(slice_split(&line, ' '), &read.first_s) ||
	        !slice_to_u32(slice_split(&line, ' '), &read.last_s) ||
	        !slice_to_u32(slice_split(&line, ' '), &read.calls))
		return false;
	for (unsigned i = 0; i < 2; i++)
		if (!read_hex(slice_split(&line, ' '), read.hours[i],
		            sizeof(read.hours[i]), &len) ||
		        len != sizeof(read.hours[i]))
			return false;
	if (!name_len || !read_countries(&read, line))
		return false;
	struct account *account = account_get(accounts, slice_of(name, name_len));
	if (!account)
		return true;
	if (!accounts->since_s || read.first_s < accounts->since_s)
		accounts->since_s = read.first_s;
	account->first_s = read.first_s;
	account->last_s = read.last_s;
	account->calls = read.calls;
	memcpy(account->hours, read.hours, sizeof(read.hours));
	account->country_count = read.country_count;
	memcpy(account->countries, read.countries, sizeof(read.countries));
	return true;
}

unsigned accounts_load(struct accounts *accounts, struct slice text)
{
	for (unsigned number = 1; slice_present(text); number++) {
		const struct slice line = slice_split(&text, '\n');
		if (line.len && !read_line(accounts, line))
			return number;
	}
	return 0;
}
