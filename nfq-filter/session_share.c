/*
 * What routers tell each other of their sessions.
 */
#include "nfq-filter/session_inside.h"

/* What only an offer was made for may be anybody's flood: it counts once it is answered.
 */
static bool worth_telling(const struct session *session)
{
	return session->answered || (session->line_count && !session->offering);
}

void session_changed(struct sessions *sessions, uint32_t index)
{
	struct session *session = session_at(sessions, index);
	session->foreign = false;
	if (!sessions->shared || session->waits || !worth_telling(session))
		return;
	session->waits = true;
	list_push_back(&sessions->changed, index);
}

void session_told(struct sessions *sessions, uint32_t index)
{
	struct session *session = session_at(sessions, index);
	list_remove(&sessions->changed, index);
	session->waits = false;
	session->told = true;
}

void session_going(struct sessions *sessions, uint32_t index)
{
	const struct session *session = session_at(sessions, index);
	if (session->waits)
		list_remove(&sessions->changed, index);
	if (!session->told || sessions->gone_count == SESSIONS_GONE)
		return;
	const size_t place =
	        (sessions->gone_first + sessions->gone_count++) % SESSIONS_GONE;
	sessions->gone[place] = (struct session_gone){session->call, session->tag};
}

bool session_gone_next(struct sessions *sessions, struct session_gone *gone)
{
	if (!sessions->gone_count)
		return false;
	*gone = sessions->gone[sessions->gone_first];
	sessions->gone_first = (sessions->gone_first + 1) % SESSIONS_GONE;
	sessions->gone_count--;
	return true;
}

void session_adopt(struct sessions *sessions, struct slice image, bool first)
{
	uint64_t call, tag;
	if (!session_image_name(image, &call, &tag))
		return;
	const uint32_t known = session_of(sessions, call, tag);
	if (first && known && !session_at(sessions, known)->foreign &&
	        !session_at(sessions, known)->inherited)
		return;
	const uint32_t index = session_from_image(sessions, image);
	if (!index)
		return;
	struct session *session = session_at(sessions, index);
	session->foreign = true;
	session->told = true;
	session->media_us = sessions->now_us;
	session_follow(sessions, index);
	session_renew(sessions, session);
}

void session_ended_elsewhere(struct sessions *sessions, uint64_t call, uint64_t tag)
{
	const uint32_t index = session_of(sessions, call, tag);
	if (!index)
		return;
	session_at(sessions, index)->told = false;
	session_end(sessions, index);
}

void sessions_tell_all(struct sessions *sessions)
{
	for (uint32_t i = sessions->answered.front; i;
	        i = list_link_of(&sessions->answered, i)->next)
		if (!session_at(sessions, i)->foreign)
			session_changed(sessions, i);
}
