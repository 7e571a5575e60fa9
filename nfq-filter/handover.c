#define _GNU_SOURCE /* memfd_create */

#include "nfq-filter/handover.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { DESCRIPTORS = 3, PATIENCE_S = 5 };

struct saved_head {
	uint32_t count;
};

static bool put(FILE *to, const void *data, size_t bytes)
{
	return fwrite(data, bytes, 1, to) == 1;
}

static bool get(FILE *from, void *data, size_t bytes)
{
	return fread(data, bytes, 1, from) == 1;
}

static bool session_save(FILE *to, const struct sessions *sessions, uint32_t index)
{
	uint8_t image[SESSION_IMAGE_BYTES];
	const uint64_t bytes = session_image(sessions, index, image);
	return put(to, &bytes, sizeof(bytes)) && put(to, image, bytes);
}

static bool sessions_save(FILE *to, const struct sessions *sessions)
{
	const struct list *const lists[] = {&sessions->early, &sessions->answered};
	const struct saved_head head = {sessions->slab.count};
	bool fine = put(to, &head, sizeof(head));
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		for (uint32_t at = lists[i]->front; fine && at;
		        at = list_link_of(lists[i], at)->next)
			fine = session_save(to, sessions, at);
	return fine;
}

int handover_save(const struct sessions *sessions)
{
	const int file = memfd_create("sessions", MFD_CLOEXEC);
	FILE *to = file < 0 ? NULL : fdopen(dup(file), "w");
	const bool fine = to && sessions_save(to, sessions);
	if (to && fclose(to) == 0 && fine)
		return file;
	if (file >= 0)
		(void)close(file);
	return -1;
}

static bool session_load(FILE *from, struct sessions *sessions)
{
	uint8_t image[SESSION_IMAGE_BYTES];
	uint64_t bytes;
	return get(from, &bytes, sizeof(bytes)) && bytes <= sizeof(image) &&
	       get(from, image, bytes) &&
	       session_from_image(sessions, slice_of(image, bytes));
}

bool handover_load(struct sessions *sessions, int file)
{
	struct saved_head head;
	if (lseek(file, 0, SEEK_SET) < 0)
		return false;
	FILE *from = fdopen(dup(file), "r");
	bool fine = from && get(from, &head, sizeof(head));
	for (uint32_t i = 0; fine && i < head.count; i++)
		fine = session_load(from, sessions);
	if (from)
		(void)fclose(from);
	return fine;
}

void handover_close(struct handover *handover)
{
	int *const all[] = {&handover->queue, &handover->table, &handover->sessions};
	for (size_t i = 0; i < DESCRIPTORS; i++) {
		if (*all[i] >= 0)
			(void)close(*all[i]);
		*all[i] = -1;
	}
}

/* A message of one byte with room for the descriptors. */
struct parcel {
	char byte;
	struct iovec part;
	_Alignas(struct cmsghdr) char room[CMSG_SPACE(DESCRIPTORS * sizeof(int))];
	struct msghdr message;
};

static void parcel_open(struct parcel *parcel)
{
	*parcel = (struct parcel){.byte = 'h'};
	parcel->part = (struct iovec){&parcel->byte, 1};
	parcel->message = (struct msghdr){.msg_iov = &parcel->part,
	        .msg_iovlen = 1,
	        .msg_control = parcel->room,
	        .msg_controllen = sizeof(parcel->room)};
}

bool handover_answer(int client, const struct handover *handover)
{
	const int all[DESCRIPTORS] = {
	        handover->queue, handover->table, handover->sessions};
	struct parcel parcel;
	parcel_open(&parcel);
	struct cmsghdr *header = CMSG_FIRSTHDR(&parcel.message);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(all));
	memcpy(CMSG_DATA(header), all, sizeof(all));
	return sendmsg(client, &parcel.message, MSG_NOSIGNAL) == 1;
}

static bool receive(int from, struct handover *handover)
{
	int all[DESCRIPTORS];
	struct parcel parcel;
	parcel_open(&parcel);
	if (recvmsg(from, &parcel.message, MSG_CMSG_CLOEXEC) != 1)
		return false;
	const struct cmsghdr *header = CMSG_FIRSTHDR(&parcel.message);
	if (!header || header->cmsg_type != SCM_RIGHTS ||
	        header->cmsg_len != CMSG_LEN(sizeof(all)))
		return false;
	memcpy(all, CMSG_DATA(header), sizeof(all));
	*handover = (struct handover){all[0], all[1], all[2]};
	return true;
}

bool handover_ask(const char *state_directory, struct handover *handover)
{
	static const struct slice request = {"handover\n", 9};
	const struct timeval patience = {.tv_sec = PATIENCE_S};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/filter.sock",
	        state_directory);
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	const bool there =
	        connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
	const bool fine = there &&
	                  send(fd, request.data, request.len, MSG_NOSIGNAL) ==
	                          (ssize_t)request.len &&
	                  receive(fd, handover);
	if (!there)
		errno = 0;
	(void)close(fd);
	return fine;
}
