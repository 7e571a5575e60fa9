/*
 * The verbs of the command line. Each takes the arguments behind its name and returns an
 * exit code.
 */
#ifndef RINGFENCE_CLI_VERB_H
#define RINGFENCE_CLI_VERB_H

int verb_replay(int argc, char **argv);
int verb_rules(int argc, char **argv);
int verb_calls(int argc, char **argv);
int verb_decode(int argc, char **argv);
int verb_alerts(int argc, char **argv);
int verb_registrations(int argc, char **argv);
int verb_quality(int argc, char **argv);
int verb_nodes(int argc, char **argv);
int verb_demo(int argc, char **argv);
int verb_block(int argc, char **argv);

#endif
