#include "platform/http_client.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { URL_BYTES = 16384, HEADER_BYTES = 1024, CONNECT_MS = 5000 };

struct http_client {
	CURL *curl;
	struct http_client_options options;
	char problem[CURL_ERROR_SIZE + 64];
};

struct http_client *http_client_new(const struct http_client_options *options)
{
	struct http_client *client = calloc(1, sizeof(*client));
	if (!client)
		return NULL;
	client->options = *options;
	client->curl = curl_easy_init();
	if (!client->curl)
		http_client_free(&client);
	/* The first cookie, of nobody, makes the jar: it outlives the handle's reset. */
	else if (options->keep_cookies)
		(void)curl_easy_setopt(client->curl, CURLOPT_COOKIELIST,
		        "Set-Cookie: none=none; domain=none.invalid");
	return client;
}

void http_client_free(struct http_client **client)
{
	struct http_client *old = *client;
	if (!old)
		return;
	curl_easy_cleanup(old->curl);
	free(old);
	*client = NULL;
}

const char *http_client_problem(const struct http_client *client)
{
	return client->problem;
}

/* An answer on its way in. */
struct arrival {
	const struct http_question *question;
	struct http_answer *answer;
};

static size_t on_part(char *data, size_t size, size_t count, void *context)
{
	struct arrival *arrival = context;
	const struct slice part = slice_of(data, size * count);
	if (arrival->question->take)
		return arrival->question->take(arrival->question->context, part)
		               ? part.len
		               : 0;
	buffer_slice(&arrival->answer->body, part);
	return arrival->answer->body.failed ? 0 : part.len;
}

static struct curl_slist *header_add(
        struct curl_slist *list, const char *name, const char *value)
{
	char header[HEADER_BYTES];
	if (!value)
		return list;
	(void)snprintf(header, sizeof(header), "%s: %s", name, value);
	struct curl_slist *longer = curl_slist_append(list, header);
	return longer ? longer : list;
}

static struct curl_slist *headers_of(
        const struct http_client *client, const struct http_question *question)
{
	char authorization[HEADER_BYTES];
	struct curl_slist *list = NULL;
	list = header_add(
	        list, "Accept", question->accept ? question->accept : "application/json");
	list = header_add(list, "Content-Type", question->content_type);
	list = header_add(list, "If-Match", question->if_match);
	/* No waiting for "100 Continue". */
	list = header_add(list, "Expect", "");
	if (client->options.keep_cookies)
		list = header_add(list, "Origin", client->options.server);
	if (client->options.token) {
		(void)snprintf(authorization, sizeof(authorization), "Bearer %s",
		        client->options.token);
		list = header_add(list, "Authorization", authorization);
	}
	return list;
}

static bool body_set(CURL *curl, const struct http_question *question, FILE **file)
{
	struct stat status;
	if (question->file) {
		*file = fopen(question->file, "rb");
		if (!*file || fstat(fileno(*file), &status) != 0)
			return false;
		(void)curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
		(void)curl_easy_setopt(curl, CURLOPT_READDATA, *file);
		(void)curl_easy_setopt(
		        curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)status.st_size);
	} else if (slice_present(question->body)) {
		(void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, question->body.data);
		(void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
		        (curl_off_t)question->body.len);
	} else if (strcmp(question->method, "POST") == 0) {
		(void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "");
	}
	return true;
}

static bool perform(struct http_client *client, struct arrival *arrival)
{
	CURL *curl = client->curl;
	long status = 0;
	const CURLcode code = curl_easy_perform(curl);
	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	arrival->answer->status = (unsigned)status;
	/* Who takes parts may have had enough. */
	if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && arrival->question->take))
		return true;
	if (!client->problem[0])
		(void)snprintf(client->problem, sizeof(client->problem), "%s",
		        curl_easy_strerror(code));
	return false;
}

bool http_client_ask(struct http_client *client, const struct http_question *question,
        struct http_answer *answer)
{
	char url[URL_BYTES];
	FILE *file = NULL;
	struct arrival arrival = {question, answer};
	CURL *curl = client->curl;

	*answer = (struct http_answer){.body = buffer_of(HTTP_CLIENT_ANSWER_MAX)};
	client->problem[0] = 0;
	if (snprintf(url, sizeof(url), "%s%s", client->options.server, question->path) >=
	        (int)sizeof(url)) {
		(void)snprintf(client->problem, sizeof(client->problem),
		        "the address is too long");
		return false;
	}
	curl_easy_reset(curl);
	struct curl_slist *headers = headers_of(client, question);
	(void)curl_easy_setopt(curl, CURLOPT_URL, url);
	(void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	(void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, client->problem);
	(void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_part);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, &arrival);
	if (client->options.authority)
		(void)curl_easy_setopt(curl, CURLOPT_CAINFO, client->options.authority);
	bool fine = body_set(curl, question, &file);
	if (!fine)
		(void)snprintf(client->problem, sizeof(client->problem),
		        "%s cannot be read", question->file);
	(void)curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, question->method);
	fine = fine && perform(client, &arrival);
	curl_slist_free_all(headers);
	if (file)
		(void)fclose(file);
	return fine;
}
