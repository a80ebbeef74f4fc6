# An application whose sockets are not inherited by the commands that it runs.
FROM php:cli
COPY --from=noinherit /usr/lib/*/libnoinherit-preload.so /usr/local/lib/
ENV LD_PRELOAD=/usr/local/lib/libnoinherit-preload.so
