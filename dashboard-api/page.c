#include "dashboard-api/page.h"

/* Made from page/ while building. */
extern const char PAGE_HTML[];
extern const size_t PAGE_HTML_len;
extern const char PAGE_JS[];
extern const size_t PAGE_JS_len;
extern const char PAGE_CSS[];
extern const size_t PAGE_CSS_len;

static void file_answer(struct visit *visit, const char *type, struct slice text)
{
	/* Nothing from elsewhere, nothing inline but what the script itself sets. */
	http_reply_header(visit->reply, "Content-Security-Policy",
	        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' "
	        "data:; "
	        "connect-src 'self'; base-uri 'none'; form-action 'none'; "
	        "frame-ancestors "
	        "'none'");
	buffer_slice(&visit->reply->body, text);
	visit->reply->content_type = type;
}

void page_get(struct visit *visit)
{
	file_answer(
	        visit, "text/html; charset=utf-8", slice_of(PAGE_HTML, PAGE_HTML_len));
}

void page_script_get(struct visit *visit)
{
	file_answer(
	        visit, "text/javascript; charset=utf-8", slice_of(PAGE_JS, PAGE_JS_len));
}

void page_style_get(struct visit *visit)
{
	file_answer(visit, "text/css; charset=utf-8", slice_of(PAGE_CSS, PAGE_CSS_len));
}
