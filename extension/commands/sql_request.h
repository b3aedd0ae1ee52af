/*-------------------------------------------------------------------------
 *
 * sql_request.h
 *	  What the commands actions/... and task/... declare alike: requests
 *	  {"query": SQL text, "parameters": values}.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_SQL_REQUEST_H
#define PGC_SQL_REQUEST_H

/* The places of the members. */
enum
{
	SQL_REQUEST_QUERY,
	SQL_REQUEST_PARAMETERS
};

#define SQL_REQUEST_MEMBERS \
	{"query", MEMBER_STRING, true, "One SQL statement."}, \
	{"parameters", MEMBER_PARAMS, false, "Values of $1, $2, ..., as a list or as {\"$1\": value}."}

/* The SQL text, to which nothing can be bound. */
#define SQL_REQUEST_SQL "/query"

#define SQL_REQUEST_REFUSALS \
	{"42601", "the text is not SQL, or not exactly one statement"}, \
	{"22023", "\"parameters\" are not those that the statement uses, or the statement cannot run inside a command"}, \
	{"42701", "two columns of the result have one name"}, \
	{"54000", "more rows than a cap allows"}

#endif							/* PGC_SQL_REQUEST_H */
