/*
 * noinherit.hpp - <noinherit.h> for C++17: sockets that close themselves.
 *
 * A thin wrapper without a library of its own. A call that fails throws
 * noinherit::error, whose code() is the negative number that the C function
 * returned; for everything that is not wrapped here, get() gives the C struct.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef NOINHERIT_HPP
#define NOINHERIT_HPP

#include <noinherit.h>

#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>

namespace noinherit {

using nanoseconds = std::chrono::nanoseconds;

class error : public std::runtime_error {
public:
	explicit error(int code)
		: std::runtime_error(noinherit_strerror(code)), code_(code) {}
	int code() const noexcept { return code_; }

private:
	int code_;
};

template <typename Result> Result check(Result result)
{
	if (result < 0)
		throw error(static_cast<int>(result));
	return result;
}

/* A struct noinherit_deadline that can be cancelled from any thread. */
class deadline {
public:
	explicit deadline(nanoseconds span)
	{
		check(noinherit_deadline_init(&d_, span.count(),
					      NOINHERIT_CANCELLABLE));
	}
	deadline(const deadline &) = delete;
	deadline &operator=(const deadline &) = delete;
	~deadline() { noinherit_deadline_close(&d_); }
	void cancel() { check(noinherit_deadline_cancel(&d_)); }
	const noinherit_deadline *get() const noexcept { return &d_; }

private:
	noinherit_deadline d_;
};

class socket {
public:
	socket() noexcept = default;
	explicit socket(noinherit_socket s) noexcept : s_(s) {}
	socket(int family, int type, int proto = -1)
	{
		check(noinherit_create_socket(&s_, family, type, proto));
	}
	socket(socket &&from) noexcept : s_(std::exchange(from.s_, none())) {}
	socket &operator=(socket &&from) noexcept
	{
		std::swap(s_, from.s_);
		return *this;
	}
	~socket() { noinherit_close(&s_); }

	static socket connect(const std::string &host, const std::string &port,
			      const noinherit_connect_options *options = nullptr)
	{
		socket s;
		check(noinherit_create_connection(&s.s_, host.c_str(),
						  port.c_str(), options));
		return s;
	}
	static socket serve(const std::string &host, const std::string &port,
			    const noinherit_server_options *options = nullptr)
	{
		socket s;
		check(noinherit_create_server(&s.s_, host.c_str(), port.c_str(),
					      options));
		return s;
	}
	static std::pair<socket, socket> pair(int type = SOCK_STREAM)
	{
		noinherit_socket made[2];
		check(noinherit_socketpair(made, -1, type, -1));
		return {socket(made[0]), socket(made[1])};
	}

	socket accept() const
	{
		socket conn;
		check(noinherit_accept(&s_, &conn.s_, nullptr, nullptr));
		return conn;
	}
	/* 0 at the end of the stream. */
	std::size_t recv(void *buf, std::size_t size, int flags = 0) const
	{
		return static_cast<std::size_t>(
			check(noinherit_recv(&s_, buf, size, flags)));
	}
	void sendall(const void *buf, std::size_t size, int flags = 0) const
	{
		check(noinherit_sendall(&s_, buf, size, flags, nullptr));
	}
	void sendall(const std::string &text) const
	{
		sendall(text.data(), text.size());
	}
	void shutdown(int how) const { check(noinherit_shutdown(&s_, how)); }
	int wait(int events) const { return check(noinherit_wait(&s_, events)); }

	void settimeout(nanoseconds span)
	{
		check(noinherit_settimeout_ns(&s_, span.count()));
	}
	void setblocking(bool on) { check(noinherit_setblocking(&s_, on)); }
	/* The deadline must outlive the socket, or be removed with nullptr. */
	void set_deadline(const deadline *d)
	{
		check(noinherit_set_deadline(&s_, d ? d->get() : nullptr));
	}

	int port() const
	{
		sockaddr_storage address;
		socklen_t size = sizeof(address);
		auto *plain = reinterpret_cast<sockaddr *>(&address);
		check(noinherit_getsockname(&s_, plain, &size));
		return check(noinherit_port(plain, size));
	}
	std::string repr() const
	{
		char text[512];
		noinherit_repr(&s_, text, sizeof(text));
		return text;
	}

	int fd() const noexcept { return s_.fd; }
	int detach() noexcept { return noinherit_detach(&s_); }
	void close() { check(noinherit_close(&s_)); }
	noinherit_socket *get() noexcept { return &s_; }
	const noinherit_socket *get() const noexcept { return &s_; }

private:
	static noinherit_socket none() noexcept
	{
		return NOINHERIT_SOCKET_CLOSED;
	}
	noinherit_socket s_ = NOINHERIT_SOCKET_CLOSED;
};

} // namespace noinherit

#endif
