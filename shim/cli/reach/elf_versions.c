/*
 * elf_versions.c - whether a library is new enough for another.
 */
#include "cli/reach/elf_versions.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* An open ELF file and one of its version tables. */
struct table {
	int fd;
	Elf *elf;
	Elf_Data *data;
	size_t strings;
};

static void close_table(struct table *table)
{
	elf_end(table->elf);
	if (table->fd >= 0)
		close(table->fd);
}

/* Finds the section of that type: SHT_GNU_verneed or SHT_GNU_verdef. */
static int open_table(struct table *table, const char *path, unsigned type)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;

	memset(table, 0, sizeof(*table));
	elf_version(EV_CURRENT);
	table->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (table->fd < 0)
		return -errno;
	table->elf = elf_begin(table->fd, ELF_C_READ, NULL);
	while (table->elf && (section = elf_nextscn(table->elf, section)))
		if (gelf_getshdr(section, &header) && header.sh_type == type) {
			table->strings = header.sh_link;
			table->data = elf_getdata(section, NULL);
			break;
		}
	return table->data ? 0 : -ENOEXEC;
}

static const char *table_string(struct table *table, size_t index)
{
	const char *text = elf_strptr(table->elf, table->strings, index);

	return text ? text : "";
}

/* Offsets come from the file: only forward, and never past the table. */
static int step_on(const struct table *table, size_t *offset, size_t distance)
{
	*offset += distance;
	return distance && *offset < table->data->d_size;
}

static bool is_defined(struct table *offers, const char *version)
{
	GElf_Verdef definition;
	GElf_Verdaux name;
	size_t offset = 0;

	do {
		if (!gelf_getverdef(offers->data, (int)offset, &definition))
			return false;
		if (gelf_getverdaux(offers->data,
				    (int)(offset + definition.vd_aux), &name) &&
		    !strcmp(table_string(offers, name.vda_name), version))
			return true;
	} while (step_on(offers, &offset, definition.vd_next));
	return false;
}

/* The versions wanted of one library. */
static int find_lacking(struct table *needs, const GElf_Verneed *need,
			size_t offset, struct table *offers,
			char version[NI_ELF_NAME_MAX])
{
	GElf_Vernaux wanted;

	offset += need->vn_aux;
	do {
		const char *name;

		if (!gelf_getvernaux(needs->data, (int)offset, &wanted))
			return -ENOEXEC;
		name = table_string(needs, wanted.vna_name);
		if (!is_defined(offers, name)) {
			snprintf(version, NI_ELF_NAME_MAX, "%s", name);
			return 1;
		}
	} while (step_on(needs, &offset, wanted.vna_next));
	return 0;
}

static int compare(struct table *needs, struct table *offers,
		   const char *library, char version[NI_ELF_NAME_MAX])
{
	GElf_Verneed need;
	size_t offset = 0;

	do {
		if (!gelf_getverneed(needs->data, (int)offset, &need))
			return -ENOEXEC;
		if (!strcmp(table_string(needs, need.vn_file), library))
			return find_lacking(needs, &need, offset, offers,
					    version);
	} while (step_on(needs, &offset, need.vn_next));
	return 0;
}

int ni_elf_lacks_version(const char *needs_path, const char *offers_path,
			 char version[NI_ELF_NAME_MAX])
{
	const char *slash = strrchr(offers_path, '/');
	struct table needs, offers = { .fd = -1 };
	int r = open_table(&needs, needs_path, SHT_GNU_verneed);

	if (r == 0)
		r = open_table(&offers, offers_path, SHT_GNU_verdef);
	if (r == 0)
		r = compare(&needs, &offers, slash ? slash + 1 : offers_path,
			    version);
	close_table(&needs);
	close_table(&offers);
	return r;
}
