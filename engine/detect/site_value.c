/*
 * Readers of what a site's description holds: prefixes, countries, networks, times.
 */
#include "engine/detect/site_value.h"

static const struct choice weekdays[] = {{"mon", 0}, {"tue", 1}, {"wed", 2}, {"thu", 3},
        {"fri", 4}, {"sat", 5}, {"sun", 6}};

static uint32_t items_of(const struct node *node)
{
	return node->kind == NODE_SEQUENCE ? node->count : 1;
}

static const struct node *first_item(const struct node *node)
{
	return node->kind == NODE_SEQUENCE ? node->first_child : node;
}

/* The next item; a single value has none. */
static const struct node *next_item(const struct node *list, const struct node *item)
{
	return list->kind == NODE_SEQUENCE ? item->next : NULL;
}

static bool digits_only(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
	return true;
}

void site_prefixes(struct compiler *compiler, const struct node *node,
        struct slice *prefixes, uint8_t *count)
{
	if (items_of(node) > LIMIT_DIAL_PREFIXES) {
		refuse(compiler, node, "'$' has too many prefixes", node->key);
		return;
	}
	*count = 0;
	for (const struct node *item = first_item(node); item;
	        item = next_item(node, item)) {
		if (item->kind == NODE_SCALAR && item->text.len &&
		        digits_only(item->text))
			prefixes[(*count)++] = item->text;
		else
			refuse(compiler, item, "'$' is no prefix of digits", item->text);
	}
}

/* Texts of a list: with a + before digits it is taken off. */
void site_text_list(struct compiler *compiler, const struct node *node,
        struct site_texts *texts, bool numbers)
{
	struct slice *items = rule_take(compiler, items_of(node) * sizeof(*items));

	texts->count = 0;
	if (!items)
		return;
	texts->items = items;
	for (const struct node *item = first_item(node); item;
	        item = next_item(node, item)) {
		struct slice text = item->text;
		if (item->kind != NODE_SCALAR || !text.len) {
			refuse(compiler, item, "'$' needs texts", node->key);
			continue;
		}
		if (numbers && slice_starts(text, SLICE("+")))
			text = slice_from(text, 1);
		if (numbers && !digits_only(text))
			refuse(compiler, item, "'$' is no number; write +4930901820",
			        item->text);
		else
			items[texts->count++] = text;
	}
}

void site_country(struct compiler *compiler, const struct node *node, uint16_t *region)
{
	const uint16_t found =
	        node->kind == NODE_SCALAR ? number_region_find(node->text) : 0;
	if (found)
		*region = found;
	else
		refuse(compiler, node, "'$' is no country; write its two letters, as DE",
		        node->text);
}

void site_countries(
        struct compiler *compiler, const struct node *node, struct site_texts *countries)
{
	uint16_t ignored;
	site_text_list(compiler, node, countries, false);
	for (const struct node *item = first_item(node); item;
	        item = next_item(node, item))
		site_country(compiler, item, &ignored);
}

void site_networks(
        struct compiler *compiler, const struct node *node, struct site_peer *peer)
{
	struct network *networks =
	        rule_take(compiler, items_of(node) * sizeof(*networks));
	if (!networks)
		return;
	peer->networks = networks;
	peer->network_count = 0;
	for (const struct node *item = first_item(node); item;
	        item = next_item(node, item)) {
		if (item->kind == NODE_SCALAR &&
		        network_parse(item->text, &networks[peer->network_count]))
			peer->network_count++;
		else
			refuse(compiler, item, "'$' is no address; write 192.0.2.0/24",
			        item->text);
	}
}

static bool two_digits(struct slice text, uint32_t max, uint32_t *value)
{
	return text.len >= 1 && text.len <= 2 && slice_to_u32(text, value) &&
	       *value <= max;
}

/* +01:00, -05:30, Z */
void site_timezone(struct compiler *compiler, const struct node *node, int32_t *offset_s)
{
	struct slice rest = slice_from(node->text, 1);
	const struct slice hours = slice_split(&rest, ':');
	uint32_t hour;
	uint32_t minute;

	if (slice_equal(node->text, SLICE("Z"))) {
		*offset_s = 0;
	} else if (node->text.len &&
	           (node->text.data[0] == '+' || node->text.data[0] == '-') &&
	           two_digits(hours, 14, &hour) && two_digits(rest, 59, &minute)) {
		const int32_t seconds = (int32_t)(hour * 3600 + minute * 60);
		*offset_s = node->text.data[0] == '-' ? -seconds : seconds;
	} else {
		refuse(compiler, node, "'$' is no offset from UTC; write +01:00",
		        node->text);
	}
}

/* 22-6 */
void site_night(struct compiler *compiler, const struct node *node, struct site *site)
{
	struct slice rest = node->text;
	const struct slice from = slice_split(&rest, '-');
	uint32_t first;
	uint32_t last;

	if (two_digits(from, 24, &first) && two_digits(rest, 24, &last)) {
		site->night_from = (uint8_t)first;
		site->night_to = (uint8_t)last;
	} else {
		refuse(compiler, node, "'$' are no hours; write 22-6", node->text);
	}
}

void site_weekend(struct compiler *compiler, const struct node *node, struct site *site)
{
	site->weekend = 0;
	for (const struct node *item = first_item(node); item;
	        item = next_item(node, item)) {
		const int day = read_choice(
		        compiler, item, weekdays, sizeof(weekdays) / sizeof(weekdays[0]));
		if (day >= 0)
			site->weekend |= (uint8_t)(1u << day);
	}
}

/* Days since 1970 of a date of the Gregorian calendar (from March on, leap days last). */
static uint32_t days_of(uint32_t year, uint32_t month, uint32_t day)
{
	const uint32_t y = month > 2 ? year : year - 1;
	const uint32_t m = month > 2 ? month - 3 : month + 9;
	return y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

bool site_date(struct slice text, uint32_t *days)
{
	struct slice rest = text;
	const struct slice year = slice_split(&rest, '-');
	const struct slice month = slice_split(&rest, '-');
	uint32_t y;
	uint32_t m;
	uint32_t d;

	if (year.len != 4 || !slice_to_u32(year, &y) || y < 1970 ||
	        !two_digits(month, 12, &m) || m == 0 || !two_digits(rest, 31, &d) ||
	        d == 0)
		return false;
	*days = days_of(y, m, d);
	return true;
}

void site_holidays(struct compiler *compiler, const struct node *node, struct site *site)
{
	uint32_t *days = rule_take(compiler, items_of(node) * sizeof(*days));

	if (!days)
		return;
	site->holidays = days;
	site->holiday_count = 0;
	for (const struct node *item = first_item(node); item;
	        item = next_item(node, item)) {
		if (item->kind == NODE_SCALAR &&
		        site_date(item->text, &days[site->holiday_count]))
			site->holiday_count++;
		else
			refuse(compiler, item, "'$' is no date; write 2026-12-25",
			        item->text);
	}
}
