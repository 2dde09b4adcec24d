import { batchTables } from "./batchTables.ts"

/** The migrations of the database, in order; `user_version` counts those that are applied. */
export const migrations: ReadonlyArray<string> = [
  `
CREATE TABLE events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  event_id TEXT NOT NULL UNIQUE,
  correlation_id TEXT NOT NULL,
  trace_id TEXT NOT NULL,
  timestamp INTEGER NOT NULL,
  operation TEXT NOT NULL,
  response_id TEXT,
  model_name TEXT,
  api_agent_id TEXT,
  is_stream INTEGER,
  finish_reason TEXT,
  total_time_elapsed REAL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  nb_messages INTEGER NOT NULL,
  invoked_tools TEXT,
  metadata TEXT,
  first_system_message TEXT,
  last_user_message_preview TEXT,
  response_messages_preview TEXT,
  parameters TEXT NOT NULL,
  enabled_tools TEXT NOT NULL,
  request_messages TEXT NOT NULL,
  response_messages TEXT NOT NULL
);
CREATE INDEX events_by_time ON events (timestamp);
CREATE INDEX events_by_trace ON events (trace_id);
CREATE INDEX events_by_correlation ON events (correlation_id);
CREATE VIRTUAL TABLE event_words USING fts5 (question, answer, content = '', tokenize = 'unicode61');

CREATE TABLE judges (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  name TEXT NOT NULL UNIQUE,
  model_name TEXT NOT NULL,
  output_type TEXT NOT NULL,
  definition TEXT NOT NULL
);

CREATE TABLE campaigns (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  max_nb_events INTEGER NOT NULL,
  search_params TEXT NOT NULL,
  judge_id TEXT NOT NULL,
  judge TEXT NOT NULL,
  status TEXT NOT NULL
);
CREATE INDEX campaigns_by_judge ON campaigns (judge_id);

CREATE TABLE campaign_events (
  campaign INTEGER NOT NULL REFERENCES campaigns (seq) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  event INTEGER NOT NULL REFERENCES events (seq),
  judged INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (campaign, position)
) WITHOUT ROWID;

CREATE TABLE annotations (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  event INTEGER NOT NULL REFERENCES events (seq),
  judge_id TEXT NOT NULL,
  answer NOT NULL,
  analysis TEXT NOT NULL,
  created_at TEXT NOT NULL,
  UNIQUE (event, judge_id)
);
CREATE INDEX annotations_by_judge ON annotations (judge_id);

CREATE TABLE datasets (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL
);

CREATE TABLE dataset_records (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  dataset INTEGER NOT NULL REFERENCES datasets (seq) ON DELETE CASCADE,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  payload TEXT NOT NULL,
  properties TEXT NOT NULL,
  source TEXT NOT NULL
);
CREATE INDEX dataset_records_by_dataset ON dataset_records (dataset, seq);

CREATE TABLE import_tasks (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  dataset INTEGER NOT NULL REFERENCES datasets (seq) ON DELETE CASCADE,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  origin TEXT NOT NULL,
  wanted TEXT NOT NULL,
  done INTEGER NOT NULL DEFAULT 0,
  total INTEGER,
  status TEXT NOT NULL,
  message TEXT
);
CREATE INDEX import_tasks_by_dataset ON import_tasks (dataset, seq);

CREATE TABLE files (
  id TEXT NOT NULL PRIMARY KEY,
  created_at TEXT NOT NULL,
  content TEXT NOT NULL
);
`,
  `
ALTER TABLE files RENAME TO text_files;

CREATE TABLE files (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  filename TEXT NOT NULL,
  purpose TEXT NOT NULL,
  sample_type TEXT NOT NULL,
  source TEXT NOT NULL,
  mimetype TEXT NOT NULL,
  visibility TEXT NOT NULL,
  expires_at INTEGER,
  bytes INTEGER,
  num_lines INTEGER,
  signature TEXT,
  hidden_until INTEGER
);

CREATE TABLE file_chunks (
  file INTEGER NOT NULL REFERENCES files (seq) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  content BLOB NOT NULL,
  UNIQUE (file, position)
);

INSERT INTO files (id, created_at, filename, purpose, sample_type, source, mimetype, visibility, bytes, num_lines)
SELECT id, CAST(strftime('%s', created_at) AS INTEGER), id || '.jsonl', 'fine-tune', 'instruct', 'upload',
  'application/jsonl', 'workspace', octet_length(content),
  length(content) - length(replace(content, char(10), '')) + (content <> '' AND substr(content, -1) <> char(10))
FROM text_files ORDER BY created_at, text_files.rowid;

INSERT INTO file_chunks
SELECT seq, 0, CAST(content AS BLOB) FROM text_files JOIN files USING (id) WHERE content <> '';

DROP TABLE text_files;
`,
  batchTables
]

/** Removes what an earlier process left unfinished: uploads that it did not receive to their end have no size. */
export const leftovers = "DELETE FROM files WHERE bytes IS NULL"
