/*
 * curl_client.c - a program that uses libcurl and starts another one:
 *
 *   curl_client URL COMMAND
 *
 * Fetches URL and keeps the connection open, as libcurl does for the next
 * request; meanwhile runs COMMAND by system(). The library is loaded as it is
 * installed, so that no header is needed. 77: it is not.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#define OPTION_URL 10002
#define OPTION_WRITEDATA 10001

static void *find(void *library, const char *name)
{
	void *function = dlsym(library, name);

	if (!function) {
		fprintf(stderr, "libcurl has no %s\n", name);
		exit(1);
	}
	return function;
}

static int fetch(void *library, void *easy, const char *url)
{
	int (*setopt)(void *, int, ...);
	int (*perform)(void *);
	FILE *nowhere = fopen("/dev/null", "we");

	*(void **)&setopt = find(library, "curl_easy_setopt");
	*(void **)&perform = find(library, "curl_easy_perform");
	setopt(easy, OPTION_URL, url);
	setopt(easy, OPTION_WRITEDATA, nowhere);
	return perform(easy);
}

int main(int argc, char **argv)
{
	void *library = dlopen("libcurl.so.4", RTLD_NOW);
	void *(*init)(void), (*cleanup)(void *);
	void *easy;
	int status;

	if (argc < 3)
		return 1;
	if (!library) {
		fprintf(stderr, "libcurl.so.4 is not installed\n");
		return 77;
	}
	*(void **)&init = find(library, "curl_easy_init");
	*(void **)&cleanup = find(library, "curl_easy_cleanup");
	easy = init();
	status = fetch(library, easy, argv[1]);
	if (status) {
		fprintf(stderr, "libcurl says %d\n", status);
		return 1;
	}
	status = system(argv[2]);
	cleanup(easy);
	return status != 0;
}
