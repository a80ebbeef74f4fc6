/*
 * verb.h - what a verb of `noinherit` is.
 *
 * A verb NAME is one function in NAME.c, declared here, and one row in verbs.c.
 * Its argv[0] is its own name; it handles --help itself, prints its result on
 * standard output and returns the exit status.
 */
#ifndef NI_CLI_VERB_H
#define NI_CLI_VERB_H

int ni_verb_run(int argc, char **argv);
int ni_verb_check(int argc, char **argv);
int ni_verb_audit(int argc, char **argv);
int ni_verb_report(int argc, char **argv);
int ni_verb_scan(int argc, char **argv);

#endif
