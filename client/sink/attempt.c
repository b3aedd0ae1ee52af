/*-------------------------------------------------------------------------
 *
 * attempt.c
 *	  One attempt to write records: the four ways there are.
 *
 * Given to a command as values, in apply.c.  Straight into the table by COPY,
 * where that does what INSERT would do, in its binary format where the records
 * allow it.  Through the staging table by COPY, and from there by sink_apply.
 * Or as rows of a command, in rows.c.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "sink.h"

/* Fewer records, if they come slowly, are not worth the round trips of a COPY. */
#define COPY_AT_LEAST 50

/* But so many bytes are, of which a request takes only so many. */
#define COPY_BYTES (1024 * 1024)

/* So many batches at most are copied as text before the binary format is tried again. */
#define MAX_TEXT_BATCHES 1000

/* The staging table is made anew when it has more records. */
#define STAGE_AT_MOST 200000

/* Mark a record as bad for what was found here. */
static bool
reject(PgcSink *sink, size_t i, const Problem *problem)
{
	PgcError   *error;

	pgc_error_format(&error, problem->code, NULL, NULL, "%s", problem->message);
	item_is_bad(sink, i, error, true);
	/* jsonb would not hold what is wrong with a record that gives a member twice. */
	sink->items[i].as_text = strcmp(problem->code, "42601") == 0;
	return true;
}

bool
read_item(PgcSink *sink, size_t i, bool *good)
{
	const Item *item = &sink->items[i];
	Problem		problem = {"XX000", ""};

	*good = false;
	if (item->error != NULL || item->written)
		return true;
	*good = record_read(&sink->record, &sink->rules, sink->text.data + item->offset,
						item->len, &problem);
	if (sink->record.collected.failed)
		return false;
	return *good || reject(sink, i, &problem);
}

/* Append a column's value as COPY has it. */
static bool
put_value(PgcSink *sink, int i, Problem *problem)
{
	const JsonValue *value = &sink->record.values[i];

	if (value->text == NULL || value->type == JSON_NULL)
	{
		bytes_put(&sink->chunk, "\\N", 2);
		return true;
	}
	return form_put(&sink->table.columns[i].form, value, &sink->chunk, &sink->scratch, problem);
}

bool
make_lines(int64_t **lines, size_t *room, size_t n)
{
	int64_t    *more;

	if (n <= *room)
		return true;
	more = realloc(*lines, 2 * n * sizeof(int64_t));
	if (more == NULL)
		return false;
	*lines = more;
	*room = 2 * n;
	return true;
}

/*-------------------------------------------------------------------------
 * Straight into the table
 *-------------------------------------------------------------------------
 */

/* Whether the binary format is tried for the next batch. */
static bool
copies_binary(const PgcSink *sink)
{
	return sink->table.copy && sink->table.binary && sink->text_batches == 0;
}

/* COPY table (columns) FROM STDIN; false if no column is left. */
static bool
copy_statement(PgcSink *sink, const uint8_t *shape, bool binary)
{
	const char *separator = " (";

	sink->request.len = 0;
	bytes_put_text(&sink->request, "COPY ");
	bytes_put_text(&sink->request, sink->table.sql);
	for (int i = 0; i < sink->table.ncolumns; i++)
	{
		if (!SHAPE_HAS(shape, i))
			continue;
		bytes_put_text(&sink->request, separator);
		bytes_put_text(&sink->request, sink->table.columns[i].sql);
		separator = ", ";
	}
	bytes_put_text(&sink->request, binary ? ") FROM STDIN (FORMAT binary)" : ") FROM STDIN");
	(void) bytes_terminate(&sink->request);
	return separator[0] == ',';
}

/* COPY has begun: what is sent begins with this. */
static void
begin_chunk(PgcSink *sink, const CopyPass *copy)
{
	sink->chunk.len = 0;
	if (copy->binary)
		binary_put_header(&sink->chunk);
}

/* A row of the record; false, and nothing put, if it must be text. */
static bool
put_binary_row(PgcSink *sink, const uint8_t *shape)
{
	size_t		start = sink->chunk.len;
	int			ncolumns = 0;

	for (int i = 0; i < sink->table.ncolumns; i++)
		ncolumns += SHAPE_HAS(shape, i);
	binary_put_row(&sink->chunk, ncolumns);
	for (int i = 0; i < sink->table.ncolumns; i++)
	{
		if (SHAPE_HAS(shape, i) &&
			!binary_put(sink->table.columns[i].binary, &sink->record.values[i], &sink->chunk))
		{
			sink->chunk.len = start;
			return false;
		}
	}
	return true;
}

/* A line of the record; false if it was bad, and then there is none. */
static bool
put_copy_line(PgcSink *sink, size_t item, const uint8_t *shape)
{
	size_t		start = sink->chunk.len;
	bool		first = true;

	for (int i = 0; i < sink->table.ncolumns; i++)
	{
		Problem		problem;

		if (!SHAPE_HAS(shape, i))
			continue;
		if (!first)
			bytes_put(&sink->chunk, "\t", 1);
		first = false;
		if (!put_value(sink, i, &problem))
		{
			sink->chunk.len = start;
			(void) reject(sink, item, &problem);
			return false;
		}
	}
	bytes_put(&sink->chunk, "\n", 1);
	return true;
}

/*
 * Copy those of the items that have the shape of the first; the others remain
 * for another pass.  So do all from one on that must be text, which are to be
 * written in their order.  May go on with more items later.  False with *error
 * set if COPY cannot be begun or memory ran out.
 */
static bool
copy_items(PgcSink *sink, CopyPass *copy, size_t lo, size_t hi, PgcError **error)
{
	uint8_t    *shape = sink->shapes[0].present;

	for (size_t i = lo; i < hi && !copy->lost; i++)
	{
		bool		good;
		bool		same;

		if (sink->items[i].shape != copy->pass)
			continue;
		if (copy->ended)
		{
			sink->items[i].shape = copy->pass + 1;
			continue;
		}
		if (!read_item(sink, i, &good))
			return sink_out_of_memory(error);
		if (!good)
			continue;
		if (!copy->begun)
		{
			memcpy(shape, sink->record.present, SHAPE_SIZE(&sink->table));
			if (!copy_statement(sink, shape, copy->binary))
			{
				/* Nothing but defaults, which COPY cannot say. */
				sink->items[i].shape = -1;
				continue;
			}
			if (sink->request.failed)
				return sink_out_of_memory(error);
			if (!copy_begin(sink->conn, sink->request.data, error))
				return false;
			begin_chunk(sink, copy);
			copy->begun = true;
		}
		same = memcmp(shape, sink->record.present, SHAPE_SIZE(&sink->table)) == 0;
		copy->ended = same && copy->binary && !put_binary_row(sink, shape);
		if (!same || copy->ended)
		{
			sink->items[i].shape = copy->pass + 1;
			copy->more = true;
			continue;
		}
		if (!copy->binary && !put_copy_line(sink, i, shape))
			continue;
		sink->lines[copy->nlines++] = (int64_t) i;
		if (sink->chunk.len >= COPY_CHUNK)
			copy->lost = !copy_put(sink->conn, &sink->chunk);
	}
	return true;
}

/* Have COPY fail, lest half of a line be taken for one. */
static void
copy_abandon(PgcSink *sink, const CopyPass *copy)
{
	int64_t		rows;
	int64_t		line;
	PgcError   *error;

	if (!copy->begun || sink->conn == NULL)
		return;
	(void) PQputCopyEnd(sink->conn->pg, "given up by the client");
	(void) copy_end(sink->conn, sink->table.name, &rows, &line, &error);
	pgc_error_free(error);
}

/* End it; *rows tells how many were written, to a relation of that name. */
static bool
copy_finish(PgcSink *sink, const CopyPass *copy, const char *relation, int64_t *rows,
			PgcError **error)
{
	int64_t		line;

	*rows = 0;
	if (!copy->begun)
		return true;
	if (sink->chunk.failed || sink->scratch.failed)
	{
		copy_abandon(sink, copy);
		return sink_out_of_memory(error);
	}
	if (copy->binary)
		binary_put_trailer(&sink->chunk);
	if (sink->chunk.len > 0)
		(void) copy_put(sink->conn, &sink->chunk);
	if (copy_end(sink->conn, relation, rows, &line, error))
		return true;
	if (line >= 1 && line <= copy->nlines)
		sink->failed_at = sink->lines[line - 1];
	return false;
}

/*-------------------------------------------------------------------------
 * Into the staging table
 *-------------------------------------------------------------------------
 */

static bool
make_stage(PgcSink *sink, PgcError **error)
{
	PgcReply   *reply;
	cJSON	   *tree;
	const char *sql;

	sink->request.len = 0;
	bytes_put_text(&sink->request, "{\"table\":");
	bytes_put_text(&sink->request, sink->table_json);
	bytes_put_text(&sink->request, "}");
	if (sink->request.failed)
		return sink_out_of_memory(error);
	reply = sink_call(sink, "sink_stage", &sink->request, error);
	if (reply == NULL)
		return false;
	tree = cJSON_ParseWithLength(pgc_reply_text(reply), pgc_reply_length(reply));
	sql = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(tree, "sql"));
	free(sink->stage_sql);
	sink->stage_sql = sql != NULL ? strdup(sql) : NULL;
	cJSON_Delete(tree);
	pgc_reply_free(reply);
	if (sink->stage_sql == NULL)
		return sink_out_of_memory(error);
	sink->staged = true;
	sink->next_ordinal = 0;
	return true;
}

/* The number of the record's shape, -1 if there are too many. */
static int
find_shape(PgcSink *sink)
{
	const Record *record = &sink->record;
	ShapeInfo  *info;

	for (int i = sink->nshapes - 1; i >= 0; i--)
	{
		info = &sink->shapes[i];
		if (info->operation == record->operation &&
			memcmp(info->present, record->present, SHAPE_SIZE(&sink->table)) == 0)
			return i;
	}
	if (sink->nshapes == MAX_SHAPES)
		return -1;
	info = &sink->shapes[sink->nshapes];
	info->operation = record->operation;
	info->nrecords = 0;
	memcpy(info->present, record->present, SHAPE_SIZE(&sink->table));
	return sink->nshapes++;
}

/* The table's name in pg_temp, as COPY's context has it. */
static const char *
stage_name(const PgcSink *sink)
{
	const char *dot = strchr(sink->stage_sql, '.');

	return dot != NULL ? dot + 1 : sink->stage_sql;
}

/* Of a record that only deletes nothing but the key is wanted. */
static bool
is_staged(const PgcSink *sink, int i)
{
	return sink->mode != WRITE_DELETE || sink->table.columns[i].is_key;
}

static bool
stage_statement(PgcSink *sink)
{
	sink->request.len = 0;
	bytes_put_format(&sink->request, "COPY %s (ordinal, record_group", sink->stage_sql);
	for (int i = 0; i < sink->table.ncolumns; i++)
	{
		if (is_staged(sink, i))
			bytes_put_format(&sink->request, ", %s", sink->table.columns[i].staged);
	}
	bytes_put_text(&sink->request, ") FROM STDIN");
	return bytes_terminate(&sink->request);
}

/* A line of the record; false if it was bad, and then there is none. */
static bool
put_staged_line(PgcSink *sink, size_t item, int64_t ordinal, int shape)
{
	size_t		start = sink->chunk.len;

	bytes_put_format(&sink->chunk, "%lld\t%d", (long long) ordinal, shape);
	for (int c = 0; c < sink->table.ncolumns; c++)
	{
		Problem		problem;

		if (!is_staged(sink, c))
			continue;
		bytes_put(&sink->chunk, "\t", 1);
		if (!put_value(sink, c, &problem))
		{
			sink->chunk.len = start;
			return !reject(sink, item, &problem);
		}
	}
	bytes_put(&sink->chunk, "\n", 1);
	return true;
}

/*
 * Stage items[first .. hi) of those from "lo" on; their ordinals count from
 * sink->next_ordinal on, one for each item.  May go on with more items later.
 * False with *error set if COPY cannot be begun or memory ran out.
 */
static bool
stage_items(PgcSink *sink, CopyPass *copy, size_t lo, size_t first, size_t hi, PgcError **error)
{
	if (!copy->begun)
	{
		if ((!sink->staged || sink->next_ordinal > STAGE_AT_MOST) && !make_stage(sink, error))
			return false;
		if (!stage_statement(sink))
			return sink_out_of_memory(error);
		if (!copy_begin(sink->conn, sink->request.data, error))
			return false;
		sink->nshapes = 0;
		sink->chunk.len = 0;
		copy->begun = true;
	}
	for (size_t i = first; i < hi && !copy->lost && !copy->too_many; i++)
	{
		bool		good;
		int			shape;

		if (!read_item(sink, i, &good))
			return sink_out_of_memory(error);
		sink->items[i].shape = -1;
		if (!good)
			continue;
		shape = find_shape(sink);
		copy->too_many = shape < 0;
		if (shape < 0 || !put_staged_line(sink, i, sink->next_ordinal + (int64_t) (i - lo), shape))
			continue;
		sink->shapes[shape].nrecords++;
		sink->items[i].shape = shape;
		sink->lines[copy->nlines++] = (int64_t) i;
		if (sink->chunk.len >= COPY_CHUNK)
			copy->lost = !copy_put(sink->conn, &sink->chunk);
	}
	return true;
}

/*-------------------------------------------------------------------------
 * While the batch comes in
 *-------------------------------------------------------------------------
 */

/*
 * The statement for the items from "lo" on that have come so far: it depends
 * on the first good one, if they go straight into the table.
 */
bool
attempt_statement(PgcSink *sink, size_t lo)
{
	/* Behind a pooler the staging table may be in another session. */
	if (!sink->table.copy)
		return sink->staged && sink->session[0] != '\0' && stage_statement(sink);
	for (size_t i = lo; i < sink->nitems; i++)
	{
		bool		good;

		if (!read_item(sink, i, &good))
			return false;
		if (!good)
			continue;
		memcpy(sink->shapes[0].present, sink->record.present, SHAPE_SIZE(&sink->table));
		return copy_statement(sink, sink->record.present, copies_binary(sink)) &&
			!sink->request.failed;
	}
	return false;
}

/*
 * Send the items from "lo" on that have come so far, the first ones of a batch
 * or those behind the ones that were sent before.
 */
void
attempt_early(PgcSink *sink, size_t lo, bool begun)
{
	size_t		first = sink->early ? sink->early_next : lo;

	if (!sink->early)
		sink->copying = (CopyPass) {.begun = begun, .binary = copies_binary(sink)};
	if (begun)
	{
		sink->nshapes = 0;
		begin_chunk(sink, &sink->copying);
	}
	sink->early = true;
	sink->early_next = sink->nitems;
	if (sink->early_error != NULL)
		return;
	if (!make_lines(&sink->lines, &sink->lines_room, sink->nitems - lo))
	{
		pgc_error_out_of_memory(&sink->early_error);
		return;
	}
	if (!sink->table.copy)
		(void) stage_items(sink, &sink->copying, lo, first, sink->nitems, &sink->early_error);
	else
	{
		for (size_t i = first; i < sink->nitems; i++)
			sink->items[i].shape = 0;
		(void) copy_items(sink, &sink->copying, first, sink->nitems, &sink->early_error);
	}

	/* The server has something to do while more comes in. */
	if (sink->early_error == NULL && sink->copying.begun && !sink->copying.lost &&
		!sink->chunk.failed && sink->chunk.len > 0)
		sink->copying.lost = !copy_put(sink->conn, &sink->chunk);
}

void
attempt_abandon(PgcSink *sink)
{
	if (sink->early)
		copy_abandon(sink, &sink->copying);
	sink->early = false;
	pgc_error_free(sink->early_error);
	sink->early_error = NULL;
}

/* The rest of the batch, which is all there now; then it is like any other. */
static bool
attempt_rest(PgcSink *sink, size_t lo, CopyPass *copy, PgcError **error)
{
	attempt_early(sink, lo, false);
	*copy = sink->copying;
	*error = sink->early_error;
	sink->early = false;
	sink->early_error = NULL;
	return *error == NULL;
}

/*-------------------------------------------------------------------------
 * All of a batch, straight into the table
 *-------------------------------------------------------------------------
 */

static bool
finish_pass(PgcSink *sink, const CopyPass *copy, PgcError **error)
{
	int64_t		rows;

	if (!copy_finish(sink, copy, sink->table.name, &rows, error))
		return false;

	/* A trigger may have dropped some. */
	sink->counts.written += rows;
	sink->counts.skipped += copy->nlines - rows;
	return true;
}

/*
 * A batch was copied, in the binary format or not.  Where records must be text,
 * as all of their kind may, it is tried ever less often.
 */
static void
plan_format(PgcSink *sink, bool binary)
{
	if (binary)
		sink->text_next = 0;
	else if (sink->text_batches > 0)
		sink->text_batches--;
	else
	{
		sink->text_next = sink->text_next < MAX_TEXT_BATCHES / 2 ? 2 * sink->text_next + 1 : MAX_TEXT_BATCHES;
		sink->text_batches = sink->text_next;
	}
}

static bool
attempt_copy(PgcSink *sink, size_t lo, size_t hi, PgcError **error)
{
	CopyPass	copy = {.more = true};
	bool		binary = copies_binary(sink);
	bool		mixed = false;

	if (sink->early)
	{
		if (!attempt_rest(sink, lo, &copy, error) || !finish_pass(sink, &copy, error))
			return false;
		binary = binary && !copy.ended;
		mixed = copy.more;
		copy.pass++;
	}
	else
	{
		if (!make_lines(&sink->lines, &sink->lines_room, hi - lo))
			return sink_out_of_memory(error);
		for (size_t i = lo; i < hi; i++)
			sink->items[i].shape = 0;
	}
	for (int pass = copy.pass; copy.more; pass++)
	{
		/* So many different records are done one after the other. */
		if (pass == MAX_SHAPES)
		{
			for (size_t i = lo; i < hi; i++)
			{
				if (sink->items[i].shape == pass)
					sink->items[i].shape = -1;
			}
			break;
		}
		copy = (CopyPass) {.pass = pass, .binary = binary};
		if (!copy_items(sink, &copy, lo, hi, error) || !finish_pass(sink, &copy, error))
			return false;
		binary = binary && !copy.ended;
		mixed = mixed || copy.more;
	}
	plan_format(sink, binary);
	sink->mixed = mixed;
	for (size_t i = lo; i < hi; i++)
	{
		if (sink->items[i].shape == -1)
			return attempt_rows(sink, lo, hi, true, error);
	}
	return true;
}

/*-------------------------------------------------------------------------
 * All of a batch, through the staging table
 *-------------------------------------------------------------------------
 */

/*
 * Apply the records in their order: neighbours of one shape at once.  For
 * what is ignored if it conflicts with whatever came before.
 */
static bool
apply_in_order(PgcSink *sink, size_t lo, size_t hi, int64_t from, PgcError **error)
{
	for (size_t i = lo; i < hi;)
	{
		size_t		first = i;
		int			shape = sink->items[i].shape;
		int64_t		nrecords = 0;

		for (; i < hi && (sink->items[i].shape == shape || sink->items[i].shape < 0); i++)
			nrecords += sink->items[i].shape >= 0;
		if (shape >= 0 &&
			!apply_shape(sink, shape, nrecords, false, first,
						 from + (int64_t) (first - lo), from + (int64_t) (i - lo), error))
			return false;
	}
	return true;
}

static bool
attempt_staged(PgcSink *sink, size_t lo, size_t hi, PgcError **error)
{
	int64_t		from;
	int64_t		to;
	int64_t		nrecords = 0;
	int64_t		rows;
	CopyPass	copy = {0};
	bool		too_many;
	bool		merge;
	bool		differ = true;

	if (sink->early)
	{
		if (!attempt_rest(sink, lo, &copy, error))
			return false;
	}
	else if (!make_lines(&sink->lines, &sink->lines_room, hi - lo))
		return sink_out_of_memory(error);
	else if (!stage_items(sink, &copy, lo, lo, hi, error))
	{
		copy_abandon(sink, &copy);
		return false;
	}
	if (!copy_finish(sink, &copy, stage_name(sink), &rows, error))
		return false;
	too_many = copy.too_many;
	from = sink->next_ordinal;
	to = from + (int64_t) (hi - lo);
	sink->next_ordinal = to;
	if (too_many && sink->key_json == NULL)
	{
		/* No command says "whatever the conflict"; half of them have fewer. */
		size_t		middle = lo + (hi - lo) / 2;

		return attempt_staged(sink, lo, middle, error) &&
			attempt_staged(sink, middle, hi, error);
	}
	for (int i = 0; i < sink->nshapes; i++)
		nrecords += sink->shapes[i].nrecords;
	sink->mixed = sink->nshapes > 1;

	/*
	 * What comes of records that repeat a key depends on their order; so it
	 * may for any records that are inserted unless there is a conflict.
	 */
	merge = may_merge(sink);
	if (sink->mode == WRITE_INSERT_IGNORE)
		differ = sink->nshapes <= 1;
	else if (sink->mode != WRITE_INSERT && !merge && !too_many &&
			 !keys_differ(sink, from, to, nrecords, &differ, error))
		return false;
	if (!differ && sink->key_json == NULL)
		return apply_in_order(sink, lo, hi, from, error);
	if (too_many || !differ)
		return attempt_rows(sink, lo, hi, false, error);
	for (int i = 0; i < sink->nshapes; i++)
	{
		if (!apply_shape(sink, i, sink->shapes[i].nrecords, merge, lo, from, to, error))
			return false;
	}
	return true;
}

bool
attempt(PgcSink *sink, size_t lo, size_t hi, PgcError **error)
{
	bool		many = hi - lo >= COPY_AT_LEAST ||
		sink->items[hi - 1].offset + sink->items[hi - 1].len - sink->items[lo].offset >= COPY_BYTES;

	*error = NULL;
	sink->failed_at = -1;
	if (sink->in_order && !sink->early)
		return attempt_rows(sink, lo, hi, false, error);
	if (may_give(sink) && !sink->early)
	{
		bool		done;

		if (!attempt_given(sink, lo, hi, &done, error))
			return false;
		if (done)
			return true;
	}
	many = many || sink->early;
	if (many && sink->table.copy)
		return attempt_copy(sink, lo, hi, error);
	if (sink->table.staging &&
		(many || (sink->mode == WRITE_INSERT_IGNORE && sink->key_json == NULL)))
		return attempt_staged(sink, lo, hi, error);

	/* The next batch need not be like this one. */
	sink->mixed = false;
	return attempt_rows(sink, lo, hi, false, error);
}
