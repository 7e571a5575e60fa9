/*
 * The numbers that a certificate speaks for: its TNAuthList (RFC 8226 9), a list of codes
 * of providers, ranges and single numbers.
 */
#include "platform/certificates_inside.h"

#include <openssl/x509v3.h>

static const char TN_AUTH_LIST[] = "1.3.6.1.5.5.7.1.26";

enum {
	TAG_INTEGER = 0x02,
	TAG_IA5 = 0x16,
	TAG_SEQUENCE = 0x30,
	TAG_CODE = 0xa0,
	TAG_RANGE,
	TAG_ONE
};

struct element {
	uint8_t tag; /* 0 = none: the end, or broken */
	struct slice value;
};

/* The next element of DER (ITU-T X.690 8.1), up to 64 KiB. */
static struct element next(struct slice *rest)
{
	const uint8_t *bytes = (const uint8_t *)rest->data;
	size_t head = 2;

	if (rest->len < 2)
		return (struct element){0};
	size_t len = bytes[1];
	if (len == 0x81 && rest->len > 2) {
		len = bytes[2];
		head = 3;
	} else if (len == 0x82 && rest->len > 3) {
		len = (size_t)bytes[2] << 8 | bytes[3];
		head = 4;
	} else if (len >= 0x80) {
		return (struct element){0};
	}
	if (rest->len - head < len)
		return (struct element){0};
	const struct element element = {bytes[0], slice_of(rest->data + head, len)};
	*rest = slice_from(*rest, head + len);
	return element;
}

static bool in_range(struct slice range, struct slice digits)
{
	const struct element sequence = next(&range);
	struct slice inner = sequence.value;
	const struct element start = next(&inner);
	const struct element count = next(&inner);
	uint64_t first, number, many = 0;

	if (sequence.tag != TAG_SEQUENCE || start.tag != TAG_IA5 ||
	        count.tag != TAG_INTEGER || count.value.len > 8 ||
	        start.value.len != digits.len || !slice_to_u64(start.value, &first) ||
	        !slice_to_u64(digits, &number))
		return false;
	for (size_t i = 0; i < count.value.len; i++)
		many = many << 8 | (uint8_t)count.value.data[i];
	return number >= first && number - first < many;
}

static bool list_has(struct slice list, struct slice digits)
{
	struct slice entries = next(&list).value;
	struct element entry;

	while ((entry = next(&entries)).tag) {
		struct slice inner = entry.value;
		/* Which numbers a provider has is not known here. */
		if (entry.tag == TAG_CODE)
			return true;
		if (entry.tag == TAG_RANGE && in_range(entry.value, digits))
			return true;
		if (entry.tag == TAG_ONE && slice_equal(next(&inner).value, digits))
			return true;
	}
	return false;
}

bool certificate_has_number(const X509 *leaf, struct slice digits)
{
	ASN1_OBJECT *object = OBJ_txt2obj(TN_AUTH_LIST, 1);
	const int at = X509_get_ext_by_OBJ(leaf, object, -1);

	ASN1_OBJECT_free(object);
	if (at < 0 || !digits.len)
		return true;
	const ASN1_OCTET_STRING *data = X509_EXTENSION_get_data(X509_get_ext(leaf, at));
	return list_has(
	        slice_of(ASN1_STRING_get0_data(data), (size_t)ASN1_STRING_length(data)),
	        digits);
}
