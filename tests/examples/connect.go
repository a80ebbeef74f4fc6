// connect PORT: every option of create_server and create_connection, from Go.
//
// What C keeps pointers to is in C's memory, as cgo requires.
package main

/*
#cgo pkg-config: noinherit
#cgo LDFLAGS: -lpthread
#include <stdlib.h>
#include <noinherit.h>
struct all {
	struct noinherit_server_options serving;
	struct noinherit_connect_options connecting;
	struct noinherit_deadline deadline;
	struct noinherit_socket server, client;
	int backlog, errors[4];
	int64_t timeout_ns;
	size_t failed;
	char text[256];
};
*/
import "C"

import (
	"fmt"
	"os"
	"unsafe"
)

func must(r C.int, what string) {
	if r < 0 {
		fmt.Println(what, C.GoString(C.noinherit_strerror(r)))
		os.Exit(1)
	}
}

func main() {
	all := (*C.struct_all)(C.calloc(1, C.sizeof_struct_all))
	host, any, port := C.CString("::1"), C.CString("0"), C.CString(os.Args[1])
	all.backlog, all.timeout_ns = 5, 5000000000

	s := &all.serving
	s.size = C.sizeof_struct_noinherit_server_options
	s.family = C.AF_INET6
	s.flags = C.NOINHERIT_DUALSTACK_IPV6 | C.NOINHERIT_REUSE_PORT
	s.backlog = &all.backlog
	s.message, s.message_size = &all.text[0], 256
	must(C.noinherit_create_server(&all.server, host, any, s), "server:")

	must(C.noinherit_deadline_init(&all.deadline, 10000000000,
		C.NOINHERIT_CANCELLABLE), "deadline:")
	c := &all.connecting
	c.size = C.sizeof_struct_noinherit_connect_options
	c.timeout_ns = &all.timeout_ns
	c.deadline = &all.deadline
	c.source_host, c.source_port = host, any
	c.errors, c.errors_size, c.errors_count = &all.errors[0], 4, &all.failed
	must(C.noinherit_create_connection(&all.client, host, port, c), "client:")

	C.noinherit_repr(&all.client, &all.text[0], 256)
	fmt.Println(C.GoString(&all.text[0]), "failed:", all.failed)
	must(C.noinherit_close(&all.client), "close:")
	must(C.noinherit_close(&all.server), "close:")
	must(C.noinherit_deadline_close(&all.deadline), "close:")
	C.free(unsafe.Pointer(all))
}
