/*
 * A library that was loaded with RTLD_DEEPBIND finds libc's functions before
 * the shim's: its imports are redirected to the shim, and nothing else in it is
 * changed.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>

#include "libdeep.h"
#include "shim_case.h"

enum { DEEP = RTLD_LAZY | RTLD_DEEPBIND };

static const char *path_of(const char *library)
{
	static __thread char path[4096 + 64];
	ssize_t length = readlink("/proc/self/exe", path, 4096);
	char *end;

	path[length > 0 ? length : 0] = '\0';
	end = strstr(path, "/tests/");
	if (!end)
		fail_msg("%s: not in a build directory", path);
	sprintf(end, "/tests/helpers/%s", library);
	return path;
}

static void *function(void *handle, const char *name)
{
	void *address = handle ? dlsym(handle, name) : NULL;

	EXPECT(address != NULL);
	return address;
}

static const char *const libraries[] = {
	"libdeep.so", "libdeep_now.so", "libdeep_noplt.so",
};

static const char *library;

static void each_import_is_ours(void)
{
	static const char *const copies[] = { "deep_dup",
					      "deep_dup_by_pointer" };
	void *handle = dlopen(path_of(library), DEEP);
	int (*make)(void) = (int (*)(void))function(handle, "deep_socket");
	int file = new_file(0);

	EXPECT(is_non_inheritable(make()));
	for (size_t i = 0; i < ARRAY_LEN(copies); i++) {
		int (*copy)(int) = (int (*)(int))function(handle, copies[i]);

		EXPECT(is_non_inheritable(copy(file)));
	}
}

static void what_a_library_makes_is_non_inheritable(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(libraries); i++) {
		library = libraries[i];
		in_child(each_import_is_ours);
	}
}

static void the_brought_librarys_socket(void)
{
	void *handle = dlopen(path_of("libdeep_outer.so"), DEEP);
	int (*make)(void) = (int (*)(void))function(handle, "outer_socket");

	EXPECT(is_non_inheritable(make()));
}

static void the_libraries_that_it_brings_are_reached(void **state)
{
	(void)state;
	in_child(the_brought_librarys_socket);
}

static void a_dup_of_its_own(void)
{
	void *handle = dlopen(path_of("libdeep_own.so"), DEEP);
	int (*copy)(int) = (int (*)(int))function(handle, "own_dup");

	EXPECT(copy(0) == OWN_DUP);
}

static void as_natively_a_librarys_own_function_is_called(void **state)
{
	(void)state;
	in_child(a_dup_of_its_own);
}

static void write_constants(void)
{
	void *handle = dlopen(path_of("libdeep_now.so"), DEEP);
	const void *(*constant)(void) =
		(const void *(*)(void))function(handle, "deep_constant");
	volatile char *at = (volatile char *)constant();

	signal(SIGSEGV, _exit);
	*at = 1;
}

/* The child must end with the handler, _exit(SIGSEGV). */
static void as_natively_read_only_slots_are_read_only_again(void **state)
{
	int status;
	pid_t child;

	(void)state;
	child = fork();
	if (child == 0) {
		write_constants();
		_exit(0);
	}
	waitpid(child, &status, 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), SIGSEGV);
}

/* The RUNPATH of this program names the folder of the libraries. */
static void bare_names(void)
{
	EXPECT(dlopen("libdeep.so", DEEP) != NULL);
	EXPECT(dlopen("$ORIGIN/../helpers/libdeep_now.so", DEEP) != NULL);
	EXPECT(dlopen("libdeep_none.so", DEEP) == NULL);
	EXPECT(strstr(dlerror(), "libdeep_none.so: cannot open") != NULL);
	EXPECT(dlopen("/nowhere/libdeep.so", DEEP) == NULL);
	EXPECT(strstr(dlerror(), "/nowhere/libdeep.so: cannot open") != NULL);
	EXPECT(dlopen(NULL, DEEP) != NULL);
	EXPECT(dlopen(path_of("libdeep_own.so"), DEEP | RTLD_NOLOAD) == NULL);
}

static void as_natively_a_name_is_found_along_the_callers_path(void **state)
{
	(void)state;
	in_child(bare_names);
}

/* Enough for one thread to meet what another has half loaded. */
enum { ROUNDS = 4000, THREADS = 4 };

static void *load_and_call(void *name)
{
	for (int i = 0; i < ROUNDS; i++) {
		void *handle = dlopen(path_of(name), DEEP);
		int (*make)(void) = (int (*)(void))function(handle,
							    "deep_socket");
		int fd = make();

		EXPECT(is_non_inheritable(fd));
		close(fd);
		dlclose(handle);
	}
	return NULL;
}

static void many_at_once(void)
{
	pthread_t threads[THREADS];

	for (size_t i = 0; i < THREADS; i++)
		EXPECT(pthread_create(&threads[i], NULL, load_and_call,
				      (void *)libraries[i % 3]) == 0);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

static void threads_may_load_at_once(void **state)
{
	(void)state;
	in_child(many_at_once);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SHIM_CASE(what_a_library_makes_is_non_inheritable),
		SHIM_CASE(the_libraries_that_it_brings_are_reached),
		SHIM_CASE(threads_may_load_at_once),
		SHIM_CASE(as_natively_a_librarys_own_function_is_called),
		SHIM_CASE(as_natively_read_only_slots_are_read_only_again),
		SHIM_CASE(as_natively_a_name_is_found_along_the_callers_path),
	};

	close_what_was_inherited();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
