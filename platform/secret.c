#include "platform/secret.h"

#include <sodium.h>
#include <string.h>

_Static_assert(SECRET_PASSWORD_BYTES >= crypto_pwhash_STRBYTES, "a stored password fits");

bool secret_start(void)
{
	return sodium_init() >= 0;
}

void secret_random(char text[SECRET_TEXT_BYTES], unsigned bits)
{
	unsigned char bytes[32];
	const size_t count = bits / 8 < sizeof(bytes) ? bits / 8 : sizeof(bytes);
	randombytes_buf(bytes, count);
	(void)sodium_bin2base64(text, SECRET_TEXT_BYTES, bytes, count,
	        sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	sodium_memzero(bytes, sizeof(bytes));
}

void secret_digest(struct slice text, char digest[SECRET_DIGEST_BYTES])
{
	unsigned char bytes[crypto_hash_sha256_BYTES];
	(void)crypto_hash_sha256(bytes, (const unsigned char *)text.data, text.len);
	(void)sodium_bin2hex(digest, SECRET_DIGEST_BYTES, bytes, sizeof(bytes));
}

void secret_sign(struct slice key, struct slice text, char digest[SECRET_DIGEST_BYTES])
{
	unsigned char bytes[crypto_auth_hmacsha256_BYTES];
	crypto_auth_hmacsha256_state state;
	(void)crypto_auth_hmacsha256_init(
	        &state, (const unsigned char *)key.data, key.len);
	(void)crypto_auth_hmacsha256_update(
	        &state, (const unsigned char *)text.data, text.len);
	(void)crypto_auth_hmacsha256_final(&state, bytes);
	(void)sodium_bin2hex(digest, SECRET_DIGEST_BYTES, bytes, sizeof(bytes));
}

bool secret_equal(struct slice a, struct slice b)
{
	return a.len == b.len &&
	       (a.len == 0 || sodium_memcmp(a.data, b.data, a.len) == 0);
}

bool password_keep(struct slice password, char kept[SECRET_PASSWORD_BYTES])
{
	return crypto_pwhash_str(kept, password.data, password.len,
	               crypto_pwhash_OPSLIMIT_INTERACTIVE,
	               crypto_pwhash_MEMLIMIT_INTERACTIVE) == 0;
}

bool password_check(const char *kept, struct slice password)
{
	return crypto_pwhash_str_verify(kept, password.data, password.len) == 0;
}
