# An application whose sockets stay its own, whatever it starts.
FROM php:cli
COPY --from=noinherit /usr/lib/*/libnoinherit-preload.so /usr/local/lib/
ENV LD_PRELOAD=/usr/local/lib/libnoinherit-preload.so
