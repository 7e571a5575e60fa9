/*
 * The site's description: one table says which keys stand where.
 */
#include "engine/detect/site_value.h"

enum place { IN_SITE = 1, IN_TRUNK = 2, IN_ACCOUNT = 4, IN_NETWORK = 8 };
enum { IN_PLANS = IN_SITE | IN_TRUNK | IN_ACCOUNT, IN_PEERS = IN_TRUNK | IN_ACCOUNT };

/* X(ENUM, "name", where) */
#define SITE_KEYS(X)                                                                     \
	X(PROFILE, "profile", IN_SITE)                                                   \
	X(TIMEZONE, "timezone", IN_SITE)                                                 \
	X(NIGHT, "night", IN_SITE)                                                       \
	X(WEEKEND, "weekend", IN_SITE)                                                   \
	X(HOLIDAYS, "holidays", IN_SITE)                                                 \
	X(LEARNING, "learning", IN_SITE)                                                 \
	X(RISK, "risk", IN_SITE)                                                         \
	X(TESTS, "test_numbers", IN_SITE)                                                \
	X(RANGES, "irsf_ranges", IN_SITE)                                                \
	X(TARIFFS, "tariffs", IN_SITE)                                                   \
	X(CERTIFICATES, "certificates", IN_SITE)                                         \
	X(TRUNKS, "trunks", IN_SITE)                                                     \
	X(ACCOUNTS, "accounts", IN_SITE)                                                 \
	X(NETWORKS, "networks", IN_SITE)                                                 \
	X(NAME, "name", IN_PEERS | IN_NETWORK)                                           \
	X(CLASS, "class", IN_PEERS | IN_NETWORK | IN_SITE)                               \
	X(ADDRESSES, "addresses", IN_TRUNK | IN_NETWORK)                                 \
	X(TRUSTED, "trusted", IN_TRUNK | IN_NETWORK)                                     \
	X(COUNTRY, "country", IN_PLANS)                                                  \
	X(IDD, "idd", IN_PLANS)                                                          \
	X(NATIONAL, "national", IN_PLANS)                                                \
	X(DIAL_OUT, "dial_out", IN_PLANS)                                                \
	X(FORMAT, "format", IN_PLANS)                                                    \
	X(OWN, "own_numbers", IN_PLANS)                                                  \
	X(COUNTRIES, "countries", IN_PLANS)                                              \
	X(ALWAYS_OPEN, "always_open", IN_PEERS)                                          \
	X(BUDGET, "budget", IN_PEERS)                                                    \
	X(MAX_CALLS, "max_calls", IN_PEERS)                                              \
	X(MAX_CPS, "max_cps", IN_PEERS)

enum key {
#define X(id, name, in) KEY_##id,
	SITE_KEYS(X)
#undef X
	        KEY_COUNT
};

static const struct key_row {
	const char *name;
	unsigned in;
} keys[KEY_COUNT] = {
#define X(id, name, in) [KEY_##id] = {name, in},
        SITE_KEYS(X)
#undef X
};

static const struct choice classes[] = {
#define X(id, name) {name, SITE_##id},
        SITE_CLASSES(X)
#undef X
};

/* Of which a map tells: the site itself, or one of its peers. */
struct target {
	enum place place;
	struct site *site;
	struct site_peer *peer; /* NULL = the site */
	struct dial_plan *plan;
	struct site_texts *own;
	struct site_texts *countries;
};

static void read_plan(struct compiler *compiler, const struct node *node, enum key key,
        struct dial_plan *plan)
{
	static const struct choice formats[] = {{"dialled", 0}, {"e164", 1}};

	if (key == KEY_COUNTRY) {
		site_country(compiler, node, &plan->region);
	} else if (key == KEY_IDD) {
		site_prefixes(compiler, node, plan->idd, &plan->idd_count);
	} else if (key == KEY_DIAL_OUT) {
		site_prefixes(compiler, node, plan->dial_out, &plan->dial_out_count);
	} else if (key == KEY_NATIONAL) {
		plan->national_given = read_text(compiler, node, &plan->national);
	} else {
		const int bare = read_choice(compiler, node, formats, 2);
		plan->bare = bare == 1;
	}
}

static void read_peer_key(struct compiler *compiler, const struct node *node,
        enum key key, struct site_peer *peer)
{
	if (key == KEY_NAME)
		(void)read_text(compiler, node, &peer->name);
	else if (key == KEY_ADDRESSES)
		site_networks(compiler, node, peer);
	else if (key == KEY_TRUSTED)
		(void)read_bool(compiler, node, &peer->trusted);
	else if (key == KEY_ALWAYS_OPEN)
		(void)read_bool(compiler, node, &peer->always_open);
	else if (key == KEY_BUDGET)
		(void)read_number(compiler, node, &peer->budget);
	else if (key == KEY_MAX_CALLS)
		(void)read_count(compiler, node, UINT32_MAX, &peer->max_calls);
	else if (key == KEY_MAX_CPS)
		(void)read_count(compiler, node, UINT32_MAX, &peer->max_cps);
}

static void read_class(
        struct compiler *compiler, const struct node *node, const struct target *target)
{
	const int class = read_choice(compiler, node, classes + 1, SITE_CLASS_COUNT - 1);
	if (class > 0 && target->peer)
		target->peer->class = (uint8_t) class;
	else if (class > 0)
		target->site->class = (uint8_t) class;
}

static void read_key(struct compiler *compiler, const struct node *node, enum key key,
        const struct target *target)
{
	struct site *site = target->site;

	switch (key) {
	case KEY_PROFILE:
		(void)read_text(compiler, node, &site->profile);
		break;
	case KEY_TIMEZONE:
		site_timezone(compiler, node, &site->offset_s);
		break;
	case KEY_NIGHT:
		site_night(compiler, node, site);
		break;
	case KEY_WEEKEND:
		site_weekend(compiler, node, site);
		break;
	case KEY_HOLIDAYS:
		site_holidays(compiler, node, site);
		break;
	case KEY_LEARNING:
		(void)read_duration(compiler, node, &site->learning_us);
		break;
	case KEY_RISK:
	case KEY_TESTS:
	case KEY_RANGES:
	case KEY_TARIFFS:
		site_text_list(compiler, node, &site->files[key - KEY_RISK], false);
		site->path = compiler->path;
		break;
	case KEY_CERTIFICATES:
		(void)read_text(compiler, node, &site->certificates);
		site->path = compiler->path;
		break;
	case KEY_CLASS:
		read_class(compiler, node, target);
		break;
	case KEY_COUNTRY:
	case KEY_IDD:
	case KEY_NATIONAL:
	case KEY_DIAL_OUT:
	case KEY_FORMAT:
		read_plan(compiler, node, key, target->plan);
		break;
	case KEY_OWN:
		site_text_list(compiler, node, target->own, true);
		break;
	case KEY_COUNTRIES:
		site_countries(compiler, node, target->countries);
		break;
	case KEY_NAME:
	case KEY_ADDRESSES:
	case KEY_TRUSTED:
	case KEY_ALWAYS_OPEN:
	case KEY_BUDGET:
	case KEY_MAX_CALLS:
	case KEY_MAX_CPS:
		read_peer_key(compiler, node, key, target->peer);
		break;
	case KEY_TRUNKS:
	case KEY_ACCOUNTS:
	case KEY_NETWORKS:
	case KEY_COUNT:
		break;
	}
}

static enum key key_find(struct slice name, enum place place)
{
	for (unsigned i = 0; i < KEY_COUNT; i++)
		if (keys[i].in & place && slice_equal(name, slice_text(keys[i].name)))
			return (enum key)i;
	return KEY_COUNT;
}

static void read_map(
        struct compiler *compiler, const struct node *map, const struct target *target)
{
	for (const struct node *node = map->first_child; node; node = node->next) {
		const enum key key = key_find(node->key, target->place);
		if (key == KEY_COUNT)
			refuse_key(compiler, node, "the site has no '$' here",
			        (struct names){keys, sizeof(keys[0]), KEY_COUNT});
		else
			read_key(compiler, node, key, target);
	}
}

static void read_peer(struct compiler *compiler, const struct node *node,
        enum place place, struct site_peer *peer)
{
	const struct target target = {.place = place,
	        .site = &compiler->set->site,
	        .peer = peer,
	        .plan = &peer->plan,
	        .own = &peer->own,
	        .countries = &peer->countries};

	if (!read_kind(compiler, node, NODE_MAP, "a trunk, account or network is a map$"))
		return;
	peer->plan = compiler->set->site.plan;
	read_map(compiler, node, &target);
	if (!peer->name.len)
		refuse(compiler, node, "it needs a name$", SLICE(""));
	if (place != IN_ACCOUNT && !peer->network_count)
		refuse(compiler, node, "'$' needs addresses", peer->name);
}

/* Adds to those of documents before. */
static void read_peers(struct compiler *compiler, const struct node *node,
        enum place place, struct site_peers *peers)
{
	if (!node || !read_kind(compiler, node, NODE_SEQUENCE, "'$' is a list of maps"))
		return;
	if (place == IN_TRUNK && peers->count + node->count > LIMIT_SITE_TRUNKS) {
		refuse(compiler, node, "too many trunks$", SLICE(""));
		return;
	}
	struct site_peer *items =
	        rule_take(compiler, (peers->count + node->count) * sizeof(*items));
	if (!items)
		return;
	if (peers->count)
		memcpy(items, peers->items, peers->count * sizeof(*items));
	peers->items = items;
	for (const struct node *item = node->first_child; item; item = item->next) {
		items[peers->count] = (struct site_peer){0};
		read_peer(compiler, item, place, &items[peers->count++]);
	}
}

void compile_site(struct compiler *compiler, const struct node *node)
{
	struct site *site = &compiler->set->site;
	const struct target target = {.place = IN_SITE,
	        .site = site,
	        .plan = &site->plan,
	        .own = &site->own,
	        .countries = &site->countries};

	if (!node || !read_kind(compiler, node, NODE_MAP, "'$' is a map"))
		return;
	site->given = true;
	read_map(compiler, node, &target);
	read_peers(compiler, node_find(node, SLICE("trunks")), IN_TRUNK, &site->trunks);
	read_peers(compiler, node_find(node, SLICE("accounts")), IN_ACCOUNT,
	        &site->accounts);
	read_peers(compiler, node_find(node, SLICE("networks")), IN_NETWORK,
	        &site->networks);
}

static void sift(struct site_peer *items, uint32_t from, uint32_t count)
{
	for (uint32_t child; (child = 2 * from + 1) < count; from = child) {
		if (child + 1 < count &&
		        slice_compare(items[child].name, items[child + 1].name) < 0)
			child++;
		if (slice_compare(items[from].name, items[child].name) >= 0)
			return;
		const struct site_peer other = items[from];
		items[from] = items[child];
		items[child] = other;
	}
}

/* Accounts are found by their names: a heap puts them in order. */
void compile_site_end(struct compiler *compiler)
{
	static const struct node nowhere = {0};
	struct site_peer *items = compiler->set->site.accounts.items;
	const uint32_t count = compiler->set->site.accounts.count;

	for (uint32_t i = count / 2; i-- > 0;)
		sift(items, i, count);
	for (uint32_t left = count; left > 1; left--) {
		const struct site_peer first = items[0];
		items[0] = items[left - 1];
		items[left - 1] = first;
		sift(items, 0, left - 1);
	}
	for (uint32_t i = 1; i < count; i++)
		if (slice_equal(items[i].name, items[i - 1].name))
			refuse(compiler, &nowhere, "the account '$' is described twice",
			        items[i].name);
}
