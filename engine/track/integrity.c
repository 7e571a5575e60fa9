#include "engine/track/integrity.h"

enum {
	RETURN_NEAR =
	        100, /* numbers within which a jump goes back to where one came from */
	TOUCH_US = 1 << 20,
	COPIES = 4,
};

static unsigned contradict(struct stream *stream)
{
	if (stream->forged < UINT16_MAX)
		stream->forged++;
	return stream->forged == STREAM_FORGED_LEAST ? STREAM_FORGED : 0;
}

unsigned integrity_duplicate(
        struct stream *stream, const struct rtp_packet *packet, uint16_t step)
{
	const uint16_t back = (uint16_t)-step;
	if (back >= STREAM_PRINTS || stream->prints[packet->sequence % STREAM_PRINTS] ==
	                                     integrity_print(packet))
		return 0;
	return contradict(stream);
}

unsigned integrity_jump(struct stream *stream, uint16_t sequence)
{
	const uint16_t beyond = (uint16_t)(sequence - stream->left);
	const bool returns = stream->jumps > 0 && beyond <= RETURN_NEAR;
	stream->left = (uint16_t)stream->highest;
	return returns ? contradict(stream) : 0;
}

unsigned integrity_behind(struct stream *stream, uint32_t back)
{
	if (back <= STREAM_MISORDER)
		return 0;
	if (stream->misordered < UINT16_MAX)
		stream->misordered++;
	/* A device that went back stays there; two of them take turns. */
	if (stream->misordered > 1 && stream->turned == (uint16_t)stream->highest)
		return 0;
	stream->turned = (uint16_t)stream->highest;
	return contradict(stream);
}

unsigned integrity_second(struct stream *stream, uint64_t time_us)
{
	const uint32_t passed = stream_touch(time_us) - stream->touched;
	const uint16_t packets = (uint16_t)(stream->packets - stream->touched_packets);
	const uint16_t unique = (uint16_t)(stream->unique - stream->touched_unique);
	/* A capture may see each packet on several interfaces; a flood may be of copies.
	 */
	const uint32_t count = packets / COPIES > unique ? packets / COPIES : unique;
	const uint32_t each_s =
	        (uint32_t)((uint64_t)count * 1000000 / TOUCH_US / (passed ? passed : 1));
	const uint16_t capped = each_s < UINT16_MAX ? (uint16_t)each_s : UINT16_MAX;
	const uint32_t needed = stream_needed_per_s(stream);
	integrity_second_begins(stream);
	if (capped <= stream->peak)
		return 0;
	stream->peak = capped;
	return needed && capped > STREAM_FLOOD_TIMES * needed ? STREAM_FLOODED : 0;
}
