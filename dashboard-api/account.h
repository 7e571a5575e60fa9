/*
 * Users and tokens as they are kept.
 */
#ifndef RINGFENCE_API_ACCOUNT_H
#define RINGFENCE_API_ACCOUNT_H

#include "dashboard-api/api.h"
#include "engine/base/address.h"
#include "engine/detect/document.h"
#include "platform/secret.h"

#define ACCOUNT_USERS  "users"
#define ACCOUNT_TOKENS "tokens"

enum { ACCOUNT_NAME_BYTES = 64 };

struct account {
	struct principal who;
	char password[SECRET_PASSWORD_BYTES]; /* of a user */
	bool has_network;
	struct network network; /* of a token */
};

bool account_user(struct ledger *ledger, struct slice name, struct account *account);
/* A token in clear, "rf_<id>_<secret>". */
bool account_token(struct ledger *ledger, struct slice token, uint64_t now_us,
        struct account *account);
/* The user of a session that has not ended. */
bool account_session(struct ledger *ledger, const char *space, struct slice digest,
        uint64_t now_us, char name[ACCOUNT_NAME_BYTES]);

/* Keeps a new user; false with a problem (there is one of this name). */
bool account_user_keep(struct visit *visit, struct slice name, struct slice password,
        const struct principal *who);

/* "role" and "grants" of a request's body. */
bool account_rights_read(
        struct visit *visit, const struct document *body, struct principal *who);

#endif
