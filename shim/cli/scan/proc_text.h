/*
 * proc_text.h - the small texts of /proc/PID that a scan needs.
 *
 * Pure. Programs choose parts of them: their names, their arguments.
 */
#ifndef NI_CLI_PROC_TEXT_H
#define NI_CLI_PROC_TEXT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* What a /proc/PID/fd link shows: "socket:[4242]". 0, or -EINVAL. */
int ni_proc_socket_inode(const char *link, uint64_t *inode);

/* The flags of a /proc/PID/fdinfo file, whose octal number includes O_CLOEXEC.
 * 0, or -EINVAL. */
int ni_proc_open_flags(const char *text, unsigned *flags);

/* From /proc/PID/status: the user whose rights it has. 0, or -EINVAL. */
int ni_proc_user(const char *text, uid_t *user);

enum { NI_MAPPING_PATH_MAX = 4096 };

/* A line of /proc/PID/maps. */
struct ni_mapping {
	uint64_t start, end;
	bool is_executable;
	dev_t device;
	ino_t inode;		/* 0: of no file */
	char path[NI_MAPPING_PATH_MAX];
};

/* 0, or -EINVAL. Written on success only. */
int ni_proc_mapping(const char *line, struct ni_mapping *mapping);

/* From /proc/PID/stat: the parent and the start in clock ticks. 0, or -EINVAL. */
int ni_proc_stat(const char *text, pid_t *parent, uint64_t *start);

/* The name of a directory in /proc that is a process: its pid, else 0. */
pid_t ni_proc_pid(const char *name);

/*
 * Whether fd was passed to pid as the variables LISTEN_PID and LISTEN_FDS say
 * (sd_listen_fds(3)): in an environment of size bytes, NUL after each variable.
 */
bool ni_proc_is_listen_fd(const char *environment, size_t size, pid_t pid,
			  int fd);

#endif
