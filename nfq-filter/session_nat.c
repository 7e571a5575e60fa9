/*
 * Lines of sessions on a router that translates: pinholes are where inner addresses show,
 * so a line is what its owner has, whatever the other side is told.
 */
#include "nfq-filter/session_inside.h"

void line_translation_begin(const struct sessions *sessions, const struct line *line)
{
	if (!nat_works(sessions->nat))
		return;
	if (line->outer.port) {
		nat_learn(sessions->nat, &line->at, &line->outer);
		nat_hold(sessions->nat, &line->at);
	}
	if (line->outer_control.port) {
		nat_learn(sessions->nat, &line->control, &line->outer_control);
		nat_hold(sessions->nat, &line->control);
	}
}

void line_translation_end(const struct sessions *sessions, const struct line *line)
{
	if (!nat_works(sessions->nat))
		return;
	if (line->outer.port)
		nat_release(sessions->nat, &line->at);
	if (line->outer_control.port)
		nat_release(sessions->nat, &line->control);
}

/* Where it says an outer endpoint: the inner one that it stands for. */
static void stand_for(const struct sessions *sessions, const struct endpoint *source,
        struct endpoint *at, struct endpoint *outer)
{
	*outer = (struct endpoint){0};
	if (!at->port || !address_equal(&at->ip, &sessions->settings->nat_address))
		return;
	*outer = *at;
	/* An inner side that knows its outer address listens at the inner one. */
	if (!nat_inner(sessions->nat, outer, at)) {
		if (nat_is_inner(sessions->nat, &source->ip))
			at->ip = source->ip;
		else
			*outer = (struct endpoint){0};
	}
}

static void give_ports(struct nat *nat, struct line *line)
{
	const struct endpoint inner[2] = {line->at, line->control};
	struct endpoint outer[2] = {{.port = 0}, {.port = 0}};
	const bool pair = line->control.port && nat_is_inner(nat, &line->control.ip) &&
	                  !endpoint_equal(&inner[0], &inner[1]);
	if (!line->at.port || !nat_is_inner(nat, &line->at.ip))
		return;
	if (pair ? nat_outer_pair(nat, inner, outer) : nat_outer(nat, inner, outer)) {
		line->outer = outer[0];
		line->outer_control = outer[1];
	}
}

void line_translate(
        const struct sessions *sessions, const struct seen *seen, struct line *line)
{
	struct nat *nat = sessions->nat;
	const struct datagram *datagram = seen->message->datagram;
	if (!nat_works(nat))
		return;
	stand_for(sessions, &datagram->src, &line->at, &line->outer);
	stand_for(sessions, &datagram->src, &line->control, &line->outer_control);
	if (line->outer.port)
		line->from = line->at.ip;
	else if (sessions->settings->nat_rewrite &&
	         nat_is_inner(nat, &datagram->src.ip) &&
	         !nat_is_inner(nat, &datagram->dst.ip))
		give_ports(nat, line);
	line_translation_begin(sessions, line);
}
