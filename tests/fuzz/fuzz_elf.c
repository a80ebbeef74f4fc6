/*
 * Program files of any bytes are described or rejected: nothing is read outside
 * the file, every string returned ends with NUL, and no descriptor stays open.
 *
 * Links with: shim/cli/reach/elf_facts.c shim/cli/reach/elf_versions.c -lelf
 */
#include <assert.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/reach/elf_facts.h"
#include "cli/reach/elf_versions.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The name of the library whose versions are looked up. */
static char library[4096];

static void remove_link(void)
{
	unlink(library);
	*strrchr(library, '/') = '\0';
	rmdir(library);
}

static int make_file(void)
{
	const char *folder = getenv("TMPDIR");
	char *slash, target[32];
	int fd = memfd_create("input", MFD_CLOEXEC);

	snprintf(library, sizeof(library), "%s/noinherit-fuzz-XXXXXX/libc.so.6",
		 folder ? folder : "/tmp");
	slash = strrchr(library, '/');
	*slash = '\0';
	if (fd < 0 || !mkdtemp(library))
		abort();
	*slash = '/';
	snprintf(target, sizeof(target), "/proc/self/fd/%d", fd);
	if (symlink(target, library) < 0)
		abort();
	atexit(remove_link);
	return fd;
}

static int lowest_free(int fd)
{
	int number = dup(fd);

	close(number);
	return number;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	char version[NI_ELF_NAME_MAX] = "";
	struct ni_elf_facts facts;
	int free_number;

	if (fd < 0)
		fd = make_file();
	free_number = lowest_free(fd);
	if (ftruncate(fd, 0) < 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	if (ni_elf_facts_read(fd, &facts) == 0) {
		assert(strnlen(facts.loader, sizeof(facts.loader)) <
		       sizeof(facts.loader));
		assert(strnlen(facts.soname, sizeof(facts.soname)) <
		       sizeof(facts.soname));
	}
	if (ni_elf_lacks_version(library, library, version) == 1)
		assert(strnlen(version, sizeof(version)) < sizeof(version));
	assert(lowest_free(fd) == free_number);
	return 0;
}
