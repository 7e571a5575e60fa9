/*
 * Signatures by ES256 (RFC 7518 3.4) and the certificates that they name.
 */
#include "platform/certificates_inside.h"

#include <openssl/ecdsa.h>
#include <openssl/x509_vfy.h>
#include <string.h>

enum { HALF = 32 }; /* bytes of each of r and s */

/* The URL without its scheme, and without what stands behind its path. */
static struct slice place_of(struct slice url)
{
	url = slice_from(url, slice_starts_nocase(url, SLICE("https://")) ? 8 : 0);
	url = slice_first(url, slice_index(url, '?'));
	return slice_first(url, slice_index(url, '#'));
}

static struct slice last_part(struct slice place)
{
	while (slice_index(place, '/') < place.len)
		place = slice_from(place, slice_index(place, '/') + 1);
	return place;
}

static const struct certificate *find(
        const struct certificates *certificates, struct slice url)
{
	const struct slice place = place_of(url);
	const struct certificate *by_name = NULL;

	for (size_t i = 0; i < certificates->count; i++) {
		const struct slice name = slice_text(certificates->items[i].name);
		if (slice_equal(name, place))
			return &certificates->items[i];
		if (slice_equal(name, last_part(place)))
			by_name = &certificates->items[i];
	}
	return by_name;
}

/* The signature as the library wants it; 0 when it cannot be one. */
static size_t signature_der(const uint8_t *raw, uint8_t der[80])
{
	ECDSA_SIG *signature = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(raw, HALF, NULL);
	BIGNUM *s = BN_bin2bn(raw + HALF, HALF, NULL);
	int len = 0;

	if (signature && r && s && ECDSA_SIG_set0(signature, r, s)) {
		uint8_t *at = der;
		len = i2d_ECDSA_SIG(signature, &at);
	} else {
		BN_free(r);
		BN_free(s);
	}
	ECDSA_SIG_free(signature);
	return len > 0 ? (size_t)len : 0;
}

static bool signature_holds(
        const struct certificate *certificate, const struct signature_question *question)
{
	uint8_t der[80];
	const size_t len = signature_der(question->signature, der);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	const bool holds =
	        context && len &&
	        EVP_DigestVerifyInit(
	                context, NULL, EVP_sha256(), NULL, certificate->key) == 1 &&
	        EVP_DigestVerify(context, der, len, (const uint8_t *)question->text.data,
	                question->text.len) == 1;

	EVP_MD_CTX_free(context);
	return holds;
}

/* Whether a root stands behind it, at the time of the call. */
static bool chained(const struct certificates *certificates,
        const struct certificate *certificate, int64_t time_s)
{
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	bool fine = false;

	if (context && X509_STORE_CTX_init(context, certificates->roots,
	                       certificate->leaf, certificate->chain)) {
		X509_VERIFY_PARAM *parameters = X509_STORE_CTX_get0_param(context);
		X509_VERIFY_PARAM_set_time(parameters, (time_t)time_s);
		/* TNAuthList may be critical, and is read by ourselves. */
		(void)X509_VERIFY_PARAM_set_flags(
		        parameters, X509_V_FLAG_IGNORE_CRITICAL);
		fine = X509_verify_cert(context) == 1;
	}
	X509_STORE_CTX_free(context);
	return fine;
}

static enum certificate_state state_of(const struct certificates *certificates,
        const struct certificate *certificate, const struct signature_question *question)
{
	time_t now = (time_t)question->time_s;

	if (X509_cmp_time(X509_get0_notBefore(certificate->leaf), &now) > 0)
		return CERTIFICATE_NOT_YET;
	if (X509_cmp_time(X509_get0_notAfter(certificate->leaf), &now) < 0)
		return CERTIFICATE_EXPIRED;
	if (certificates->roots && !chained(certificates, certificate, question->time_s))
		return CERTIFICATE_UNTRUSTED;
	if (!certificate_has_number(certificate->leaf, question->number))
		return CERTIFICATE_OTHER_NUMBER;
	return certificates->roots ? CERTIFICATE_TRUSTED : CERTIFICATE_UNKNOWN;
}

struct signature_answer certificate_verify(
        const void *context, const struct signature_question *question)
{
	const struct certificates *certificates = context;
	const struct certificate *certificate = find(certificates, question->url);

	if (!certificate)
		return (struct signature_answer){0};
	return (struct signature_answer){
	        .signature = signature_holds(certificate, question) ? SIGNATURE_GOOD
	                                                            : SIGNATURE_BAD,
	        .certificate = state_of(certificates, certificate, question)};
}
