#include "engine/report/stream_view.h"

bool stream_view(const struct stream *stream, struct summary_stream *view)
{
	*view = (struct summary_stream){0};
	return stream != NULL;
}
