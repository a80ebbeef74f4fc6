/*
 * dump FAMILY TYPE PROTOCOL TUPLE: prints what arrives at an address of any family
 * that the kernel supports: CAN frames, packets, datagrams of AF_VSOCK.
 *
 *	dump 29 3 1 "('can0',)"			dump 17 3 768 "('lo', 3)"
 */
#include <noinherit.h>
#include <stdio.h>
#include <stdlib.h>

static int failed(const char *what, ssize_t r)
{
	fprintf(stderr, "dump: %s: %s\n", what, noinherit_strerror((int)r));
	return 1;
}

int main(int argc, char **argv)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	unsigned char frame[2048];
	struct noinherit_socket s;
	char text[512];
	ssize_t r;

	if (argc != 5)
		return 2;
	r = noinherit_create_socket(&s, atoi(argv[1]), atoi(argv[2]),
				    atoi(argv[3]));
	if (r < 0)
		return failed("socket", r);
	r = noinherit_address(&address, s.family, argv[4], NOINHERIT_STRING,
			      NULL);
	if (r > 0)
		r = noinherit_bind(&s, (struct sockaddr *)&address,
				   (socklen_t)r);
	if (r < 0)
		return failed(argv[4], r);
	noinherit_repr(&s, text, sizeof(text));
	puts(text);
	fflush(stdout);
	r = noinherit_recvfrom(&s, frame, sizeof(frame), 0,
			       (struct sockaddr *)&address, &size);
	if (r < 0)
		return failed("recvfrom", r);
	noinherit_format_address(&s, (struct sockaddr *)&address, size, text,
				 sizeof(text));
	printf("%s:", text);
	for (ssize_t i = 0; i < r; i++)
		printf(" %02x", frame[i]);
	printf("\n");
	return noinherit_close(&s) != 0;
}
