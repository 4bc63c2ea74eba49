/** Schemas besides `main`: a table whose plain name is another's is known by its full one. */
export const TABLE_SCHEMAS = ["lake", "topics", "streams"] as const;
