/**
 * The migration of batch jobs. `total_requests` is `NULL` until the requests are validated, `ending` until it is decided
 * how the job ends. `batch_results` holds results until the files of the job are written, `batch_requests` the lines of
 * inline requests as long. Times are in milliseconds.
 */
export const batchTables = `
CREATE TABLE batch_jobs (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  deadline INTEGER NOT NULL,
  started_at INTEGER,
  completed_at INTEGER,
  endpoint TEXT NOT NULL,
  model TEXT,
  agent_id TEXT,
  metadata TEXT,
  input_files TEXT NOT NULL,
  fault TEXT,
  status TEXT NOT NULL,
  ending TEXT,
  total_requests INTEGER,
  succeeded_requests INTEGER NOT NULL DEFAULT 0,
  failed_requests INTEGER NOT NULL DEFAULT 0,
  output_file TEXT,
  error_file TEXT
);

CREATE TABLE batch_requests (
  job INTEGER NOT NULL PRIMARY KEY REFERENCES batch_jobs (seq) ON DELETE CASCADE,
  lines TEXT NOT NULL
);

CREATE TABLE batch_results (
  job INTEGER NOT NULL REFERENCES batch_jobs (seq) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  succeeded INTEGER NOT NULL,
  line TEXT NOT NULL,
  PRIMARY KEY (job, position)
) WITHOUT ROWID;

CREATE TABLE batch_errors (
  job INTEGER NOT NULL REFERENCES batch_jobs (seq) ON DELETE CASCADE,
  message TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (job, message)
) WITHOUT ROWID;
`
