/*-------------------------------------------------------------------------
 *
 * batch.c
 *	  batch: several commands, all or nothing, or continuing past failures.
 *
 * A step is the command's request with a member "command" more.  "bind" puts
 * parts of earlier results into it before it is looked at: by pointers that
 * stand apart from the request, so that no value can be mistaken for one.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "commands/batch.h"
#include "commands/commands.h"
#include "error.h"
#include "guard.h"
#include "json_out.h"
#include "pointer.h"
#include "sql_text.h"

enum
{
	COMMANDS,
	SQL,
	PARAMS,
	ON_ERROR
};

static const Member members[] = {
	{"commands", MEMBER_STEPS, false, "The steps: each a command's request with its name as \"command\"; \"bind\" copies from the results so far into it."},
	{"sql", MEMBER_STRING, false, "Instead of \"commands\": several SQL statements, which may stand between BEGIN and COMMIT."},
	{"params", MEMBER_PARAMS, false, "Values of $1, $2, ... for the SQL of steps that have no params of their own; a step may leave some unused."},
	{"on_error", MEMBER_CHOICE, false, "All or nothing, or continue where a step fails: it is undone alone, and its result is its error.", member_on_error},
	{NULL}
};

static const Refusal refusals[] = {
	{"22023", "a step is a batch itself; \"bind\" has no such place or no such result; a parameter that no step uses; transaction control among the statements"},
	{"42883", "no such command"},
	{"54000", "more than 1000 steps, or results larger than pg_connector.response_cap"},
	{NULL}
};

static const char *const examples[] = {
	"{\"commands\": [{\"command\": \"insert_rows\", \"table\": \"orders\", \"row\": {\"customer\": \"Ada\"}}, "
	"{\"command\": \"insert_rows\", \"table\": \"order_lines\", \"row\": {\"item\": \"engine\"}, "
	"\"bind\": {\"/row/order_id\": \"/0/insertedId\"}}]}",
	"{\"sql\": \"BEGIN; UPDATE accounts SET balance = balance - $1 WHERE id = $2; "
	"UPDATE accounts SET balance = balance + $1 WHERE id = $3; COMMIT;\", \"params\": [100, 1, 2]}",
	NULL
};

typedef struct Batch
{
	Call	   *call;
	int			nsteps;
	JsonNode   *steps;			/* of "commands", or */
	SqlPart    *parts;			/* of "sql" */
	int		   *results;		/* where in the output each begins, and ends */
} Batch;

/* A step's result, in the output, which moves as it grows. */
static JsonValue
result_of(const Batch *batch, int step)
{
	int			start = batch->results[step * 2];

	return (JsonValue) {
		.type = JSON_OBJECT,
		.text = batch->call->out->data + start,
		.len = batch->results[step * 2 + 1] - start
	};
}

/* The value that the right side of a binding names. */
static JsonValue
bound_value(const Batch *batch, const Call *step, const JsonNode *binding)
{
	char	   *text = node_string(binding);
	JsonPointer	from = pointer_parse(text, binding);
	int			index = from.n > 0 ? pointer_index(from.parts[0]) : -1;
	JsonValue	result;
	JsonValue	value;

	if (index < 0 || index >= step->step)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is no result of a step before this one",
						text_shown(text)),
				 errhint("It begins with the step's number, from 0: \"/0/insertedId\"."),
				 errplace(binding)));
	result = result_of(batch, index);

	/* Bare rows are a list. */
	if (*result.text == '[')
		result.type = JSON_ARRAY;
	if (!pointer_find(&from, 1, &result, &value))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the results so far have no \"%s\"", text_shown(text)),
				 errplace(binding)));
	return value;
}

/* Whether one place is, contains, or is within that of the SQL text. */
static bool
touches_sql(const JsonPointer *place, const Command *command)
{
	JsonPointer	sql;

	if (command->sql == NULL)
		return false;
	sql = pointer_parse(command->sql, NULL);
	for (int i = 0; i < Min(place->n, sql.n); i++)
	{
		if (strcmp(place->parts[i], sql.parts[i]) != 0)
			return false;
	}
	return true;
}

/*
 * What is bound is a value, and must not become SQL, nor change what is done.
 */
static JsonPointer
bound_place(const Call *step, const JsonNode *binding)
{
	char	   *text = node_name(binding);
	JsonPointer	to = pointer_parse(text, binding);

	if (to.n == 0 ||
		strcmp(to.parts[0], "command") == 0 ||
		strcmp(to.parts[0], "bind") == 0 ||
		touches_sql(&to, step->command) ||
		(step->command->kinds & KIND_DDL) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cannot bind \"%s\" of %s", text_shown(text),
						step->command->name),
				 errhint("Only values can be bound, not commands, SQL text and definitions."),
				 errplace(binding)));
	return to;
}

/* The step's request with what "bind" puts into it. */
static void
bind_results(const Batch *batch, Call *step, const JsonNode *bindings)
{
	JsonNode   *list;
	int			n;

	node_expect(bindings, JSON_OBJECT);
	list = node_children(bindings, &n);
	for (int i = 0; i < n; i++)
	{
		JsonPointer	to = bound_place(step, &list[i]);
		JsonValue	value = bound_value(batch, step, &list[i]);
		JsonValue  *request = &step->request->value;
		char	   *text;
		size_t		len;

		text = pointer_replace(&to, request, &value, &len);
		if (text == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("the step has no place \"%s\"",
							text_shown(node_name(&list[i]))),
					 errhint("All but the last part of it must be there already."),
					 errplace(&list[i])));
		policy_check_request_size(len);
		if (i > 0)
			pfree(unconstify(char *, request->text));
		request->text = text;
		request->len = len;
	}
}

/* guard_step()'s: a step of "commands" */
static void
prepare_command(Call *step, void *arg)
{
	Batch	   *batch = arg;
	JsonNode   *given;
	JsonNode   *name = NULL;
	JsonNode   *bindings = NULL;
	int			n;

	node_expect(step->request, JSON_OBJECT);
	given = node_children(step->request, &n);
	for (int i = 0; i < n; i++)
	{
		if (json_string_equals(&given[i].key, "command", strlen("command")))
			name = &given[i];
		else if (json_string_equals(&given[i].key, "bind", strlen("bind")))
			bindings = &given[i];
	}
	if (name == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("a step needs the member \"command\""),
				 errplace(step->request)));

	error_current_place.node = name;
	step->command = command_find(node_string(name));
	error_current_place.node = step->request;
	if (step->command == &command_batch)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a batch cannot be a step of a batch"),
				 errplace(name)));
	if (bindings != NULL)
		bind_results(batch, step, bindings);
}

/* The same for a statement of "sql", which is a request of execute. */
static void
prepare_statement(Call *step, void *arg)
{
	Batch	   *batch = arg;
	SqlPart    *part = &batch->parts[step->step];
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoString(&text, "{\"sql\":");
	json_out_string(&text, part->text);
	appendStringInfoChar(&text, '}');

	/* Its place is "/sql" of the whole. */
	step->command = &command_execute;
	step->request = request_parse(text.data, text.len);
	step->sql_offset = part->offset;
}

/* Read the request: the steps, and whether to go on past failures. */
static bool
read_batch(Call *call, Batch *batch)
{
	JsonNode   *commands = call_member(call, COMMANDS);
	JsonNode   *sql = call_member(call, SQL);
	JsonNode   *on_error = call_member(call, ON_ERROR);
	bool		goes_on = member_choice(on_error, member_on_error) != 0;
	bool		atomic = false;

	if (node_given(commands) == node_given(sql))
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("batch needs either \"commands\" or \"sql\""),
				 errplace(call->request)));

	batch->call = call;
	if (node_given(sql))
		batch->parts = sql_text_split(call, sql, &batch->nsteps, &atomic);
	else
		batch->steps = node_children(commands, &batch->nsteps);
	if (atomic && goes_on)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("statements between BEGIN and COMMIT cannot continue past a failure"),
				 errplace(on_error)));
	if (batch->nsteps > BATCH_MAX_STEPS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("batch has %d steps, at most %d are allowed",
						batch->nsteps, BATCH_MAX_STEPS),
				 errhint("Rows of one table are one step: insert_rows, upsert_rows and update_rows take many. Split the rest."),
				 errplace(node_given(sql) ? sql : commands)));
	batch->results = palloc(sizeof(int) * 2 * (batch->nsteps + 1));
	return goes_on;
}

/* Nothing is ignored: a parameter that no step used was meant for something. */
static void
check_params_used(const JsonNode *params, const bool *used, int n)
{
	for (int i = 0; i < n; i++)
	{
		if (!used[i])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("no step uses parameter $%d", i + 1),
					 errplace(params)));
	}
}

static void
run(Call *call)
{
	Batch		batch = {0};
	JsonNode   *params = call_member(call, PARAMS);
	MemoryContext context = CurrentMemoryContext;
	bool		goes_on = read_batch(call, &batch);
	bool		failed = false;
	bool	   *used;
	int			nparams = 0;

	if (node_given(params))
		(void) node_children(params, &nparams);
	used = palloc0(nparams + 1);

	appendStringInfoString(call->out, "{\"results\":[");
	for (int i = 0; i < batch.nsteps; i++)
	{
		MemoryContext step_context =
			AllocSetContextCreate(context, "pg_connector step",
								  ALLOCSET_DEFAULT_SIZES);
		Call	   *step;

		CHECK_FOR_INTERRUPTS();
		if (i > 0)
			appendStringInfoChar(call->out, ',');
		MemoryContextSwitchTo(step_context);
		step = palloc0(sizeof(Call));
		step->step = i;
		step->tail = call->tail + strlen("]}");
		if (node_given(params))
		{
			step->shared_params = params;
			step->shared_used = used;
		}

		/* The node is changed by what is bound to it. */
		step->request = palloc(sizeof(JsonNode));
		*step->request = batch.parts ? *call_member(call, SQL) : batch.steps[i];
		batch.results[i * 2] = call->out->len;
		guard_step(step, batch.parts ? prepare_statement : prepare_command,
				   &batch, goes_on);
		batch.results[i * 2 + 1] = call->out->len;
		failed |= step->failed;
		if (call->out->len > call_out_limit(step))
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("the results of the batch are larger than allowed"),
					 errdetail("Step %d makes them larger than setting \"pg_connector.response_cap\", %d bytes.",
							   i, call->limits.response_cap),
					 errhint("Return fewer rows, or split the batch.")));
		MemoryContextSwitchTo(context);
		MemoryContextDelete(step_context);
	}
	if (!failed)
		check_params_used(params, used, nparams);
	appendStringInfoString(call->out, "]}");

	/* Of a deferred constraint it cannot be told which step is at fault. */
	error_current_place.node = call_member(call, batch.parts ? SQL : COMMANDS);
}

const Command command_batch = {
	.name = "batch",
	.summary = "Run several commands, all or nothing, or continuing past failures.",
	.kinds = 0,
	.members = members,
	.together = "\"oneOf\":[{\"required\":[\"commands\"]},{\"required\":[\"sql\"]}]",
	.result = "\"results\": {\"type\": \"array\", \"items\": {\"type\": [\"object\", \"array\"]}, "
	"\"description\": \"One per step, in order; that of a step that failed is {\\\"error\\\": ...}.\"}",
	.refusals = refusals,
	.examples = examples,
	.sql = "/sql",
	.run = run
};
