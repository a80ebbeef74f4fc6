/*
 * tls server CERTIFICATE KEY, tls client PORT CERTIFICATE: OpenSSL in a BIO.
 * The BIO never waits; if OpenSSL needs more data, noinherit_wait() waits with the
 * socket's timeout, so EINTR, SIGPIPE and deadlines work as in other calls.
 */
#include <errno.h>
#include <noinherit.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdio.h>

static int transferred(BIO *bio, ssize_t r, int retry)
{
	BIO_clear_retry_flags(bio);
	if (r == -EAGAIN)
		BIO_set_flags(bio, retry | BIO_FLAGS_SHOULD_RETRY);
	return r < 0 ? -1 : (int)r;
}

static int bio_read(BIO *bio, char *buf, int size)
{
	return transferred(bio, noinherit_recv(BIO_get_data(bio), buf, size, 0),
			   BIO_FLAGS_READ);
}

static int bio_write(BIO *bio, const char *buf, int size)
{
	return transferred(bio, noinherit_send(BIO_get_data(bio), buf, size, 0),
			   BIO_FLAGS_WRITE);
}

static long bio_ctrl(BIO *bio, int command, long n, void *data)
{
	(void)bio, (void)n, (void)data;
	return command == BIO_CTRL_FLUSH;
}

static SSL *ssl_over(SSL_CTX *context, struct noinherit_socket *s)
{
	BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "noinherit");
	SSL *ssl = SSL_new(context);
	BIO *bio;
	BIO_meth_set_read(method, bio_read), BIO_meth_set_write(method, bio_write);
	BIO_meth_set_ctrl(method, bio_ctrl);
	bio = BIO_new(method);
	BIO_set_data(bio, s), BIO_set_init(bio, 1);
	SSL_set_bio(ssl, bio, bio);
	return ssl;
}

/* Repeats @step until it succeeds, and waits for what OpenSSL needs. */
#define UNTIL_DONE(ssl, s, r, step) \
	while ((r = (step)) <= 0 && SSL_want(ssl) > SSL_NOTHING && \
	       noinherit_wait(s, SSL_want_read(ssl) ? POLLIN : POLLOUT) > 0) \
		;

static int talk(SSL_CTX *context, struct noinherit_socket *s, int is_server)
{
	struct noinherit_socket unwaiting = *s;	/* the same, without waiting */
	SSL *ssl = ssl_over(context, &unwaiting);
	char text[64] = "hello over TLS\n";
	int r;

	noinherit_settimeout_ns(s, 5 * NOINHERIT_SECOND);
	unwaiting.timeout_ns = NOINHERIT_NONBLOCKING;
	UNTIL_DONE(ssl, s, r, is_server ? SSL_accept(ssl) : SSL_connect(ssl))
	if (r == 1 && !is_server)
		UNTIL_DONE(ssl, s, r, SSL_write(ssl, text, 15))
	if (r >= 1)
		UNTIL_DONE(ssl, s, r, SSL_read(ssl, text, sizeof(text)))
	if (r >= 1 && is_server)
		UNTIL_DONE(ssl, s, r, SSL_write(ssl, text, r))
	else if (r >= 1)
		fwrite(text, 1, (size_t)r, stdout);
	SSL_free(ssl), noinherit_close(s);
	return r < 1;
}

int main(int argc, char **argv)
{
	int is_server = argc == 4 && argv[1][0] == 's';
	SSL_CTX *context = SSL_CTX_new(is_server ? TLS_server_method() :
						   TLS_client_method());
	struct noinherit_socket listener, s;
	char text[256];

	if (!is_server) {
		SSL_CTX_load_verify_locations(context, argv[3], NULL);
		SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
		return noinherit_create_connection(&s, "127.0.0.1", argv[2],
						   NULL) || talk(context, &s, 0);
	}
	SSL_CTX_use_certificate_file(context, argv[2], SSL_FILETYPE_PEM);
	SSL_CTX_use_PrivateKey_file(context, argv[3], SSL_FILETYPE_PEM);
	noinherit_create_server(&listener, "127.0.0.1", "0", NULL);
	noinherit_repr(&listener, text, sizeof(text)), puts(text);
	fflush(stdout);
	return noinherit_accept(&listener, &s, NULL, NULL) || talk(context, &s, 1);
}
