/*-------------------------------------------------------------------------
 *
 * connection.c
 *	  Connections once they are open: asking, cancelling, closing them, and
 *	  waiting for their sockets.
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>

#include "internal.h"
#include "session.h"

const char *
pgc_version(void)
{
	return PG_CONNECTOR_VERSION;
}

int
pgc_version_num(void)
{
	return PGC_VERSION_NUM;
}

int64_t
clock_ms(void)
{
	return pgc_clock_us() / 1000;
}

int
socket_wait(int sock, int wanted, int64_t end)
{
	struct pollfd fd = {.fd = sock};

	if (wanted & PGC_WANT_READ)
		fd.events |= POLLIN;
	if (wanted & PGC_WANT_WRITE)
		fd.events |= POLLOUT;
	for (;;)
	{
		int			timeout = -1;
		int			n;

		if (end != 0)
		{
			int64_t		left = end - clock_ms();

			timeout = left <= 0 ? 0 : left > INT_MAX ? INT_MAX : (int) left;
		}
		n = poll(&fd, 1, timeout);
		if (n > 0)
			break;
		if (n == 0 && end != 0 && clock_ms() >= end)
			return 0;

		/* No socket to wait for, or no memory to: let who asked find out. */
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return wanted;
	}

	/* An error shows to whoever uses the socket, whichever way. */
	if (fd.revents & (POLLERR | POLLHUP | POLLNVAL))
		return wanted;
	return ((fd.revents & POLLIN) ? PGC_WANT_READ : 0) |
		((fd.revents & POLLOUT) ? PGC_WANT_WRITE : 0);
}

bool
connection_prepare(PgcConnection *conn)
{
	PQsetNoticeReceiver(conn->pg, pgc_notice_receive, conn);
	return PQsetnonblocking(conn->pg, 1) == 0;
}

void
pgc_connection_close(PgcConnection *conn)
{
	if (conn == NULL)
		return;
	PQclear(conn->reply);
	PQclear(conn->failure);
	PQfreeCancel(conn->cancel);
	PQfinish(conn->pg);
	free(conn);
}

bool
pgc_connection_is_open(const PgcConnection *conn)
{
	return conn != NULL && !conn->broken && PQstatus(conn->pg) == CONNECTION_OK;
}

int
pgc_connection_socket(const PgcConnection *conn)
{
	return PQsocket(conn->pg);
}

void
pgc_connection_set_timeout(PgcConnection *conn, int milliseconds)
{
	conn->timeout_ms = milliseconds;
}

void
pgc_connection_set_notice(PgcConnection *conn, PgcNoticeCallback callback,
						  void *arg)
{
	conn->notice = callback;
	conn->notice_arg = arg;
}

bool
pgc_connection_cancel(const PgcConnection *conn)
{
	char		ignored[256];
	int			saved_errno = errno;
	bool		ok = PQcancel(conn->cancel, ignored, sizeof(ignored)) != 0;

	errno = saved_errno;
	return ok;
}
