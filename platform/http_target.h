/*
 * The target of a request (RFC 3986): path and parameters, decoded in place.
 */
#ifndef RINGFENCE_PLATFORM_HTTP_TARGET_H
#define RINGFENCE_PLATFORM_HTTP_TARGET_H

#include "platform/http.h"

/* Fills path, parameters and malformed from the target as it came. */
void http_target_parse(struct http_request *request, struct slice target);

/* Whether the text is UTF-8 (RFC 3629) without control characters below space but tab. */
bool http_text_clean(struct slice text);

#endif
