#!/usr/bin/env bash
# Run by test_whole_machine.sh as root in a separate system, natively or with
# the library in /etc/ld.so.preload. Writes the output and the status of each
# step to /try/outcome, without what differs from run to run.
set -u
cd /try || exit
outcome=/try/outcome
: >$outcome
place=/usr/local/lib/libnoinherit-preload.so
apt="apt-get -qq -y --no-install-recommends"

# Replaces pids, times and durations, and the sizes of downloads.
plain() {
	sed -E 's/[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]+[0-9+Z:]*/TIME/g; s/[0-9]+:[0-9]{2}:[0-9]{2}/TIME/g;
		s/\b(pid|PID|process)[ =:]*[0-9]+/\1 N/g; s/\[[0-9]+\]/[N]/g; s/[0-9.]+ ?(ms|s|seconds|MiB\/s|KiB)\b/N/g'
}

step() { # name command...
	local name=$1 status=0
	shift
	"$@" >said 2>&1 </dev/null || status=$?
	{
		echo "== $name: $status"
		plain <said
	} >>$outcome
}

# A step whose output is ignored, except complaints of the loader.
quietly() { # name command...
	local status=0 name=$1
	shift
	"$@" >said 2>&1 </dev/null || status=$?
	echo "== $name: $status" >>$outcome
	[ $status = 0 ] || plain <said >>$outcome
	grep -i 'ld\.so\|preload\|bus error\|segmentation' said >>$outcome
}

until_true() { # command...
	local tries=0
	until "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt 1200 ] || return 1
		sleep 0.1
	done
}

service_of() { # package
	case $1 in
	nginx-light) echo nginx ;;
	openssh-server) echo ssh ;;
	*) echo "$1" ;;
	esac
}

# The library must be loaded in each process, or nothing would be tested. A
# process that has just ended has no maps.
loaded_in() { # program
	local pid found=
	for pid in $(pgrep -x "$1"); do
		cat "/proc/$pid/maps" >maps 2>/dev/null
		[ -s maps ] || continue
		grep -q libnoinherit-preload maps || return
		found=yes
	done
	[ -n "$found" ]
}

if [ "$1" = preloaded ]; then
	cp libnoinherit-preload.so $place.new
	mv $place.new $place
	echo $place >/etc/ld.so.preload
fi
echo "127.0.0.1 localhost $(hostname)" >/etc/hosts

# ---- packages are installed; each starts its server, on ports that others need ----

# shellcheck disable=SC2086 # lists of words
quietly "tools" $apt install $TOOLS
for package in $SERVERS; do
	quietly "install $package" $apt install "$package"
	# Some have not been started yet.
	service "$(service_of "$package")" stop >/dev/null 2>&1
done
step "dpkg" dpkg --audit
step "packages" dpkg-query -W -f '${Package} ${Status}\n'

# ---- each server is started, queried, examined, restarted, stopped ------------------

# Prints what the server answers, up to the end of the connection.
ask() { # port words [option]
	# shellcheck disable=SC2059 # the words have escapes
	printf "$2" | nc -w 60 ${3-} 127.0.0.1 "$1" | cat -v | grep -viE '^(Date|Last-Modified|ETag|uptime)'
}

serve() { # service program port words [option of nc]
	step "$1: start" service "$1" start
	step "$1: answers" until_true nc -z 127.0.0.1 "$3"
	step "$1: status" service "$1" status
	step "$1: says" ask "$3" "$4" "${5-}"
	[ ! -e /etc/ld.so.preload ] || loaded_in "$2" ||
		echo "the library is not in every $2" >>$outcome
	step "$1: restart" service "$1" restart
	step "$1: answers again" until_true nc -z 127.0.0.1 "$3"
	step "$1: reload" service "$1" force-reload
	step "$1: stop" service "$1" stop
	step "$1: is gone" until_true sh -c "! pgrep -x $2"
}

page='GET / HTTP/1.0\r\nHost: localhost\r\n\r\n'
printf '\nfrontend f\n\tmode http\n\tbind 127.0.0.1:80\n\thttp-request return status 200\n' \
	>>/etc/haproxy/haproxy.cfg
printf '[d]\npath = /usr/share\n' >/etc/rsyncd.conf
sed -i 's/^RSYNC_ENABLE=.*/RSYNC_ENABLE=true/' /etc/default/rsync 2>/dev/null
serve nginx nginx 80 "$page"
serve apache2 apache2 80 "$page"
serve lighttpd lighttpd 80 "$page"
serve haproxy haproxy 80 "$page"
serve redis-server redis-server 6379 'SET a 1\r\nGET a\r\nQUIT\r\n'
serve memcached memcached 11211 'set a 0 0 1\r\n1\r\nget a\r\nquit\r\n'
serve vsftpd vsftpd 21 'QUIT\r\n'
# A query for the address of localhost, over TCP.
serve dnsmasq dnsmasq 53 '\0\033\0\1\1\0\0\1\0\0\0\0\0\0\11localhost\0\0\1\0\1' -N
serve rsync rsync 873 '@RSYNCD: 31.0\n\n'

# ---- people and work ------------------------------------------------------------------

quietly "a user" useradd -m -s /bin/bash user
echo "user ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/user
step "su, sudo" su - user -c 'id; sudo -n id; sudo -n -u user sh -c "id; echo \$SUDO_USER"'

quietly "keys" sh -c 'mkdir -p /root/.ssh && ssh-keygen -q -t ed25519 -N "" -f /root/.ssh/id_ed25519 &&
	cp /root/.ssh/id_ed25519.pub /root/.ssh/authorized_keys'
step "sshd" service ssh start
step "sshd answers" until_true nc -z 127.0.0.1 22
login="ssh -q -o StrictHostKeyChecking=no -o BatchMode=yes root@127.0.0.1"
step "ssh login" $login 'id; tty; env | grep -c preload; cat'
step "ssh with a terminal" $login -tt 'id; tty | tr -d 0-9; exit 7'
step "scp" sh -c 'scp -q -o BatchMode=yes /etc/hosts root@127.0.0.1:/try/copied && cat /try/copied'

step "git" sh -c 'export GIT_AUTHOR_DATE="1700000000 +0000" GIT_COMMITTER_DATE="1700000000 +0000"
	git init -q here && cd here && git config user.name a && git config user.email a@b &&
	cp /etc/hosts . && git add . && git commit -q -m one && cd .. &&
	git clone -q here there && git -C there log --format=%H'
step "git by ssh" sh -c 'git clone -q ssh://root@127.0.0.1/try/here far && git -C far log --format=%H'
step "sshd stops" service ssh stop

step "man" sh -c 'MANPAGER=cat man dpkg | head -n 5'
printf '#include <stdio.h>\nint main(void) { return puts("built") < 0; }\n' >hello.c
printf 'all: $(patsubst %%,out%%,1 2 3 4)\nout%%: hello.c\n\tcc -O2 -o $@ $< && ./$@\n' >Makefile
step "a build" make -s
step "a build by four" make -s -B -j4 --output-sync
step "pipes" bash -c 'seq 1000 | sort -rn | tee lines | tail -n 3 | rev; wc -l <lines; comm -3 <(seq 3) <(seq 4)'
step "perl" perl -MSocket -e 'socketpair(A, B, AF_UNIX, SOCK_STREAM, 0); syswrite A, "x\n"; sysread B, $a, 9; print $a; print `echo y`'

# cron runs a job at the next full minute.
echo '* * * * * (id; ls -l /proc/self/fd | wc -l) >/try/cron.new 2>&1; mv /try/cron.new /try/cron' |
	crontab -
step "cron" service cron start
step "cron ran" until_true test -e /try/cron
step "cron says" cat /try/cron
step "cron stops" service cron stop

step "removal" sh -c "apt-get -qq -y purge lighttpd >/dev/null 2>&1; dpkg --audit; ! test -e /usr/sbin/lighttpd"
[ "$1" = natively ] || : >/etc/ld.so.preload
