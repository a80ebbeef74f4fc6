/*
 * elf_facts.c - what a program file says about how it must be started.
 *
 * libelf does the reading and checks every range against the file's size; this
 * file bounds what libelf is asked to allocate.
 */
#include "cli/reach/elf_facts.h"

#include <errno.h>
#include <gelf.h>
#include <string.h>
#include <unistd.h>

/* More than any linker writes; a bound for hostile files. */
#define DYNAMIC_SIZE_MAX (1 << 20)
#define NOTES_SIZE_MAX (1 << 16)
#define NEEDED_MAX 4096

/* Go's linker leaves its build id in such a note. */
#define GO_BUILD_ID 4

struct reader {
	Elf *elf;
	size_t segments;
	GElf_Addr strings, strings_size;
	struct ni_elf_facts *facts;
};

/* Facts found so far stay; the first damage is the one reported. */
static void damaged(struct reader *reader, const char *what)
{
	if (!reader->facts->damage)
		reader->facts->damage = what;
}

/* A terminated string somewhere in the file. */
static int read_name(struct reader *reader, GElf_Off offset, size_t size,
		     char name[NI_ELF_NAME_MAX])
{
	Elf_Data *data;
	size_t length;

	if (size > NI_ELF_NAME_MAX)
		size = NI_ELF_NAME_MAX;
	if (!size || offset > INT64_MAX)
		return -EINVAL;
	data = elf_getdata_rawchunk(reader->elf, (int64_t)offset, size,
				    ELF_T_BYTE);
	if (!data)
		return -EINVAL;
	length = strnlen(data->d_buf, size);
	if (length == size)
		return -EINVAL;
	memcpy(name, data->d_buf, length + 1);
	return 0;
}

/* Where the loaded address comes from in the file, and how much follows. */
static int file_offset(struct reader *reader, GElf_Addr address,
		       GElf_Off *offset, size_t *size)
{
	GElf_Phdr segment;

	for (size_t i = 0; i < reader->segments; i++) {
		if (!gelf_getphdr(reader->elf, (int)i, &segment) ||
		    segment.p_type != PT_LOAD || address < segment.p_vaddr ||
		    address - segment.p_vaddr >= segment.p_filesz)
			continue;
		*offset = segment.p_offset + (address - segment.p_vaddr);
		*size = segment.p_filesz - (address - segment.p_vaddr);
		return 0;
	}
	return -EINVAL;
}

/* A string of the dynamic string table. */
static int dynamic_name(struct reader *reader, GElf_Xword index,
			char name[NI_ELF_NAME_MAX])
{
	GElf_Off offset;
	size_t size;

	if (index >= reader->strings_size ||
	    file_offset(reader, reader->strings + index, &offset, &size) < 0)
		return -EINVAL;
	return read_name(reader, offset, size, name);
}

static void read_needed(struct reader *reader, GElf_Xword index)
{
	char name[NI_ELF_NAME_MAX];

	if (dynamic_name(reader, index, name) < 0)
		damaged(reader, "the name of a library lies outside the file");
	else if (!strncmp(name, "libasan.so", strlen("libasan.so")) ||
		 !strncmp(name, "libclang_rt.asan", strlen("libclang_rt.asan")))
		reader->facts->needs_address_sanitizer = true;
	else if (!strncmp(name, "liburing.so", strlen("liburing.so")))
		reader->facts->needs_io_uring = true;
}

static void read_dynamic_entry(struct reader *reader, const GElf_Dyn *entry)
{
	switch (entry->d_tag) {
	case DT_NEEDED:
		read_needed(reader, entry->d_un.d_val);
		break;
	case DT_SONAME:
		if (dynamic_name(reader, entry->d_un.d_val,
				 reader->facts->soname) < 0)
			damaged(reader, "its own name lies outside the file");
		break;
	case DT_FLAGS_1:
		reader->facts->says_program = entry->d_un.d_val & DF_1_PIE;
		break;
	default:
		break;
	}
}

/* The strings must be known before the entries that point into them. */
static size_t count_dynamic(struct reader *reader, Elf_Data *data)
{
	size_t count = 0, needed = 0;
	GElf_Dyn entry;

	while (gelf_getdyn(data, (int)count, &entry) && entry.d_tag != DT_NULL) {
		if (entry.d_tag == DT_STRTAB)
			reader->strings = entry.d_un.d_ptr;
		if (entry.d_tag == DT_STRSZ)
			reader->strings_size = entry.d_un.d_val;
		if (entry.d_tag == DT_NEEDED && ++needed > NEEDED_MAX)
			break;
		count++;
	}
	return count;
}

static void read_dynamic(struct reader *reader, const GElf_Phdr *segment)
{
	Elf_Data *data = NULL;
	GElf_Dyn entry;
	size_t count;

	if (segment->p_offset <= INT64_MAX &&
	    segment->p_filesz <= DYNAMIC_SIZE_MAX)
		data = elf_getdata_rawchunk(reader->elf,
					    (int64_t)segment->p_offset,
					    segment->p_filesz, ELF_T_DYN);
	if (!data) {
		damaged(reader, "its dynamic section lies outside the file");
		return;
	}
	count = count_dynamic(reader, data);
	for (size_t i = 0; i < count; i++)
		if (gelf_getdyn(data, (int)i, &entry))
			read_dynamic_entry(reader, &entry);
}

static void read_notes(struct reader *reader, const GElf_Phdr *segment)
{
	Elf_Data *data;
	GElf_Nhdr note;
	size_t offset = 0, name, description;

	if (segment->p_offset > INT64_MAX || segment->p_filesz > NOTES_SIZE_MAX)
		return;
	data = elf_getdata_rawchunk(reader->elf, (int64_t)segment->p_offset,
				    segment->p_filesz,
				    segment->p_align == 8 ? ELF_T_NHDR8 :
							    ELF_T_NHDR);
	while (data && (offset = gelf_getnote(data, offset, &note, &name,
					      &description)) > 0)
		if (note.n_type == GO_BUILD_ID && note.n_namesz == 4 &&
		    !memcmp((char *)data->d_buf + name, "Go", 3))
			reader->facts->is_go = true;
}

static void read_segment(struct reader *reader, const GElf_Phdr *segment)
{
	switch (segment->p_type) {
	case PT_INTERP:
		if (read_name(reader, segment->p_offset, segment->p_filesz,
			      reader->facts->loader) < 0)
			damaged(reader, "the name of its loader lies outside the file");
		break;
	case PT_DYNAMIC:
		read_dynamic(reader, segment);
		break;
	case PT_NOTE:
		read_notes(reader, segment);
		break;
	default:
		break;
	}
}

static void read_segments(struct reader *reader, size_t promised)
{
	GElf_Phdr segment;
	size_t loaded = 0;

	/* libelf counts only the headers that are in the file. */
	if (elf_getphdrnum(reader->elf, &reader->segments) < 0 ||
	    reader->segments != promised)
		damaged(reader, "its program headers lie outside the file");
	for (size_t i = 0; i < reader->segments; i++) {
		if (!gelf_getphdr(reader->elf, (int)i, &segment))
			return;
		loaded += segment.p_type == PT_LOAD;
		read_segment(reader, &segment);
	}
	if (!loaded)
		damaged(reader, "it has nothing to load");
}

static void read_all(struct reader *reader)
{
	struct ni_elf_facts *facts = reader->facts;
	GElf_Ehdr header;

	if (!gelf_getehdr(reader->elf, &header)) {
		damaged(reader, "its header is cut off or not an ELF header");
		return;
	}
	facts->class = header.e_ident[EI_CLASS];
	facts->order = header.e_ident[EI_DATA];
	facts->type = header.e_type;
	facts->machine = header.e_machine;
	facts->has_entry = header.e_entry != 0;
	read_segments(reader, header.e_phnum);
}

int ni_elf_facts_read(int fd, struct ni_elf_facts *facts)
{
	struct ni_elf_facts found = { 0 };
	struct reader reader = { .facts = &found };
	char magic[SELFMAG];

	if (pread(fd, magic, sizeof(magic), 0) != SELFMAG ||
	    memcmp(magic, ELFMAG, SELFMAG))
		return -ENOEXEC;
	elf_version(EV_CURRENT);
	reader.elf = elf_begin(fd, ELF_C_READ, NULL);
	if (reader.elf && elf_kind(reader.elf) == ELF_K_ELF)
		read_all(&reader);
	else
		damaged(&reader, "its header is cut off or not an ELF header");
	elf_end(reader.elf);
	*facts = found;
	return 0;
}

const char *ni_elf_machine_name(unsigned machine)
{
	static const struct {
		unsigned number;
		const char *name;
	} rows[] = {
		{ EM_386, "i386" },
		{ EM_X86_64, "x86-64" },
		{ EM_ARM, "arm" },
		{ EM_AARCH64, "aarch64" },
		{ EM_RISCV, "riscv" },
		{ EM_PPC, "powerpc" },
		{ EM_PPC64, "powerpc64" },
		{ EM_S390, "s390" },
		{ EM_MIPS, "mips" },
		{ EM_SPARC, "sparc" },
		{ EM_SPARCV9, "sparc64" },
		{ EM_68K, "m68k" },
		{ EM_PARISC, "parisc" },
		{ EM_SH, "sh" },
		{ EM_IA_64, "ia64" },
		{ EM_ALPHA, "alpha" },
		{ 258, "loongarch" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].number == machine)
			return rows[i].name;
	return NULL;
}
