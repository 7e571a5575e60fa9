#include "engine/detect/password.h"

#include "engine/base/digest.h"

enum { PARTS_MAX = 6 };

/* The digest of texts with colons between them. */
static struct slice digest_of(
        enum digest_kind kind, const struct slice *parts, size_t count, char *text)
{
	struct digest digest;

	digest_begin(&digest, kind);
	for (size_t i = 0; i < count; i++) {
		if (i)
			digest_add(&digest, SLICE(":"));
		digest_add(&digest, parts[i]);
	}
	return digest_end(&digest, text);
}

static bool kind_of(struct slice algorithm, enum digest_kind *kind, bool *session)
{
	*session = slice_equal_nocase(algorithm, SLICE("MD5-sess")) ||
	           slice_equal_nocase(algorithm, SLICE("SHA-256-sess"));
	*kind = slice_starts_nocase(algorithm, SLICE("SHA-256")) ? DIGEST_SHA256
	                                                         : DIGEST_MD5;
	return *session || !algorithm.len ||
	       slice_equal_nocase(algorithm, SLICE("MD5")) ||
	       slice_equal_nocase(algorithm, SLICE("SHA-256"));
}

bool password_fits(const struct sip_message *sip, struct slice password)
{
	const struct sip_auth *auth = &sip->auth;
	char secret[DIGEST_TEXT_MAX];
	char again[DIGEST_TEXT_MAX];
	char what[DIGEST_TEXT_MAX];
	char body[DIGEST_TEXT_MAX];
	char whole[DIGEST_TEXT_MAX];
	enum digest_kind kind;
	bool session;

	if (auth->scheme != AUTH_DIGEST || auth->challenge || !auth->response.len ||
	        !kind_of(auth->algorithm, &kind, &session))
		return false;
	const struct slice who[] = {auth->username, auth->realm, password};
	struct slice first = digest_of(kind, who, 3, secret);
	if (session) {
		const struct slice of_session[] = {first, auth->nonce, auth->cnonce};
		first = digest_of(kind, of_session, 3, again);
	}
	const bool integrity = slice_equal_nocase(auth->qop, SLICE("auth-int"));
	const struct slice of_body = digest_of(kind, &sip->body, 1, body);
	const struct slice asked[] = {sip->method_text, auth->uri, of_body};
	const struct slice second = digest_of(kind, asked, integrity ? 3 : 2, what);
	const struct slice plain[] = {first, auth->nonce, second};
	const struct slice counted[PARTS_MAX] = {
	        first, auth->nonce, auth->nc, auth->cnonce, auth->qop, second};
	const struct slice response = auth->qop.len
	                                      ? digest_of(kind, counted, PARTS_MAX, whole)
	                                      : digest_of(kind, plain, 3, whole);
	return slice_equal_nocase(response, auth->response);
}
