/*
 * libspawnspy.so - replaces libc's posix_spawn behind the shim, and says
 * whether the file actions that arrive are those that libc's own
 * posix_spawn_file_actions_adddup2() would have written.
 *
 * The layout of an action is found by trying, not assumed.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* The size of an action, and the offsets of the members of a dup2. */
struct layout {
	size_t size, tag, from, to;
};

static const unsigned char *bytes_of(const posix_spawn_file_actions_t *actions)
{
	return (const unsigned char *)actions->__actions;
}

static int32_t int_at(const unsigned char *bytes, size_t offset)
{
	int32_t value;

	memcpy(&value, bytes + offset, sizeof(value));
	return value;
}

static size_t place_of(const unsigned char *bytes, int32_t value, size_t from)
{
	while (int_at(bytes, from) != value)
		from += sizeof(value);
	return from;
}

static struct layout measure(void)
{
	posix_spawn_file_actions_t actions;
	const unsigned char *bytes;
	struct layout layout;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 5, "/dev/null", 0, 0);
	posix_spawn_file_actions_adddup2(&actions, 6, 7);
	posix_spawn_file_actions_adddup2(&actions, 8, 9);
	bytes = bytes_of(&actions);
	layout.from = place_of(bytes, 6, 0);
	layout.size = place_of(bytes, 8, layout.from) - layout.from;
	layout.from %= layout.size;
	layout.to = place_of(bytes, 7, layout.size) - layout.size;
	layout.tag = 0;
	posix_spawn_file_actions_destroy(&actions);
	return layout;
}

static int is_dup2_as_libcs(const unsigned char *action,
			    const struct layout *layout, int fd)
{
	posix_spawn_file_actions_t own;
	const unsigned char *bytes;
	int same;

	posix_spawn_file_actions_init(&own);
	posix_spawn_file_actions_adddup2(&own, fd, fd);
	bytes = bytes_of(&own);
	same = int_at(action, layout->tag) == int_at(bytes, layout->tag) &&
	       int_at(action, layout->from) == int_at(bytes, layout->from) &&
	       int_at(action, layout->to) == int_at(bytes, layout->to);
	posix_spawn_file_actions_destroy(&own);
	return same;
}

int posix_spawn(pid_t *restrict id, const char *restrict path,
		const posix_spawn_file_actions_t *restrict actions,
		const posix_spawnattr_t *restrict attributes,
		char *const argv[restrict], char *const envp[restrict])
{
	struct layout layout = measure();

	(void)id, (void)path, (void)attributes, (void)argv, (void)envp;
	printf("%d actions of %zu bytes:", actions ? actions->__used : 0,
	       layout.size);
	for (int i = 0; actions && i < actions->__used; i++) {
		const unsigned char *action = bytes_of(actions) +
					      layout.size * (size_t)i;
		int fd = int_at(action, layout.from);

		printf(" %d%s", fd, is_dup2_as_libcs(action, &layout, fd) ?
		       "=" : "?");
	}
	printf("\n");
	return 0;
}
