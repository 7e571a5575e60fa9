/*
 * URIs, name-addr values, Via values, credentials and parameter lists. The shortcuts for
 * plain ones must find what the whole grammar finds.
 */
#include <stdint.h>

#include "engine/base/ensure.h"
#include "engine/decode/sip.h"
#include "tests/fuzz/plain_kit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_of(data, size);
	struct anomalies anomalies = {{0}};
	struct sip_uri uri;
	struct sip_address address;
	struct sip_via via;
	struct sip_auth auth;
	char user[64];
	(void)sip_uri_parse(text, &uri, &anomalies);
	ENSURE(sip_unescape(uri.user, user, sizeof(user)).len <= sizeof(user));
	(void)sip_address_parse(text, &address, &anomalies);
	(void)sip_parameter(address.parameters, SLICE("expires"));
	(void)sip_via_parse(text, &via, &anomalies);
	(void)sip_auth_parse(text, &auth, &anomalies);
	(void)plain_uri(text);
	(void)plain_address(text);
	(void)plain_via(text);
	(void)sip_header_id_parse(text);
	(void)sip_method_parse(text);
	struct slice rest = text;
	while (slice_present(rest))
		ENSURE(sip_list_next(&rest).len <= size);
	return 0;
}
