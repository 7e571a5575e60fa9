/*
 * Manual pages of section 1, in the man macros: of a verb, and of the whole program.
 */
#ifndef RINGFENCE_CLI_MANUAL_H
#define RINGFENCE_CLI_MANUAL_H

#include "cli/help.h"

void manual_print(const struct help *help);
/* ringfence(1): every verb with its line. */
void manual_print_program(void);

#endif
