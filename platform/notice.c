#include "platform/notice.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/address.h"
#include "platform/buffer.h"
#include "platform/far_end.h"
#include "platform/instant.h"
#include "platform/secret.h"

enum {
	CONNECT_MS = 4000,
	WHOLE_MS = 8000,
	MAIL_BYTES_MAX = 1 << 20,
	SYSLOG_BYTES_MAX = 8192, /* what receivers take at least is less: RFC 5424 6.1 */
	LOCAL0 = 16,
};

/* One notice on its way. */
struct sending {
	const struct notice_target *target;
	const struct notice *notice;
	bool anywhere;
	bool refused; /* the address is not public */
	char *problem;
	struct slice left; /* of an e-mail */
};

static bool fail(char problem[NOTICE_PROBLEM_BYTES], const char *why)
{
	(void)snprintf(problem, NOTICE_PROBLEM_BYTES, "%s", why);
	return false;
}

const char *notice_kind_name(enum notice_kind kind)
{
	static const char *const NAMES[NOTICE_KINDS] = {"webhook", "email", "syslog"};
	return NAMES[kind];
}

/* A name that goes into a header as it stands. */
static bool mailbox(const char *text)
{
	const size_t len = strlen(text);
	if (len < 3 || !strchr(text, '@') || strpbrk(text, "<>\"\\,; \t"))
		return false;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x21 || (unsigned char)text[i] > 0x7e)
			return false;
	return true;
}

static bool scheme_is(const char *url, const char *const *schemes)
{
	CURLU *parsed = curl_url();
	char *scheme = NULL;
	char *user = NULL;
	bool fine = parsed && curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
	            curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
	            curl_url_get(parsed, CURLUPART_USER, &user, 0) == CURLUE_NO_USER;
	bool known = false;
	for (; fine && *schemes; schemes++)
		known = known || strcmp(scheme, *schemes) == 0;
	curl_free(scheme);
	curl_free(user);
	curl_url_cleanup(parsed);
	return known;
}

bool notice_target_check(
        const struct notice_target *target, char problem[NOTICE_PROBLEM_BYTES])
{
	static const char *const WEB[] = {"http", "https", NULL};
	static const char *const MAIL[] = {"smtp", "smtps", NULL};
	struct far_end far;
	switch (target->kind) {
	case NOTICE_WEBHOOK:
		return scheme_is(target->url, WEB) ||
		       fail(problem, "http:// or https://, without a user");
	case NOTICE_EMAIL:
		if (!scheme_is(target->url, MAIL))
			return fail(problem, "smtp:// or smtps://, without a user");
		return (mailbox(target->from) && mailbox(target->to)) ||
		       fail(problem, "from and to are addresses as a@b.example");
	case NOTICE_SYSLOG:
		return (far_parse(target->url, &far) && far.kind != FAR_UNIX) ||
		       fail(problem, "udp://host:port or tcp://host:port");
	case NOTICE_KINDS:
		break;
	}
	return fail(problem, "what kind is that?");
}

/* The address that is really connected to, whatever its name said before. */
static curl_socket_t socket_open(
        void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct sending *sending = context;
	(void)purpose;
	if (!sending->anywhere && !far_public(&address->addr)) {
		sending->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(
	        address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t answer_drop(char *data, size_t size, size_t count, void *context)
{
	(void)data;
	(void)context;
	return size * count;
}

static void curl_common(CURL *curl, struct sending *sending, char *error)
{
	(void)curl_easy_setopt(curl, CURLOPT_URL, sending->target->url);
	(void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	(void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)WHOLE_MS);
	(void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
	(void)curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, socket_open);
	(void)curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, sending);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, answer_drop);
}

static bool curl_run(CURL *curl, const struct sending *sending, const char *error)
{
	long status = 0;
	const CURLcode code = curl_easy_perform(curl);
	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (sending->refused)
		return fail(sending->problem,
		        "this is no public address (api.notify_private lets it be)");
	if (code != CURLE_OK)
		return fail(
		        sending->problem, error[0] ? error : curl_easy_strerror(code));
	if (status < 200 || status > 299) {
		(void)snprintf(sending->problem, NOTICE_PROBLEM_BYTES,
		        "the answer was %ld", status);
		return false;
	}
	return true;
}

static bool webhook_send(struct sending *sending)
{
	char error[CURL_ERROR_SIZE] = "";
	char digest[SECRET_DIGEST_BYTES];
	char signature[SECRET_DIGEST_BYTES + 40];
	const struct slice body = sending->notice->json;
	struct curl_slist *headers =
	        curl_slist_append(NULL, "Content-Type: application/json");
	CURL *curl = curl_easy_init();
	if (!curl)
		return fail(sending->problem, "out of memory");
	if (sending->target->secret[0]) {
		secret_sign(slice_text(sending->target->secret), body, digest);
		(void)snprintf(signature, sizeof(signature),
		        "X-Ringfence-Signature: sha256=%s", digest);
		headers = curl_slist_append(headers, signature);
	}
	headers = curl_slist_append(headers, "User-Agent: ringfence-api");
	headers = curl_slist_append(headers, "Expect:");
	curl_common(curl, sending, error);
	(void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	(void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data);
	(void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
	const bool fine = curl_run(curl, sending, error);
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	return fine;
}

/* RFC 4648 4. */
static void base64_write(struct buffer *out, struct slice bytes)
{
	char text[128];
	(void)sodium_bin2base64(text, sizeof(text), (const unsigned char *)bytes.data,
	        bytes.len, sodium_base64_VARIANT_ORIGINAL);
	buffer_string(out, text);
}

/* RFC 5322, the subject as RFC 2047 wants it. */
static void mail_write(struct buffer *mail, const struct sending *sending)
{
	char date[64];
	struct tm utc;
	const uint64_t now_us = instant_now_us();
	const time_t now = (time_t)(now_us / 1000000);
	(void)gmtime_r(&now, &utc);
	(void)strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S +0000", &utc);
	buffer_format(mail,
	        "Date: %s\r\nFrom: Ringfence <%s>\r\nTo: <%s>\r\n"
	        "Message-ID: <%llx.%llx@ringfence>\r\nSubject: ",
	        date, sending->target->from, sending->target->to,
	        (unsigned long long)now_us, (unsigned long long)getpid());
	/* Lines of at most 75 bytes: 45 of text are 60 of base64. A character may be cut
	 * apart only between its words, which decoders join. */
	struct slice rest = slice_first(sending->notice->subject, 180);
	for (bool first = true; rest.len; first = false) {
		size_t len = rest.len < 45 ? rest.len : 45;
		while (len > 1 && len < rest.len && (rest.data[len] & 0xc0) == 0x80)
			len--;
		buffer_string(mail, first ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?");
		base64_write(mail, slice_first(rest, len));
		buffer_string(mail, "?=");
		rest = slice_from(rest, len);
	}
	buffer_string(mail, "\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; "
	                    "charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n"
	                    "Auto-Submitted: auto-generated\r\n\r\n");
	struct buffer text = buffer_of(MAIL_BYTES_MAX / 2);
	buffer_slice(&text, sending->notice->subject);
	buffer_string(&text, "\r\n\r\n");
	buffer_slice(&text, sending->notice->json);
	buffer_string(&text, "\r\n");
	for (struct slice left = buffer_text(&text); left.len;
	        left = slice_from(left, 57)) {
		base64_write(mail, slice_first(left, 57));
		buffer_string(mail, "\r\n");
	}
	buffer_free(&text);
}

static size_t mail_read(char *data, size_t size, size_t count, void *context)
{
	struct sending *sending = context;
	const struct slice part = slice_first(sending->left, size * count);
	memcpy(data, part.data, part.len);
	sending->left = slice_from(sending->left, part.len);
	return part.len;
}

static bool mail_send(struct sending *sending)
{
	char error[CURL_ERROR_SIZE] = "";
	const struct notice_target *target = sending->target;
	struct buffer mail = buffer_of(MAIL_BYTES_MAX);
	struct curl_slist *to = curl_slist_append(NULL, target->to);
	CURL *curl = curl_easy_init();
	if (!curl)
		return fail(sending->problem, "out of memory");
	mail_write(&mail, sending);
	sending->left = buffer_text(&mail);
	curl_common(curl, sending, error);
	(void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	/* A password goes over TLS or not at all. */
	(void)curl_easy_setopt(curl, CURLOPT_USE_SSL,
	        (long)(target->secret[0] ? CURLUSESSL_ALL : CURLUSESSL_TRY));
	if (target->user[0]) {
		(void)curl_easy_setopt(curl, CURLOPT_USERNAME, target->user);
		(void)curl_easy_setopt(curl, CURLOPT_PASSWORD, target->secret);
	}
	(void)curl_easy_setopt(curl, CURLOPT_MAIL_FROM, target->from);
	(void)curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
	(void)curl_easy_setopt(curl, CURLOPT_READFUNCTION, mail_read);
	(void)curl_easy_setopt(curl, CURLOPT_READDATA, sending);
	(void)curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	const bool fine = !mail.failed && curl_run(curl, sending, error);
	curl_slist_free_all(to);
	curl_easy_cleanup(curl);
	buffer_free(&mail);
	return fine;
}

static bool syslog_send(const struct sending *sending)
{
	char host[64] = "-";
	char text[SYSLOG_BYTES_MAX + 512];
	char framed[SYSLOG_BYTES_MAX + 544];
	struct far_end far;
	struct writer out = writer_of(text, sizeof(text));
	if (!far_parse(sending->target->url, &far))
		return fail(sending->problem, "nobody is named so");
	far.public_only = !sending->anywhere;
	(void)gethostname(host, sizeof(host) - 1);
	writer_string(&out, "<");
	writer_u64(&out, LOCAL0 * 8 + (sending->notice->severity & 7));
	writer_string(&out, ">1 ");
	writer_time(&out, instant_now_us());
	writer_string(&out, " ");
	writer_string(&out, host);
	writer_string(&out, " ringfence-api - alert - \xef\xbb\xbf");
	writer_slice(&out, slice_first(sending->notice->json, SYSLOG_BYTES_MAX));
	/* A stream needs to be told where a message ends: RFC 6587 3.4.1. */
	const int len = far.kind == FAR_TCP ? snprintf(framed, sizeof(framed), "%zu %.*s",
	                                              out.len, (int)out.len, text)
	                                    : snprintf(framed, sizeof(framed), "%.*s",
	                                              (int)out.len, text);
	const bool fine = far_open(&far, CONNECT_MS) &&
	                  far_send(&far, slice_of(framed, (size_t)len), CONNECT_MS) &&
	                  far_arrived(&far, CONNECT_MS);
	if (!fine)
		(void)fail(sending->problem, far.problem);
	far_close(&far);
	return fine;
}

bool notice_send(const struct notice_target *target, const struct notice *notice,
        bool anywhere, char problem[NOTICE_PROBLEM_BYTES])
{
	struct sending sending = {.target = target,
	        .notice = notice,
	        .anywhere = anywhere,
	        .problem = problem};
	problem[0] = 0;
	switch (target->kind) {
	case NOTICE_WEBHOOK:
		return webhook_send(&sending);
	case NOTICE_EMAIL:
		return mail_send(&sending);
	case NOTICE_SYSLOG:
		return syslog_send(&sending);
	case NOTICE_KINDS:
		break;
	}
	return fail(problem, "what kind is that?");
}
