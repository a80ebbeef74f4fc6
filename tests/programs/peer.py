"""A TCP server in the test itself, for programs that are clients."""

import socketserver
import threading


def echo(line):
    return line


def page(line):
    """Answers the requests of one HTTP connection, which stays open."""
    if line.strip():
        return b""
    return (b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
            b"Content-Length: 7\r\nConnection: keep-alive\r\n\r\na page\n")


class Peer(socketserver.ThreadingTCPServer):
    """Greets every client, then sends answer(line) for each line it receives.
    """

    daemon_threads = True

    def __init__(self, greeting=b"", answer=echo):
        self.greeting, self.answer = greeting, answer
        super().__init__(("127.0.0.1", 0), Conversation)
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, kwargs={
            "poll_interval": 0.01}, daemon=True).start()

    def handle_error(self, request, client_address):
        """A client that disconnects early is not an error."""


class Conversation(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(self.server.greeting)
        for line in self.rfile:
            self.wfile.write(self.server.answer(line))
