/*
 * passer: hands a descriptor to the next program in one of the ways that
 * programs have for it.
 *
 *	passer HOW      dup2_array, untold, told, option, list, ucspi, again,
 *			wayland, onward (to awk, which runs a command),
 *			bare (not at all)
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int kept_back(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static int inheritable(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0);
}

/* One line puts many descriptors on numbers; the last is of another kind. */
static void dup2_array(void)
{
	int from[12], ends[2];

	for (int i = 0; i < 12; i++) {
		if (pipe2(ends, O_CLOEXEC) < 0)
			exit(125);
		from[i] = ends[0];
	}
	from[11] = kept_back();
	for (int i = 0; i < 12; i++)
		dup2(from[i], 60 + i);
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	char number[16], list[32], *next[] = { "true", NULL, NULL, NULL };
	int fd;

	if (!strcmp(how, "arrived"))
		return 0;
	if (!strcmp(how, "dup2_array")) {
		dup2_array();
	} else if (!strcmp(how, "untold") || !strcmp(how, "told")) {
		fd = kept_back();
		fcntl(fd, F_SETFD, 0);
		snprintf(number, sizeof(number), "%d", fd);
		if (!strcmp(how, "told"))
			setenv("CHANNEL", number, 1);
	} else if (!strcmp(how, "again")) {
		inheritable();
		execlp("passer", "passer", "arrived", (char *)0);
	} else if (!strcmp(how, "wayland") || !strcmp(how, "bare")) {
		snprintf(number, sizeof(number), "%d", inheritable());
		if (!strcmp(how, "wayland"))
			setenv("WAYLAND_SOCKET", number, 1);
	} else if (!strcmp(how, "ucspi")) {
		fd = inheritable();
		fcntl(fd, F_DUPFD, 6);
		close(fd);
		setenv("PROTO", "TCP", 1);
	} else if (!strcmp(how, "onward")) {
		snprintf(number, sizeof(number), "fd=%d", inheritable());
		execlp("awk", "awk", "-v", number, "BEGIN { system(\"true\") }",
		       (char *)0);
	} else {
		fd = inheritable();
		snprintf(number, sizeof(number), "%d", fd);
		snprintf(list, sizeof(list), "%d:1", fd);
		next[1] = !strcmp(how, "list") ? list : "-listen";
		next[2] = !strcmp(how, "option") ? number : NULL;
	}
	execv("/bin/true", next);
	return 125;
}
