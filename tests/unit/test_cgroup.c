/*
 * The group of a process names its unit and its container, whoever made it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cli/scan/cgroup.h"
#include "descriptors.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct {
	const char *text, *unit, *container;
} rows[] = {
	{ "", "", "" },
	{ "0::/\n", "", "" },
	{ "0::/system.slice/nginx.service\n", "nginx.service", "" },
	{ "0::/system.slice/nginx.service", "nginx.service", "" },
	{ "0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-x.scope\n",
	  "app-x.scope", "" },
	/* A group that the service made below its own. */
	{ "0::/system.slice/x.service/workers\n", "x.service", "" },
	{ "0::/system.slice/system-getty.slice/getty@tty1.service\n",
	  "getty@tty1.service", "" },
	/* Version 1: only systemd's own hierarchy has units. */
	{ "9:memory:/a.service\n1:name=systemd:/system.slice/b.service\n",
	  "b.service", "" },
	{ "4:cpu,cpuacct:/docker/" ID "\n1:name=systemd:/docker/" ID "\n", "", ID },
	{ "0::/system.slice/docker-" ID ".scope\n", "", ID },
	{ "0::/machine.slice/libpod-" ID ".scope/container\n", "", ID },
	{ "0::/machine.slice/libpod-conmon-" ID ".scope\n",
	  "libpod-conmon-" ID ".scope", "" },
	{ "0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-" ID ".scope\n",
	  "", ID },
	{ "0::/kubepods/burstable/pod1/" ID "\n", "", ID },
	{ "0::/../" ID "\n", "", ID },
	{ "0::/lxc/web/ns\n", "", "web" },
	{ "0::/lxc.payload.web/system.slice/nginx.service\n", "nginx.service",
	  "web" },
	{ "0::/machine.slice/systemd-nspawn@web.service/payload\n", "", "web" },
	/* What only looks like a container. */
	{ "0::/docker-0123.scope\n", "docker-0123.scope", "" },
	{ "0::/.service\n", "", "" },
	{ "0::/lxc.payload.\n", "", "" },
	{ "0:/system.slice/nginx.service\n", "", "" },
	{ ":", "", "" }, { "::", "", "" }, { "\n\n:\n", "", "" },
};

static void units_and_containers_are_known(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct ni_cgroup cgroup;

		ni_cgroup_read(rows[i].text, &cgroup);
		if (strcmp(cgroup.unit, rows[i].unit) ||
		    strcmp(cgroup.container, rows[i].container))
			fail_msg("%s: '%s', '%s'", rows[i].text, cgroup.unit,
				 cgroup.container);
	}
}

static void a_name_that_is_too_long_is_left_out(void **state)
{
	char text[2 * NI_CGROUP_NAME_MAX];
	struct ni_cgroup cgroup;

	(void)state;
	for (size_t length = NI_CGROUP_NAME_MAX - 10;
	     length < NI_CGROUP_NAME_MAX + 10; length++) {
		snprintf(text, sizeof(text), "0::/%0*d.service\n", (int)length, 0);
		ni_cgroup_read(text, &cgroup);
		assert_int_equal(strlen(cgroup.unit),
				 length + 8 < NI_CGROUP_NAME_MAX ? length + 8 : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units_and_containers_are_known),
		cmocka_unit_test(a_name_that_is_too_long_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
