/*
 * multicast GROUP: waits for a message to the group on the loopback interface;
 * multicast GROUP PORT MESSAGE: sends one.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <noinherit.h>
#include <stdio.h>
#include <string.h>

static int failed(const char *what, ssize_t r)
{
	fprintf(stderr, "multicast: %s: %s\n", what,
		noinherit_strerror((int)r));
	return 1;
}

static ssize_t receive(struct noinherit_socket *s, struct ip_mreq *group)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	char text[256], sender[64];
	ssize_t r = noinherit_address(&address, AF_INET, "", 0, "0");

	if (r > 0)
		r = noinherit_bind(s, (struct sockaddr *)&address, (socklen_t)r);
	if (r == 0)
		r = noinherit_setsockopt(s, IPPROTO_IP, IP_ADD_MEMBERSHIP,
					 group, sizeof(*group));
	if (r < 0)
		return r;
	noinherit_repr(s, text, sizeof(text));
	puts(text);
	fflush(stdout);
	r = noinherit_recvfrom(s, text, sizeof(text), 0,
			       (struct sockaddr *)&address, &size);
	if (r < 0)
		return r;
	noinherit_format_address(s, (struct sockaddr *)&address, size, sender,
				 sizeof(sender));
	printf("%s says %.*s\n", sender, (int)r, text);
	return 0;
}

static ssize_t transmit(struct noinherit_socket *s, struct ip_mreq *group,
			char **words)
{
	struct sockaddr_storage address;
	ssize_t r = noinherit_setsockopt(s, IPPROTO_IP, IP_MULTICAST_IF,
					 &group->imr_interface,
					 sizeof(group->imr_interface));

	if (r == 0)
		r = noinherit_setsockopt_int(s, IPPROTO_IP, IP_MULTICAST_TTL, 0);
	if (r == 0)
		r = noinherit_address(&address, AF_INET, words[0],
				      NOINHERIT_STRING, words[1]);
	if (r > 0)
		r = noinherit_sendto(s, words[2], strlen(words[2]), 0,
				     (struct sockaddr *)&address, (socklen_t)r);
	return r;
}

int main(int argc, char **argv)
{
	struct noinherit_socket s;
	struct ip_mreq group;
	ssize_t r;

	if (argc != 2 && argc != 4)
		return 2;
	group.imr_interface.s_addr = htonl(INADDR_LOOPBACK);
	if (inet_pton(AF_INET, argv[1], &group.imr_multiaddr) != 1)
		return 2;
	r = noinherit_create_socket(&s, AF_INET, SOCK_DGRAM, -1);
	if (r == 0)
		r = noinherit_settimeout_ns(&s, 60 * NOINHERIT_SECOND);
	if (r == 0)
		r = argc == 2 ? receive(&s, &group) :
				transmit(&s, &group, argv + 1);
	noinherit_close(&s);
	return r < 0 ? failed(argv[1], r) : 0;
}
