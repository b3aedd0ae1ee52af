/*
 * bench.h: what the figures of a theme are made of.
 *
 * A theme is a file of figures, NAME.c, and perhaps one of tables and functions
 * for them, NAME.sql; its figures stand in the list in bench.c.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>

#include <libpq-fe.h>

#define MAX_CONTESTANTS 5
#define COLUMNS "id, name, note, amount, at, active"	/* of bench_rows */

typedef struct Contestant
{
	const char *name;
	void		(*run) (void);

	/* Results. */
	double	   *readings;		/* one per round: seconds, or what the figure reads */
	double		median;
	double		ratio;			/* their reading / ours */
} Contestant;

typedef struct Figure
{
	const char *name;			/* NULL ends a theme's list */
	const char *title;
	const char *unit;
	int			count;			/* units of work in one run */
	void		(*setup) (void);	/* once; may be NULL */
	void		(*before) (void);	/* before each run, not timed; may be NULL */
	long		(*differences) (void);	/* after the first and the last round: how many answers differ */
	Contestant	contestants[MAX_CONTESTANTS + 1];	/* ours first */

	/* What a run is measured by instead of its time, asked after each; then count is 1. */
	double		(*reading) (void);

	/*
	 * Runs in one round, 0 is one: many short ones where what the machine does
	 * besides changes within a long one, or where each waits for the other
	 * side, which costs more or less by where the two happen to run.
	 */
	int			slices;
	void		(*before_round) (void); /* not timed; may be NULL */
} Figure;

/* The themes. */
extern Figure calls_figures[];
extern Figure reads_figures[];
extern Figure writes_figures[];
extern Figure v2_figures[];
extern Figure client_figures[];
extern Figure sink_figures[];
extern Figure pool_figures[];

extern PGconn *conn;			/* to the server that is measured */
extern PGconn *connect_server(void);	/* another one */

extern int	rounds;

extern void die(const char *format,...) __attribute__((format(printf, 1, 2), noreturn));
extern double now(void);		/* seconds */

/* A growing piece of memory, ended by a '\0' that is not counted. */
typedef struct Buffer
{
	char	   *data;
	size_t		len;
	size_t		size;
} Buffer;

extern void buffer_add(Buffer *buffer, const char *data, size_t len);
extern void buffer_set(Buffer *buffer, const char *data, size_t len);

/*
 * SQL with at most one parameter, which may be NULL; what fails ends the
 * program, here as everywhere.  The result of the first is the caller's to clear.
 */
extern PGresult *run_sql(const char *sql, const char *param);
extern void run_command(const char *sql, const char *param);

/* Its first value. */
extern void fetch(Buffer *into, const char *sql, const char *param);
extern long fetch_number(const char *sql, const char *param);

/* COPY TO STDOUT, COPY FROM STDIN. */
extern void copy_out(Buffer *into, const char *sql);
extern void copy_in(const Buffer *from, const char *sql);

/*
 * The most memory, in MB, that a backend of its own has had when it has done
 * this, without what it shares with others.  The warming up fills its caches.
 */
extern double backend_peak(const char *warm_up, const char *sql, const char *param);

/*
 * sink.c's: run a command of the shell and write its peak memory, a long of kB,
 * to a file descriptor.  An exit status.
 */
extern int	run_measured(int out, const char *command);

/* Report. */
extern void report_machine(void);
extern void report_figure(const Figure *figure);
extern void report_files(const char *directory, Figure **run, int count);

#endif							/* BENCH_H */
