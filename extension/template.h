/*-------------------------------------------------------------------------
 *
 * template.h
 *	  Requests that differ from an earlier one only in values that are bound.
 *
 * The text of such a request is that of the earlier one but for its values,
 * and need not be read again: what is in it was checked, and its plan is
 * known.  Whatever fits no template is read as usual, and so is what fits one
 * whose values are not in their usual spelling.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_TEMPLATE_H
#define PGC_TEMPLATE_H

#include "command.h"
#include "plan_cache.h"

/*
 * Whether the request of a call fits a template of its command.  Then the
 * call has its members as command_check() would have filled them in, but for
 * what is inside those that hold the values: they are for template_bind().
 */
extern bool template_fits(Call *call);

/*
 * The plan for a request that fits a template, its table locked, and its
 * parameters but for a last one that no value of the request is for.  NULL if
 * there is none or the table is another one now, or some value needs a closer
 * look: then the request was checked by command_check(), and is to be read as
 * usual.
 */
extern KeptPlan *template_bind(Call *call, ParamListInfo *params);

/* And that last one. */
extern void template_bind_last(const KeptPlan *plan, ParamListInfo params,
							   Datum datum);

/*
 * Make a template of the request, if nothing but the values bound by
 * shape_bind_opaque() may differ between it and others of its shape, and a
 * last one that is not in it.  The plan was kept and is used again; "table"
 * names its table.
 */
extern void template_keep(Call *call, const JsonNode *table, KeptPlan *plan,
						  const Shape *shape);

/* The plan is about to be freed. */
extern void template_forget(KeptPlan *plan);

#endif							/* PGC_TEMPLATE_H */
