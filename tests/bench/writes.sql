-- What rows go into
CREATE TABLE bench_in (LIKE bench_rows INCLUDING ALL);
