/*
 * cgroup.c - which systemd unit and which container a process belongs to.
 */
#include "cli/scan/cgroup.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "common/array.h"

/* Docker, Podman, containerd and CRI-O name a group by the whole id. */
#define CONTAINER_ID_DIGITS 64

/* Between two slashes of a group's path. */
struct name {
	const char *text;
	size_t length;
};

static bool ends_with(struct name name, const char *end)
{
	size_t length = strlen(end);

	return name.length > length &&
	       !memcmp(name.text + name.length - length, end, length);
}

static bool begins_with(struct name name, const char *start)
{
	size_t length = strlen(start);

	return name.length > length && !memcmp(name.text, start, length);
}

static bool is_equal(struct name name, const char *text)
{
	return name.length == strlen(text) &&
	       !memcmp(name.text, text, name.length);
}

static bool is_unit(struct name name)
{
	return ends_with(name, ".service") || ends_with(name, ".scope");
}

static bool is_container_id(struct name name)
{
	if (name.length != CONTAINER_ID_DIGITS)
		return false;
	for (size_t i = 0; i < name.length; i++)
		if (!isxdigit((unsigned char)name.text[i]))
			return false;
	return true;
}

/* What is between a manager's own prefix and suffix. */
static struct name inner_name(struct name name, const char *start,
			      const char *end)
{
	if (!begins_with(name, start) || !ends_with(name, end) ||
	    name.length <= strlen(start) + strlen(end))
		return (struct name){ NULL, 0 };
	return (struct name){ name.text + strlen(start),
			      name.length - strlen(start) - strlen(end) };
}

/* The container that the group of this name is for; empty if for none. */
static struct name container_of(struct name name, struct name parent)
{
	static const struct {
		const char *start, *end;
		bool is_id;	/* the rest is one, else any name */
	} rows[] = {
		{ "docker-", ".scope", true },
		{ "libpod-", ".scope", true },
		{ "crio-", ".scope", true },
		{ "cri-containerd-", ".scope", true },
		{ "containerd-", ".scope", true },
		{ "libpod-", "", true },
		{ "lxc.payload.", "", false },
		{ "systemd-nspawn@", ".service", false },
	};

	if (is_container_id(name) || (is_equal(parent, "lxc") && name.length))
		return name;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct name inner = inner_name(name, rows[i].start,
					       rows[i].end);

		if (inner.length && (!rows[i].is_id || is_container_id(inner)))
			return inner;
	}
	return (struct name){ NULL, 0 };
}

static void copy(struct name name, char out[NI_CGROUP_NAME_MAX])
{
	if (name.length >= NI_CGROUP_NAME_MAX)
		return;
	memcpy(out, name.text, name.length);
	out[name.length] = '\0';
}

/* The innermost names count: a container may run units of its own. */
static void read_path(struct name path, bool is_systemd,
		      struct ni_cgroup *cgroup)
{
	struct name parent = { NULL, 0 };

	while (path.length) {
		const char *slash = memchr(path.text, '/', path.length);
		struct name name = {
			path.text, slash ? (size_t)(slash - path.text) :
					   path.length
		};
		struct name container = container_of(name, parent);

		if (container.length) {
			copy(container, cgroup->container);
			cgroup->unit[0] = '\0';
		} else if (is_systemd && is_unit(name)) {
			copy(name, cgroup->unit);
		}
		path.text += name.length + !!slash;
		path.length -= name.length + !!slash;
		parent = name;
	}
}

/* "hierarchy:controllers:path". systemd's is the one of version 2, numbered 0,
 * or the one of its own name. */
static void read_line(struct name line, struct ni_cgroup *cgroup)
{
	const char *first = memchr(line.text, ':', line.length), *second;
	struct name controllers, path;

	if (!first)
		return;
	controllers.text = first + 1;
	controllers.length = line.length - (size_t)(first + 1 - line.text);
	second = memchr(controllers.text, ':', controllers.length);
	if (!second)
		return;
	path.text = second + 1;
	path.length = line.length - (size_t)(second + 1 - line.text);
	controllers.length = (size_t)(second - controllers.text);
	read_path(path, !controllers.length ||
			is_equal(controllers, "name=systemd"), cgroup);
}

void ni_cgroup_read(const char *text, struct ni_cgroup *cgroup)
{
	memset(cgroup, 0, sizeof(*cgroup));
	while (*text) {
		size_t length = strcspn(text, "\n");

		read_line((struct name){ text, length }, cgroup);
		text += length + (text[length] == '\n');
	}
}
