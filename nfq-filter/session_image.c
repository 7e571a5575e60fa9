/*
 * A session with its lines as bytes, for another program of the same build.
 */
#include "nfq-filter/session_inside.h"

/* Changes with every field of what is kept. */
static const uint32_t VERSION = 0x52460002;

struct image_head {
	uint32_t version;
	uint32_t session_bytes, line_bytes;
	uint32_t line_count;
	uint64_t key; /* hashes of other keys mean nothing here */
	struct session session;
};

static uint64_t key_check(const struct sessions *sessions)
{
	return hash_words(&sessions->hash_key, VERSION, 0);
}

size_t session_image(const struct sessions *sessions, uint32_t index,
        uint8_t bytes[SESSION_IMAGE_BYTES])
{
	const struct session *session = session_at(sessions, index);
	const struct image_head head = {VERSION, sizeof(struct session),
	        sizeof(struct line), session->line_count, key_check(sessions), *session};
	size_t len = sizeof(head);
	_Static_assert(sizeof(head) + SESSION_LINES_MAX * sizeof(struct line) <=
	                       SESSION_IMAGE_BYTES,
	        "an image has room for all lines");
	memcpy(bytes, &head, sizeof(head));
	for (uint32_t i = session->lines; i; i = line_at(sessions, i)->next) {
		memcpy(&bytes[len], line_at(sessions, i), sizeof(struct line));
		len += sizeof(struct line);
	}
	return len;
}

bool session_image_name(struct slice image, uint64_t *call, uint64_t *tag)
{
	struct image_head head;
	if (image.len < sizeof(head))
		return false;
	memcpy(&head, image.data, sizeof(head));
	*call = head.session.call;
	*tag = head.session.tag;
	return true;
}

uint32_t session_from_image(struct sessions *sessions, struct slice image)
{
	struct image_head head;
	struct line lines[SESSION_LINES_MAX];
	if (image.len < sizeof(head))
		return 0;
	memcpy(&head, image.data, sizeof(head));
	image = slice_from(image, sizeof(head));
	if (head.version != VERSION || head.session_bytes != sizeof(struct session) ||
	        head.line_bytes != sizeof(struct line) ||
	        head.line_count > SESSION_LINES_MAX ||
	        image.len != head.line_count * sizeof(struct line) ||
	        head.key != key_check(sessions))
		return 0;
	memcpy(lines, image.data, image.len);
	return session_restore(sessions, &head.session, lines, head.line_count);
}
