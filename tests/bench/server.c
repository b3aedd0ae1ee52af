/*
 * server.c: what the contestants use to talk to the server.
 */
#include <stdlib.h>
#include <string.h>

#include "bench.h"

PGconn	   *conn;

PGconn *
connect_server(void)
{
	PGconn	   *result = PQconnectdb("application_name=bench client_encoding=UTF8");

	if (PQstatus(result) != CONNECTION_OK)
		die("%s", PQerrorMessage(result));
	return result;
}

void
buffer_add(Buffer *buffer, const char *data, size_t len)
{
	if (buffer->len + len + 1 > buffer->size)
	{
		buffer->size = (buffer->len + len + 1) * 2;
		buffer->data = realloc(buffer->data, buffer->size);
		if (buffer->data == NULL)
			die("out of memory");
	}
	memcpy(buffer->data + buffer->len, data, len);
	buffer->len += len;
	buffer->data[buffer->len] = '\0';
}

void
buffer_set(Buffer *buffer, const char *data, size_t len)
{
	buffer->len = 0;
	buffer_add(buffer, data, len);
}

/* Runs SQL with at most one parameter; the caller clears the result. */
PGresult *
run_sql(const char *sql, const char *param)
{
	PGresult   *result = PQexecParams(conn, sql, param != NULL, NULL, &param, NULL, NULL, 0);
	ExecStatusType status = PQresultStatus(result);

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		die("%.200s\n%s", sql, PQerrorMessage(conn));
	return result;
}

void
run_command(const char *sql, const char *param)
{
	PQclear(run_sql(sql, param));
}

void
fetch(Buffer *into, const char *sql, const char *param)
{
	PGresult   *result = run_sql(sql, param);

	buffer_set(into, PQgetvalue(result, 0, 0), PQgetlength(result, 0, 0));
	PQclear(result);
}

long
fetch_number(const char *sql, const char *param)
{
	PGresult   *result = run_sql(sql, param);
	long		number = atol(PQgetvalue(result, 0, 0));

	PQclear(result);
	return number;
}

void
copy_out(Buffer *into, const char *sql)
{
	PGresult   *result = PQexec(conn, sql);
	char	   *line;
	int			len;

	if (PQresultStatus(result) != PGRES_COPY_OUT)
		die("%s\n%s", sql, PQerrorMessage(conn));
	PQclear(result);
	into->len = 0;
	while ((len = PQgetCopyData(conn, &line, 0)) > 0)
	{
		buffer_add(into, line, len);
		PQfreemem(line);
	}
	while ((result = PQgetResult(conn)) != NULL)
		PQclear(result);
}

void
copy_in(const Buffer *from, const char *sql)
{
	PGresult   *result = PQexec(conn, sql);

	if (PQresultStatus(result) != PGRES_COPY_IN)
		die("%s\n%s", sql, PQerrorMessage(conn));
	PQclear(result);
	for (size_t at = 0; at < from->len; at += 65536)
	{
		size_t		len = from->len - at;

		if (PQputCopyData(conn, from->data + at, len > 65536 ? 65536 : len) != 1)
			die("%s", PQerrorMessage(conn));
	}
	if (PQputCopyEnd(conn, NULL) != 1)
		die("%s", PQerrorMessage(conn));
	while ((result = PQgetResult(conn)) != NULL)
	{
		if (PQresultStatus(result) != PGRES_COMMAND_OK)
			die("%s\n%s", sql, PQerrorMessage(conn));
		PQclear(result);
	}
}
