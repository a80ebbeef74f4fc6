/*
 * script_frames.h - what runtimes need so that stacks lead through their
 * scripts, and the scripts' functions have names.
 */
#ifndef NI_CLI_SCRIPT_FRAMES_H
#define NI_CLI_SCRIPT_FRAMES_H

/* Adds that to the environment. Returns 0 or -errno. */
int ni_script_frames_ask(void);

#endif
