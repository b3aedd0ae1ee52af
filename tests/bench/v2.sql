-- What postgres_v2/InsertValuesV2 inserts into
CREATE TABLE bench_v2 (id serial PRIMARY KEY, name text, email text, age int);
