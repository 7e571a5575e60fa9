#include "engine/detect/stir.h"

#include <math.h>

#include "engine/base/address.h"
#include "engine/decode/sip.h"
#include "engine/detect/stir_url.h"
#include "engine/track/call.h"

enum {
	FRESH_S = 60, /* RFC 8224 4.1 */
	DRIFT_S = 15, /* ages within this are the same clock's error */
	LEG_US = 2000000,
	ALIKE_MIN =
	        7, /* digits that tell a number when one has its country and one not */
};

/* The digits of a number as SIP writes it; empty when it is none. */
static struct slice digits_of(struct slice text, char into[STIR_DIGITS])
{
	size_t len = 0;

	if (slice_starts_nocase(text, SLICE("tel:")))
		text = slice_from(text, 4);
	text = slice_first(text, slice_index(text, ';'));
	for (size_t i = 0; i < text.len; i++) {
		const char byte = text.data[i];
		if (byte >= '0' && byte <= '9' && len < STIR_DIGITS)
			into[len++] = byte;
		else if (!(byte == '+' && i == 0) && byte != '-' && byte != '.' &&
		         byte != '(' && byte != ')' && byte != ' ')
			return slice_of(into, 0);
	}
	return slice_of(into, len);
}

/* With or without country code and leading zeros. */
static bool alike(struct slice a, struct slice b)
{
	while (a.len && a.data[0] == '0')
		a = slice_from(a, 1);
	while (b.len && b.data[0] == '0')
		b = slice_from(b, 1);
	const struct slice shorter = a.len < b.len ? a : b;
	return slice_equal(a, b) ||
	       (shorter.len >= ALIKE_MIN && slice_ends(a.len < b.len ? b : a, shorter));
}

static bool signed_alike(struct slice claim, struct slice digits)
{
	char into[STIR_DIGITS];
	const struct slice claimed = digits_of(claim, into);

	return !claimed.len || !digits.len || alike(claimed, digits);
}

/* What the message says: From, P-Asserted-Identity, To, Request-URI. */
static void read_numbers(
        struct stir *stir, const struct sip_message *sip, struct slice numbers[4])
{
	struct slice rest = sip_value(sip, SIP_HEADER_P_ASSERTED_IDENTITY);
	struct sip_address asserted = {0};
	struct anomalies ignored = {0};

	if (slice_present(rest))
		(void)sip_address_parse(sip_list_next(&rest), &asserted, &ignored);
	numbers[0] = digits_of(sip->from.uri.user, stir->digits[0]);
	numbers[1] = digits_of(asserted.uri.user, stir->digits[1]);
	numbers[2] = digits_of(sip->to.uri.user, stir->digits[2]);
	numbers[3] = digits_of(sip->request_uri.user, stir->digits[3]);
}

/* Diverted calls keep the first one's dest: a diversion's says where it went. */
static bool dest_named(const struct stir *stir, const struct slice numbers[4])
{
	const struct passport *main = stir->main;

	for (unsigned i = 0; i < main->dest_count; i++)
		if (signed_alike(main->dest[i], numbers[2]) ||
		        signed_alike(main->dest[i], numbers[3]))
			return true;
	for (unsigned i = 0; i < stir->count; i++) {
		const struct passport *diverted = &stir->passports[i];
		for (unsigned j = 0; j < main->dest_count && diverted->div.len; j++)
			if (signed_alike(main->dest[j], diverted->div))
				return true;
	}
	return false;
}

static const char *mismatch_of(const struct stir *stir, const struct slice numbers[4])
{
	const struct passport *main = stir->main;
	const bool from = numbers[0].len > 0;
	const bool asserted = numbers[1].len > 0;

	if (main->orig.len && (from || asserted) &&
	        !(from && signed_alike(main->orig, numbers[0])) &&
	        !(asserted && signed_alike(main->orig, numbers[1])))
		return "orig";
	if (main->dest_count && (numbers[2].len || numbers[3].len) &&
	        !dest_named(stir, numbers))
		return "dest";
	return NULL;
}

static void read_all(struct stir *stir, const struct sip_message *sip)
{
	const struct sip_header *header = sip_header(sip, SIP_HEADER_IDENTITY);

	stir->count = 0;
	stir->main = NULL;
	for (; header; header = sip_header_next(sip, header)) {
		struct slice rest = sip_header_value(sip, header);
		struct slice value;
		while (stir->count < LIMIT_PASSPORTS &&
		        slice_present(value = sip_list_next(&rest))) {
			struct passport *passport = &stir->passports[stir->count];
			(void)passport_parse(
			        value, &stir->memories[stir->count++], passport);
			if (!stir->main && !slice_starts(passport->ppt, SLICE("div")))
				stir->main = passport;
		}
	}
	if (!stir->main && stir->count)
		stir->main = &stir->passports[0];
}

/* A copy of one seen in another call; its legs, and forks of it, are the same call. */
static bool is_replayed(struct stir *stir, const struct event *event)
{
	const struct passport *main = stir->main;
	const struct call *call = event->call;

	if (!main->signature_read || !call)
		return false;
	uint64_t hash = hash_bytes(stir->key, main->signature, sizeof(main->signature));
	hash += hash == 0;
	struct stir_seen *seen = &stir->seen[hash % STIR_SEEN];
	if (seen->hash != hash) {
		*seen = (struct stir_seen){hash, call->correlation, event->time_us};
		return false;
	}
	return seen->call != call->correlation && event->time_us > seen->time_us + LEG_US;
}

/* Our clock is suspected before those of several others. */
static bool clock_is_off(struct stir *stir, double age_s)
{
	bool off = fabs(age_s) > FRESH_S && stir->age_count >= STIR_AGES / 2;
	const unsigned held = stir->age_count < STIR_AGES ? stir->age_count : STIR_AGES;

	for (unsigned i = 0; i < held; i++)
		off = off && fabs(stir->ages_s[i] - age_s) <= DRIFT_S;
	stir->ages_s[stir->age_count++ % STIR_AGES] = age_s;
	return off;
}

static void verify(struct stir *stir, const struct event *event, struct slice number)
{
	const struct passport *main = stir->main;
	const struct signature_question question = {
	        .url = main->x5u,
	        .text = main->signed_text,
	        .signature = main->signature,
	        .number = number,
	        .time_s = (int64_t)(event->time_us / 1000000),
	};
	if (stir->certificates && main->signature_read && main->x5u.len &&
	        slice_present(main->signed_text))
		stir->answer = stir->certificates->verify(
		        stir->certificates->context, &question);
}

void stir_make(struct stir *stir, const struct event *event)
{
	const struct sip_message *sip = event->message->sip;
	struct slice numbers[4];
	char into[STIR_DIGITS];

	if (stir->made)
		return;
	stir->made = true;
	stir->answer = (struct signature_answer){0};
	stir->mismatch = NULL;
	stir->url_fault = NULL;
	stir->replayed = false;
	stir->clock_off = false;
	read_all(stir, sip);
	struct passport *main = stir->main;
	if (!main || main->fault == PASSPORT_OLD)
		return;
	read_numbers(stir, sip, numbers);
	if (main->compact && main->fault == PASSPORT_NONE)
		passport_complete(main, &stir->whole,
		        numbers[1].len ? numbers[1] : numbers[0], numbers[2],
		        passport_date(sip_value(sip, SIP_HEADER_DATE)));
	if (main->iat_s >= 0) {
		stir->age_s = (double)event->time_us / 1e6 - (double)main->iat_s;
		stir->clock_off = clock_is_off(stir, stir->age_s);
	}
	stir->replayed = is_replayed(stir, event);
	stir->mismatch = mismatch_of(stir, numbers);
	stir->url_fault = stir_url_fault(main->x5u);
	verify(stir, event, digits_of(main->orig, into));
}
