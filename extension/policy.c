/*-------------------------------------------------------------------------
 *
 * policy.c
 *	  Settings, kinds of command, caps (DESIGN 3.3).
 *
 * An administrator's setting must hold whatever a session does.  Two ways
 * around it exist while the module is not loaded and its settings are mere
 * placeholders: a start-up option of the client takes the place of the value
 * stored for the role or database, and when the module then defines the
 * setting, the client's value is refused and the *default* comes into force;
 * and a stored value that turns out to be invalid falls back to the default
 * likewise.  Both leave the same trace, a placeholder's value that did not
 * survive the definition.  Rather than guess what the administrator wanted,
 * every function of that session refuses to work.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/varlena.h"

#include "error.h"
#include "pg_version.h"
#include "policy.h"

int			policy_plan_cache;
int			policy_timeout_cap;
int			policy_request_cap;
int			policy_idempotency_retention;

static int	default_limit;
static int	row_cap;
static int	response_cap;
static int	timeout;
static int	affected_cap;
static char *allow;
static int	allowed_kinds;
static bool require_where;
static int	error_detail;

/* The setting whose stored value was not taken over, or NULL. */
static const char *displaced;

static const struct
{
	const char *name;
	int			kind;
}			kind_names[] = {
	{"read", KIND_READ},
	{"write", KIND_WRITE},
	{"ddl", KIND_DDL},
	{"sql", KIND_SQL},
};

enum
{
	DETAIL_FULL,
	DETAIL_TERSE
};

static const struct config_enum_entry detail_options[] = {
	{"full", DETAIL_FULL, false},
	{"terse", DETAIL_TERSE, false},
	{NULL, 0, false}
};

/* Settings that only an administrator may set. */
static const char *const admin_settings[] = {
	"pg_connector.row_cap",
	"pg_connector.response_cap",
	"pg_connector.request_cap",
	"pg_connector.timeout_cap",
	"pg_connector.affected_cap",
	"pg_connector.allow",
	"pg_connector.require_where",
	"pg_connector.error_detail",
	"pg_connector.idempotency_retention",
};

static bool
check_allow(char **newval, void **extra, GucSource source)
{
	char	   *copy = pstrdup(*newval);
	List	   *names;
	ListCell   *lc;
	int			kinds = 0;

	if (!SplitIdentifierString(copy, ',', &names))
	{
		GUC_check_errdetail("List syntax is invalid.");
		return false;
	}
	foreach(lc, names)
	{
		const char *name = lfirst(lc);
		int			kind = 0;

		for (int i = 0; i < lengthof(kind_names); i++)
		{
			if (strcmp(kind_names[i].name, name) == 0)
				kind = kind_names[i].kind;
		}
		if (kind == 0)
		{
			GUC_check_errdetail("Unrecognized kind of command: \"%s\".", name);
			GUC_check_errhint("Kinds are \"read\", \"write\", \"ddl\" and \"sql\".");
			return false;
		}
		kinds |= kind;
	}

	*extra = setting_malloc(sizeof(int));
	if (*extra == NULL)
		return false;
	*(int *) *extra = kinds;
	return true;
}

static void
assign_allow(const char *newval, void *extra)
{
	allowed_kinds = *(int *) extra;
}

/*
 * Whether a value stored for the setting, by an administrator or by the
 * client at start-up, waits to be taken over.
 */
static GucSource
stored_source(const char *name)
{
	struct config_generic *setting = find_setting(name);

	return setting ? setting->reset_source : PGC_S_DEFAULT;
}

void
policy_init(void)
{
	GucSource	stored[lengthof(admin_settings)];

	for (int i = 0; i < lengthof(admin_settings); i++)
		stored[i] = stored_source(admin_settings[i]);

	DefineCustomIntVariable("pg_connector.default_limit",
							"Rows that a read returns if it names no limit.",
							NULL, &default_limit, 1000, 1, INT_MAX,
							PGC_USERSET, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("pg_connector.row_cap",
							"Rows that no response exceeds.",
							NULL, &row_cap, 100000, 1, INT_MAX - 1,
							PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("pg_connector.response_cap",
							"Size that no response exceeds.",
							NULL, &response_cap, 10 * 1024 * 1024,
							1024, 512 * 1024 * 1024,
							PGC_SUSET, GUC_UNIT_BYTE, NULL, NULL, NULL);
	DefineCustomIntVariable("pg_connector.request_cap",
							"Size that no request may exceed.",
							NULL, &policy_request_cap, 64 * 1024 * 1024,
							1024, 1000 * 1024 * 1024,
							PGC_SUSET, GUC_UNIT_BYTE, NULL, NULL, NULL);
	DefineCustomIntVariable("pg_connector.timeout",
							"Time limit of a command that names none.",
							"0 means the cap, pg_connector.timeout_cap.",
							&timeout, 30 * 1000, 0, INT_MAX,
							PGC_USERSET, GUC_UNIT_MS, NULL, NULL, NULL);
	DefineCustomIntVariable("pg_connector.timeout_cap",
							"Longest time limit that a command may have.",
							"0 means no limit.",
							&policy_timeout_cap, 60 * 1000, 0, INT_MAX,
							PGC_SUSET, GUC_UNIT_MS, NULL, NULL, NULL);
	DefineCustomIntVariable("pg_connector.affected_cap",
							"Rows that no command may write.",
							"0 means no limit.",
							&affected_cap, 0, 0, INT_MAX,
							PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomStringVariable("pg_connector.allow",
							   "Kinds of command that may be used.",
							   "A list of read, write, ddl and sql.",
							   &allow, "read, write, ddl, sql",
							   PGC_SUSET, GUC_LIST_INPUT,
							   check_allow, assign_allow, NULL);
	DefineCustomBoolVariable("pg_connector.require_where",
							 "Whether updating or deleting all rows must be asked for.",
							 NULL, &require_where, true,
							 PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomEnumVariable("pg_connector.error_detail",
							 "Whether errors may hold values of rows.",
							 NULL, &error_detail, DETAIL_FULL, detail_options,
							 PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("pg_connector.plan_cache",
							"Statements whose plans are kept in each session.",
							NULL, &policy_plan_cache, 1024, 0, 65536,
							PGC_USERSET, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("pg_connector.idempotency_retention",
							"How long the results of idempotency keys are kept.",
							NULL, &policy_idempotency_retention,
							24 * 60 * 60, 1, INT_MAX,
							PGC_SUSET, GUC_UNIT_S, NULL, NULL, NULL);
	MarkGUCPrefixReserved("pg_connector");

	for (int i = 0; i < lengthof(admin_settings); i++)
	{
		if (stored_source(admin_settings[i]) != stored[i])
			displaced = admin_settings[i];
	}
}

void
policy_limits(Limits *limits)
{
	if (displaced != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("the value given for setting \"%s\" could not be put in force",
						displaced),
				 errhint("A start-up option of the client must not name this setting, and a value stored for the role, the database or the server must be valid.")));

	limits->kinds = allowed_kinds;
	limits->row_cap = row_cap;
	limits->default_limit = default_limit;
	limits->response_cap = response_cap;
	limits->affected_cap = affected_cap;
	limits->timeout = timeout;
	if (policy_timeout_cap > 0 &&
		(limits->timeout == 0 || limits->timeout > policy_timeout_cap))
		limits->timeout = policy_timeout_cap;
	limits->require_where = require_where;
	limits->terse = error_detail == DETAIL_TERSE;
}

char *
policy_kinds_text(int kinds)
{
	StringInfoData buf;

	initStringInfo(&buf);
	for (int i = 0; i < lengthof(kind_names); i++)
	{
		if (kinds & kind_names[i].kind)
			appendStringInfo(&buf, "%s%s", buf.len ? ", " : "",
							 kind_names[i].name);
	}
	return buf.data;
}

void
policy_require(const Limits *limits, int kinds, const char *what,
			   const JsonNode *at)
{
	int			missing = kinds & ~limits->kinds;

	if (missing != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("%s is not allowed here", what),
				 errdetail("It needs the kind \"%s\"; setting \"pg_connector.allow\" is \"%s\".",
						   policy_kinds_text(missing),
						   policy_kinds_text(limits->kinds)),
				 errhint("An administrator can allow it with ALTER ROLE ... SET pg_connector.allow."),
				 errplace(at)));
}

void
policy_check_request_size(size_t len)
{
	if (len > (size_t) policy_request_cap)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("request of %zu bytes is larger than allowed", len),
				 errdetail("Setting \"pg_connector.request_cap\" is %d bytes.",
						   policy_request_cap),
				 errhint("Send it in several requests.")));
}
