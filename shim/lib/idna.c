/*
 * idna.c - host names that are not ASCII: UTF-8, as Python's are.
 *
 * glibc encodes them (AI_IDN), but reads them in the locale's encoding, which
 * is ASCII until a program calls setlocale(). So this thread alone switches to
 * a UTF-8 locale during the call. Where libc cannot encode (musl), libidn2 does,
 * if the program was linked with it.
 */
#include "lib/idna.h"

#include <locale.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

static bool is_ascii(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text > 127)
			return false;
	return true;
}

#ifdef AI_IDN
static int encoded_getaddrinfo(const char *host, const char *port,
			       const struct addrinfo *hints,
			       struct addrinfo **found)
{
	struct addrinfo asked = *hints;
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	locale_t own = uselocale(utf8);
	int code;

	asked.ai_flags |= AI_IDN;
	code = getaddrinfo(host, port, &asked, found);
	uselocale(own);
	if (utf8)
		freelocale(utf8);
	return code;
}
#else
enum { NONTRANSITIONAL = 8 };

int idn2_lookup_u8(const uint8_t *source, uint8_t **encoded, int flags)
	__attribute__((weak));
void idn2_free(void *memory) __attribute__((weak));

static int encoded_getaddrinfo(const char *host, const char *port,
			       const struct addrinfo *hints,
			       struct addrinfo **found)
{
	uint8_t *encoded;
	int code;

	if (!idn2_lookup_u8 || !idn2_free ||
	    idn2_lookup_u8((const uint8_t *)host, &encoded, NONTRANSITIONAL))
		return EAI_NONAME;
	code = getaddrinfo((char *)encoded, port, hints, found);
	idn2_free(encoded);
	return code;
}
#endif

int ni_idna_getaddrinfo(const char *host, const char *port,
			const struct addrinfo *hints, struct addrinfo **found)
{
	if (host && !is_ascii(host))
		return encoded_getaddrinfo(host, port, hints, found);
	return getaddrinfo(host, port, hints, found);
}
