-- a sink
CREATE CONNECTION pg_main TO postgresql (
    host = 'localhost', port = 5432, password = '${secret:p}x''y', use_copy = true,
    max_dead_letter_ratio = 0.5, session_variables = MAP { 'a.b': 'c', 'd': 1 } );
/* /* */ */ CREATE PIPELINE "P 1" AS INSERT INTO pg_main SELECT $a$;$a$, E'\'', 'b;' FROM t;
