/*
 * client HOST PORT [SECONDS]: connects, sends a line, prints the answer.
 *
 * A name may have several addresses: every attempt that failed is reported, in
 * order, not only the last one.
 */
#include <noinherit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ATTEMPTS = 16 };

static int talk(struct noinherit_socket *s)
{
	char line[1024];
	ssize_t size;
	int r;

	if (!fgets(line, sizeof(line), stdin))
		return 0;
	r = noinherit_sendall(s, line, strlen(line), 0, NULL);
	if (r < 0)
		return r;
	size = noinherit_recv(s, line, sizeof(line), 0);
	if (size > 0)
		fwrite(line, 1, (size_t)size, stdout);
	return size < 0 ? (int)size : 0;
}

int main(int argc, char **argv)
{
	int64_t timeout_ns = NOINHERIT_SECOND *
			     (argc > 3 ? atoi(argv[3]) : 5);
	int errors[ATTEMPTS];
	size_t failed = 0;
	const struct noinherit_connect_options options = {
		.size = sizeof(options), .timeout_ns = &timeout_ns,
		.errors = errors, .errors_size = ATTEMPTS,
		.errors_count = &failed,
	};
	struct noinherit_socket s;
	char text[256];
	int r;

	if (argc < 3) {
		fprintf(stderr, "usage: client HOST PORT [SECONDS]\n");
		return 2;
	}
	r = noinherit_create_connection(&s, argv[1], argv[2], &options);
	for (size_t i = 0; i < failed && i < ATTEMPTS; i++)
		fprintf(stderr, "client: attempt %zu: %s\n", i + 1,
			noinherit_strerror(errors[i]));
	if (r < 0) {
		fprintf(stderr, "client: %s port %s: %s%s\n", argv[1], argv[2],
			noinherit_strerror(r),
			noinherit_eai(r) ? " (name resolution)" : "");
		return 1;
	}
	noinherit_repr(&s, text, sizeof(text));
	fprintf(stderr, "%s\n", text);
	r = talk(&s);
	if (r < 0)
		fprintf(stderr, "client: %s\n", noinherit_strerror(r));
	noinherit_close(&s);
	return r < 0;
}
