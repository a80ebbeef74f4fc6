/*
 * http_client HOST PORT PATH: gets a page by HTTP/1.1 and prints its body.
 *
 * Every address is tried, and every failed attempt reported. The answer is read by
 * lines and then by its length. One deadline of ten seconds holds for all of it,
 * the resolver included.
 */
#include <noinherit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ATTEMPTS = 16 };

static int failed(const char *what, ssize_t r)
{
	fprintf(stderr, "http_client: %s: %s\n", what,
		r < 0 ? noinherit_strerror((int)r) : "bad answer");
	return 1;
}

/* The number in the Content-Length header; -1 if it is invalid. */
static long read_header(struct noinherit_reader *reader)
{
	long length = -1;
	const char *line;
	ssize_t size;

	while ((size = noinherit_reader_line(reader, &line)) > 2)
		if (size > 15 && !strncasecmp(line, "Content-Length:", 15))
			length = strtol(line + 15, NULL, 10);
	return size == 2 ? length : -1;
}

static int get(struct noinherit_socket *s, const char *host, const char *path)
{
	char buffer[4096], body[4096], request[1024];
	struct noinherit_reader reader;
	long length;
	int r = snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\n"
			 "Host: %s\r\nConnection: close\r\n\r\n", path, host);

	r = noinherit_sendall(s, request, (size_t)r, 0, NULL);
	if (r < 0)
		return failed("request", r);
	noinherit_reader_init(&reader, s, buffer, sizeof(buffer));
	length = read_header(&reader);
	if (length < 0)
		return failed("header", 0);
	while (length > 0) {
		size_t part = length < (long)sizeof(body) ? (size_t)length :
							    sizeof(body);

		r = noinherit_reader_exact(&reader, body, part, NULL);
		if (r < 0)
			return failed("body", r);
		fwrite(body, 1, part, stdout);
		length -= (long)part;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct noinherit_deadline deadline;
	int errors[ATTEMPTS], r;
	size_t count = 0;
	const struct noinherit_connect_options options = {
		.size = sizeof(options), .deadline = &deadline,
		.errors = errors, .errors_size = ATTEMPTS,
		.errors_count = &count,
	};
	struct noinherit_socket s;

	if (argc != 4)
		return 2;
	noinherit_deadline_init(&deadline, 10 * NOINHERIT_SECOND, 0);
	r = noinherit_create_connection(&s, argv[1], argv[2], &options);
	for (size_t i = 0; i < count && i < ATTEMPTS; i++)
		fprintf(stderr, "attempt %zu: %s\n", i + 1,
			noinherit_strerror(errors[i]));
	if (r < 0)
		return failed(argv[1], r);
	r = get(&s, argv[1], argv[3]);
	noinherit_close(&s);
	return r;
}
