/*
 * symbols.c - from addresses to functions, files and lines.
 *
 * The paths come out of a trace, so what they name may be anything: only
 * regular files are opened, and libdw reads them.
 */
#include "cli/report/symbols.h"

#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/result.h"
#include "cli/report/demangle.h"
#include "cli/report/perf_map.h"
#include "cli/report/place.h"
#include "cli/report/debuginfod.h"

/* Deeper inlining than this is cut: the innermost frames are lost. */
#define MOST_INLINED 32
#define LONGEST_NAME 1024

struct opened_module {
	const struct ni_module *module;
	Dwfl *dwfl;
	Dwfl_Module *handle;	/* NULL: not available */
};

struct opened_map {
	const struct ni_runtime *runtime;
	const struct ni_perf_map *map;	/* NULL: not available */
};

struct resolved {
	const struct ni_frame *frames;
	size_t depth;
};

struct ni_symbols {
	struct ni_arena *arena;
	const char *debug_directory;
	struct opened_module *modules;
	size_t module_count, module_room;
	struct opened_map *maps;
	size_t map_count, map_room;
	struct ni_distinct locations;
	struct resolved *resolved;	/* by the number in locations */
	size_t resolved_count, resolved_room;
};

/* A variable, because libdwfl wants its address: look beside the file, in its
 * .debug folder, in the debug directory. */
static char *debuginfo_path;

static const Dwfl_Callbacks callbacks = {
	.find_elf = dwfl_build_id_find_elf,
	.find_debuginfo = ni_debuginfod_find,
	.section_address = dwfl_offline_section_address,
	.debuginfo_path = &debuginfo_path,
};

struct ni_symbols *ni_symbols_open(struct ni_arena *arena,
				   const char *debug_directory)
{
	struct ni_symbols *symbols = ni_arena_take(arena, sizeof(*symbols));

	if (!debug_directory)
		debug_directory = "/usr/lib/debug";
	debuginfo_path = ni_arena_format(arena, ":.debug:%s", debug_directory);
	symbols->debug_directory = debug_directory;
	symbols->arena = arena;
	symbols->locations.arena = arena;
	return symbols;
}

void ni_symbols_close(struct ni_symbols *symbols)
{
	for (size_t i = 0; i < symbols->module_count; i++)
		dwfl_end(symbols->modules[i].dwfl);
	free(symbols->modules);
	free(symbols->maps);
	free(symbols->resolved);
	ni_distinct_free(&symbols->locations);
}

/* A fifo would block and a device may do anything when opened. */
static int open_regular(const char *path)
{
	struct stat status;
	int fd, r;

	if (*path != '/')
		return -ENOENT;
	if (stat(path, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	fd = ni_result(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK |
				  O_NOCTTY));
	if (fd < 0)
		return fd;
	r = ni_result(fstat(fd, &status));
	if (!r && !S_ISREG(status.st_mode))
		r = -EINVAL;
	if (r < 0) {
		ni_close(fd);
		return r;
	}
	return fd;
}

static bool has_build_id(Dwfl_Module *handle, const struct ni_module *module)
{
	const unsigned char *bits;
	GElf_Addr where;
	Dwarf_Addr bias;
	int size;

	if (!dwfl_module_getelf(handle, &bias))
		return false;
	size = dwfl_module_build_id(handle, &bits, &where);
	if (size <= 0)
		return !module->build_id_size;
	return module->build_id_size == (size_t)size &&
	       !memcmp(bits, module->build_id, (size_t)size);
}

/* At base 0, so that addresses are those of the file. */
static int open_file(struct opened_module *opened, const char *path)
{
	int fd = open_regular(path);

	if (fd < 0)
		return fd;
	opened->dwfl = dwfl_begin(&callbacks);
	if (opened->dwfl) {
		opened->handle = dwfl_report_elf(opened->dwfl, path, path, fd,
						 0, true);
		dwfl_report_end(opened->dwfl, NULL, NULL);
	}
	if (!opened->handle)
		ni_close(fd);
	else if (has_build_id(opened->handle, opened->module))
		return 0;
	dwfl_end(opened->dwfl);
	opened->dwfl = NULL;
	opened->handle = NULL;
	return -ENOEXEC;
}

/* On another machine the debug file may exist although the program does not. */
static const char *debug_file(const struct ni_symbols *symbols,
			      const struct ni_module *module)
{
	const char *id = ni_place_build_id(symbols->arena, module);

	return ni_arena_format(symbols->arena, "%s/.build-id/%.2s/%s.debug",
			       symbols->debug_directory, id, id + 2);
}

static struct opened_module *open_module(struct ni_symbols *symbols,
					 const struct ni_module *module)
{
	struct opened_module *opened;

	for (size_t i = 0; i < symbols->module_count; i++)
		if (symbols->modules[i].module == module)
			return &symbols->modules[i];
	opened = ni_array_push(&symbols->modules, &symbols->module_count,
			       &symbols->module_room, sizeof(*opened));
	opened->module = module;
	if (open_file(opened, module->path) < 0 && module->build_id_size)
		open_file(opened, debug_file(symbols, module));
	return opened;
}

static const struct ni_perf_map *open_map(struct ni_symbols *symbols,
					  const struct ni_runtime *runtime)
{
	struct opened_map *opened;

	for (size_t i = 0; i < symbols->map_count; i++)
		if (symbols->maps[i].runtime == runtime)
			return symbols->maps[i].map;
	opened = ni_array_push(&symbols->maps, &symbols->map_count,
			       &symbols->map_room, sizeof(*opened));
	opened->runtime = runtime;
	return opened->map = ni_perf_map_open(symbols->arena, runtime);
}

static const char *script_function(struct ni_symbols *symbols,
				   const struct ni_location *location)
{
	const struct ni_perf_map *map = open_map(symbols, location->runtime);

	return map ? ni_perf_map_name(map, location->offset - 1) : NULL;
}

void ni_symbols_tidy_path(char *path)
{
	char *out = path, *in = path, *root = path;

	if (*in == '/')
		root = out = in = path + 1;
	while (*in) {
		size_t length = strcspn(in, "/");
		bool is_up = length == 2 && in[0] == '.' && in[1] == '.';
		char *next = in + length + (in[length] == '/');

		if (is_up && out > root &&
		    (out - root < 3 || strncmp(out - 3, "../", 3))) {
			for (out--; out > root && out[-1] != '/'; out--)
				;
		} else if (length && !(length == 1 && *in == '.')) {
			memmove(out, in, length);
			out += length;
			if (next > in + length)
				*out++ = '/';
		}
		in = next;
	}
	*out = '\0';
}

/* Where the compiler ran, unless a build system hid it. */
static const char *compile_directory(Dwarf_Die *cu)
{
	Dwarf_Attribute attribute;

	return dwarf_formstring(dwarf_attr(cu, DW_AT_comp_dir, &attribute));
}

/* Absolute where that is known. Builds that hide their directory leave paths
 * relative: those are taken as files here if such files exist. */
static const char *source_path(struct ni_arena *arena, Dwarf_Die *cu,
			       const char *path)
{
	const char *directory = *path == '/' ? NULL : compile_directory(cu);
	char here[PATH_MAX], *copy;

	copy = directory ? ni_arena_format(arena, "%s/%s", directory, path) :
			   ni_arena_copy(arena, path, strlen(path));
	ni_symbols_tidy_path(copy);
	if (*copy == '/' || !realpath(copy, here))
		return copy;
	return ni_arena_copy(arena, here, strlen(here));
}

/* The declaration inside its class or namespace, for an inlined or separately
 * defined function; the DIE itself otherwise. */
static Dwarf_Die *declaration(Dwarf_Die *die, Dwarf_Die *memory)
{
	static const unsigned links[] = {
		DW_AT_abstract_origin, DW_AT_specification
	};
	Dwarf_Attribute attribute;

	for (size_t i = 0; i < 2; i++)
		if (dwarf_attr(die, links[i], &attribute) &&
		    dwarf_formref_die(&attribute, memory))
			die = memory;
	return die;
}

static bool is_named_scope(Dwarf_Die *die)
{
	switch (dwarf_tag(die)) {
	case DW_TAG_namespace:
	case DW_TAG_class_type:
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
		return dwarf_diename(die) != NULL;
	default:
		return false;
	}
}

/* "net::server::open": the name with what it was declared in. */
static const char *function_name(struct ni_arena *arena, Dwarf_Die *function)
{
	const char *name = dwarf_diename(function);
	Dwarf_Die memory, *scopes = NULL;
	int count;

	if (!name)
		return NULL;
	count = dwarf_getscopes_die(declaration(function, &memory), &scopes);
	for (int i = 1; i < count; i++)
		if (is_named_scope(&scopes[i]) && strlen(name) < LONGEST_NAME)
			name = ni_arena_format(arena, "%s::%s",
					       dwarf_diename(&scopes[i]), name);
	free(scopes);
	return ni_arena_copy(arena, name, strlen(name));
}

/* Where the code of an inlined function was inlined. */
static void call_site(struct ni_arena *arena, Dwarf_Die *cu, Dwarf_Die *inlined,
		      struct ni_frame *caller)
{
	Dwarf_Attribute attribute;
	Dwarf_Word line, file;
	Dwarf_Files *files;
	const char *path;
	size_t count;

	if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_line, &attribute),
			    &line) == 0)
		caller->line = (unsigned)line;
	if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_file, &attribute),
			    &file) == 0 &&
	    dwarf_getsrcfiles(cu, &files, &count) == 0 &&
	    (path = dwarf_filesrc(files, file, NULL, NULL)))
		caller->file = source_path(arena, cu, path);
}

static bool has_code(Dwarf_Die *die, Dwarf_Addr address)
{
	return dwarf_haspc(die, address) > 0;
}

/* The function with that code. Some compilers define functions inside their
 * namespace or class, which has no code of its own (dwarf_getscopes() stops
 * there, in elfutils 0.188). */
static bool find_function(Dwarf_Die *scope, Dwarf_Addr address,
			 Dwarf_Die *function)
{
	Dwarf_Die child;
	int r = dwarf_child(scope, &child);

	for (; r == 0; r = dwarf_siblingof(&child, &child)) {
		switch (dwarf_tag(&child)) {
		case DW_TAG_subprogram:
		case DW_TAG_entry_point:
			if (!has_code(&child, address))
				break;
			*function = child;
			return true;
		case DW_TAG_namespace:
		case DW_TAG_module:
		case DW_TAG_class_type:
		case DW_TAG_structure_type:
		case DW_TAG_union_type:
			if (find_function(&child, address, function))
				return true;
			break;
		default:
			break;
		}
	}
	return false;
}

/* The function that was inlined there, whatever blocks lie between. */
static bool find_inlined(Dwarf_Die *scope, Dwarf_Addr address,
			Dwarf_Die *inlined)
{
	Dwarf_Die child;
	int r = dwarf_child(scope, &child);

	for (; r == 0; r = dwarf_siblingof(&child, &child)) {
		int tag = dwarf_tag(&child);

		if (tag != DW_TAG_inlined_subroutine &&
		    tag != DW_TAG_lexical_block && tag != DW_TAG_try_block &&
		    tag != DW_TAG_catch_block)
			continue;
		if (!has_code(&child, address))
			continue;
		if (tag != DW_TAG_inlined_subroutine)
			return find_inlined(&child, address, inlined);
		*inlined = child;
		return true;
	}
	return false;
}

/* The functions around an address, innermost first; frames[0] has its line. */
static size_t inlined_frames(struct ni_arena *arena, Dwarf_Die *cu,
			     Dwarf_Addr address, struct ni_frame *frames)
{
	Dwarf_Die chain[MOST_INLINED];
	size_t depth = 0;

	if (!find_function(cu, address, &chain[depth++]))
		return 0;
	while (depth < MOST_INLINED &&
	       find_inlined(&chain[depth - 1], address, &chain[depth]))
		depth++;
	for (size_t i = 0; i < depth; i++) {
		Dwarf_Die *die = &chain[depth - 1 - i];

		frames[i].function = function_name(arena, die);
		if (i + 1 == depth)
			break;
		frames[i].is_inlined = true;
		call_site(arena, cu, die, &frames[i + 1]);
	}
	return depth;
}

/* The unit with the code of that address. Compilers other than gcc write no
 * table of them; then each unit is asked. */
static Dwarf_Die *unit_of(Dwfl_Module *module, Dwarf_Addr offset,
			  Dwarf_Addr *bias)
{
	Dwarf_Die *cu = dwfl_module_addrdie(module, offset, bias);

	if (cu)
		return cu;
	do
		cu = dwfl_module_nextcu(module, cu, bias);
	while (cu && dwarf_haspc(cu, offset - *bias) <= 0);
	return cu;
}

static void find_line(struct ni_arena *arena, Dwarf_Die *cu,
		      Dwarf_Addr address, struct ni_frame *frame)
{
	Dwarf_Line *line = dwarf_getsrc_die(cu, address);
	const char *path = dwarf_linesrc(line, NULL, NULL);
	int number;

	if (!path)
		return;
	frame->file = source_path(arena, cu, path);
	if (dwarf_lineno(line, &number) == 0 && number > 0)
		frame->line = (unsigned)number;
}

/* offset is inside the call instruction, not after it. */
static size_t frames_of(struct ni_arena *arena, Dwfl_Module *module,
			Dwarf_Addr offset, struct ni_frame *frames)
{
	Dwarf_Addr bias = 0;
	Dwarf_Die *cu = unit_of(module, offset, &bias);
	const char *symbol;
	GElf_Off into;
	GElf_Sym entry;
	size_t depth = 0;

	if (cu) {
		find_line(arena, cu, offset - bias, &frames[0]);
		depth = inlined_frames(arena, cu, offset - bias, frames);
	}
	if (depth && frames[depth - 1].function)
		return depth;
	symbol = dwfl_module_addrinfo(module, offset, &into, &entry, NULL,
				      NULL, NULL);
	if (!depth)
		depth = 1;
	if (symbol)
		frames[depth - 1].function = ni_demangled(arena, symbol);
	return depth;
}

static struct resolved resolve(struct ni_symbols *symbols,
			       const struct ni_location *location)
{
	struct ni_frame found[MOST_INLINED] = { 0 }, *frames;
	struct opened_module *opened = NULL;
	size_t depth = 1;

	if (!location->module && location->runtime && location->offset)
		found[0].function = script_function(symbols, location);
	if (location->module)
		opened = open_module(symbols, location->module);
	/* A return address is after its call: perhaps in the next line, or
	 * even in the next function. */
	if (opened && opened->handle && location->offset)
		depth = frames_of(symbols->arena, opened->handle,
				  location->offset - 1, found);
	frames = ni_arena_array(symbols->arena, depth, sizeof(*frames));
	memcpy(frames, found, depth * sizeof(*frames));
	for (size_t i = 0; i < depth; i++)
		frames[i].location = location;
	return (struct resolved){ frames, depth };
}

/* Each distinct location once: many stacks share their outer frames. */
static struct resolved look_up(struct ni_symbols *symbols,
			       const struct ni_location *location)
{
	uint32_t number = ni_distinct_number(&symbols->locations, location,
					     sizeof(*location));

	if (number == symbols->resolved_count) {
		struct resolved result = resolve(symbols, location);
		struct resolved *row = ni_array_push(&symbols->resolved,
						     &symbols->resolved_count,
						     &symbols->resolved_room,
						     sizeof(*row));

		*row = result;
	}
	return symbols->resolved[number];
}

void ni_symbols_resolve(struct ni_symbols *symbols, struct ni_stack *stack)
{
	struct ni_frame *frames;
	size_t depth = 0;

	for (size_t i = 0; i < stack->count; i++)
		depth += look_up(symbols, &stack->locations[i]).depth;
	frames = ni_arena_array(symbols->arena, depth, sizeof(*frames));
	stack->frames = frames;
	stack->depth = depth;
	for (size_t i = 0; i < stack->count; i++) {
		struct resolved part = look_up(symbols, &stack->locations[i]);

		memcpy(frames, part.frames, part.depth * sizeof(*frames));
		frames += part.depth;
	}
}
