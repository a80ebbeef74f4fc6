"""A configuration for nginx that keeps every file in one folder."""

TEXT = """
%(main)s
pid %(folder)s/pid;
error_log %(folder)s/error.log;
events { }
http {
	access_log off;
	client_body_temp_path %(folder)s/body;
	proxy_temp_path %(folder)s/proxy;
	fastcgi_temp_path %(folder)s/fastcgi;
	uwsgi_temp_path %(folder)s/uwsgi;
	scgi_temp_path %(folder)s/scgi;
	%(http)s
	server {
		listen 127.0.0.1:%(port)d;
		%(server)s
	}
}
"""


def configuration(folder, port, main, server, http="", user=None):
    """main, http, server: directives for these blocks; user: of the workers if
    root starts nginx."""
    if user:
        main = "user %s; %s" % (user, main)
    return TEXT % {"folder": folder, "port": port, "main": main, "http": http,
                   "server": server}


def arguments(folder, path):
    """The arguments that make nginx use the configuration at @path."""
    return ["-p", folder, "-c", path, "-e", folder + "/error.log"]
