#include "engine/track/transaction.h"

#include <stddef.h>

#include "engine/track/state.h"

bool transaction_init(struct track *track, struct memory *memory, uint32_t capacity)
{
	struct slab *slab = &track->transaction_slab;
	const size_t idle = offsetof(struct transaction, idle);
	if (!slab_init(slab, memory, sizeof(struct transaction), capacity) ||
	        !table_init(&track->transaction_table, memory, capacity))
		return false;
	wheel_init(&track->transaction_wheel, slab, offsetof(struct transaction, timer));
	list_init(&track->transaction_done, slab, idle);
	list_init(&track->transaction_unproven, slab, idle);
	list_init(&track->transaction_proven, slab, idle);
	return true;
}

static struct list *list_for(struct track *track, const struct transaction *transaction)
{
	if (transaction->state >= TRANSACTION_COMPLETED)
		return &track->transaction_done;
	return transaction->proven ? &track->transaction_proven
	                           : &track->transaction_unproven;
}

static void transaction_free(struct track *track, uint32_t index)
{
	struct transaction *transaction = transaction_at(track, index);
	wheel_disarm(&track->transaction_wheel, index);
	list_remove(list_for(track, transaction), index);
	table_remove(&track->transaction_table, transaction->hash, index);
	texts_free(&track->pool, &transaction->texts);
	slab_give(&track->transaction_slab, index);
	if (track->told == index)
		track->told = 0;
}

void transaction_forget_texts(struct track *track, uint32_t index)
{
	if (index)
		texts_free(&track->pool, &transaction_at(track, index)->texts);
}

static void evict(struct track *track, uint32_t index)
{
	transaction_free(track, index);
	track->counters.evicted_transactions++;
	event_overload(track, TABLE_TRANSACTIONS, track->counters.evicted_transactions);
}

bool transaction_evict_open(struct track *track)
{
	uint32_t index = track->transaction_unproven.front;
	if (!index)
		index = track->transaction_proven.front;
	if (index)
		evict(track, index);
	return index != 0;
}

/* A finished one was told already: only its late copies go unrecognised. */
static void make_room(struct track *track)
{
	const uint32_t done = track->transaction_done.front;
	if (!slab_full(&track->transaction_slab))
		return;
	if (done)
		transaction_free(track, done);
	else
		(void)transaction_evict_open(track);
}

void transaction_prove(struct track *track, struct transaction *transaction)
{
	if (transaction->proven)
		return;
	const uint32_t index = slab_index(&track->transaction_slab, transaction);
	list_remove(list_for(track, transaction), index);
	transaction->proven = true;
	list_push_back(list_for(track, transaction), index);
}

/* ACK of an error response and CANCEL's own match: RFC 3261 17.2.3. */
static enum sip_method key_method(const struct sip_message *sip)
{
	const enum sip_method method = sip->is_request ? sip->method : sip->cseq_method;
	return method == SIP_ACK ? SIP_INVITE : method;
}

/*
 * The branch names the transaction. Call-ID and CSeq number are part of the key too: they
 * are what RFC 2543 peers go by, and senders that repeat one branch for all their
 * requests (scanners do) would otherwise be taken for one endless retransmission. Call-ID
 * being unique per client, sent-by adds nothing.
 */
static uint64_t key_hash(const struct track *track, const struct seen *seen,
        const struct endpoint *client, const struct endpoint *server)
{
	const struct sip_message *sip = seen->sip;
	const uint64_t names = hash_words(&track->key,
	        hash_slice(&track->key, sip->via.branch), seen->call_id_hash);
	/* Words hash much faster than bytes do. */
	const bool short_ones = address_is_v4(&client->ip) && address_is_v4(&server->ip);
	const uint64_t addresses =
	        short_ones
	                ? (uint64_t)address_to_v4(&client->ip) << 32 |
	                          address_to_v4(&server->ip)
	                : hash_words(&track->key, hash_address(&track->key, &client->ip),
	                          hash_address(&track->key, &server->ip));
	return hash_words(&track->key, names ^ addresses,
	        (uint64_t)sip->cseq << 8 | (uint64_t)key_method(sip));
}

/*
 * Once it was told its texts are gone: a keyed hash of 64 bits over them all, with what
 * else is compared, must do to tell late copies.
 */
static bool same_texts(
        const struct transaction *transaction, const struct sip_message *sip)
{
	const struct texts *texts = transaction->texts;
	return !texts ||
	       (slice_equal(texts_get(texts, TRANSACTION_BRANCH), sip->via.branch) &&
	               slice_equal(texts_get(texts, TRANSACTION_CALL_ID), sip->call_id));
}

static uint32_t transaction_find(const struct track *track, const struct seen *seen,
        uint64_t hash, const struct endpoint *client, const struct endpoint *server)
{
	const struct sip_message *sip = seen->sip;
	const enum sip_method method = key_method(sip);
	struct table_cursor cursor;
	uint32_t i = table_first(&track->transaction_table, hash, &cursor);
	for (; i; i = table_next(&track->transaction_table, &cursor)) {
		const struct transaction *transaction = transaction_at(track, i);
		if (transaction->hash == hash && transaction->method == method &&
		        transaction->cseq == sip->cseq &&
		        address_equal(&transaction->client.ip, &client->ip) &&
		        address_equal(&transaction->server.ip, &server->ip) &&
		        same_texts(transaction, sip))
			return i;
	}
	return 0;
}

static void keep_texts(struct track *track, struct transaction *transaction,
        const struct sip_message *sip)
{
	const struct sip_auth *auth = &sip->auth;
	struct slice texts[TRANSACTION_TEXTS] = {
	        [TRANSACTION_BRANCH] = sip->via.branch,
	        [TRANSACTION_CALL_ID] = sip->call_id,
	        [TRANSACTION_METHOD] = sip->method_text,
	        [TRANSACTION_FROM_TAG] = sip->from.tag,
	        [TRANSACTION_FROM_USER] = sip->from.uri.user,
	        [TRANSACTION_TO_USER] = sip->to.uri.user,
	        [TRANSACTION_TO_HOST] = sip->to.uri.host,
	        [TRANSACTION_REQUEST_USER] = sip->request_uri.user,
	        [TRANSACTION_USER_AGENT] = sip->user_agent,
	};
	if (sip->method == SIP_REGISTER)
		texts[TRANSACTION_CONTACT] = sip_value(sip, SIP_HEADER_CONTACT);
	if (auth->scheme != AUTH_NONE && !auth->challenge) {
		transaction->auth_sent = true;
		transaction->auth_digest_hash = hash_slice(&track->key, auth->response);
		texts[TRANSACTION_AUTH_USER] = auth->username;
		texts[TRANSACTION_AUTH_REALM] = auth->realm;
		texts[TRANSACTION_AUTH_NONCE] = auth->nonce;
	}
	static const struct texts_later NOTHING;
	transaction->texts = texts_keep(track, texts, TRANSACTION_TEXTS, &NOTHING);
}

static uint32_t transaction_new(
        struct track *track, const struct seen *seen, uint64_t hash)
{
	const struct sip_message *sip = seen->sip;
	const struct datagram *datagram = seen->datagram;
	text_make_room(track);
	make_room(track);
	const uint32_t index = slab_take(&track->transaction_slab);
	if (!index)
		return 0;
	struct transaction *transaction = transaction_at(track, index);
	*transaction = (struct transaction){
	        .hash = hash,
	        .client = datagram->src,
	        .server = datagram->dst,
	        .cseq = sip->cseq,
	        .method = (uint8_t)sip->method,
	        .proven = seen->proven,
	        .nonce_known = seen->nonce_known,
	        .request_bytes =
	                (uint16_t)(sip->raw.len > UINT16_MAX ? UINT16_MAX : sip->raw.len),
	        .contact_star = sip->contact.star,
	        .expires = sip->expires > INT32_MAX ? INT32_MAX : (int32_t)sip->expires,
	        .first_packet = datagram->packet ? datagram->packet->number : 0,
	        .first_source = datagram->packet ? datagram->packet->source : 0,
	};
	keep_texts(track, transaction, sip);
	(void)table_insert(&track->transaction_table, hash, index);
	list_push_back(list_for(track, transaction), index);
	wheel_arm(
	        &track->transaction_wheel, index, seen->time_us + TRANSACTION_TIMEOUT_US);
	track->counters.transactions++;
	return index;
}

/* Of a response without RSeq, which finals are. */
static uint64_t response_hash(
        const struct track *track, struct slice to_tag, uint16_t status)
{
	return hash_words(
	        &track->key, hash_slice(&track->key, to_tag), (uint64_t)status << 48);
}

static void see_ack(struct track *track, struct seen *seen, uint32_t index)
{
	struct transaction *transaction = transaction_at(track, index);
	seen->transaction = transaction;
	seen->retransmission = transaction->acked;
	transaction->acked = true;
	const struct slice to_tag = seen->sip->to.tag;
	if (to_tag.len && transaction->response_hash ==
	                          response_hash(track, to_tag, transaction->status))
		proof_tag_echoed(track, seen);
}

void transaction_prepare(struct track *track, struct seen *seen)
{
	const struct datagram *datagram = seen->datagram;
	const bool request = seen->sip->is_request;
	seen->transaction_hash =
	        key_hash(track, seen, request ? &datagram->src : &datagram->dst,
	                request ? &datagram->dst : &datagram->src);
	table_prefetch(&track->transaction_table, seen->transaction_hash);
}

void transaction_request(struct track *track, struct seen *seen)
{
	const struct endpoint *client = &seen->datagram->src;
	const struct endpoint *server = &seen->datagram->dst;
	const uint64_t hash = seen->transaction_hash;
	uint32_t index = transaction_find(track, seen, hash, client, server);
	if (seen->sip->method == SIP_ACK) {
		/* That of a 2xx has a branch of its own and no response. */
		if (index)
			see_ack(track, seen, index);
		return;
	}
	if (index) {
		struct transaction *transaction = transaction_at(track, index);
		count_up(&transaction->request_copies);
		seen->transaction = transaction;
		seen->retransmission = true;
		seen->proven = transaction->proven || seen->proven;
		return;
	}
	index = transaction_new(track, seen, hash);
	if (index)
		seen->transaction = transaction_at(track, index);
}

/* Moves it to the list and timer of its new state. */
static void change_state(struct track *track, uint32_t index,
        enum transaction_state state, uint64_t due_us)
{
	struct transaction *transaction = transaction_at(track, index);
	list_remove(list_for(track, transaction), index);
	transaction->state = (uint8_t)state;
	list_push_back(list_for(track, transaction), index);
	wheel_arm(&track->transaction_wheel, index, due_us);
}

static void see_final(struct track *track, struct seen *seen, uint32_t index)
{
	const struct sip_auth *auth = &seen->sip->auth;
	seen->final = true;
	track->told = index;
	transaction_at(track, index)->auth_stale = auth->challenge && auth->stale;
	change_state(track, index, TRANSACTION_COMPLETED,
	        seen->time_us + TRANSACTION_LINGER_US);
}

void transaction_response(struct track *track, struct seen *seen)
{
	const struct sip_message *sip = seen->sip;
	const struct endpoint *client = &seen->datagram->dst;
	const struct endpoint *server = &seen->datagram->src;
	const uint32_t index =
	        transaction_find(track, seen, seen->transaction_hash, client, server);
	if (!index)
		return;
	struct transaction *transaction = transaction_at(track, index);
	seen->transaction = transaction;
	seen->proven = transaction->proven;
	const struct slice rseq =
	        sip->status < 200 ? sip_value(sip, SIP_HEADER_RSEQ) : (struct slice){0};
	uint64_t hash = response_hash(track, sip->to.tag, sip->status);
	if (rseq.len)
		hash ^= hash_slice(&track->key, rseq);
	seen->retransmission = hash == transaction->response_hash;
	transaction->response_hash = hash;
	if (seen->retransmission)
		return;
	if (transaction->state >= TRANSACTION_COMPLETED)
		return;
	transaction->status = sip->status;
	if (sip->status >= 200)
		see_final(track, seen, index);
	else if (transaction->state == TRANSACTION_TRYING)
		change_state(track, index, TRANSACTION_PROCEEDING,
		        seen->time_us + (transaction->method == SIP_INVITE
		                                        ? TRANSACTION_PROCEEDING_US
		                                        : TRANSACTION_TIMEOUT_US));
}

void transaction_expired(struct track *track, uint32_t index)
{
	struct transaction *transaction = transaction_at(track, index);
	if (transaction->state >= TRANSACTION_COMPLETED) {
		transaction_free(track, index);
		return;
	}
	change_state(track, index, TRANSACTION_TIMED_OUT,
	        track->now_us + TRANSACTION_LINGER_US);
	struct event *event = event_push(track, EVENT_SIP_TRANSACTION, track->now_us);
	event->transaction = transaction;
	event->proven = transaction->proven;
	nat_reach_failed(track, transaction);
	event_release(track, RELEASE_TRANSACTION, index);
	transaction->call = 0;
}
