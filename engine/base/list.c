#include "engine/base/list.h"

void list_init(struct list *list, struct slab *slab, size_t offset)
{
	*list = (struct list){.slab = slab, .offset = offset};
}

void list_push_back(struct list *list, uint32_t index)
{
	*list_link_of(list, index) = (struct list_link){.prev = list->back};
	if (list->back)
		list_link_of(list, list->back)->next = index;
	else
		list->front = index;
	list->back = index;
	list->count++;
}

void list_remove(struct list *list, uint32_t index)
{
	struct list_link *link = list_link_of(list, index);
	if (link->prev)
		list_link_of(list, link->prev)->next = link->next;
	else
		list->front = link->next;
	if (link->next)
		list_link_of(list, link->next)->prev = link->prev;
	else
		list->back = link->prev;
	*link = (struct list_link){0};
	list->count--;
}

void list_touch(struct list *list, uint32_t index)
{
	if (list->back == index)
		return;
	list_remove(list, index);
	list_push_back(list, index);
}
