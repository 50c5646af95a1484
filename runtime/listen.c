/* A port at which others can connect: by IPv6 and IPv4, or by IPv4 alone where there is no other. */
#include "internal.h"
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

static int listen_by(int family, int port)
{
	const int yes = 1, no = 0;
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port), .sin6_addr = IN6ADDR_ANY_INIT};
	struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int s = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s < 0)
		return -1;
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	if (family == AF_INET6)
		setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
	int failed = family == AF_INET6 ? bind(s, (struct sockaddr *)&six, sizeof six) : bind(s, (struct sockaddr *)&four, sizeof four);
	if (!failed && !listen(s, SOMAXCONN))
		return s;
	const int error = errno;
	close(s);
	errno = error;
	return -1;
}

int rt_listen(int port)
{
	int s = listen_by(AF_INET6, port);
	return s >= 0 || errno == EADDRINUSE ? s : listen_by(AF_INET, port);
}
