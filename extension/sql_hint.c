/*-------------------------------------------------------------------------
 *
 * sql_hint.c
 *	  Old and misremembered names in SQL, and what to write instead.
 *
 * The name is read from the text, at the position that the error has: the
 * message may be in any language.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <ctype.h>

#include "mb/pg_wchar.h"

#include "sql_hint.h"

typedef struct OldName
{
	const char *name;			/* in lower case */
	const char *hint;
} OldName;

static const OldName columns[] = {
	{"total_time", "In pg_stat_statements it is total_exec_time since PostgreSQL 13, besides total_plan_time."},
	{"mean_time", "In pg_stat_statements it is mean_exec_time since PostgreSQL 13."},
	{"min_time", "In pg_stat_statements it is min_exec_time since PostgreSQL 13."},
	{"max_time", "In pg_stat_statements it is max_exec_time since PostgreSQL 13."},
	{"stddev_time", "In pg_stat_statements it is stddev_exec_time since PostgreSQL 13."},
	{"blk_read_time", "In pg_stat_statements it is shared_blk_read_time since PostgreSQL 17."},
	{"blk_write_time", "In pg_stat_statements it is shared_blk_write_time since PostgreSQL 17."},
	{"procpid", "In pg_stat_activity it is pid."},
	{"current_query", "In pg_stat_activity it is query."},
	{"waiting", "In pg_stat_activity there are wait_event_type and wait_event."},
	{"usename", "The role's name is rolname in pg_roles, usename in pg_user and pg_stat_activity."},
	{"relhasoids", "Tables have no OIDs of rows since PostgreSQL 12."},
	{"adsrc", "Use pg_get_expr(adbin, adrelid)."},
	{"consrc", "Use pg_get_constraintdef(oid)."},
	{"proisagg", "Use prokind = 'a'."},
	{"rownum", "Use LIMIT, or row_number() OVER ()."},
	{"sysdate", "Use now()."},
	{NULL}
};

static const OldName functions[] = {
	{"average", "The function is avg."},
	{"mean", "The function is avg."},
	{"ifnull", "Use COALESCE."},
	{"isnull", "Use COALESCE, or IS NULL."},
	{"nvl", "Use COALESCE."},
	{"iif", "Use CASE WHEN ... THEN ... ELSE ... END."},
	{"if", "Use CASE WHEN ... THEN ... ELSE ... END."},
	{"decode", "Use CASE; decode(text, format) is for binary data."},
	{"getdate", "Use now()."},
	{"curdate", "Use CURRENT_DATE."},
	{"dateadd", "Add an interval: now() + interval '1 day'."},
	{"date_add", "Add an interval: now() + interval '1 day'."},
	{"datediff", "Subtract: date - date is a number of days, timestamp - timestamp an interval."},
	{"year", "Use extract(year FROM ...)."},
	{"month", "Use extract(month FROM ...)."},
	{"day", "Use extract(day FROM ...)."},
	{"date_format", "Use to_char."},
	{"str_to_date", "Use to_date or to_timestamp."},
	{"unix_timestamp", "Use extract(epoch FROM ...)."},
	{"from_unixtime", "Use to_timestamp."},
	{"group_concat", "Use string_agg(expression, ',')."},
	{"listagg", "Use string_agg(expression, ',')."},
	{"len", "The function is length."},
	{"instr", "Use strpos or position."},
	{"charindex", "Use strpos or position."},
	{"ucase", "The function is upper."},
	{"lcase", "The function is lower."},
	{"rand", "The function is random."},
	{"newid", "Use gen_random_uuid()."},
	{"uuid", "Use gen_random_uuid()."},
	{"uuid_generate_v4", "Use gen_random_uuid(), or create the extension uuid-ossp."},
	{"last_insert_id", "Use INSERT ... RETURNING, or lastval()."},
	{"json_extract", "Use the operators -> and ->>, or jsonb_path_query."},
	{"pg_current_xlog_location", "It is pg_current_wal_lsn since PostgreSQL 10."},
	{"pg_last_xlog_replay_location", "It is pg_last_wal_replay_lsn since PostgreSQL 10."},
	{"pg_xlog_location_diff", "It is pg_wal_lsn_diff since PostgreSQL 10."},
	{"pg_switch_xlog", "It is pg_switch_wal since PostgreSQL 10."},
	{"pg_start_backup", "It is pg_backup_start since PostgreSQL 15."},
	{"pg_stop_backup", "It is pg_backup_stop since PostgreSQL 15."},
	{NULL}
};

static bool
in_name(char c)
{
	return isalnum((unsigned char) c) || c == '_';
}

/* The last part of the possibly qualified name at a position, unquoted. */
static void
name_at(const char *sql, int position, char *name)
{
	const char *p = sql;
	int			len;

	while (--position > 0 && *p != '\0')
		p += pg_mblen(p);
	for (;;)
	{
		len = 0;
		while (in_name(*p) && len < NAMEDATALEN - 1)
			name[len++] = pg_tolower((unsigned char) *p++);
		name[len] = '\0';
		if (*p != '.')
			return;
		p++;
	}
}

const char *
sql_hint(int sqlerrcode, const char *sql, int position)
{
	const OldName *old;
	char		name[NAMEDATALEN];

	if (sqlerrcode == ERRCODE_UNDEFINED_COLUMN)
		old = columns;
	else if (sqlerrcode == ERRCODE_UNDEFINED_FUNCTION)
		old = functions;
	else
		return NULL;
	name_at(sql, position, name);
	for (; old->name != NULL; old++)
	{
		if (strcmp(old->name, name) == 0)
			return old->hint;
	}
	return NULL;
}
