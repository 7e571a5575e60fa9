#include "engine/track/state.h"

struct dialog *dialog_find(
        const struct track *track, const struct call *call, struct slice to_tag)
{
	if (!to_tag.len)
		return NULL;
	for (uint32_t i = call->dialogs; i; i = dialog_at(track, i)->next) {
		struct dialog *dialog = dialog_at(track, i);
		if (slice_equal(texts_slice(call->texts, dialog->to_tag), to_tag))
			return dialog;
	}
	return NULL;
}

static struct dialog *dialog_new(struct track *track, struct seen *seen)
{
	struct call *call = seen->call;
	if (call->dialog_count >= LIMIT_DIALOGS_PER_CALL) {
		track->counters.limited_dialogs++;
		return NULL;
	}
	const uint32_t index = slab_take(&track->dialog_slab);
	if (!index) {
		track->counters.limited_dialogs++;
		return NULL;
	}
	struct dialog *dialog = dialog_at(track, index);
	*dialog = (struct dialog){
	        .next = call->dialogs,
	        .to_tag = text_add(track, call, seen->sip->to.tag),
	};
	call->dialogs = index;
	call->dialog_count++;
	return dialog;
}

struct dialog *dialog_response(struct track *track, struct seen *seen)
{
	const struct sip_message *sip = seen->sip;
	/* 100 has no dialog; an error ends those that there are. */
	if (sip->status <= 100 || sip->status >= 300 || !sip->to.tag.len)
		return seen->dialog;
	struct dialog *dialog = seen->dialog;
	const enum call_state state = sip->status < 200 ? CALL_RINGING : CALL_ANSWERED;
	if (!dialog)
		dialog = dialog_new(track, seen);
	if (!dialog)
		return NULL;
	seen->dialog = dialog;
	if (dialog->state >= state)
		return dialog;
	dialog->state = (uint8_t)state;
	(void)event_push_seen(track, EVENT_SIP_DIALOG, seen);
	return dialog;
}

void dialog_ack(struct seen *seen)
{
	struct dialog *dialog = seen->dialog;
	const struct sip_message *sip = seen->sip;
	if (!dialog || seen->side == CALL_NEITHER || sip->method != SIP_ACK)
		return;
	if (dialog->acked && dialog->acked_cseq == sip->cseq)
		seen->retransmission = true;
	dialog->acked = true;
	seen->call->acked = true;
	dialog->acked_cseq = sip->cseq;
}

void dialogs_free(struct track *track, struct call *call)
{
	while (call->dialogs) {
		const uint32_t index = call->dialogs;
		call->dialogs = dialog_at(track, index)->next;
		slab_give(&track->dialog_slab, index);
	}
	call->dialog_count = 0;
}
