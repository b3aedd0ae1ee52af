-- Rows of which 65,800 make 10 MB of JSON
CREATE TABLE bench_large AS SELECT * FROM bench_rows UNION ALL SELECT * FROM bench_rows WHERE id <= 15800;
