// Made by source-declarative typegen. The types are those of the JSON; within custom components, integers beyond 2^53 are bigint and
// floats without a fraction are Float.

export interface Connector {
  config: Config;
  records: Records;
}

export interface Config {
  base_url?: string;
  consumer_key: string;
  access_token: string;
}

export interface Records {
  articles: ArticlesRecord;
}

export interface ArticlesRecord {
  item_id?: string;
  resolved_title?: (string | null);
}
