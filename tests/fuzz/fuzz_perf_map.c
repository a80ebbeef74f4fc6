/*
 * A perf map of any bytes: nothing is read past its end, and a name that is
 * found belongs to an entry that contains the address.
 *
 * Links with: shim/cli/report/perf_map.c shim/cli/report/arena.c shim/cli/message.c shim/cli/printable.c
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli/report/perf_map.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint64_t addresses[] = {
		0, 1, 0x1000, 0x1084, 0x7f70f963cd84, UINT64_MAX - 1, UINT64_MAX
	};
	/* In a block of exactly its size, so that an overrun is detected. */
	char *text = malloc(size + !size);
	struct ni_arena arena = { NULL };
	const struct ni_perf_map *map;

	memcpy(text, data, size);
	map = ni_perf_map_parse(&arena, text, size);
	free(text);
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		const char *name = ni_perf_map_name(map, addresses[i]);

		if (!name)
			continue;
		assert(*name && strlen(name) <= 1024);
		assert(!strchr(name, '\n'));
	}
	ni_arena_free(&arena);
	return 0;
}
