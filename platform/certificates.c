#include "platform/certificates_inside.h"

#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/file.h"

enum { CERTIFICATES_MAX = 65536, DEPTH_MAX = 8, PATH_BYTES = 4096 };

static const char ROOTS[] = "roots";

static void certificate_clear(struct certificate *certificate)
{
	free(certificate->name);
	X509_free(certificate->leaf);
	sk_X509_pop_free(certificate->chain, X509_free);
	EVP_PKEY_free(certificate->key);
}

static bool complain(
        struct certificates_error *error, const char *name, const char *complaint)
{
	(void)snprintf(error->text, sizeof(error->text), "%s %s", name, complaint);
	return false;
}

/* What one file holds: the first, and those behind it. */
static bool read_pem(FILE *file, struct certificate *into)
{
	X509 *next;

	into->leaf = PEM_read_X509(file, NULL, NULL, NULL);
	into->chain = sk_X509_new_null();
	if (!into->leaf || !into->chain)
		return false;
	while ((next = PEM_read_X509(file, NULL, NULL, NULL)))
		if (!sk_X509_push(into->chain, next)) {
			X509_free(next);
			return false;
		}
	into->key = X509_get_pubkey(into->leaf);
	return into->key != NULL;
}

static bool add(struct certificates *certificates, const char *path, const char *name,
        struct certificates_error *error)
{
	struct certificate one = {0};
	FILE *file = fopen(path, "rb");

	if (!file)
		return complain(error, name, "cannot be opened");
	bool fine = read_pem(file, &one) && (one.name = strdup(name));
	(void)fclose(file);
	if (!fine)
		(void)complain(error, name, "is no certificate in PEM");
	else if (certificates->count == CERTIFICATES_MAX)
		fine = complain(error, name, "is one certificate too many");
	struct certificate *items =
	        fine ? realloc(certificates->items,
	                       (certificates->count + 1) * sizeof(*items))
	             : NULL;
	if (!items) {
		certificate_clear(&one);
		return false;
	}
	certificates->items = items;
	items[certificates->count++] = one;
	return true;
}

static bool add_root(struct certificates *certificates, const char *path,
        const char *name, struct certificates_error *error)
{
	FILE *file = fopen(path, "rb");
	X509 *root;
	int count = 0;

	if (!certificates->roots)
		certificates->roots = X509_STORE_new();
	if (!file || !certificates->roots) {
		if (file)
			(void)fclose(file);
		return complain(error, name, "cannot be opened");
	}
	while ((root = PEM_read_X509(file, NULL, NULL, NULL))) {
		count += X509_STORE_add_cert(certificates->roots, root);
		X509_free(root);
	}
	(void)fclose(file);
	return count > 0 || complain(error, name, "is no certificate in PEM");
}

/* A directory that is being read; inner ones are read by the same function. */
struct walk {
	struct certificates *certificates;
	const char *directory; /* the outermost */
	struct certificates_error *error;
};

static bool walk_into(const struct walk *walk, const char *inner, int depth)
{
	char path[PATH_BYTES];
	char name[PATH_BYTES];
	struct file_list list;
	struct file_error error;
	bool fine = true;

	(void)snprintf(path, sizeof(path), "%s/%s", walk->directory, inner);
	if (depth == DEPTH_MAX || !file_list(path, "", &list, &error))
		return complain(walk->error, inner[0] ? inner : ".", "cannot be listed");
	for (size_t i = 0; i < list.count && fine; i++) {
		const char *slash = inner[0] ? "/" : "";
		if (snprintf(name, sizeof(name), "%s%s%s", inner, slash, list.names[i]) >=
		                (int)sizeof(name) ||
		        snprintf(path, sizeof(path), "%s/%s", walk->directory, name) >=
		                (int)sizeof(path))
			fine = complain(
			        walk->error, list.names[i], "has too long a name");
		else if (file_is_directory(path))
			fine = walk_into(walk, name, depth + 1);
		else if (strcmp(inner, ROOTS) == 0)
			fine = add_root(walk->certificates, path, name, walk->error);
		else
			fine = add(walk->certificates, path, name, walk->error);
	}
	file_list_free(&list);
	return fine;
}

struct certificates *certificates_open(
        const char *directory, struct certificates_error *error)
{
	struct certificates *certificates = calloc(1, sizeof(*certificates));
	const struct walk walk = {certificates, directory, error};

	if (!certificates)
		(void)complain(error, ".", "found no memory");
	else if (!walk_into(&walk, "", 0))
		certificates_close(&certificates);
	return certificates;
}

void certificates_close(struct certificates **certificates)
{
	if (!*certificates)
		return;
	for (size_t i = 0; i < (*certificates)->count; i++)
		certificate_clear(&(*certificates)->items[i]);
	X509_STORE_free((*certificates)->roots);
	free((*certificates)->items);
	free(*certificates);
	*certificates = NULL;
}

struct certificate_ops certificate_ops(const struct certificates *certificates)
{
	return (struct certificate_ops){
	        .context = certificates, .verify = certificate_verify};
}
