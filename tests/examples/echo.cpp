// echo CLIENTS: echoes for so many clients, one after the other, in C++17.
//
// Each has ten seconds; nothing is closed by hand.
#include <noinherit.hpp>

#include <chrono>
#include <cstdlib>
#include <iostream>

using namespace std::chrono_literals;

static void echo(noinherit::socket client)
{
	noinherit::deadline deadline(10s);
	char buf[4096];

	client.set_deadline(&deadline);
	while (std::size_t size = client.recv(buf, sizeof buf))
		client.sendall(buf, size);
	client.close();
}

int main(int argc, char **argv)
try {
	noinherit_server_options options{};
	options.size = sizeof options;
	options.family = AF_INET6;
	options.flags = NOINHERIT_DUALSTACK_IPV6;

	auto server = noinherit::socket::serve("", "0", &options);
	std::cout << server.repr() << std::endl;
	for (int left = argc > 1 ? std::atoi(argv[1]) : 1; left > 0; left--) {
		try {
			echo(server.accept());
		} catch (const noinherit::error &error) {
			std::cerr << "client: " << error.what() << '\n';
		}
	}
} catch (const noinherit::error &error) {
	std::cerr << "echo: " << error.what() << '\n';
	return 1;
}
