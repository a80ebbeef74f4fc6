/*
 * frame_rule.c - reads .eh_frame_hdr, a CIE and an FDE as far as the rule for
 * one address needs; whatever it does not know makes the rule "broken".
 */
#include "audit/frame_rule.h"

#include <stddef.h>
#include <string.h>

/* DWARF's numbers of the registers that matter here. */
enum { REGISTER_BP = 6, REGISTER_SP = 7, REGISTER_PC = 16 };

/* Pointer encodings (DW_EH_PE_*). */
enum {
	ENCODING_OMIT = 0xff,
	FORMAT_MASK = 0x0f,
	FORMAT_ABSOLUTE = 0x00,
	FORMAT_ULEB = 0x01, FORMAT_U2 = 0x02, FORMAT_U4 = 0x03, FORMAT_U8 = 0x04,
	FORMAT_SLEB = 0x09, FORMAT_S2 = 0x0a, FORMAT_S4 = 0x0b, FORMAT_S8 = 0x0c,
	BASE_MASK = 0x70, BASE_NONE = 0x00, BASE_PC = 0x10, BASE_DATA = 0x30,
	INDIRECT = 0x80,
	TABLE_ENCODING = 0x3b	/* sorted table: 4 bytes, from its start */
};

/* Bytes being read. Past the end everything reads as 0 and is_bad is set. */
struct reader {
	const uint8_t *at, *end;
	uintptr_t data_base;
	bool is_bad;
};

struct table_row { int32_t start, entry; };

/* A register's rule while instructions run. */
struct rule { uint8_t place; int32_t offset; };

struct rules { struct rule cfa, bp, pc; };

struct program {
	struct rules now, initial, saved[4];
	unsigned saved_count;
	uint64_t code_align;
	int64_t data_align;
	uintptr_t location, pc;
	uint8_t encoding;
	bool is_signal, is_missing;
};

/* ---- numbers ------------------------------------------------------------- */

static uint64_t fixed(struct reader *reader, size_t size)
{
	uint64_t value = 0;

	if ((size_t)(reader->end - reader->at) < size) {
		reader->is_bad = true;
		reader->at = reader->end;
		return 0;
	}
	memcpy(&value, reader->at, size);
	reader->at += size;
	return value;
}

static uint64_t leb(struct reader *reader, bool is_signed)
{
	uint64_t value = 0;
	unsigned shift = 0;
	uint8_t byte;

	do {
		byte = (uint8_t)fixed(reader, 1);
		if (shift < 64)
			value |= (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
	} while ((byte & 0x80) && !reader->is_bad);
	if (is_signed && (byte & 0x40) && shift < 64)
		value |= ~UINT64_C(0) << shift;
	return value;
}

static uint64_t unsigned_leb(struct reader *reader)
{
	return leb(reader, false);
}

static int64_t signed_leb(struct reader *reader)
{
	return (int64_t)leb(reader, true);
}

static uint64_t encoded_number(struct reader *reader, uint8_t format)
{
	switch (format) {
	case FORMAT_ULEB: return unsigned_leb(reader);
	case FORMAT_SLEB: return (uint64_t)signed_leb(reader);
	case FORMAT_U2: return fixed(reader, 2);
	case FORMAT_U4: return fixed(reader, 4);
	case FORMAT_S2: return (uint64_t)(int16_t)fixed(reader, 2);
	case FORMAT_S4: return (uint64_t)(int32_t)fixed(reader, 4);
	case FORMAT_ABSOLUTE:
	case FORMAT_U8:
	case FORMAT_S8: return fixed(reader, 8);
	}
	reader->is_bad = true;
	return 0;
}

static uintptr_t encoded(struct reader *reader, uint8_t encoding)
{
	uintptr_t here = (uintptr_t)reader->at, value;

	if (encoding == ENCODING_OMIT || (encoding & INDIRECT)) {
		reader->is_bad = true;
		return 0;
	}
	value = encoded_number(reader, encoding & FORMAT_MASK);
	switch (encoding & BASE_MASK) {
	case BASE_NONE: return value;
	case BASE_PC: return value + here;
	case BASE_DATA: return value + reader->data_base;
	}
	reader->is_bad = true;
	return 0;
}

/* ---- expressions --------------------------------------------------------- */

/* DW_OP_breg6/7 with an offset, alone or followed by DW_OP_deref: all that
 * realigned stacks and signal frames need. */
static struct rule expression(struct reader *reader)
{
	enum { OP_DEREF = 0x06, OP_BREG0 = 0x70 };
	struct rule rule = { NI_PLACE_BROKEN, 0 };
	uint64_t size = unsigned_leb(reader);
	struct reader inner = *reader;
	unsigned operation;
	int64_t offset;

	if (size > (size_t)(reader->end - reader->at)) {
		reader->is_bad = true;
		return rule;
	}
	reader->at += size;
	inner.end = reader->at;
	operation = (unsigned)fixed(&inner, 1);
	offset = signed_leb(&inner);
	if (inner.is_bad || offset != (int32_t)offset)
		return rule;
	rule.offset = (int32_t)offset;
	if (operation == OP_BREG0 + REGISTER_SP)
		rule.place = NI_PLACE_SP;
	else if (operation == OP_BREG0 + REGISTER_BP)
		rule.place = NI_PLACE_BP;
	if (inner.at == inner.end || rule.place == NI_PLACE_BROKEN)
		return rule;
	if (fixed(&inner, 1) != OP_DEREF || inner.at != inner.end)
		rule.place = NI_PLACE_BROKEN;
	else
		rule.place = rule.place == NI_PLACE_SP ? NI_PLACE_AT_SP :
							 NI_PLACE_AT_BP;
	return rule;
}

/* For a register, an expression gives the address at which it was saved. */
static struct rule register_expression(struct reader *reader)
{
	struct rule rule = expression(reader);

	switch (rule.place) {
	case NI_PLACE_SP: rule.place = NI_PLACE_AT_SP; break;
	case NI_PLACE_BP: rule.place = NI_PLACE_AT_BP; break;
	default: rule.place = NI_PLACE_BROKEN;
	}
	return rule;
}

/* ---- instructions -------------------------------------------------------- */

static void set_cfa(struct program *program, uint64_t number, int64_t offset)
{
	struct rule *cfa = &program->now.cfa;

	cfa->offset = (int32_t)offset;
	cfa->place = number == REGISTER_SP ? NI_PLACE_SP :
		     number == REGISTER_BP ? NI_PLACE_BP : NI_PLACE_BROKEN;
	if (offset != (int32_t)offset)
		cfa->place = NI_PLACE_BROKEN;
}

/* The register's current number, for instructions that change the offset. */
static uint64_t cfa_register(const struct program *program)
{
	switch (program->now.cfa.place) {
	case NI_PLACE_SP: return REGISTER_SP;
	case NI_PLACE_BP: return REGISTER_BP;
	}
	return UINT64_MAX;
}

static void set(struct program *program, uint64_t number, struct rule rule)
{
	if (number == REGISTER_BP)
		program->now.bp = rule;
	else if (number == REGISTER_PC)
		program->now.pc = rule;
}

static struct rule at_cfa(const struct program *program, int64_t factored)
{
	return (struct rule){ NI_PLACE_AT_CFA,
			      (int32_t)(factored * program->data_align) };
}

static void restore(struct program *program, uint64_t number)
{
	if (number == REGISTER_BP)
		program->now.bp = program->initial.bp;
	else if (number == REGISTER_PC)
		program->now.pc = program->initial.pc;
}

static void undefine(struct program *program, uint64_t number)
{
	set(program, number, (struct rule){ number == REGISTER_PC ?
			NI_PLACE_END : NI_PLACE_BROKEN, 0 });
}

static void remember(struct program *program, struct reader *reader)
{
	if (program->saved_count == sizeof(program->saved) /
				    sizeof(program->saved[0]))
		reader->is_bad = true;
	else
		program->saved[program->saved_count++] = program->now;
}

static void recall(struct program *program, struct reader *reader)
{
	if (!program->saved_count)
		reader->is_bad = true;
	else
		program->now = program->saved[--program->saved_count];
}

static void advance(struct program *program, uint64_t delta)
{
	program->location += delta * program->code_align;
}

/* The instructions without an operand in their first byte. */
static void run_extended(struct program *program, struct reader *reader,
			 unsigned operation)
{
	const struct rule same = { NI_PLACE_SAME, 0 };
	const struct rule broken = { NI_PLACE_BROKEN, 0 };
	uint64_t number;

	switch (operation) {
	case 0x00: /* nop */
		break;
	case 0x01: /* set_loc */
		program->location = encoded(reader, program->encoding);
		break;
	case 0x02: /* advance_loc1, 2, 4 */
		advance(program, fixed(reader, 1));
		break;
	case 0x03:
		advance(program, fixed(reader, 2));
		break;
	case 0x04:
		advance(program, fixed(reader, 4));
		break;
	case 0x05: /* offset_extended */
		number = unsigned_leb(reader);
		set(program, number,
		    at_cfa(program, (int64_t)unsigned_leb(reader)));
		break;
	case 0x06: /* restore_extended */
		restore(program, unsigned_leb(reader));
		break;
	case 0x07: /* undefined */
		undefine(program, unsigned_leb(reader));
		break;
	case 0x08: /* same_value */
		set(program, unsigned_leb(reader), same);
		break;
	case 0x09: /* register: in another register */
		number = unsigned_leb(reader);
		unsigned_leb(reader);
		set(program, number, broken);
		break;
	case 0x0a: /* remember_state */
		remember(program, reader);
		break;
	case 0x0b: /* restore_state */
		recall(program, reader);
		break;
	case 0x0c: /* def_cfa */
		number = unsigned_leb(reader);
		set_cfa(program, number, (int64_t)unsigned_leb(reader));
		break;
	case 0x0d: /* def_cfa_register */
		set_cfa(program, unsigned_leb(reader), program->now.cfa.offset);
		break;
	case 0x0e: /* def_cfa_offset */
		set_cfa(program, cfa_register(program),
			(int64_t)unsigned_leb(reader));
		break;
	case 0x0f: /* def_cfa_expression */
		program->now.cfa = expression(reader);
		break;
	case 0x10: /* expression */
		number = unsigned_leb(reader);
		set(program, number, register_expression(reader));
		break;
	case 0x11: /* offset_extended_sf */
		number = unsigned_leb(reader);
		set(program, number, at_cfa(program, signed_leb(reader)));
		break;
	case 0x12: /* def_cfa_sf */
		number = unsigned_leb(reader);
		set_cfa(program, number,
			signed_leb(reader) * program->data_align);
		break;
	case 0x13: /* def_cfa_offset_sf */
		set_cfa(program, cfa_register(program),
			signed_leb(reader) * program->data_align);
		break;
	case 0x14: /* val_offset, val_offset_sf: the value itself */
	case 0x15:
		number = unsigned_leb(reader);
		unsigned_leb(reader);
		set(program, number, broken);
		break;
	case 0x16: /* val_expression */
		number = unsigned_leb(reader);
		expression(reader);
		set(program, number, broken);
		break;
	case 0x2e: /* GNU_args_size */
		unsigned_leb(reader);
		break;
	default:
		reader->is_bad = true;
	}
}

/* Runs until the instructions end or are about code after the address. */
static void interpret(struct program *program, struct reader reader)
{
	while (reader.at < reader.end && program->location <= program->pc) {
		unsigned operation = (unsigned)fixed(&reader, 1);
		unsigned operand = operation & 0x3f;

		switch (operation >> 6) {
		case 1: /* advance_loc */
			advance(program, operand);
			break;
		case 2: /* offset */
			set(program, operand,
			    at_cfa(program, (int64_t)unsigned_leb(&reader)));
			break;
		case 3: /* restore */
			restore(program, operand);
			break;
		default:
			run_extended(program, &reader, operation);
		}
	}
	if (reader.is_bad)
		program->now.cfa.place = NI_PLACE_BROKEN;
}

/* ---- entries ------------------------------------------------------------- */

/* Reads the length at @at. Return: the entry's bytes after it. */
static struct reader entry_at(const struct reader *module, const uint8_t *at)
{
	struct reader entry = *module;
	uint64_t size;

	entry.at = at;
	size = fixed(&entry, 4);
	if (size == UINT32_MAX)
		size = fixed(&entry, 8);
	if (!size || size > (size_t)(entry.end - entry.at))
		entry.is_bad = true;
	else
		entry.end = entry.at + size;
	return entry;
}

/* The common part that an entry names: alignments, encodings, first rules. */
static bool run_common(struct program *program, const struct reader *module,
		       const uint8_t *at)
{
	struct reader common = entry_at(module, at);
	const char *letters;
	uint64_t size;

	if (common.is_bad || fixed(&common, 4) != 0)
		return false;
	fixed(&common, 1);
	letters = (const char *)common.at;
	while (fixed(&common, 1) && !common.is_bad)
		;
	program->code_align = unsigned_leb(&common);
	program->data_align = signed_leb(&common);
	if (unsigned_leb(&common) != REGISTER_PC || *letters++ != 'z')
		return false;
	size = unsigned_leb(&common);
	if (common.is_bad || size > (size_t)(common.end - common.at))
		return false;
	at = common.at + size;
	for (; *letters; letters++) {
		if (*letters == 'R')
			program->encoding = (uint8_t)fixed(&common, 1);
		else if (*letters == 'P')
			encoded_number(&common, fixed(&common, 1) & FORMAT_MASK);
		else if (*letters == 'L')
			fixed(&common, 1);
		else if (*letters == 'S')
			program->is_signal = true;
		else
			return false;
	}
	common.at = at;
	program->location = 0;
	interpret(program, common);
	program->initial = program->now;
	return !common.is_bad;
}

static bool run_entry(struct program *program, const struct reader *module,
		      const uint8_t *at)
{
	struct reader entry = entry_at(module, at);
	const uint8_t *field = entry.at;
	uint64_t distance = fixed(&entry, 4), size;

	if (entry.is_bad || !distance ||
	    distance > (size_t)(field - (const uint8_t *)module->at) ||
	    !run_common(program, module, field - distance))
		return false;
	program->location = encoded(&entry, program->encoding);
	size = encoded_number(&entry, program->encoding & FORMAT_MASK);
	program->is_missing = !entry.is_bad &&
			      program->pc - program->location >= size;
	if (entry.is_bad || program->is_missing)
		return false;
	size = unsigned_leb(&entry);
	if (entry.is_bad || size > (size_t)(entry.end - entry.at))
		return false;
	entry.at += size;
	interpret(program, entry);
	return true;
}

/* The sorted table's last row that starts at or before the address. */
static const uint8_t *find_entry(struct reader table, uintptr_t pc)
{
	const uint8_t *base = table.at;
	const struct table_row *rows;
	uint8_t pointer, count;
	size_t low = 0, high;

	table.data_base = (uintptr_t)base;
	if (fixed(&table, 1) != 1)
		return NULL;
	pointer = (uint8_t)fixed(&table, 1);
	count = (uint8_t)fixed(&table, 1);
	if (fixed(&table, 1) != TABLE_ENCODING)
		return NULL;
	encoded(&table, pointer);
	high = encoded(&table, count);
	rows = (const struct table_row *)table.at;
	if (table.is_bad || !high ||
	    high > (size_t)(table.end - table.at) / sizeof(*rows))
		return NULL;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if ((uintptr_t)base + (uintptr_t)(intptr_t)rows[middle].start <= pc)
			low = middle;
		else
			high = middle;
	}
	return base + rows[low].entry;
}

struct ni_frame_rule ni_frame_rule_read(const void *table, uintptr_t start,
					uintptr_t end, uintptr_t pc)
{
	struct reader module = { (const uint8_t *)start, (const uint8_t *)end,
				 0, false };
	struct reader header = module;
	struct program program = {
		.now = { .bp = { NI_PLACE_SAME, 0 },
			 .pc = { NI_PLACE_BROKEN, 0 } },
		.pc = pc,
	};
	struct ni_frame_rule rule = { 0 };
	const uint8_t *entry;

	rule.is_missing = !table;
	if ((uintptr_t)table < start || (uintptr_t)table >= end)
		return rule;
	header.at = table;
	entry = find_entry(header, pc);
	if (!entry || entry < module.at || entry >= module.end ||
	    !run_entry(&program, &module, entry)) {
		rule.is_missing = program.is_missing;
		return rule;
	}
	rule.cfa = program.now.cfa.place;
	rule.cfa_offset = program.now.cfa.offset;
	rule.bp = program.now.bp.place;
	rule.bp_offset = program.now.bp.offset;
	rule.pc = program.now.pc.place;
	rule.pc_offset = program.now.pc.offset;
	rule.is_signal = program.is_signal;
	return rule;
}
