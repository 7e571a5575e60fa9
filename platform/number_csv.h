/*
 * Number lists from CSV files: what a site's description names becomes tables that the
 * engine looks numbers up in. One line a prefix; # begins a comment; a first line of
 * names is skipped.
 *
 *	risk, test numbers, ranges   prefix,weight,expiry
 *	tariffs                      prefix,price per minute,currency,connection
 *fee,increment
 *
 * Only the prefix, and of a tariff its price and currency, must be there. Quotes around
 * a value are taken off.
 */
#ifndef RINGFENCE_PLATFORM_NUMBER_CSV_H
#define RINGFENCE_PLATFORM_NUMBER_CSV_H

#include <stdbool.h>

#include "engine/base/memory.h"
#include "engine/detect/site.h"

/*
 * Reads all files that the site names, a relative one from where the description lies,
 * into the memory. False when a line is wrong or a file cannot be read: told on standard
 * error as file:line.
 */
bool number_csv_load(struct site *site, struct memory *memory);

#endif
