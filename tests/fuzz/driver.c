/*
 * driver COUNT SEED FILE...: runs a fuzz target without libFuzzer. Each input is
 * a file with changes in a few places, or random bytes; the same seed gives the
 * same inputs.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIZE_MAX_BYTES = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t state;

/* xorshift64: short, and good enough for choosing places. */
static uint32_t draw(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 32) % below;
}

static size_t read_file(const char *path, uint8_t *bytes)
{
	FILE *file = fopen(path, "rb");
	size_t size;

	if (!file) {
		perror(path);
		exit(125);
	}
	size = fread(bytes, 1, SIZE_MAX_BYTES / 2, file);
	fclose(file);
	return size;
}

static size_t change(uint8_t *bytes, size_t size)
{
	size_t at = draw((uint32_t)size + 1);

	switch (draw(5)) {
	case 0: /* shorter */
		return at;
	case 1: /* longer */
		if (size == SIZE_MAX_BYTES)
			return size;
		memmove(bytes + at + 1, bytes + at, size - at);
		bytes[at] = (uint8_t)draw(256);
		return size + 1;
	case 2: /* extreme */
		if (at < size)
			bytes[at] = (uint8_t)(draw(2) ? 0 : 255);
		return size;
	default:
		if (at < size)
			bytes[at] = (uint8_t)draw(256);
		return size;
	}
}

int main(int argc, char **argv)
{
	uint8_t bytes[SIZE_MAX_BYTES];
	long count = argc > 2 ? atol(argv[1]) : 0;

	if (argc < 4) {
		fprintf(stderr, "usage: driver COUNT SEED FILE...\n");
		return 125;
	}
	state = strtoull(argv[2], NULL, 10) | 1;
	for (long i = 0; i < count; i++) {
		uint32_t file = draw((uint32_t)argc - 3);
		size_t size = read_file(argv[3 + file], bytes);

		for (uint32_t changes = draw(6); changes > 0; changes--)
			size = change(bytes, size);
		LLVMFuzzerTestOneInput(bytes, size);
	}
	printf("%ld inputs\n", count);
	return 0;
}
