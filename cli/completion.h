/*
 * One verb's part of a completion script, of each shell that has one.
 */
#ifndef RINGFENCE_CLI_COMPLETION_H
#define RINGFENCE_CLI_COMPLETION_H

#include "cli/help.h"

void completion_bash(const struct help *help);
void completion_zsh(const struct help *help);
void completion_fish(const struct help *help);

#endif
