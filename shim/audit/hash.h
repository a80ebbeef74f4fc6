/*
 * hash.h - mixing words and bytes into a 32-bit key. Pure.
 */
#ifndef NI_AUDIT_HASH_H
#define NI_AUDIT_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define NI_HASH_START UINT64_C(0x9e3779b97f4a7c15)

static inline uint64_t ni_hash_word(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0xff51afd7ed558ccd);
	return hash ^ (hash >> 32);
}

static inline uint64_t ni_hash_bytes(uint64_t hash, const void *bytes,
				     size_t size)
{
	const uint8_t *at = bytes;
	uint64_t word = 0;

	hash = ni_hash_word(hash, size);
	for (; size >= sizeof(word); size -= sizeof(word), at += sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		hash = ni_hash_word(hash, word);
	}
	word = 0;
	memcpy(&word, at, size);
	return ni_hash_word(hash, word);
}

static inline uint32_t ni_hash_end(uint64_t hash)
{
	return (uint32_t)(hash ^ (hash >> 29));
}

#endif
