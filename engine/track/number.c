#include "engine/track/number.h"

#include "engine/track/number_table.h"

enum { TYPED = (1 << NUMBER_FIXED_OR_MOBILE) - 1, CODE_DIGITS = 3, BLOCK_DIGITS = 4 };

#define WORD(text)                                                                       \
	{                                                                                \
		text, sizeof(text) - 1                                                   \
	}

static const struct slice type_names[NUMBER_TYPES] = {
        [NUMBER_FIXED] = WORD("fixed"),
        [NUMBER_MOBILE] = WORD("mobile"),
        [NUMBER_TOLLFREE] = WORD("tollfree"),
        [NUMBER_PREMIUM] = WORD("premium"),
        [NUMBER_PERSONAL] = WORD("personal"),
        [NUMBER_VOICEMAIL] = WORD("voicemail"),
        [NUMBER_UAN] = WORD("uan"),
        [NUMBER_PAGER] = WORD("pager"),
        [NUMBER_VOIP] = WORD("voip"),
        [NUMBER_SHARED] = WORD("shared"),
        [NUMBER_FIXED_OR_MOBILE] = WORD("fixed-or-mobile"),
        [NUMBER_UNKNOWN] = WORD("unknown"),
};

/* The digits that were dialled, at the most so many as a number may have with prefixes.
 */
struct dialled {
	bool plus;
	size_t len;
	char digits[NUMBER_DIGITS + NUMBER_STRIPPED];
};

static int hex_value(char byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	const char lower = (char)(byte | 0x20);
	return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* One byte of the text, its percent-encoding undone; moves on. */
static char next_byte(struct slice *text)
{
	const char byte = text->data[0];
	if (byte == '%' && text->len >= 3) {
		const int high = hex_value(text->data[1]);
		const int low = hex_value(text->data[2]);
		if (high >= 0 && low >= 0) {
			*text = slice_from(*text, 3);
			return (char)(high << 4 | low);
		}
	}
	*text = slice_from(*text, 1);
	return byte;
}

static bool separates(char byte)
{
	return byte == '-' || byte == '.' || byte == '(' || byte == ')' || byte == ' ';
}

/* False when it is no number. */
static bool dialled_read(struct slice text, struct dialled *dialled)
{
	const struct slice scheme = SLICE("tel:");
	if (slice_equal_nocase(slice_first(text, scheme.len), scheme))
		text = slice_from(text, scheme.len);
	while (text.len) {
		const char byte = next_byte(&text);
		if (byte == ';')
			break;
		if (byte == '+' && !dialled->len && !dialled->plus)
			dialled->plus = true;
		else if (byte >= '0' && byte <= '9' &&
		         dialled->len < sizeof(dialled->digits))
			dialled->digits[dialled->len++] = byte;
		else if (!separates(byte))
			return false;
	}
	return dialled->len > 0;
}

/* How many digits of the front these prefixes take, the longest that fits. */
static size_t prefix_len(
        const struct slice *prefixes, unsigned count, struct slice digits)
{
	size_t longest = 0;
	for (unsigned i = 0; i < count; i++)
		if (prefixes[i].len > longest && prefixes[i].len < digits.len &&
		        slice_starts(digits, prefixes[i]))
			longest = prefixes[i].len;
	return longest;
}

/* The same of the prefixes for calls abroad, those of the region when none are given. */
static size_t idd_len(const struct dial_plan *plan, struct slice digits)
{
	static const struct slice USUAL[] = {WORD("00"), WORD("011")};
	if (plan->idd_count)
		return prefix_len(plan->idd, plan->idd_count, digits);
	if (!plan->region)
		return prefix_len(USUAL, 2, digits);
	uint16_t state = NUMBER_REGIONS[plan->region - 1].idd;
	size_t longest = 0;
	for (size_t i = 0; state && i < digits.len; i++) {
		state = NUMBER_STATES[state].next[digits.data[i] - '0'];
		if (NUMBER_STATES[state].mask & NUMBER_IDD && i + 1 < digits.len)
			longest = i + 1;
	}
	return longest;
}

static void strip(struct number *number, struct slice *digits, size_t len)
{
	for (size_t i = 0; i < len && number->stripped_len < NUMBER_STRIPPED; i++)
		number->stripped[number->stripped_len++] = digits->data[i];
	*digits = slice_from(*digits, len);
}

/* What the digits behind the code match. */
static uint16_t mask_of(const struct number_region *region, struct slice digits)
{
	uint16_t state = region->root;
	for (size_t i = 0; state && i < digits.len; i++)
		state = NUMBER_STATES[state].next[digits.data[i] - '0'];
	return NUMBER_STATES[state].mask;
}

/* Index + 1 of the first region of the code that the digits begin with; 0 = unassigned.
 */
static uint16_t code_find(struct slice digits, size_t *code_len)
{
	unsigned code = 0;
	for (size_t i = 0; i < CODE_DIGITS && i < digits.len; i++) {
		code = code * 10 + (unsigned)(digits.data[i] - '0');
		unsigned low = 0;
		unsigned high = NUMBER_REGION_COUNT;
		while (low < high) {
			const unsigned middle = (low + high) / 2;
			if (NUMBER_REGIONS[middle].code < code)
				low = middle + 1;
			else
				high = middle;
		}
		if (low < NUMBER_REGION_COUNT && NUMBER_REGIONS[low].code == code) {
			*code_len = i + 1;
			return (uint16_t)(low + 1);
		}
	}
	return 0;
}

static enum number_type type_of(uint16_t mask)
{
	const unsigned both = 1 << NUMBER_FIXED | 1 << NUMBER_MOBILE;
	if (!(mask & TYPED))
		return NUMBER_UNKNOWN;
	/* The rarer kinds first: some patterns of fixed lines are wide. */
	for (unsigned type = NUMBER_TOLLFREE; type < NUMBER_FIXED_OR_MOBILE; type++)
		if (mask & 1u << type)
			return (enum number_type)type;
	if ((mask & both) == both)
		return NUMBER_FIXED_OR_MOBILE;
	return mask & 1 << NUMBER_MOBILE ? NUMBER_MOBILE : NUMBER_FIXED;
}

/* Which of the regions that share a code has the number, as libphonenumber decides it. */
static uint16_t region_of(uint16_t first, struct slice digits, uint16_t *mask)
{
	const unsigned code = NUMBER_REGIONS[first - 1].code;
	for (uint16_t i = first; i <= NUMBER_REGION_COUNT; i++) {
		const struct number_region *region = &NUMBER_REGIONS[i - 1];
		if (region->code != code)
			break;
		*mask = mask_of(region, digits);
		if (region->leading ? *mask & NUMBER_LEADING
		                    : *mask & NUMBER_GENERAL && *mask & TYPED)
			return i;
	}
	*mask = mask_of(&NUMBER_REGIONS[first - 1], digits);
	return first;
}

static void classify(struct number *number)
{
	const struct slice all = number_e164(number);
	size_t code_len = 0;
	uint16_t mask;
	const uint16_t first = code_find(all, &code_len);

	number->type = NUMBER_UNKNOWN;
	if (!first)
		return;
	const struct slice digits = slice_from(all, code_len);
	number->region = region_of(first, digits, &mask);
	const struct number_region *region = &NUMBER_REGIONS[number->region - 1];
	number->possible = digits.len < 32 && region->lengths >> digits.len & 1;
	number->satellite =
	        region->code == 870 || (region->code >= 881 && region->code <= 883);
	if (mask & NUMBER_GENERAL && number->possible)
		number->type = (uint8_t)type_of(mask);
}

static void become(
        struct number *number, enum number_form form, unsigned code, struct slice digits)
{
	char text[CODE_DIGITS];
	size_t len = 0;

	number->form = (uint8_t)form;
	for (unsigned rest = code; rest; rest /= 10)
		text[len++] = (char)('0' + rest % 10);
	if (len + digits.len > NUMBER_DIGITS)
		digits.len = NUMBER_DIGITS - len;
	while (len)
		number->digits[number->len++] = text[--len];
	memcpy(number->digits + number->len, digits.data, digits.len);
	number->len = (uint8_t)(number->len + digits.len);
	classify(number);
}

/* Without a national prefix a number of the country is told by its digits alone. */
static bool national(const struct number_region *region, struct slice digits)
{
	return region->lengths >> digits.len & 1 &&
	       mask_of(region, digits) & NUMBER_GENERAL;
}

static void read_national(
        const struct dial_plan *plan, struct slice digits, struct number *number)
{
	const struct number_region *region = &NUMBER_REGIONS[plan->region - 1];
	const struct slice prefix =
	        plan->national_given ? plan->national : slice_text(region->national);
	/* +1 is dialled with and without its 1. */
	const bool bare = !prefix.len || region->code == 1;

	if (prefix.len && prefix.len < digits.len && slice_starts(digits, prefix)) {
		strip(number, &digits, prefix.len);
		become(number, NUMBER_NATIONAL, region->code, digits);
	} else if (bare && digits.len < 32 && national(region, digits)) {
		become(number, NUMBER_NATIONAL, region->code, digits);
	}
}

void number_read(const struct dial_plan *plan, struct slice text, enum number_said said,
        struct number *number)
{
	static const struct slice OUT = WORD("9");
	struct dialled dialled = {0};

	*number = (struct number){0};
	if (!dialled_read(text, &dialled))
		return;
	struct slice digits = slice_of(dialled.digits, dialled.len);
	number->form = NUMBER_INTERNAL;
	if (dialled.plus || said == NUMBER_SAID_INTERNATIONAL) {
		become(number, NUMBER_INTERNATIONAL, 0, digits);
		return;
	}
	if (said == NUMBER_SAID_NATIONAL && plan->region) {
		become(number, NUMBER_NATIONAL, NUMBER_REGIONS[plan->region - 1].code,
		        digits);
		return;
	}
	strip(number, &digits, prefix_len(plan->dial_out, plan->dial_out_count, digits));
	size_t abroad = idd_len(plan, digits);
	/* Where nothing is known of the place, 9 is what PBXs take for a line outside. */
	if (!abroad && !plan->region && !plan->dial_out_count &&
	        slice_starts(digits, OUT) && idd_len(plan, slice_from(digits, 1))) {
		strip(number, &digits, 1);
		abroad = idd_len(plan, digits);
	}
	if (abroad) {
		strip(number, &digits, abroad);
		become(number, NUMBER_INTERNATIONAL, 0, digits);
	} else if (plan->bare) {
		become(number, NUMBER_INTERNATIONAL, 0, digits);
	} else if (plan->region) {
		read_national(plan, digits, number);
	}
}

uint16_t number_region_find(struct slice name)
{
	for (unsigned i = 0; i < NUMBER_REGION_COUNT; i++)
		if (slice_equal_nocase(name, slice_text(NUMBER_REGIONS[i].name)))
			return (uint16_t)(i + 1);
	return 0;
}

struct slice number_region_name(uint16_t region)
{
	return region ? slice_text(NUMBER_REGIONS[region - 1].name) : slice_of(NULL, 0);
}

unsigned number_region_code(uint16_t region)
{
	return region ? NUMBER_REGIONS[region - 1].code : 0;
}

struct slice number_type_name(enum number_type type)
{
	return type_names[type];
}

struct slice number_prefix(const struct number *number)
{
	const struct slice all = number_e164(number);
	const unsigned code = number_region_code(number->region);
	/* An unassigned code has no end: three digits are the longest there are. */
	const size_t len = code == 1 ? 4 : code >= 100 || !code ? 3 : code >= 10 ? 2 : 1;
	return slice_first(all, len < all.len ? len : all.len);
}

struct slice number_block(const struct number *number)
{
	return slice_first(number_e164(number),
	        number->len > BLOCK_DIGITS ? number->len - BLOCK_DIGITS : number->len);
}
